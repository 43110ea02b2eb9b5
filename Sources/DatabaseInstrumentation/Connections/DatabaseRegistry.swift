internal import DatabaseSupport

/// The databases of the process whose connections are instrumented.
///
/// ```swift
/// for database in DatabaseRegistry.shared.databases { print(database) }     // library.sqlite (sqlite), 3 connections
/// ```
///
/// Connections enter when they open and leave when they close; a database is there as long as it has one.
public final class DatabaseRegistry: Sendable {
  /// The registry of the process.
  public static let shared = DatabaseRegistry()

  private let connections = Locked<[UInt64: Entry]>([:])

  private struct Entry: Sendable {
    var info: ConnectionInfo
    weak let identity: ObservedDatabase?
    var closing: [@Sendable () -> Void] = []
  }

  /// The databases that have a connection now, in the order in which they were opened.
  public var databases: [InstrumentedDatabase] {
    let entries = connections.withLock { $0.values.sorted { $0.info.id < $1.info.id } }
    var order: [ObjectIdentifier] = []
    var found: [ObjectIdentifier: InstrumentedDatabase] = [:]
    for entry in entries {
      guard let identity = entry.identity else { continue }
      let key = ObjectIdentifier(identity)
      if found[key] == nil {
        order.append(key)
        found[key] = InstrumentedDatabase(info: entry.info, identity: identity)
      }
      found[key]?.connectionCount += 1
    }
    return order.compactMap { found[$0] }
  }

  /// The databases of one kind.
  public func databases(of system: DatabaseSystem) -> [InstrumentedDatabase] {
    databases.filter { $0.system == system }
  }

  /// The databases with a name; several where two were given the same.
  public func databases(named name: String) -> [InstrumentedDatabase] {
    databases.filter { $0.name == name }
  }

  func add(_ info: ConnectionInfo, _ identity: ObservedDatabase) {
    connections.withLock { connections in
      let closing = connections[info.id]?.closing ?? []
      connections[info.id] = Entry(info: info, identity: identity, closing: closing)
    }
  }

  func remove(_ info: ConnectionInfo) {
    let entry = connections.withLock { $0.removeValue(forKey: info.id) }
    for body in entry?.closing ?? [] { body() }
  }

  /// Calls `body` once when a connection is closed, on the thread that closes it; at once when it is not open.
  package func whenClosed(_ id: UInt64, _ body: @escaping @Sendable () -> Void) {
    let isOpen = connections.withLock { connections in
      connections[id]?.closing.append(body)
      return connections[id] != nil
    }
    if !isOpen { body() }
  }
}

/// One database whose connections are instrumented, or can be.
public struct InstrumentedDatabase: Sendable, CustomStringConvertible {
  /// The name of its connections: the one that was given, else the name of the file.
  public let name: String
  /// Which product it is.
  public let system: DatabaseSystem
  /// How many connections it had when it was looked up.
  public internal(set) var connectionCount: Int

  let identity: ObservedDatabase?
  private let attach: @Sendable () throws -> ObservedDatabase

  init(info: ConnectionInfo, identity: ObservedDatabase) {
    name = info.name
    system = info.system
    connectionCount = 0
    self.identity = identity
    attach = { identity }
  }

  /// A database that is instrumented when an instrumentor is activated on it.
  package init(name: String, system: DatabaseSystem, attach: @escaping @Sendable () throws -> ObservedDatabase) {
    self.name = name
    self.system = system
    self.attach = attach
    connectionCount = 0
    identity = nil
  }

  /// Reads the foreign keys of its tables, so that spans name the relationships that statements load.
  ///
  /// Without it they are known from the DDL that the process ran, and, where SQLite is a shared library, from connections whose
  /// statements were recorded. A file is read for it without a lock; one with a write-ahead log is opened read-only, which stands in
  /// no writer's way. Not to be called from inside of a callback of the database. What cannot be read stays unknown.
  public func readTables() {
    identity?.schema.prepare()
  }

  package func attached() throws -> ObservedDatabase { try attach() }

  package func with(_ identity: ObservedDatabase) -> InstrumentedDatabase {
    DatabaseRegistry.shared.databases.first { $0.identity === identity } ?? self
  }

  /// `library.sqlite (sqlite), 3 connections`.
  public var description: String { "\(name) (\(system)), \(connectionCount.counted("connection"))" }
}
