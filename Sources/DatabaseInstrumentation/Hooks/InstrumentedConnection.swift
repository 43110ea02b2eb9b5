internal import Synchronization

/// For authors of drivers: one connection of a database, through which the driver tells what it does.
///
/// ```swift
/// final class MyConnection {
///   private let instrumented = InstrumentedConnection("library", system: .postgreSQL, serverAddress: "db.example.com")
///
///   func query(_ sql: String) throws -> [String] {
///     try instrumented.statements.withStatement(sql) { statement in
///       let rows = try send(sql)
///       statement.rowsReturned = rows.count
///       return rows
///     }
///   }
///
///   deinit { instrumented.close() }
/// }
/// ```
///
/// Its statements take part in everything that SQLite's do: recordings and their expectations, loads, spans, metrics. A copy
/// is the same connection.
public struct InstrumentedConnection: Sendable {
  package let evidence: ObservedConnection
  let driver: DriverTransactions

  /// Numbers of connections of this kind; SQLite's count from 1.
  private static let lastID = Atomic<UInt64>(1 << 40)

  package static func nextID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Makes one when the driver opens a connection.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - system: Which product it leads to; it decides by which rules the SQL is read.
  ///   - namespace: The name of the database within its server.
  ///   - serverAddress: The host of the server, or a connection URL: credentials are taken out of it.
  ///   - serverPort: The port of the server.
  ///   - tellsTransactions: Whether all transactions are told, as statements (`BEGIN`, `SAVEPOINT`) or through ``transactions``, so that
  ///     a statement outside of one is committed by itself. Where it is `false` that is so from the first one on which is told.
  public init(
    _ name: String, system: DatabaseSystem, namespace: String? = nil, serverAddress: String? = nil,
    serverPort: Int? = nil, tellsTransactions: Bool = false
  ) {
    self.init(
      name, system: system, namespace: namespace, serverAddress: serverAddress, serverPort: serverPort,
      tellsTransactions: tellsTransactions, isOnWire: false)
  }

  /// - Parameter isOnWire: Whether an endpoint on the way to the server tells, beside whatever the client tells.
  package init(
    _ name: String, system: DatabaseSystem, namespace: String?, serverAddress: String?, serverPort: Int?,
    tellsTransactions: Bool, isOnWire: Bool
  ) {
    driver = DriverTransactions(areTold: tellsTransactions)
    let info = ConnectionInfo(
      id: Self.nextID(), name: DatabaseURL.withoutCredentials(name),
      file: nil,
      system: system, namespace: namespace, serverAddress: serverAddress.map(DatabaseURL.withoutCredentials),
      serverPort: serverPort)
    // Connections with the same address share what is known of their tables, as those to one file do.
    let place = "\(system)|\(info.serverAddress ?? "")|\(serverPort ?? 0)|\(namespace ?? name)"
    evidence = ObservedConnection(
      info: info,
      database: ObservedDatabase.of(file: place) {
        LibrarySchemas.facts(system: system, address: info.serverAddress, name: info.namespace ?? info.name)
      }, isOnWire: isOnWire)
    WatchedClients.note(hooksOf: system)
  }

  /// What recordings and spans say of it.
  public var info: ConnectionInfo { evidence.info }

  /// Where the driver tells of its statements.
  public var statements: StatementHooks { StatementHooks(connection: self) }

  /// Where a driver tells of transactions that it begins and ends by calls, and not by statements.
  public var transactions: TransactionHooks { TransactionHooks(connection: self) }

  /// Tells of tables, so that their foreign keys are known: a `CREATE TABLE`, `ALTER TABLE` or `DROP TABLE`, or several.
  ///
  /// DDL that runs through ``statements`` is noted without it, before any recording too. What is told is remembered for the database, by its system, address and
  /// namespace, as long as the process runs. Where the keys of a table are not known, `.noNPlusOne` fails for lookups in it, and says so.
  public func define(_ ddl: String) {
    evidence.database.schema.noteAll(in: ddl, dialect: info.system.dialect)
  }

  /// Tells of all tables, which `read` reads from the database: once for the process, while all others wait.
  ///
  /// ```swift
  /// let connection = InstrumentedConnection("library", system: .postgreSQL)
  /// try await connection.defineOnce { try await definitions(DatabaseSystem.postgreSQL.definitionsQuery!) }
  /// ```
  ///
  /// - Parameter read: Returns a `CREATE TABLE` for each table; what it asks is counted as a fixture's. Where it throws, the next one
  ///   reads.
  public func defineOnce(_ read: () async throws -> [String]) async rethrows {
    try await evidence.database.schema.readOnce(dialect: info.system.dialect, read)
  }

  /// The driver closed the connection; calling it again does nothing.
  public func close() {
    evidence.markClosed()
  }
}
