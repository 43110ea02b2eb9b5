/// For authors of ORMs: declare what a session is about to write, so that it can be compared with what was written.
///
/// ```swift
/// func flush() throws {
///   try FlushHooks.withFlush("session", new: ["book": 3], dirty: ["author": 1]) {
///     try sendInsertsAndUpdates()
///   }
/// }
/// ```
///
/// The flush shows as a ``Flush`` of the recording, and an ORM that announced three inserts and wrote two is a finding.
/// Where telemetry is active it is a span around its statements, with what was announced and how it ended.
/// Triggers and foreign key actions are the database's and are not compared.
public enum FlushHooks {
  /// A session is about to write; call it before the first statement.
  ///
  /// For ORMs whose flush is not one function. Run the statements in `SessionFlush.perform(_:)`, then call
  /// ``SessionFlush/didFlush()``, and ``SessionFlush/didFinishExecution()`` when the objects have their final state.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - new: Rows to insert, by table.
  ///   - dirty: Rows to update, by table.
  ///   - deleted: Rows to delete, by table.
  /// - Returns: The token of the flush.
  public static func willFlush(
    _ name: String = "session", new: [String: Int] = [:], dirty: [String: Int] = [:], deleted: [String: Int] = [:]
  ) -> SessionFlush {
    SessionFlush(name, announced: RowChanges(inserted: new, updated: dirty, deleted: deleted))
  }

  /// Runs `body`, which sends the statements of a flush.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - new: Rows to insert, by table.
  ///   - dirty: Rows to update, by table.
  ///   - deleted: Rows to delete, by table.
  ///   - body: What sends the statements, in this task and its children.
  /// - Returns: What `body` returns.
  public static func withFlush<R>(
    _ name: String = "session", new: [String: Int] = [:], dirty: [String: Int] = [:], deleted: [String: Int] = [:],
    _ body: () throws -> R
  ) rethrows -> R {
    let flush = willFlush(name, new: new, dirty: dirty, deleted: deleted)
    defer { flush.didFinishExecution() }
    return try flush.perform(body)
  }

  /// Runs `body`, which sends the statements of a flush.
  ///
  /// The asynchronous form of the function of the same name.
  @_disfavoredOverload
  public static func withFlush<R>(
    _ name: String = "session", new: [String: Int] = [:], dirty: [String: Int] = [:], deleted: [String: Int] = [:],
    _ body: () async throws -> R
  ) async rethrows -> R {
    let flush = willFlush(name, new: new, dirty: dirty, deleted: deleted)
    defer { flush.didFinishExecution() }
    return try await flush.perform(body)
  }
}
