import Foundation

/// A few connections, which callers on several threads share.
final class SmallPool: ConnectionPool, @unchecked Sendable {  // What changes is touched under `condition` alone.
  private let size: Int
  private let open: @Sendable () throws -> Connection
  private let condition = NSCondition()
  private var idle: [Connection] = []
  private var leased: [Int: Connection] = [:]
  private var count = 0
  private var lastLease = 0
  private var waitingCount = 0
  private var isClosed = false

  init(size: Int, open: @escaping @Sendable () throws -> Connection) {
    self.size = max(1, size)
    self.open = open
  }

  func take() throws -> Lease {
    try condition.withLock {
      while true {
        if isClosed { throw LedgerError.poolClosed }
        if let connection = idle.popLast() { return lease(connection) }
        if count < size {
          let connection = try open()
          count += 1
          return lease(connection)
        }
        waitingCount += 1
        condition.wait()
        waitingCount -= 1
      }
    }
  }

  func giveBack(_ lease: Lease) {
    condition.withLock {
      // Who has given its lease back must not give back somebody else's connection.
      guard let connection = leased.removeValue(forKey: lease.id) else { return }
      if isClosed { return connection.close() }
      idle.append(connection)
      condition.signal()
    }
  }

  /// Closes what is idle now, and what is taken when it comes back; wakes who waits.
  func close() {
    condition.withLock {
      isClosed = true
      for connection in idle { connection.close() }
      idle = []
      condition.broadcast()
    }
  }

  var waiting: Int { condition.withLock { waitingCount } }

  private func lease(_ connection: Connection) -> Lease {
    lastLease += 1
    leased[lastLease] = connection
    return Lease(connection: connection, id: lastLease)
  }
}
