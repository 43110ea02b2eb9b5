internal import CCallStacks

/// Turns return addresses into functions, files and lines.
///
/// On Linux from the symbols and the debug information of the program, inlined functions included. Elsewhere with `dladdr`, which
/// knows functions alone.
///
/// It is done when a finding is printed, or where two stacks may be one line, never when a statement runs. What is
/// known of an address stays for the life of the process; nobody waits while another thread looks one up.
package enum Symbolicator {
  private static let known = Locked(Known())

  private struct Known {
    var frames: [UInt: [StackFrame]] = [:]
    var paths = SourcePaths()
    var lines: [UInt: [SourceLine]] = [:]
  }

  /// The frames of a stack, innermost first; one address stands for several where functions were inlined.
  ///
  /// Frames of libraries have names, but neither file nor line.
  package static func frames(of stack: StackTrace) -> [StackFrame] {
    frames(of: stack.returnAddresses).flatMap(\.self)
  }

  /// The frames of each word of a stack.
  package static func frames(of addresses: [UInt]) -> [[StackFrame]] {
    var (frames, paths) = known.withLock { known in (addresses.map { known.frames[$0] }, known.paths) }
    let unknown = Set(zip(addresses, frames).filter { $0.1 == nil }.map(\.0))
    guard !unknown.isEmpty else { return frames.map { $0 ?? [] } }
    var found = symbolicated(Array(unknown))
    paths.resolveMacros(in: &found)
    frames = known.withLock { known in
      known.frames.merge(found) { first, _ in first }
      known.paths.merge(paths)
      return addresses.map { known.frames[$0] }
    }
    return zip(addresses, frames).map { address, frames in frames ?? [StackFrame(address: address)] }
  }

  /// The lines that are compiled to each address, innermost first: to tell whether two are one call no name is needed.
  static func lines(of addresses: Set<UInt>) -> [UInt: [SourceLine]] {
    var found: [UInt: [SourceLine]] = [:]
    known.withLock { known in
      for address in addresses { found[address] = known.lines[address] }
    }
    let unknown = addresses.filter { found[$0] == nil }
    guard !unknown.isEmpty else { return found }
    var new = ImageSymbols.lines(of: unknown.filter { StackTrace.Mark($0) == .none })
    // The line of an address at which a function is resumed is not always that of the call which it awaits.
    for word in unknown where new[word] == nil { new[word] = [SourceLine(address: word)] }
    found.merge(new) { first, _ in first }
    known.withLock { $0.lines.merge(new) { first, _ in first } }
    return found
  }

  private static func symbolicated(_ words: [UInt]) -> [UInt: [StackFrame]] {
    var found: [UInt: [StackFrame]] = [:]
    var addresses: [UInt: UInt] = [:]
    for word in words {
      switch StackTrace.Mark(word) {
      case .none: addresses[word] = word
      // It is the first of its function, a return address stands behind its call.
      case .awaiting: addresses[word] = word & UInt(DCS_ADDRESS) &+ 1
      case .creator, .root: found[word] = []
      }
    }
    let frames = symbolicated(addresses: Array(Set(addresses.values)))
    for (word, address) in addresses {
      found[word] = frames[address]?.map { frame in
        var frame = frame
        frame.address = word
        return frame
      }
    }
    return found
  }

  private static func symbolicated(addresses: [UInt]) -> [UInt: [StackFrame]] {
    var result = ImageSymbols.named(addresses)
    let candidates = addresses.filter { result[$0]?.contains(where: \.mayContainAppCode) == true }
    if !candidates.isEmpty { result.merge(ImageSymbols.located(candidates)) { _, located in located } }
    for address in addresses where result[address] == nil { result[address] = [StackFrame(address: address)] }
    return result
  }
}

/// The source files that frames were found in, by module and name: of a macro only the name of its file is known.
private struct SourcePaths {
  private struct File: Hashable {
    let module: String?
    let name: Substring
  }

  private var paths: [File: String] = [:]

  mutating func merge(_ other: SourcePaths) {
    paths.merge(other.paths) { _, new in new }
  }

  /// Replaces the buffers of macros by the files that they were expanded in: with the whole path when another frame was in the
  /// file.
  mutating func resolveMacros(in frames: inout [UInt: [StackFrame]]) {
    for frame in frames.values.joined() {
      guard let file = frame.file, !MacroExpansion.isBuffer(file), let name = file.split(separator: "/").last else {
        continue
      }
      paths[File(module: frame.module, name: name)] = file
    }
    for address in frames.keys {
      guard frames[address]?.contains(where: { $0.file.map(MacroExpansion.isBuffer) == true }) == true else { continue }
      frames[address] = frames[address]?.map { frame in
        guard let file = frame.file, let line = frame.line, let place = MacroExpansion(path: file, line: line) else {
          return frame
        }
        var frame = frame
        let source = File(module: frame.module, name: place.fileName[...])
        frame.file = paths[source] ?? place.fileName
        frame.line = place.line
        return frame
      }
    }
  }
}
