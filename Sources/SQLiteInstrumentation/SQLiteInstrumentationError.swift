internal import CSQLiteHooks

/// Why connections could not be instrumented, and what to do about it.
public struct SQLiteInstrumentationError: Error, Sendable, Hashable, CustomStringConvertible {
  private enum Reason: Hashable {
    case disabled, unavailable, refused(Int), notAConnection, closed, foreign, notInstrumented
  }

  private let reason: Reason
  private let name: String?

  /// `DATABASE_INSTRUMENTATION_ENABLED=0` switches all instrumentation off.
  public static let isDisabled = Self(.disabled)
  /// This platform's SQLite has no automatic extensions.
  public static let isUnavailable = Self(.unavailable)
  /// SQLite did not take the hooks.
  ///
  /// - Parameter code: Its [result code](https://www.sqlite.org/rescode.html).
  public static func isRefused(code: Int) -> Self { Self(.refused(code)) }
  /// The pointer does not point to a connection.
  public static let isNotAConnection = Self(.notAConnection)
  /// The connection was closed before.
  public static let isClosed = Self(.closed)
  /// The connection belongs to another copy of SQLite in the same process.
  public static let isForeign = Self(.foreign)
  /// The connection is not instrumented, so there is nothing to share its trace with.
  public static let isNotInstrumented = Self(.notInstrumented)

  private init(_ reason: Reason, name: String? = nil) {
    self.reason = reason
    self.name = name
  }

  init(code: Int32, result: Int32, name: String?) {
    let reason: Reason =
      switch Int(code) {
      case DBH_DISABLED: .disabled
      case DBH_UNAVAILABLE: .unavailable
      case DBH_CLOSED: .closed
      case DBH_FOREIGN: .foreign
      case DBH_NOT_INSTRUMENTED: .notInstrumented
      case DBH_NULL, Int(DBH_NOT_A_CONNECTION): .notAConnection
      default: .refused(Int(result))
      }
    self.init(reason, name: name)
  }

  /// Equal when the reasons are; the connection's name does not count.
  public static func == (left: Self, right: Self) -> Bool { left.reason == right.reason }

  /// Hashes the reason.
  public func hash(into hasher: inout Hasher) { hasher.combine(reason) }

  /// What is wrong and what to do.
  public var description: String {
    let connection = name.map { "connection \"\($0)\"" } ?? "connection"
    return switch reason {
    case .disabled:
      "SQLite is not instrumented: DATABASE_INSTRUMENTATION_ENABLED switches it off. Remove the variable, or set it to 1."
    case .unavailable:
      """
      SQLite cannot be instrumented for the whole process on this platform: it has no automatic extensions. \
      Call SQLiteInstrumentor.instrument(_:name:) with each connection after it is opened.
      """
    case .refused(let code):
      "SQLite refused the hooks with result code \(code). Call install() before the first connection is opened."
    case .notAConnection:
      "The \(connection) cannot be instrumented: the pointer is not one to an open SQLite connection. Pass `sqlite3 *`."
    case .closed:
      "The \(connection) cannot be instrumented: it is closed. Instrument it after it is opened and before it is closed."
    case .foreign:
      """
      The \(connection) cannot be instrumented: it is closed, or it belongs to another copy of SQLite than the one that \
      this package is linked with. Link both with the same library.
      """
    case .notInstrumented:
      """
      The \(connection) has no trace to share: it is not instrumented. Call SQLiteInstrumentor.instrument(_:name:) with it \
      first.
      """
    }
  }
}
