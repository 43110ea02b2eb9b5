package import DatabaseInstrumentation
internal import DatabaseSupport
internal import Tracing

/// The live collector of one scope: everything the database is asked while it runs, in this task and its children.
///
/// Most tests need only `recordDatabase(_:_:fileID:filePath:line:column:)`, the `.database(…)` trait or
/// `expectDatabase`. Take the recorder itself to look at a scope before it ends:
///
/// ```swift
/// try withDatabaseRecorder { recorder in
///   try library.publish(draft)
///   #expect(recorder.recording.inserts.count == 3)
///   try library.publish(draft)                       // the same again: already there
///   #expect(recorder.recording.inserts.count == 3)
/// }
/// ```
public final class DatabaseRecorder: Sendable {
  /// The recorder of the innermost scope around the current task; `nil` outside of any, and inside of
  /// `withoutDatabaseRecording(_:)`.
  public static var current: DatabaseRecorder? {
    guard let recorder = BoundRecorder.current as? DatabaseRecorder, let scope = RecordingScope.current,
      scope.role == .recording
    else { return nil }
    return recorder.isFinished ? nil : recorder
  }

  /// Statements kept one by one in an outermost recording. What comes after is counted exactly, by shape.
  public static let defaultDetailLimit = 100_000

  /// What the scope is called in messages.
  public let label: String
  /// Where the scope was opened.
  package let location: CodeLocation

  let scope: RecordingScope
  private let function: ScopeFunction
  private let finished = Locked<Recording?>(nil)
  private let tally = SuiteTally.current

  /// Opens a scope; ``finish()`` closes it.
  ///
  /// - Parameters:
  ///   - label: What messages call it.
  ///   - test: The name of the test that it is opened for, where the test framework tells it.
  ///   - testName: Its name with its case, where no other one can run inside of the scope.
  ///   - isWholeTest: Whether the test framework opens it, around the test.
  ///   - location: Where in the test's source it was opened.
  ///   - detailLimit: Statements to keep one by one, for an outermost recording; an inner one shares the limit of the
  ///     outermost.
  package init(
    _ label: String, test: String? = nil, testName: TestName? = nil, isWholeTest: Bool = false,
    at location: CodeLocation, detailLimit: Int = defaultDetailLimit
  ) {
    self.label = label
    self.location = location
    function = ScopeFunction(test: test, isWholeTest: isWholeTest, at: location)
    StatementDemand.shared.prepare()
    scope = RecordingScope(
      role: .recording, label: label, test: test, testName: testName, detailLimit: max(0, detailLimit))
  }

  deinit { scope.finish() }

  /// Whether the scope has ended: statements that come later are not recorded.
  public var isFinished: Bool { scope.isFinished }

  /// What was recorded so far, or all of it once the scope has ended.
  public var recording: Recording {
    if let finished = finished.withLock({ $0 }) { return finished }
    StatementDemand.shared.inspect(for: scope)
    return Recording(
      scope: scope, label: label, location: location, function: function, beside: UnattributedStatements.shared.kept)
  }

  /// Ends the scope and returns its evidence; the same recording each time.
  @discardableResult
  package func finish() -> Recording {
    finished.withLock { finished in
      if let finished { return finished }
      // With the last recording of the process they are gone.
      let unattributed = UnattributedStatements.shared.kept
      // While somebody listens: what happens on connections afterwards is not seen, and no loss.
      StatementDemand.shared.inspect(for: scope)
      scope.finish()
      let recording = Recording(
        scope: scope, label: label, location: location, function: function, beside: unattributed)
      scope.discard()
      if scope.parent == nil { tally?.note(recording) }
      finished = recording
      return recording
    }
  }

  /// Makes this recorder the current one of the task for the duration of `body`.
  package func bind<R>(_ body: () throws -> R) rethrows -> R {
    try RecordingScope.$current.withValue(scope) {
      try BoundRecorder.$current.withValue(self) { () throws -> R in try bindTracer(body) }
    }
  }

  /// Makes the scope of this recorder, which is bound around a fixture, the current one inside of it.
  package func rebind<R>(_ body: () throws -> R) rethrows -> R {
    try RecordingScope.$current.withValue(scope, operation: body)
  }

  /// Makes this recorder the current one of the task for the duration of `body`.
  package func bind<R>(_ body: () async throws -> R) async rethrows -> R {
    try await RecordingScope.$current.withValue(scope) {
      try await BoundRecorder.$current.withValue(self) { () async throws -> R in try await bindTracer(body) }
    }
  }
}

extension DatabaseRecorder {
  /// Makes this recorder the current one of the thread, or of the task, until ``unbind()`` is called there.
  ///
  /// For a test framework that tells when a test begins and ends; `bind(_:)` is the way everywhere else. Spans of other libraries are not
  /// told to it: their tracer can be bound for a call alone.
  ///
  /// - Returns: Whether it is bound, which is checked.
  package func bindUntilUnbound() -> Bool {
    guard TaskLocalBinding.begin(scope, to: RecordingScope.$current) else { return false }
    guard RecordingScope.current === scope, TaskLocalBinding.begin(self, to: BoundRecorder.$current) else {
      TaskLocalBinding.end()
      return false
    }
    return true
  }

  /// Ends what `bindUntilUnbound()` began.
  package func unbind() {
    TaskLocalBinding.end()
    TaskLocalBinding.end()
  }
}

extension DatabaseRecorder: TaskRecorder {
  package func bindTracer<R>(_ body: () throws -> R) rethrows -> R {
    try withTracer(RecordingTracer(scope: scope)) { () throws -> R in try body() }
  }

  package func bindTracer<R>(_ body: () async throws -> R) async rethrows -> R {
    try await withTracer(RecordingTracer(scope: scope)) { () async throws -> R in try await body() }
  }
}
