internal import DatabaseSupport

/// Which clients of databases are in the process, and whether anything tells of their statements.
package enum WatchedClients {
  /// A library that sends statements and that SQLite's hooks do not see.
  package struct Client: Sendable, Hashable {
    package var name: String
    package var system: DatabaseSystem
    /// The mangled name of a type of it.
    fileprivate var type: String
  }

  private static let known = [
    Client(name: "PostgresNIO", system: .postgreSQL, type: "11PostgresNIO18PostgresConnectionC"),
    Client(name: "MySQLNIO", system: .mySQL, type: "8MySQLNIO15MySQLConnectionC"),
    // With an SQLite of its own.
    Client(name: "SQLiteNIO", system: .sqlite, type: "9SQLiteNIO16SQLiteConnectionC"),
    Client(name: "PostgresClientKit", system: .postgreSQL, type: "17PostgresClientKit10ConnectionC"),
  ]

  private struct Told {
    var byLog = false
    /// Those whose statements hooks or spans told of.
    var systems: Set<DatabaseSystem> = []
  }

  private static let told = Locked(Told())
  /// For tests: what is in the process instead.
  @TaskLocal package static var inProcess: [Client]?

  private static let loaded = known.filter { _typeByName($0.type) != nil }
  package static let hasFluent = _typeByName("9FluentKit9DatabasesC") != nil
  private static let hasSQLKit = _typeByName("6SQLKit9SQLSelectV") != nil

  /// A client that a test pretends to have.
  package static func client(named name: String, of system: DatabaseSystem) -> Client {
    Client(name: name, system: system, type: "")
  }

  static func note(hooksOf system: DatabaseSystem) { told.withLock { _ = $0.systems.insert(system) } }

  /// A handler was made that looks for statements in messages: SQLKit's drivers write them.
  package static func noteLog() { told.withLock { $0.byLog = true } }

  /// The clients in the process of which nobody has told anything.
  package static var unwatched: [Client] {
    if let inProcess { return inProcess }
    guard !loaded.isEmpty else { return [] }
    let told = told.withLock { $0 }
    if told.byLog && hasSQLKit { return [] }
    return loaded.filter { !told.systems.contains($0.system) }
  }

  /// The product that log messages are of: the only one whose client is in the process.
  package static let loggedSystem: DatabaseSystem? = {
    let systems = Set(loaded.map(\.system))
    return systems.count == 1 ? systems.first : nil
  }()
}
