#if ELF && _pointerBitWidth(_64) && _endian(little)
  internal import CCallStacks

  /// The instructions that take the addresses at which awaiting functions are resumed: their line is the awaiting one, in debug
  /// builds and in optimised ones.
  ///
  /// The compiler puts the pieces of an asynchronous function side by side, so that most are found in the neighbourhood; only for
  /// one that is not is all the code of a file read, 85 MB in 60 ms.
  struct ResumeInstructions {
    private let file: ELFFile

    private static let neighbourhood: UInt = 1 << 18
    /// One that is taken more often than that by the copies of a loop is not told apart by the rest.
    private static let mostPerTarget = 16

    init(_ file: ELFFile) {
      self.file = file
    }

    /// By resume address, addresses of the file all of them; of each the lowest first.
    func instructions(taking resumes: Set<UInt>) -> [UInt: [UInt]] {
      let targets = resumes.sorted()
      var found: [UInt: [UInt]] = [:]
      var first = targets.startIndex
      while first < targets.endIndex {
        // Neighbours are looked for together.
        var end = first + 1
        while end < targets.endIndex, targets[end] &- targets[end - 1] < Self.neighbourhood { end += 1 }
        let (low, high) = (targets[first], targets[end - 1])
        let from = low - min(low, Self.neighbourhood)
        let to = high.addingReportingOverflow(Self.neighbourhood)
        look(for: Array(targets[first..<end]), from: from, to: to.overflow ? .max : to.partialValue, &found)
        first = end
      }
      let missing = targets.filter { found[$0] == nil }
      if !missing.isEmpty { look(for: missing, from: 0, to: .max, &found) }
      return found
    }

    private func look(for targets: [UInt], from low: UInt, to high: UInt, _ found: inout [UInt: [UInt]]) {
      for (address, bytes) in file.code {
        let end = address.addingReportingOverflow(UInt(bitPattern: bytes.count))
        // Whole words, as arm64 has them.
        let start = max(address, low & ~3)
        let stop = min(end.overflow ? .max : end.partialValue, high)
        guard start < stop else { continue }
        let part = bytes[Int(bitPattern: start &- address), Int(bitPattern: stop &- start)]
        for take in Self.takes(in: part, at: start, of: targets) {
          found[take.target, default: []].append(take.instruction)
        }
      }
    }

    private static func takes(in code: Bytes, at address: UInt, of targets: [UInt]) -> [dcs_take] {
      #if arch(x86_64)
        let find = dcs_find_takes_x86_64
      #elseif arch(arm64)
        let find = dcs_find_takes_arm64
      #else
        return []
      #endif
      #if arch(x86_64) || arch(arm64)
        return targets.withUnsafeBufferPointer { targets in
          let capacity = targets.count * mostPerTarget
          return [dcs_take](unsafeUninitializedCapacity: capacity) { takes, count in
            count = find(
              code.start.assumingMemoryBound(to: UInt8.self), code.count, address, targets.baseAddress, targets.count,
              takes.baseAddress, capacity)
          }
        }
      #endif
    }
  }
#endif
