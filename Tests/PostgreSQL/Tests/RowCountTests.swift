import DatabaseTesting
import PostgresInstrumentation
import Testing

/// Which rows a transaction changed, by table, as the server itself says.
@Suite struct RowCountTests {
  private static let tables = [
    "CREATE TABLE author (id integer PRIMARY KEY, name text)",
    "CREATE TABLE book (id serial PRIMARY KEY, author_id integer REFERENCES author ON DELETE CASCADE)",
    "CREATE TABLE audit (id serial)", "CREATE SCHEMA archive", "CREATE TABLE archive.book (id integer)",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit DEFAULT VALUES; RETURN NULL; END'",
    "CREATE TRIGGER t AFTER INSERT ON author FOR EACH ROW EXECUTE FUNCTION f()",
    "INSERT INTO author SELECT g, 'n' FROM generate_series(1, 4) g",
    "INSERT INTO book (author_id) SELECT id FROM author, generate_series(1, 3)", "DELETE FROM audit",
  ]

  private func record(countsRows: Bool = true, _ body: (Client) throws -> Void) async throws -> Recording {
    var recording: Recording?
    try await withDatabase(Self.tables) { database in
      recording = try await recordDatabase {
        try await withPostgresEndpoint(to: TestServer.address, countsRows: countsRows) { endpoint in
          try body(Client(endpoint, options: "dbname=\(database)"))
        }
      }
    }
    return try #require(recording)
  }

  /// A trigger, the action of a foreign key, an upsert, a table of another schema.
  private static let work = [
    "INSERT INTO author VALUES (7, 'a')", "DELETE FROM author WHERE id = 1",
    "INSERT INTO author VALUES (2, 'b') ON CONFLICT (id) DO UPDATE SET name = 'c'",
    "INSERT INTO archive.book VALUES (1), (2)",
  ]

  @Test(arguments: [false, true]) func whatACommandTagDoesNotTell(isExtended: Bool) async throws {
    func work(_ client: Client) throws {
      for sql in ["BEGIN"] + Self.work + ["COMMIT"] { _ = try isExtended ? client.run(sql, []) : client.run(sql) }
    }
    let recording = try await record(work)
    #expect(
      recording.check(
        .flush(
          inserted: ["author": 1, "audit": 1, "archive.book": 2], updated: ["author": 1],
          deleted: ["author": 1, "book": 3], exactly: true),
        .commits(1), .noFailures
      ).isEmpty)
    #expect(!recording.check(.flush(inserted: ["audit": 2])).isEmpty)
    // What it asked is nobody's, and the client did not see it.
    #expect(recording.statements.count == 6)
    let without = try await record(countsRows: false, work)
    #expect(without.check(.flush(inserted: ["audit": 1])).map(\.kind) == [.blind])
  }

  @Test func whereItCannotAskItIsUnknown() async throws {
    let together = try await record { try $0.run("BEGIN; \(Self.work.joined(separator: ";")); COMMIT") }
    let outside = try await record { for sql in Self.work { try $0.run(sql) } }
    let pipelined = try await record { _ = $0.pipeline(["BEGIN"] + Self.work + ["COMMIT"]) }
    let undone = try await record { client in
      for sql in ["BEGIN", "SAVEPOINT s"] + Self.work + ["ROLLBACK TO s"] + Self.work + ["COMMIT"] {
        try client.run(sql)
      }
    }
    for recording in [together, outside, pipelined, undone] {
      #expect(recording.check(.flush(inserted: ["audit": 1])).map(\.kind) == [.blind], "\(recording)")
    }
  }

  @Test func aRollbackAndATransactionThatOnlyReads() async throws {
    let recording = try await record { client in
      try client.run("BEGIN")
      try client.run("INSERT INTO author VALUES (9, 'x')")
      try client.run("ROLLBACK")
      try client.run("BEGIN")
      #expect(try client.run("SELECT count(*) FROM author") == [["4"]])
      try client.run("COMMIT")
      try client.run("BEGIN")
      #expect(throws: Client.Failure.self) { try client.run("SELECT * FROM missing") }
      try client.run("COMMIT")
      #expect(try client.run("SELECT 1") == [["1"]])
    }
    #expect(recording.check(.noDurableWrites, .rollbacks(1)).isEmpty)
  }

  @Test func theClientReadsOnAsIfNothingHadBeen() async throws {
    let recording = try await record { client in
      for number in 0..<50 {
        try client.run("BEGIN")
        try client.run("INSERT INTO archive.book VALUES ($1)", ["\(number)"])
        try client.run("COMMIT")
        #expect(try client.run("SELECT count(*) FROM archive.book") == [["\(number + 1)"]])
      }
    }
    #expect(recording.check(.flush(inserted: ["archive.book": 50]), .commits(50)).isEmpty)
  }

  /// The server counts on from transaction to transaction, and what was undone as well: only the difference is a transaction's.
  @Test func whatWasBeforeTheTransactionIsNotIts() async throws {
    let recording = try await record { client in
      try client.run("INSERT INTO archive.book VALUES (1), (2)")
      try client.run("BEGIN")
      try client.run("INSERT INTO archive.book VALUES (3)")
      try client.run("ROLLBACK")
      try client.run("BEGIN")
      try client.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
      try client.run("INSERT INTO archive.book VALUES (4)")
      try client.run("INSERT INTO author VALUES (8, 'x')")
      try client.run("COMMIT")
    }
    #expect(
      recording.check(.flush(inserted: ["archive.book": 3, "author": 1, "audit": 1]), .noFailures).isEmpty,
      "\(recording.check(.flush(inserted: ["archive.book": 3, "author": 1, "audit": 1]), .noFailures).map(\.message))")
  }
}
