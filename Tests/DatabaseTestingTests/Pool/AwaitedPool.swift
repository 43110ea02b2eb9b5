@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// A client as PostgresNIO's is: an actor whose callers wait in continuations, and which lends its connections.
actor AwaitedPool {
  final class Connection: Sendable {
    let id: Int

    init(_ id: Int) { self.id = id }
  }

  nonisolated let monitor: PoolMonitor
  private var idle: [Connection]
  private var waiters: [CheckedContinuation<Connection, Never>] = []

  init(size: Int, name: String) {
    monitor = PoolMonitor(name: name, size: PoolSize(size))
    idle = (1...size).map { Connection($0) }
  }

  private func lease() async -> Connection {
    if let connection = idle.popLast() { return connection }
    return await withCheckedContinuation { waiters.append($0) }
  }

  private func release(_ connection: Connection) {
    if waiters.isEmpty { idle.append(connection) } else { waiters.removeFirst().resume(returning: connection) }
  }

  var waiting: Int { waiters.count }

  /// The form that cannot leak.
  func withConnection<R: Sendable>(_ body: @Sendable (Connection) async throws -> R) async throws -> R {
    let connection = await lease()
    defer { release(connection) }
    return try await monitor.withLease(on: connection.id) { try await body(connection) }
  }

  /// The form that can.
  func checkout() async -> PoolObserver.Lease {
    let connection = await lease()
    return monitor.observer.checkedOut(number(of: connection))
  }

  func checkin(_ lease: PoolObserver.Lease) {
    monitor.observer.checkedIn(lease)
    if let connection = connections[lease.connection] { release(connection) }
  }

  private var connections: [Int: Connection] = [:]

  private func number(of connection: Connection) -> Int {
    if let known = connections.first(where: { $0.value === connection })?.key { return known }
    let number = monitor.observer.connected()
    connections[number] = connection
    return number
  }
}
