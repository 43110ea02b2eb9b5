/// A connection as it was when the evidence was taken.
package struct ConnectionSnapshot: Sendable {
  package let info: ConnectionInfo
  package let database: DatabaseIdentity
  /// Whether statements on it are known to have been missed.
  package let hasLostStatements: Bool

  init(_ connection: ConnectionEvidence) {
    info = connection.info
    database = connection.database
    hasLostStatements = connection.hasLostStatements
  }
}
