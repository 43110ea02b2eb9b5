internal import CStatementLog
internal import DatabaseSupport

extension ObservedConnection {
  /// A log message told of a statement: neither its duration nor its rows are known.
  ///
  /// - Parameter values: The bound values in order; `nil` where the message does not have them.
  package func note(logged sql: String, values: [String]?, dialect: SQLDialect) {
    guard RecordingActivity.shared.isRecording else { return }
    let (number, shape) = ShapeTable.shared.number(of: sql, dialect: dialect)
    if shape.kind == .ddl { database.schema.note(sql) }
    let beginning = StatementBeginning(
      shape: number, start: monotonicNanoseconds(), thread: CurrentThread.number,
      flags: CurrentThread.flags.union(.fromLog), transaction: 0, parent: nil, isRead: shape.kind == .select)
    let slot = begin(beginning) { _ in ValueHashes(.of(sql, shape: shape, dialect: dialect), bound: values) }
    guard let slot else { return }
    var outcome = StatementOutcome(duration: 0)
    outcome.counts.hasDuration = false
    slot.log.end(slot, outcome)
  }
}
