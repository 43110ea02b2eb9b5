internal import CCallStacks

/// A call stack, innermost first: what is being executed, what awaits it, and where its task was created.
///
/// Nothing is symbolicated until a finding is printed.
package struct StackTrace: Sendable, Hashable {
  /// Words as `StackWord` reads them: of the frames that are being executed their return addresses.
  package var words: [UInt]

  package init(words: [UInt]) {
    self.words = words
  }

  /// Words that are kept of a stack that is deeper.
  package static let depth = Int(DCS_DEPTH)

  /// The stack of the caller, its innermost words where it is deeper; empty on platforms without `backtrace()`.
  ///
  /// How each return address is left is worked out once for the process, see `CCallStacks`.
  package static func capture(maximumDepth: Int = depth) -> StackTrace {
    withUnsafeTemporaryAllocation(of: UInt.self, capacity: max(1, min(maximumDepth, 1_000))) { buffer in
      var hash: UInt64 = 0
      let count = dcs_capture(buffer.baseAddress, max(0, min(maximumDepth, buffer.count)), &hash)
      return StackTrace(words: Array(buffer[..<Int(count)]))
    }
  }

  /// The lines of the app on the stack, innermost first.
  package var appFrames: [StackFrame] { Symbolicator.frames(of: self).filter(\.isAppCode) }

  /// The line of the app that the stack was captured for.
  package func callSite() -> CallSite? { appFrames.first?.callSite }

  /// The synchronous frames outside of the outermost one of a database library, innermost first; all where there is no library.
  package var framesAroundLibraries: ArraySlice<StackFrame> {
    let frames = Symbolicator.frames(of: StackTrace(words: synchronous))
    let last = frames.lastIndex { $0.databaseLibrary != nil }
    return frames[(last.map { $0 + 1 } ?? 0)...]
  }

  /// Whether a database library calls code of the app that is being executed, as the closure of an access.
  package var isCalledBackByLibrary: Bool {
    let frames = Symbolicator.frames(of: StackTrace(words: synchronous))
    guard let own = frames.firstIndex(where: \.isAppCode) else { return false }
    return frames[own...].contains { $0.databaseLibrary != nil }
  }

  /// Whether functions of a database library are on the stack.
  package var isThroughDatabaseLibrary: Bool {
    Symbolicator.frames(of: self).contains { $0.databaseLibrary != nil }
  }

  /// The database library that the app used: the outermost one of those that its call went through, as Fluent is, and not what
  /// that one is built on; where the app called the database itself, the nearest one around. `nil` where there is none.
  package func databaseLibrary() -> DatabaseLibrary? {
    DatabaseLibrary(usedOn: Symbolicator.frames(of: self))
  }
}

extension DatabaseLibrary {
  init?(usedOn frames: [StackFrame]) {
    let caller = frames.firstIndex(where: \.isAppCode) ?? frames.endIndex
    let used =
      frames[..<caller].last { $0.databaseLibrary != nil } ?? frames[caller...].first { $0.databaseLibrary != nil }
    guard let library = used?.databaseLibrary else { return nil }
    self = library
  }
}
