import CPostgres
import Foundation
import PostgresInstrumentation

/// A client on libpq, which blocks.
final class Client {
  let connection: OpaquePointer

  struct Failure: Error { var state: String }

  /// - Parameter endpoint: `nil` for the server itself.
  init(_ endpoint: PostgresEndpoint?, options: String = "") throws {
    let (host, port) = endpoint.map { ($0.host, $0.port) } ?? (TestServer.host, TestServer.port)
    connection = PQconnectdb(
      "host=\(host) port=\(port) dbname=postgres user=postgres password=\(TestServer.password) \(options)")
    guard PQstatus(connection) == CONNECTION_OK else {
      throw Failure(state: String(cString: PQerrorMessage(connection)))
    }
  }

  deinit { PQfinish(connection) }

  var isEncrypted: Bool { PQsslInUse(connection) == 1 }

  @discardableResult func run(_ sql: String) throws -> [[String?]] { try rows(PQexec(connection, sql)) }

  @discardableResult func run(_ sql: String, _ values: [String?]) throws -> [[String?]] {
    try withStrings(values) { try rows(PQexecParams(connection, sql, Int32(values.count), nil, $0, nil, nil, 0)) }
  }

  func prepare(_ name: String, _ sql: String) throws {
    _ = try rows(PQprepare(connection, name, sql, 0, nil))
  }

  @discardableResult func execute(_ name: String, _ values: [String?]) throws -> [[String?]] {
    try withStrings(values) { try rows(PQexecPrepared(connection, name, Int32(values.count), $0, nil, nil, 0)) }
  }

  /// Sends all before it reads an answer.
  ///
  /// - Returns: For each its SQLSTATE, or nothing.
  func pipeline(_ statements: [String]) -> [String] {
    PQenterPipelineMode(connection)
    for sql in statements { PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) }
    PQpipelineSync(connection)
    var states: [String] = []
    while let result = PQgetResult(connection) {
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC:
        PQexitPipelineMode(connection)
        return states
      case PGRES_PIPELINE_ABORTED: states.append("aborted")
      default: states.append(PQresultErrorField(result, 67).map { String(cString: $0) } ?? "")
      }
      // After each statement an end of its results.
      if let end = PQgetResult(connection) { PQclear(end) }
    }
    return states
  }

  func copy(_ sql: String, _ lines: String) throws {
    PQclear(PQexec(connection, sql))
    PQputCopyData(connection, lines, Int32(lines.utf8.count))
    PQputCopyEnd(connection, nil)
    while let result = PQgetResult(connection) { _ = try rows(result) }
  }

  private func rows(_ result: OpaquePointer?) throws -> [[String?]] {
    defer { PQclear(result) }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
    default: throw Failure(state: PQresultErrorField(result, 67).map { String(cString: $0) } ?? "")
    }
    return (0..<PQntuples(result)).map { row in
      (0..<PQnfields(result)).map { column in
        PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
      }
    }
  }

  private func withStrings<R>(_ values: [String?], _ body: ([UnsafePointer<CChar>?]) throws -> R) rethrows -> R {
    let copies = values.map { $0.map { strdup($0) } ?? nil }
    defer { for copy in copies { free(copy) } }
    return try body(copies.map { $0.map { UnsafePointer($0) } })
  }
}

/// The server that `./Tests/run --postgresql` has started.
enum TestServer {
  static let host = value("DATABASE_TESTING_POSTGRESQL_HOST")
  static let port = Int(value("DATABASE_TESTING_POSTGRESQL_PORT")) ?? 0
  static let password = value("DATABASE_TESTING_POSTGRESQL_PASSWORD")
  static let address = PostgresServer.host(host, port: port, user: "postgres", password: password)

  /// A PEM file.
  static func certificate(_ name: String) -> String { "\(certificates)/\(name).crt" }
  static func key(_ name: String) -> String { "\(certificates)/\(name).key" }
  private static let certificates = value("DATABASE_TESTING_POSTGRESQL_CERTIFICATES")

  private static func value(_ name: String) -> String {
    ProcessInfo.processInfo.environment[name] ?? "run ./Tests/run --postgresql, which starts a server"
  }
}

/// Calls `body` with a database of its own, in which some statements ran.
func withDatabase(_ statements: [String], _ body: (String) async throws -> Void) async throws {
  let name = "test\(UInt32.random(in: 0...UInt32.max))"
  let direct = try Client(nil)
  try direct.run("CREATE DATABASE \(name)")
  defer { _ = try? direct.run("DROP DATABASE \(name) WITH (FORCE)") }
  do {
    let client = try Client(nil, options: "dbname=\(name)")
    for statement in statements { try client.run(statement) }
  }
  try await body(name)
}
