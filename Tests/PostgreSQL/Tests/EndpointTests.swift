import DatabaseTesting
import Foundation
import PostgresInstrumentation
import Testing

private let tables = [
  "CREATE TABLE author (id integer PRIMARY KEY, name text UNIQUE)",
  "CREATE TABLE book (id serial PRIMARY KEY, author_id integer REFERENCES author (id), title text)",
]

/// What a client of the endpoint does, in a schema of its own on the one server.
private func recordShop(authors: Int = 6, _ body: (Client) throws -> Void) async throws -> Recording {
  let name = "shop\(UInt32.random(in: 0...UInt32.max))"
  let direct = try Client(nil)
  try direct.run("CREATE SCHEMA \(name); SET search_path TO \(name); \(tables.joined(separator: ";"))")
  for id in 1...authors {
    try direct.run("INSERT INTO author VALUES ($1, $2)", ["\(id)", "author \(id)"])
    try direct.run("INSERT INTO book (author_id, title) VALUES ($1, 'a'), ($1, 'b')", ["\(id)"])
  }
  defer { _ = try? direct.run("DROP SCHEMA \(name) CASCADE") }
  return try await recordDatabase {
    try await withPostgresEndpoint(to: TestServer.address, name: "shop", definitions: tables) { endpoint in
      try body(Client(endpoint, options: "options='-c search_path=\(name)'"))
    }
  }
}

@Suite struct EndpointTests {
  @Test func simpleQueries() async throws {
    let recording = try await recordShop { client in
      #expect(try client.run("SELECT id FROM author ORDER BY id").count == 6)
      try client.run("UPDATE book SET title = 'c' WHERE author_id < 3")
      try client.run("BEGIN; DELETE FROM book WHERE author_id = 1; COMMIT")
    }
    #expect(recording.queries.count == 3)
    #expect(recording.selects.first?.rowsReturned == 6)
    #expect(recording.updates.first?.rowsChanged == 4)
    #expect(recording.deletes.first?.rowsChanged == 2)
    #expect(recording.statements.map(\.kind) == [.select, .update, .transaction, .delete, .transaction])
    #expect(recording.statements.allSatisfy { $0.duration != nil })
    #expect(recording.statements.first?.connection.system == .postgreSQL)
    #expect(recording.statements.first?.connection.name == "shop")
  }

  @Test func parametersAndPreparedStatements() async throws {
    let recording = try await recordShop { client in
      for id in 1...3 { try client.run("SELECT name FROM author WHERE id = $1", ["\(id)"]) }
      try client.prepare("books", "SELECT * FROM book WHERE author_id = $1")
      for id in 1...3 { #expect(try client.execute("books", ["\(id)"]).count == 2) }
      try client.run("INSERT INTO author VALUES ($1, $2)", ["99", nil])
    }
    #expect(recording.selects.count == 6)
    #expect(Set(recording.selects.map(\.sql)).count == 2)
    #expect(recording.selects.on("book").allSatisfy { $0.rowsReturned == 2 })
    #expect(recording.inserts.first?.rowsChanged == 1)
  }

  @Test func anNPlusOneIsFound() async throws {
    let recording = try await recordShop { client in
      for row in try client.run("SELECT id FROM author") {
        try client.run("SELECT * FROM book WHERE author_id = $1", [row[0]])
      }
    }
    let finding = try #require(recording.check(.noNPlusOne).first)
    #expect(finding.relationship == "book.author_id")
    #expect(finding.statements.count == 6)
  }

  @Test func oneQueryForAllIsNone() async throws {
    let recording = try await recordShop { client in
      let ids = try client.run("SELECT id FROM author").compactMap { $0[0] }.joined(separator: ",")
      try client.run("SELECT * FROM book WHERE author_id IN (\(ids))")
      try client.run("SELECT * FROM book JOIN author ON author.id = author_id")
    }
    #expect(recording.check(.noNPlusOne, .noFailures).isEmpty)
  }

  @Test func failuresHaveTheirState() async throws {
    let recording = try await recordShop { client in
      #expect(throws: Client.Failure.self) { try client.run("INSERT INTO author VALUES (1, 'Ada Lovelace')") }
      #expect(throws: Client.Failure.self) { try client.run("SELECT * FROM missing") }
      #expect(throws: Client.Failure.self) { try client.run("INSERT INTO book (author_id) VALUES ($1)", ["4711"]) }
      #expect(throws: Client.Failure.self) { try client.prepare("p", "SELECT nothing FROM author") }
      try client.run("SELECT 1")
    }
    #expect(recording.statements.compactMap { $0.error?.status } == ["23505", "42P01", "23503", "42703"])
    let message = recording.check(.noFailures).map(\.message).joined(separator: "\n")
    #expect(message.contains("unique violation of constraint \"author_pkey\""), "\(message)")
    #expect(!message.contains("Lovelace") && !message.contains("4711"))
  }

  @Test func transactions() async throws {
    let recording = try await recordShop { client in
      try client.run("BEGIN")
      try client.run("INSERT INTO author VALUES ($1, $2)", ["301", "a"])
      try client.run("COMMIT")
      try client.run("BEGIN; DELETE FROM book")
      try client.run("ROLLBACK")
      try client.run("BEGIN")
      #expect(throws: Client.Failure.self) { try client.run("INSERT INTO author VALUES (301, 'b')") }
      // Which is a rollback, after a failure.
      try client.run("COMMIT")
    }
    #expect(recording.check(.commits(1), .rollbacks(2), .closedTransactions).isEmpty)
    #expect(!recording.check(.commits(2)).isEmpty)
  }

  @Test func aPipelineThatFailsInTheMiddle() async throws {
    let recording = try await recordShop { client in
      let states = client.pipeline([
        "INSERT INTO author VALUES (100, 'x')", "INSERT INTO author VALUES (100, 'y')", "SELECT * FROM author",
      ])
      #expect(states == ["", "23505", "aborted"])
      try client.run("SELECT 1")
    }
    // The third was never run.
    #expect(recording.inserts.count == 2)
    #expect(recording.selects.count == 1)
    #expect(recording.statements.compactMap { $0.error?.status } == ["23505"])
  }

  /// Nobody knows here which line of the app sent a query: what may be two lookups on two lines is not called a repetition.
  @Test func twoLinesAreNoLoop() async throws {
    let recording = try await recordShop { client in
      try client.run("SELECT id FROM author")
      try client.run("SELECT * FROM book WHERE author_id = 1")
      try client.run("SELECT * FROM book WHERE author_id = 2")
      try client.run("SELECT count(*) FROM book")
      try client.run("SELECT count(*) FROM book")
    }
    #expect(recording.check(.noNPlusOne).isEmpty)
    let message = recording.check(.noDuplicateQueries).map(\.message).joined(separator: "\n")
    #expect(message.contains("cannot be checked") || message.contains("blind"), "\(message)")
  }

  @Test func rowsThatAreCopied() async throws {
    let recording = try await recordShop { client in
      try client.copy("COPY author FROM STDIN", "201\ta\n202\tb\n203\tc\n")
    }
    #expect(recording.statements.count == 1)
    #expect(recording.statements.first?.rowsChanged == 3)
  }

  @Test func whatIsDefinedThroughTheEndpointIsKnown() async throws {
    let recording = try await recordDatabase {
      try await withPostgresEndpoint(to: TestServer.address) { endpoint in
        let client = try Client(endpoint)
        try client.run("CREATE TEMP TABLE parent (id integer PRIMARY KEY)")
        try client.run("CREATE TEMP TABLE child (parent_id integer REFERENCES parent (id))")
        try client.run("INSERT INTO parent SELECT generate_series(1, 4)")
        for row in try client.run("SELECT id FROM parent") {
          try client.run("SELECT * FROM child WHERE parent_id = $1", [row[0]])
        }
      }
    }
    #expect(recording.check(.noNPlusOne).first?.relationship == "child.parent_id")
  }

  @Test(arguments: 1...24) func eachOfManyParallelTestsHasItsOwn(number: Int) async throws {
    let recording = try await recordShop { client in
      for id in 0..<number { try client.run("INSERT INTO author VALUES ($1, $2)", ["\(1_000 + id)", "\(id)"]) }
    }
    #expect(recording.inserts.count == number)
    #expect(recording.queries.count == number)
  }

  @Test func psqlPrintsTheSame() async throws {
    let script = (1...50).map { number in
      switch number % 5 {
      case 0: "SELECT \(number) AS n, repeat('x', \(number * 100));"
      case 1: "CREATE TEMP TABLE t\(number) (id integer PRIMARY KEY, v text);"
      case 2: "INSERT INTO t\(number - 1) SELECT g, md5(g::text) FROM generate_series(1, \(number * 20)) g;"
      case 3: "SELECT count(*), min(v), max(v) FROM t\(number - 2); SELECT * FROM nowhere;"
      default: "\\copy t\(number - 3) TO STDOUT"
      }
    }.joined(separator: "\n")
    let direct = try psql(script, TestServer.host, TestServer.port)
    #expect(direct.count > 50_000)
    let recording = try await recordDatabase {
      try await withPostgresEndpoint(to: TestServer.address) { endpoint in
        let recorded = try psql(script, endpoint.host, endpoint.port)
        #expect(recorded == direct)
      }
    }
    #expect(recording.statements.count == 60)
  }

  @Test func aServerThatIsNotThereIsNamed() async throws {
    try await withPostgresEndpoint(to: .host("127.0.0.1", port: 1)) { endpoint in
      let error = #expect(throws: Client.Failure.self) { try Client(endpoint) }
      #expect(error?.state.contains("the endpoint of swift-database-testing cannot reach 127.0.0.1:1") == true)
    }
  }

  @Test func aClientThatDemandsEncryptionIsTold() async throws {
    try await withPostgresEndpoint(to: TestServer.address) { endpoint in
      let error = #expect(throws: Client.Failure.self) { try Client(endpoint, options: "sslmode=require") }
      #expect(error?.state.contains("does not support SSL") == true)
      _ = try Client(endpoint, options: "sslmode=prefer")
    }
  }

  @Test func aConnectionThatIsClosedByTheEndpointEnds() async throws {
    let recording = try await recordDatabase {
      let endpoint = try await PostgresEndpoint.start(to: TestServer.address)
      let client = try Client(endpoint)
      try client.run("SELECT 1")
      await endpoint.close()
      #expect(throws: Client.Failure.self) { try client.run("SELECT 2") }
      await endpoint.close()
    }
    #expect(recording.selects.count == 1)
  }

  private func psql(_ script: String, _ host: String, _ port: Int) throws -> Data {
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["psql", "-X", "-h", host, "-p", "\(port)", "-U", "postgres", "postgres"]
    process.environment = ProcessInfo.processInfo.environment.merging(["PGPASSWORD": TestServer.password]) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    input.fileHandleForWriting.write(Data(script.utf8))
    try input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }
}
