import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

/// Keeps the caller on the stack: an optimised build replaces a call in last position by a jump.
@inline(never) func kept(_ stack: StackTrace) -> StackTrace { stack }

/// As many rounds, which the optimiser does not know: it would write them one after the other, each at an address of its own.
@_optimize(none) func times(_ count: Int) -> Range<Int> { 0..<count }

extension StackTrace {
  /// The functions of the app that are executed, innermost first.
  var executing: [String] { parts[0].functions(of: parts[0].synchronous) }

  /// The functions of the app that await them, innermost first.
  var awaitingFunctions: [String] { parts[0].awaitingFunctions }

  /// The lines at which they do.
  var awaitingLines: [Int] { awaiting.flatMap { Part.frames(of: [$0 | 1 << 63]).compactMap(\.line) } }

  /// Whether a function of this name awaits.
  func isAwaited(by function: String) -> Bool { awaitingFunctions.contains { $0.contains(function) } }
}

extension StackTrace.Part {
  var awaitingFunctions: [String] { functions(of: awaiting.map { $0 | 1 << 63 }) }

  /// All of the app, what is executed first.
  var allFunctions: [String] { functions(of: synchronous) + awaitingFunctions }

  fileprivate func functions(of words: [UInt]) -> [String] {
    Self.frames(of: words).compactMap(\.function).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  fileprivate static func frames(of words: [UInt]) -> [StackFrame] {
    Symbolicator.frames(of: words).joined().filter(\.isAppCode)
  }
}

/// Runs `body` while a recording is on.
func recording<R>(_ body: () throws -> R) rethrows -> R {
  let scope = RecordingScope(role: .recording, detailLimit: 0)
  defer { scope.finish() }
  return try body()
}

/// Runs `body` while a recording is on.
func recording<R>(_ body: () async throws -> R) async rethrows -> R {
  let scope = RecordingScope(role: .recording, detailLimit: 0)
  defer { scope.finish() }
  return try await body()
}
