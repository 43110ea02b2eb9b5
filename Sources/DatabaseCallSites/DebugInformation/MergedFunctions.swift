#if os(Linux) && _pointerBitWidth(_64) && _endian(little)
  /// Functions that stand for several: of equal ones the optimiser keeps one and makes each other a jump to it.
  ///
  /// A frame of such a function may be any of them: the name in the file and its lines are those of one. A function that does nothing
  /// but call another one in last position is a jump as well, but has a line; and what the compiler puts before a function of the
  /// source, as for one that is called with other arguments, is marked as made by it. Only what replaces a function has nothing.
  final class MergedFunctions: Sendable {
    /// Where they begin in the file.
    private let entries: Set<UInt>

    /// A function that is no more than a jump to the beginning of another one.
    struct Jump: Equatable {
      var from: UInt
      var to: UInt
    }

    init(_ jumps: [Jump], isDescribed: (_ address: UInt) -> Bool) {
      entries = Set(jumps.filter { !isDescribed($0.from) }.map(\.to))
    }

    var isEmpty: Bool { entries.isEmpty }

    func contain(_ entry: UInt) -> Bool { entries.contains(entry) }

    /// All of them, for tests.
    var all: [UInt] { entries.sorted() }
  }

  extension MergedFunctions.Jump {
    /// - Parameters:
    ///   - code: A whole function.
    ///   - address: Where it begins.
    /// - Returns: `nil` where it is anything else than one jump.
    init?(_ code: Bytes, at address: UInt) {
      var reader = ByteReader(code)
      #if arch(x86_64)
        // `jmp` to what is up to 2 GB away, or 127 bytes.
        let distance: Int
        switch (reader.byte(), code.count) {
        case (0xE9, 5): distance = Int(Int32(truncatingIfNeeded: reader.number(4)))
        case (0xEB, 2): distance = Int(Int8(truncatingIfNeeded: reader.byte()))
        default: return nil
        }
        self.init(from: address, to: address &+ UInt(bitPattern: code.count &+ distance))
      #elseif arch(arm64)
        // `b`, whose distance is counted in instructions.
        let word = UInt32(truncatingIfNeeded: reader.number(4))
        guard code.count == 4, word >> 26 == 0b000101 else { return nil }
        let distance = Int(Int32(bitPattern: word << 6) >> 4)
        self.init(from: address, to: address &+ UInt(bitPattern: distance))
      #else
        return nil
      #endif
    }

    /// How long such functions are.
    static func isLength(_ length: UInt) -> Bool { length == 5 || length == 4 || length == 2 }
  }
#endif
