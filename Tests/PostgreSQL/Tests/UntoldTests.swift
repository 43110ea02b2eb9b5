import DatabaseTesting
import Foundation
import Logging
import PostgresInstrumentation
import Testing

private let tables = [
  "CREATE TABLE author (id integer PRIMARY KEY, name text)",
  "CREATE TABLE book (id serial PRIMARY KEY, author_id integer REFERENCES author, title text)",
  "INSERT INTO author SELECT g, 'n' FROM generate_series(1, 4) g",
]

/// Calls `body` with a database and an endpoint in front of it that is no recording's.
private func withSharedEndpoint(
  _ statements: [String] = tables, _ body: (PostgresEndpoint, String) async throws -> Void
) async throws {
  try await withDatabase(statements) { database in
    try await withPostgresEndpoint(to: TestServer.address) { try await body($0, database) }
  }
}

/// What passes an endpoint that tests share, where neither a log nor a driver nor a span tells whose it is.
@Suite struct UntoldTests {
  /// In a process of its own: nothing runs beside it.
  @Test func itIsOfTheRecordingThatRunsAloneOneAfterTheOther() async {
    await #expect(processExitsWith: .success) {
      try await withSharedEndpoint { endpoint, database in
        let client = try Client(endpoint, options: "dbname=\(database)")
        for number in 1...3 {
          let recording = try recordDatabase {
            _ = try client.run("SELECT id FROM author")
            try client.run("INSERT INTO book (author_id) VALUES (\(number))")
          }
          #expect(recording.check(.queries(2), .commits(1), .flush(inserted: ["book": 1]), .noFailures).isEmpty)
          #expect(recording.check(.queries(1)).map(\.kind) == [.count])
          #expect(recording.unattributedCount == 0)
          // What is sent between two recordings is no one's.
          _ = try client.run("SELECT name FROM author")
        }
      }
    }
  }

  @Test func ofSeveralThatRunNoneIsGreenWithoutIt() async throws {
    try await withSharedEndpoint { endpoint, database in
      let (begun, sent) = (Meeting(2), Meeting(2))
      let recordings = try await withThrowingTaskGroup(of: (Int, Recording).self) { group in
        for number in 0..<2 {
          group.addTask {
            let recording = try await recordDatabase {
              await begun.arrive()
              if number == 0 {
                let client = try Client(endpoint, options: "dbname=\(database)")
                _ = try client.run("SELECT id FROM author")
                _ = try? client.run("SELECT * FROM missing")
                try client.run("INSERT INTO book (author_id) VALUES (1)")
              }
              await sent.arrive()
            }
            return (number, recording)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      // Neither the one that sent it, nor the one of which nobody knows that it did not.
      for (_, recording) in recordings {
        #expect(recording.queries.isEmpty && recording.unattributedCount >= 3)
        for expectation in [
          DatabaseExpectation.noQueries, .queries(...2), .queries(3), .noWrites, .commits(0), .commits(1), .noFailures,
          .inserts(0), .flush(inserted: ["book": 0]),
        ] {
          #expect(recording.check(expectation).map(\.kind) == [.blind], "\(expectation)")
        }
      }
    }
  }

  @Test func aRecordingOfAnotherDatabaseIsNotConcerned() async throws {
    try await withSharedEndpoint { endpoint, database in
      let (begun, sent) = (Meeting(2), Meeting(2))
      async let sender = recordDatabase {
        await begun.arrive()
        _ = try Client(endpoint, options: "dbname=\(database)").run("SELECT id FROM author")
        await sent.arrive()
      }
      let other = InstrumentedConnection("other", system: .mySQL)
      let recording = await recordDatabase {
        await begun.arrive()
        for _ in 0..<2 { other.statements.willExecute("SELECT * FROM book").didExecute(rowsReturned: 1) }
        await sent.arrive()
      }
      _ = try await sender
      #expect(recording.check(.selects(2), .queries(...2), .noNPlusOne).isEmpty, "\(recording)")
    }
  }

  /// As the migrations of an app, which run when it starts, before any test; in a process of its own, where no recording runs.
  @Test func tablesThatAreMadeBeforeAnyRecordingAreKnown() async {
    await #expect(processExitsWith: .success) {
      try await withSharedEndpoint([]) { endpoint, database in
        let client = try Client(endpoint, options: "dbname=\(database)")
        for statement in tables { try client.run(statement) }
        let recording = try recordDatabase {
          for row in try client.run("SELECT id FROM author") {
            try client.run("SELECT * FROM book WHERE author_id = $1", [row[0]])
          }
        }
        #expect(recording.check(.noNPlusOne).map(\.relationship) == ["book.author_id"])
        let good = try recordDatabase {
          _ = try client.run("SELECT id FROM author")
          try client.run("SELECT * FROM book WHERE author_id IN (1, 2, 3, 4)")
        }
        #expect(good.check(.noNPlusOne).isEmpty)
      }
    }
  }
}

/// Where a statement was sent that an endpoint saw, which runs on a thread of its own.
@Suite struct SentFromTests {
  private func record(
    _ body: (_ read: (_ id: String) throws -> Void) throws -> Void
  ) async throws -> Recording {
    var recording: Recording?
    try await withSharedEndpoint { endpoint, database in
      let client = try Client(endpoint, options: "dbname=\(database)")
      let logger = Logger(label: "app") { _ in
        RecordingLogHandler(database: LoggedDatabase(database, system: .postgreSQL))
      }
      recording = try recordDatabase {
        try body { id in
          let sql = "SELECT * FROM book WHERE author_id = $1"
          logger.debug("Executing query", metadata: ["sql": .string(sql), "binds": .array([.string(id)])])
          try client.run(sql, [id])
        }
      }
    }
    return try #require(recording)
  }

  @Test func theLogTellsTheLineOfALoop() async throws {
    let recording = try await record { read in for _ in 0..<3 { try read("1") } }
    let finding = try #require(recording.check(.noDuplicateQueries).first)
    #expect(finding.kind == .duplicateQuery, "\(finding.message)")
    #expect(finding.message.contains("UntoldTests.swift"), "\(finding.message)")
    #expect(recording.selects.allSatisfy { $0.rowsReturned == 0 })
  }

  @Test func differentValuesAreNoDuplicates() async throws {
    let recording = try await record { read in for id in 1...3 { try read("\(id)") } }
    #expect(recording.check(.noDuplicateQueries).isEmpty)
  }
}
