internal import DatabaseRecording

#if canImport(XCTest)
  internal import XCTest
#endif

extension ScopeEnding {
  /// How a scope ended that threw an error. What the error says is not kept: it may quote values.
  init(_ error: any Error) {
    if Self.isDeparture(error) {
      self = .left
    } else {
      self = .threw(String(describing: type(of: error)))
    }
  }

  /// Whether the error stands for a test that is left: `XCTSkip`, `Test.cancel()`, a task that was cancelled.
  private static func isDeparture(_ error: any Error) -> Bool {
    if error is CancellationError { return true }
    #if canImport(XCTest)
      if error is XCTSkip { return true }
    #endif
    // What `Test.cancel()` throws has no public name.
    return String(reflecting: type(of: error)) == "Testing.SkipInfo"
  }
}
