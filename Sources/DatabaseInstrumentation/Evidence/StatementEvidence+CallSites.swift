internal import CStatementLog
internal import DatabaseSupport

/// Code that statements of different shapes have in common: that of the app's own database wrapper.
struct SharedCode {
  /// Words of their stacks; `nil`: nobody asked yet.
  var words: Set<UInt>?
  /// Lines of the app on their stacks: the optimiser copies a wrapper to the places that call it.
  var places: Set<SourceLine>?
}

extension StatementEvidence {
  /// The line of the app that issued a statement, and the lines of the app's own database wrapper that it went through.
  ///
  /// An app that calls SQLite itself has one function that steps every statement: a line that different statements pass
  /// says nothing about any of them. Under a database library there is no such function, and one line of the app may well
  /// send several statements, so there the innermost line counts.
  package func callSite(at index: Int) -> (site: CallSite, wrappers: [CallSite])? {
    stack(at: index).flatMap(callSite(of:))
  }

  package func callSite(of stack: StackTrace) -> (site: CallSite, wrappers: [CallSite])? {
    let all = Symbolicator.frames(of: stack)
    let frames = all.filter(\.isAppCode)
    guard let innermost = frames.first else { return nil }
    guard !stack.isThroughDatabaseLibrary,
      let own = frames.firstIndex(where: { !isShared($0, on: all) })
    else { return (innermost.callSite, []) }
    return (frames[own].callSite, frames[..<own].map(\.callSite))
  }

  /// The lines that led to the line of a statement, at most three: where the app has one function that sends all its SQL through a
  /// database library, its line says nothing about any statement.
  package func callers(at index: Int) -> [StackFrame] {
    stack(at: index).map(callers(of:)) ?? []
  }

  package func callers(of stack: StackTrace) -> [StackFrame] {
    let all = Symbolicator.frames(of: stack)
    let frames = all.filter(\.isAppCode)
    guard let innermost = frames.first, stack.databaseLibrary() != nil, isShared(innermost, on: all) else { return [] }
    return Array(frames.dropFirst().prefix(3))
  }

  /// Whether statements of different shapes pass the line of a frame.
  ///
  /// - Parameter frames: All of its stack.
  private func isShared(_ frame: StackFrame, on frames: [StackFrame]) -> Bool {
    if sharedWords.contains(frame.word) { return true }
    // Otherwise every copy has addresses of its own.
    let isCopy = frame.isSpecialized || frames.count { $0.word == frame.word } > 1
    guard isCopy, let place = frame.sourceLine else { return false }
    return sharedPlaces.contains(place)
  }

  private var sharedWords: Set<UInt> {
    sharedCode.withLock { known in
      if let words = known.words { return words }
      let words = shared { $0.words }
      known.words = words
      return words
    }
  }

  private var sharedPlaces: Set<SourceLine> {
    if let places = sharedCode.withLock({ $0.places }) { return places }
    let places = shared { $0.appFrames.compactMap(\.sourceLine) }
    sharedCode.withLock { $0.places = places }
    return places
  }

  /// What the stacks of different shapes have in common.
  private func shared<Part: Hashable>(_ parts: (StackTrace) -> [Part]) -> Set<Part> {
    var shapeOfPart: [Part: UInt32] = [:]
    var found: Set<Part> = []
    var seen: Set<UInt64> = []
    for record in records where record.stack != 0 {
      guard seen.insert(UInt64(record.stack) << 32 | UInt64(record.shape)).inserted else { continue }
      for part in parts(stacks[Int(record.stack) - 1]) {
        if let shape = shapeOfPart[part], shape != record.shape { found.insert(part) }
        shapeOfPart[part] = record.shape
      }
    }
    return found
  }
}
