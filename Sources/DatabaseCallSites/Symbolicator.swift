internal import DatabaseSupport

/// Turns the words of stacks into functions, files and lines.
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
    /// Modules whose sources were fetched, as far as one of their functions was looked up.
    var fetched: Set<String> = []
    var lines: [UInt: [SourceLine]] = [:]
  }

  /// The frames of a stack, innermost first; one word stands for several where functions were inlined.
  ///
  /// Frames of libraries have names, but neither file nor line.
  package static func frames(of stack: StackTrace) -> [StackFrame] {
    var all: [StackFrame] = []
    var createdTasks = 0
    for (word, frames) in zip(stack.words, frames(of: stack.words)) {
      if StackWord(word) == .creator { createdTasks += 1 }
      guard createdTasks > 0 else {
        all += frames
        continue
      }
      for var frame in frames {
        frame.createdTasks = createdTasks
        all.append(frame)
      }
    }
    return all
  }

  /// The frames of each word; none of what only says where a task was created, or that a stack is complete.
  package static func frames(of words: [UInt]) -> [[StackFrame]] {
    func kept(in known: Known) -> [[StackFrame]?] {
      words.map { StackWord($0).address == nil ? [] : known.frames[$0] }
    }
    var (frames, paths, fetched) = known.withLock { (kept(in: $0), $0.paths, $0.fetched) }
    let unknown = Set(zip(words, frames).filter { $0.1 == nil }.map(\.0))
    guard !unknown.isEmpty else { return frames.map { $0 ?? [] } }
    var found = symbolicated(Array(unknown), besides: fetched)
    paths.resolveMacros(in: &found)
    markFetched(in: &found, &fetched)
    frames = known.withLock { known in
      known.frames.merge(found) { first, _ in first }
      known.paths.merge(paths)
      known.fetched.formUnion(fetched)
      return kept(in: known)
    }
    return zip(words, frames).map { word, frames in frames ?? [StackFrame(word: word)] }
  }

  /// The function that each word is in, all parts of an asynchronous one alike: what is inlined there is a part of it.
  static func functions(of words: Set<UInt>) -> [UInt: String] {
    let words = Array(words)
    var functions: [UInt: String] = [:]
    for (word, frames) in zip(words, frames(of: words)) {
      guard let symbol = frames.last?.symbol, !symbol.isEmpty else { continue }
      functions[word] = SymbolName.withoutPart(symbol)
    }
    return functions
  }

  /// The lines that each word stands for, innermost first: to tell whether two are one call no name is needed.
  package static func lines(of words: Set<UInt>) -> [UInt: [SourceLine]] {
    var found: [UInt: [SourceLine]] = [:]
    known.withLock { known in
      for word in words { found[word] = known.lines[word] }
    }
    let unknown = words.filter { found[$0] == nil }
    guard !unknown.isEmpty else { return found }
    let new = ImageSymbols.lines(of: Array(unknown))
    found.merge(new) { first, _ in first }
    known.withLock { $0.lines.merge(new) { first, _ in first } }
    return found
  }

  private static func symbolicated(_ addresses: [UInt], besides fetched: Set<String>) -> [UInt: [StackFrame]] {
    var result = ImageSymbols.named(addresses)
    let candidates = addresses.filter { address in
      result[address]?.contains { $0.mayContainAppCode(besides: fetched) } == true
    }
    if !candidates.isEmpty { result.merge(ImageSymbols.located(candidates)) { _, located in located } }
    for address in addresses where result[address] == nil { result[address] = [StackFrame(word: address)] }
    return result
  }

  /// Tells code that was fetched from the app's: by its file, and once one function of a module is known by its module, so that
  /// the files of the others need not be read.
  private static func markFetched(in frames: inout [UInt: [StackFrame]], _ modules: inout Set<String>) {
    for (address, found) in frames {
      guard found.contains(where: { $0.file.map(PackageCheckouts.contain) == true }) else { continue }
      frames[address] = found.map { frame in
        var frame = frame
        frame.isFetched = frame.file.map(PackageCheckouts.contain) == true
        return frame
      }
      // What was inlined may be another module's.
      if let function = frames[address]?.last, function.isFetched, let module = function.ownModule {
        modules.insert(module)
      }
    }
    for (address, found) in frames {
      for (index, frame) in found.enumerated() where frame.file == nil {
        if let module = frame.ownModule, modules.contains(module) { frames[address]?[index].isFetched = true }
      }
    }
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
