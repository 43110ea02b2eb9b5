/// A statement that begins, as it was sent.
struct SentStatement: Sendable {
  var shape: StatementShape
  /// Where the pipeline needs it.
  var text: String?
  /// The bound values that a span may carry.
  var parameters: [String?]
  /// How often the statement is sent in one go; `nil`: it is no batch.
  var batchSize: Int?
  /// The statement that is open around it.
  var enclosing: StatementTelemetry?
}
