internal import DatabaseSupport

/// Why a statement failed.
public struct StatementError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The database's own number: for SQLite the [extended result code](https://www.sqlite.org/rescode.html); 0 where it
  /// has none.
  public let code: Int
  /// The database's own code as text, what `db.response.status_code` calls it: the number, an SQLSTATE, or the type of
  /// the error where a driver told no code.
  public let status: String
  /// The database's message, without SQL and without values: where it may quote any, what the code means.
  public let message: String
  /// Whether the statement was never run because it could not be prepared.
  public let isPrepareFailure: Bool

  package init(code: Int, status: String? = nil, message: String, isPrepareFailure: Bool = false) {
    self.code = code
    self.status = status ?? String(code)
    self.message = message
    self.isPrepareFailure = isPrepareFailure
  }

  /// The same with another message.
  package func saying(_ message: String) -> StatementError {
    StatementError(code: code, status: status, message: message, isPrepareFailure: isPrepareFailure)
  }

  /// The message and the code: `UNIQUE constraint failed: book.id (1555)`.
  public var description: String { "\(message) (\(status))".singleLine }
}
