public import DatabaseInstrumentation

/// A database connection that was opened in a scope, and whether it was closed by the end of it.
///
/// Opening and closing of SQLite connections are seen exactly, whoever opens them and whether or not there is a pool.
public struct OpenedConnection: Sendable, CustomStringConvertible {
  /// Which connection.
  public let info: ConnectionInfo
  /// Whether it was still open when the recording was made.
  public let isOpen: Bool
  /// What opened it; `nil` where that was not seen.
  package let stack: StackTrace?
  /// The statements that were not finalized when its close began; `nil` where it is closed, or no close began.
  package let heldAtClose: [StatementShape]?

  init(_ evidence: ObservedConnection) {
    info = evidence.info
    isOpen = evidence.isOpen
    stack = evidence.openingStack
    heldAtClose = isOpen ? evidence.heldAtClose : nil
  }

  /// The line of the app that opened it. Symbolicated when it is read.
  public var callSite: CallSite? { stack?.callSite() }

  /// `library.sqlite (2), still open, opened at Library.swift:12 in Library.init(path:)`.
  public var description: String {
    let site = callSite.map { ", opened at \($0)" } ?? ""
    return "\(info), \(isOpen ? "still open" : "closed")\(site)"
  }
}
