internal import DatabaseSupport
internal import Tracing

/// What the current task has of this package, to be handed on to where a task is lost: the recording, the load and the flush that an ORM
/// declared, attributes, and the span around them.
///
/// Values of a task do not reach callbacks of an event loop, tasks that are made there, dispatch queues and detached tasks. FluentKit
/// runs the body of a transaction in such a task:
///
/// ```swift
/// let context = DatabaseTaskContext.current
/// try await fluent.transaction { database in
///   try await context.run { try await database.save(book) }
/// }
/// ```
///
/// A driver keeps it beside the statement that waits for a connection:
///
/// ```swift
/// let context = DatabaseTaskContext.current
/// eventLoopGroup.next().execute {
///   context.run { _ = try? send(sql) }
/// }
/// ```
///
/// What runs after the recording has ended is nobody's. A context keeps what it has alive, so keep it no longer than the work.
public struct DatabaseTaskContext: Sendable {
  private let scope: RecordingScope?
  private let recorder: (any TaskRecorder)?
  private let suite: RecordedSuite?
  private let load: TaskDeclaration<DeclaredLoad>?
  private let flush: TaskDeclaration<SessionFlush>?
  private let observation: (any Observation)?
  private let service: ServiceContext?

  /// What the current task has; outside of any task nothing, and then `run(_:)` changes nothing.
  public static var current: DatabaseTaskContext { DatabaseTaskContext() }

  private init() {
    scope = RecordingScope.current
    recorder = BoundRecorder.current
    suite = RecordedSuite.current
    load = DeclaredLoad.bound
    flush = SessionFlush.bound
    observation = ProcessObserver.ofTask
    service = ServiceContext.current
  }

  /// Whether there is nothing to hand on.
  public var isEmpty: Bool {
    scope == nil && load == nil && flush == nil && observation == nil && service == nil
  }

  /// Whether it is the context of a recording, or of a fixture in one.
  ///
  /// A task that is made on an event loop may have a span, and no recording: FluentKit's, in which it loads the children of what a future
  /// brought.
  public var hasRecording: Bool { scope != nil }

  /// Calls `body` as if it were called in the task that the context is of.
  ///
  /// - Parameter body: What sends statements, at once or in child tasks.
  /// - Returns: What `body` returns.
  public func run<R>(_ body: () throws -> R) rethrows -> R {
    guard !isEmpty else { return try body() }
    return try RecordingScope.$current.withValue(scope) {
      try BoundRecorder.$current.withValue(recorder) {
        try RecordedSuite.$current.withValue(suite) {
          try DeclaredLoad.$bound.withValue(load) {
            try SessionFlush.$bound.withValue(flush) {
              try ProcessObserver.$ofTask.withValue(observation) {
                try ServiceContext.$current.withValue(service) {
                  guard scope != nil, let recorder else { return try body() }
                  return try recorder.bindTracer(body)
                }
              }
            }
          }
        }
      }
    }
  }

  /// Calls `body` as if it were called in the task that the context is of.
  ///
  /// The asynchronous form of the function of the same name.
  @_disfavoredOverload
  public func run<R>(_ body: () async throws -> R) async rethrows -> R {
    guard !isEmpty else { return try await body() }
    return try await RecordingScope.$current.withValue(scope) {
      try await BoundRecorder.$current.withValue(recorder) {
        try await RecordedSuite.$current.withValue(suite) {
          try await DeclaredLoad.$bound.withValue(load) {
            try await SessionFlush.$bound.withValue(flush) {
              try await ProcessObserver.$ofTask.withValue(observation) {
                try await ServiceContext.$current.withValue(service) {
                  guard scope != nil, let recorder else { return try await body() }
                  return try await recorder.bindTracer(body)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// A recorder, which belongs to a module that stands above this one.
package protocol TaskRecorder: AnyObject, Sendable {
  /// Calls `body` where spans are told to the recorder.
  func bindTracer<R>(_ body: () throws -> R) rethrows -> R
  /// Calls `body` where spans are told to the recorder.
  func bindTracer<R>(_ body: () async throws -> R) async rethrows -> R
}

/// The recorder of the current task.
package enum BoundRecorder {
  @TaskLocal package static var current: (any TaskRecorder)?
}
