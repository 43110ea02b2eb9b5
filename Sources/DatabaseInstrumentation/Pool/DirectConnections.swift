internal import DatabaseSupport

/// Connections whose opening and closing a driver tells exactly, and that no pool has told of: one monitor for each database.
///
/// A pool that tells the number of the connection behind its own takes it over.
final class DirectConnections: Sendable {
  static let shared = DirectConnections()

  private struct Member: Sendable {
    var monitor: PoolMonitor
    var connection: Int
  }

  /// By their number in the process.
  private let members = Locked<[UInt64: Member]>([:])

  func opened(_ info: ConnectionInfo, of database: ObservedDatabase) {
    let monitor = database.monitor(of: info)
    let connection = monitor.observer.connected(databaseConnection: info.id)
    members.withLock { $0[info.id] = Member(monitor: monitor, connection: connection) }
  }

  func closed(_ id: UInt64) {
    guard let member = members.withLock({ $0.removeValue(forKey: id) }) else { return }
    member.monitor.observer.closed(member.connection)
  }

  /// A pool has the connection: it is not closed, and has no event.
  func handOver(_ id: UInt64) {
    guard let member = members.withLock({ $0.removeValue(forKey: id) }) else { return }
    member.monitor.apply(PoolChange(nil, .closed(leavesEmptySlot: false), connection: member.connection))
  }
}
