/// Why a statement failed.
public struct StatementError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The database's own code: for SQLite the [extended result code](https://www.sqlite.org/rescode.html).
  public let code: Int
  /// The database's message, without SQL and without values.
  public let message: String
  /// Whether the statement was never run because it could not be prepared.
  public let isPrepareFailure: Bool

  package init(code: Int, message: String, isPrepareFailure: Bool = false) {
    self.code = code
    self.message = message
    self.isPrepareFailure = isPrepareFailure
  }

  /// The message and the code: `UNIQUE constraint failed: book.id (1555)`.
  public var description: String { "\(message) (\(code))" }
}
