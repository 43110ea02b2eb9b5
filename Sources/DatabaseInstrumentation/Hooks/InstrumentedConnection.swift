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
  public init(
    _ name: String, system: DatabaseSystem, namespace: String? = nil, serverAddress: String? = nil,
    serverPort: Int? = nil
  ) {
    let info = ConnectionInfo(
      id: Self.nextID(), name: DatabaseURL.withoutCredentials(name),
      file: nil,
      system: system, namespace: namespace, serverAddress: serverAddress.map(DatabaseURL.withoutCredentials),
      serverPort: serverPort)
    // Connections with the same address share what is known of their tables, as those to one file do.
    let place = "\(system)|\(info.serverAddress ?? "")|\(serverPort ?? 0)|\(namespace ?? name)"
    evidence = ObservedConnection(info: info, database: ObservedDatabase.of(file: place) { SchemaFacts() })
  }

  /// What recordings and spans say of it.
  public var info: ConnectionInfo { evidence.info }

  /// Where the driver tells of its statements.
  public var statements: StatementHooks { StatementHooks(connection: self) }

  /// Tells of a table, so that its foreign keys are known: a `CREATE TABLE`, `ALTER TABLE` or `DROP TABLE`.
  ///
  /// DDL that runs through ``statements`` is noted without it.
  public func define(_ ddl: String) {
    evidence.database.schema.note(ddl)
  }

  /// The driver closed the connection; calling it again does nothing.
  public func close() {
    evidence.markClosed()
  }
}
