public import DatabaseInstrumentation
internal import DatabaseSupport

/// A database whose client logs its statements, as Fluent's do: its name, and what is known of its tables.
///
/// ```swift
/// let library = LoggedDatabase("library", system: .postgreSQL)
/// let logger = Logger(label: "app") { RecordingLogHandler(forwardingTo: StreamLogHandler.standardError(label: $0), database: library) }
/// ```
///
/// A log does not tell foreign keys. Migrations that run through the handler tell them, at any time; a database that was there before
/// has to be asked once:
///
/// ```swift
/// let shop = LoggedDatabase("shop", system: .postgreSQL)
/// try await shop.defineOnce { try await definitions(DatabaseSystem.postgreSQL.definitionsQuery!) }
/// ```
///
/// What is known is remembered for the database, by its name and system, whatever handlers there are.
public struct LoggedDatabase: Sendable {
  let connection: ObservedConnection

  private struct Key: Hashable {
    var name: String
    var system: DatabaseSystem
  }

  /// One for all handlers: a pooled connection logs through that of whoever opened it.
  private static let known = Locked<[Key: ObservedConnection]>([:])

  /// The database with a name; the same one each time.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - system: Which product it is; it decides by which rules the SQL is read.
  ///   - driverFile: `#filePath` in a file of the tests that is a driver around the client, as the one of the sample FluentLibrary is:
  ///     findings name the line that called it, and none in it.
  public init(_ name: String, system: DatabaseSystem, driverFile: String? = nil) {
    if let driverFile { DriverFiles.add(driverFile) }
    connection = Self.known.withLock { known in
      let key = Key(name: name, system: system)
      if let connection = known[key] { return connection }
      let facts = LibrarySchemas.facts(system: system, address: nil, name: name)
      let connection = ObservedConnection(
        info: ConnectionInfo(id: InstrumentedConnection.nextID(), name: name, file: nil, system: system),
        database: ObservedDatabase(schema: facts), isBound: false, isOfLog: true)
      known[key] = connection
      return connection
    }
  }

  /// The one of handlers that were given none. Its product is that of the only client in the process.
  public static let unnamed: LoggedDatabase = {
    let system = WatchedClients.loggedSystem ?? .otherSQL
    return LoggedDatabase(system.productName.map { "\($0) (logged)" } ?? "the logged database", system: system)
  }()

  /// What recordings say of it.
  public var info: ConnectionInfo { connection.info }

  /// Tells of tables, so that their foreign keys are known: a `CREATE TABLE`, `ALTER TABLE` or `DROP TABLE`, or several.
  public func define(_ ddl: String) {
    connection.database.schema.noteAll(in: ddl, dialect: info.system.dialect)
  }

  /// Tells of all tables, which `read` reads from the database: once for the process, while all others wait.
  ///
  /// - Parameter read: Returns a `CREATE TABLE` for each table; what it asks is counted as a fixture's. Where it throws, the next one
  ///   reads.
  public func defineOnce(_ read: () async throws -> [String]) async rethrows {
    try await connection.database.schema.readOnce(dialect: info.system.dialect, read)
  }

  /// By which rules a logged text is read.
  func dialect(of sql: String) -> SQLDialect {
    info.system == .otherSQL ? .guessed(from: sql) : info.system.dialect
  }
}
