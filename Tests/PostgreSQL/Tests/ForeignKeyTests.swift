import DatabaseTesting
import Foundation
import PostgresInstrumentation
import Testing

/// What the endpoint knows of tables that it did not see being made.
@Suite struct ForeignKeyTests {
  private static let library = [
    "CREATE TABLE author (id integer PRIMARY KEY, name text)",
    "CREATE TABLE book (id serial PRIMARY KEY, author_id integer REFERENCES author ON DELETE CASCADE, title text)",
    "CREATE VIEW novel AS SELECT * FROM book",
    "INSERT INTO author SELECT g, 'n' FROM generate_series(1, 4) g",
    "INSERT INTO book (author_id) SELECT id FROM author",
  ]

  private func recordLoop(
    _ database: String, to server: PostgresServer, user: String = "postgres", endpointPerClient: Bool = false,
    loading sql: String = "SELECT * FROM book WHERE author_id = $1"
  ) async throws -> Recording {
    try await recordDatabase {
      try await withPostgresEndpoint(to: server) { endpoint in
        let client = try Client(endpoint, options: "dbname=\(database) user=\(user)")
        for row in try client.run("SELECT id FROM author") { try client.run(sql, [row[0]]) }
      }
    }
  }

  private static func server(user: String? = nil, password: String? = nil) -> PostgresServer {
    .host(TestServer.host, port: TestServer.port, user: user, password: password)
  }

  /// By SCRAM, by MD5, and without a password as the client's own user.
  @Test(arguments: [
    (server(user: "postgres", password: TestServer.password), "postgres"),
    (server(user: "md5_user", password: TestServer.password), "postgres"),
    (server(password: TestServer.password), "md5_user"), (server(), "trusted_user"),
    (server(user: "trusted_user"), "postgres"),
  ])
  func tablesThatWereThereBefore(_ server: PostgresServer, _ user: String) async throws {
    try await withDatabase(Self.library + ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC"]) { database in
      let recording = try await recordLoop(database, to: server, user: user)
      let finding = try #require(recording.check(.noNPlusOne).first)
      #expect(finding.kind == .nPlusOne, "\(finding.message)")
      #expect(finding.relationship == "book.author_id")
      // What it asked itself is nobody's.
      #expect(recording.statements.count == 5)
    }
  }

  @Test(arguments: [
    (server(), "it asks for a password, and none was given"),
    (server(user: "postgres", password: "wrong"), "it says: invalid password (28P01)"),
    (server(user: "nobody_has_this_name", password: "x"), "it says: invalid password (28P01)"),
    (server(user: "md5_user", password: "wrong"), "it says: invalid password (28P01)"),
  ])
  func whereItIsNotLetInTheyAreUnknown(_ server: PostgresServer, _ reason: String) async throws {
    try await withDatabase(Self.library) { database in
      let recording = try await recordLoop(database, to: server)
      let finding = try #require(recording.check(.noNPlusOne).first)
      #expect(finding.kind == .blind)
      #expect(
        finding.message.contains(
          "could not be read: 127.0.0.1:\(TestServer.port) was asked by the endpoint, and \(reason)"),
        "\(finding.message)")
      #expect(!finding.message.contains("wrong"))
      #expect(recording.check(.queries(5), .noFailures).isEmpty)
    }
  }

  @Test func aLookupThatIsNoRelationshipIsNone() async throws {
    try await withDatabase(Self.library) { database in
      let recording = try await recordLoop(
        database, to: TestServer.address, loading: "SELECT * FROM book WHERE id = $1")
      #expect(recording.check(.noNPlusOne).isEmpty)
    }
  }

  @Test func aViewStandsForItsTable() async throws {
    try await withDatabase(Self.library) { database in
      let recording = try await recordLoop(
        database, to: TestServer.address, loading: "SELECT * FROM novel WHERE author_id = $1")
      #expect(recording.check(.noNPlusOne).first?.kind == .nPlusOne)
    }
  }

  @Test func aKeyThatIsAddedThroughTheEndpointIsKnown() async throws {
    try await withDatabase(Array(Self.library.prefix(1))) { database in
      let recording = try await recordDatabase {
        try await withPostgresEndpoint(to: TestServer.address) { endpoint in
          let client = try Client(endpoint, options: "dbname=\(database)")
          try client.run("CREATE TABLE book (id serial, author_id integer)")
          try client.run("ALTER TABLE ONLY public.book ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES author (id)")
          try client.run("INSERT INTO author SELECT g FROM generate_series(1, 4) g")
          for row in try client.run("SELECT id FROM author") {
            try client.run("SELECT * FROM book WHERE author_id = $1", [row[0]])
          }
        }
      }
      #expect(recording.check(.noNPlusOne).first?.relationship == "book.author_id")
    }
  }

  /// A table that somebody else makes later is one whose keys are not known, and not one that has none.
  @Test func aTableThatIsMadeElsewhereLaterIsUnknown() async throws {
    try await withDatabase(Self.library) { database in
      let recording = try await recordDatabase {
        try await withPostgresEndpoint(to: TestServer.address) { endpoint in
          let client = try Client(endpoint, options: "dbname=\(database)")
          try Client(nil, options: "dbname=\(database)").run(
            "CREATE TABLE page (id serial, book_id integer REFERENCES book)")
          for row in try client.run("SELECT id FROM book") {
            try client.run("SELECT * FROM page WHERE book_id = $1", [row[0]])
          }
        }
      }
      #expect(recording.check(.noNPlusOne).first?.kind == .blind)
    }
  }

  /// The app holds a table: neither waits for the other.
  @Test func aTableThatIsLocked() async throws {
    try await withDatabase(Self.library) { database in
      let holder = try Client(nil, options: "dbname=\(database)")
      try holder.run("BEGIN; LOCK TABLE book IN ACCESS EXCLUSIVE MODE")
      let recording = try await recordDatabase {
        try await withPostgresEndpoint(to: TestServer.address) { endpoint in
          // Lets the client through only when the keys are read, and what waits for the table never reads them.
          let client = try Client(endpoint, options: "dbname=\(database)")
          try holder.run("COMMIT")
          for row in try client.run("SELECT id FROM author") {
            try client.run("SELECT * FROM book WHERE author_id = $1", [row[0]])
          }
        }
      }
      #expect(recording.check(.noNPlusOne).first?.relationship == "book.author_id")
    }
  }

  @Test func triggersMakeAFlushUncertain() async throws {
    let trigger = [
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM book; RETURN NULL; END'",
      "CREATE TRIGGER t AFTER UPDATE ON author EXECUTE FUNCTION f()",
    ]
    for (definitions, isKnown) in [(Self.library, true), (Self.library + trigger, false)] {
      try await withDatabase(definitions) { database in
        let recording = try await recordDatabase {
          try await withPostgresEndpoint(to: TestServer.address) { endpoint in
            try Client(endpoint, options: "dbname=\(database)").run("UPDATE author SET name = 'x' WHERE id = 1")
          }
        }
        #expect(recording.check(.flush(updated: ["author": 1])).map(\.kind) == (isKnown ? [] : [.blind]))
      }
    }
  }

  @Test func eachDatabaseIsAskedOnce() async throws {
    try await withDatabase(Self.library) { database in
      let direct = try Client(nil)
      func sessions() throws -> Int {
        let sql = "SELECT sessions FROM pg_stat_database WHERE datname = '\(database)'"
        return Int(try direct.run(sql).first?.first.flatMap { $0 } ?? "") ?? -1
      }
      let before = try sessions()
      try await withPostgresEndpoint(to: TestServer.address) { endpoint in
        let clients = try (1...5).map { _ in try Client(endpoint, options: "dbname=\(database)") }
        for client in clients { try client.run("SELECT 1") }
      }
      // A session is counted a moment after it ended.
      var count = 0
      for _ in 0..<100 where count < 6 {
        try await Task.sleep(for: .milliseconds(50))
        count = try sessions() - before
      }
      #expect(count == 6)
    }
  }
}
