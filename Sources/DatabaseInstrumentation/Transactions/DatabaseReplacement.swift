/// A whole database that got other contents by a call, and not by a statement.
package struct DatabaseReplacement: Sendable {
  package enum Kind: Sendable, Hashable {
    /// By `sqlite3_backup_finish`.
    case backup
    /// By `sqlite3_deserialize`.
    case deserialization
  }

  package var kind: Kind
  /// `main`, `temp`, or the name of an attached database.
  package var database: String
  /// Index into the store's stacks, plus 1; 0: not captured.
  package var stack: UInt32
  /// Index of its connection in the evidence.
  package var connection: Int32 = 0
  /// Of the recording that it belongs to.
  var scope: UInt32
  /// Nanoseconds of the monotonic clock.
  var time: UInt64
}

extension ObservedConnection {
  /// One of its databases was replaced just now, on the current thread.
  package func noteReplacement(of database: String, by kind: DatabaseReplacement.Kind) {
    guard let (log, scope) = logOfTask else { return }
    log.append(kind, of: database, in: scope)
  }
}
