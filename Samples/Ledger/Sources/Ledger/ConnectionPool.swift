/// Where the ledger gets its connections from.
protocol ConnectionPool: Sendable {
  /// Takes a connection; waits until one is free.
  func take() throws -> Lease
  /// Gives it back. A second time does nothing.
  func giveBack(_ lease: Lease)
}

/// A connection that was taken, until it is given back.
struct Lease: Sendable {
  let connection: Connection
  let id: Int

  init(connection: Connection, id: Int) {
    self.connection = connection
    self.id = id
  }
}
