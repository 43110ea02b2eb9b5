import DatabaseTesting
import Foundation
import Logging
import PostgresInstrumentation
import Testing
import Tracing

/// One endpoint for an app that many tests share: whose a statement is says the client's log, its driver or its span, and what it did says
/// the endpoint.
@Suite struct SharedEndpointTests {
  private static let tables = [
    "CREATE TABLE author (id integer PRIMARY KEY, name text)",
    "CREATE TABLE book (id serial PRIMARY KEY, author_id integer REFERENCES author, title text UNIQUE)",
    "INSERT INTO author SELECT g, 'n' FROM generate_series(1, 4) g",
  ]

  /// Who tells of a statement before it is sent, in its task.
  enum Teller: CaseIterable, Sendable { case log, driver, span }

  private struct App {
    let client: Client
    let teller: Teller
    let database: String
    let driver: InstrumentedConnection
    let logger: Logger

    init(_ endpoint: PostgresEndpoint, _ database: String, _ teller: Teller) throws {
      client = try Client(endpoint, options: "dbname=\(database)")
      self.teller = teller
      self.database = database
      // Other tests have endpoints as well: the name says which database it is.
      driver = InstrumentedConnection("app", system: .postgreSQL, namespace: database)
      logger = Logger(label: "app") { _ in
        RecordingLogHandler(database: LoggedDatabase(database, system: .postgreSQL))
      }
    }

    @discardableResult func run(_ sql: String, _ values: [String?] = []) throws -> [[String?]] {
      switch teller {
      case .log:
        log(sql, values)
        return try client.run(sql, values)
      case .driver:
        return try driver.statements.withStatement(sql, parameters: values) { _ in try client.run(sql, values) }
      case .span:
        return try withSpan("query", ofKind: .client) { span in
          span.attributes["db.query.text"] = sql
          span.attributes["db.system.name"] = "postgresql"
          span.attributes["db.namespace"] = database
          return try client.run(sql, values)
        }
      }
    }

    func log(_ sql: String, _ values: [String?] = []) {
      logger.debug(
        "Executing query", metadata: ["sql": .string(sql), "binds": .array(values.map { .string($0 ?? "nil") })])
    }
  }

  private func withApp(_ body: (PostgresEndpoint, String) async throws -> Void) async throws {
    try await withDatabase(Self.tables) { database in
      let endpoint = try await PostgresEndpoint.start(to: TestServer.address)
      do {
        try await body(endpoint, database)
        await endpoint.close()
      } catch {
        await endpoint.close()
        throw error
      }
    }
  }

  @Test(arguments: Teller.allCases) func eachOfManyAtOnceHasItsOwn(_ teller: Teller) async throws {
    try await withApp { endpoint, database in
      let recordings = try await withThrowingTaskGroup(of: (Int, Recording).self) { group in
        for number in 1...12 {
          group.addTask {
            let app = try App(endpoint, database, teller)
            let recording = try await recordDatabase {
              // Blocks a thread each, and so the tests take turns in between.
              for row in try app.run("SELECT id FROM author ORDER BY id") {
                await Task.yield()
                try app.run("SELECT * FROM book WHERE author_id = $1", [row[0]])
              }
              try app.run("BEGIN")
              await Task.yield()
              for copy in 0..<number {
                try app.run("INSERT INTO book (title) VALUES ($1)", ["\(number) \(copy)"])
                await Task.yield()
              }
              try app.run("COMMIT")
            }
            return (number, recording)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for (number, recording) in recordings {
        let inserts = recording.inserts.count
        #expect(inserts == number, "\(recording)")
        #expect(recording.queries.count == 5 + number, "\(recording)")
        guard teller != .span else { continue }
        #expect(recording.inserts.allSatisfy { $0.rowsChanged == 1 })
        #expect(
          recording.check(.commits(1), .rollbacks(0), .noFailures, .writesInTransactions, .closedTransactions).isEmpty)
        #expect(recording.check(.flush(inserted: ["book": number])).isEmpty)
        let loop = recording.check(.noNPlusOne)
        #expect(loop.first?.relationship == "book.author_id", "\(loop.map(\.message)) \(recording)")
        #expect(!recording.check(.commits(2)).isEmpty && !recording.check(.flush(inserted: ["book": 99])).isEmpty)
      }
    }
  }

  @Test(arguments: [Teller.log, .driver]) func aFailureIsOfWhoseStatementItWas(_ teller: Teller) async throws {
    try await withApp { endpoint, database in
      let recordings = try await withThrowingTaskGroup(of: (Int, Recording).self) { group in
        for number in 1...8 {
          group.addTask {
            let app = try App(endpoint, database, teller)
            let recording = try await recordDatabase {
              try app.run("INSERT INTO book (title) VALUES ($1)", ["\(number)"])
              await Task.yield()
              if number % 2 == 0 { _ = try? app.run("INSERT INTO book (title) VALUES ($1)", ["\(number)"]) }
              await Task.yield()
              try app.run("SELECT count(*) FROM author")
            }
            return (number, recording)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for (number, recording) in recordings {
        #expect(recording.check(number % 2 == 0 ? .fails(1) : .noFailures).isEmpty, "\(recording)")
        #expect(recording.check(number % 2 == 0 ? .noFailures : .fails(1)).map(\.kind) == [.failure])
      }
    }
  }

  /// Both have sent the same words, and one of them failed: neither is called innocent, nor guilty.
  @Test func whoseFailureItWasIsNotGuessed() async throws {
    try await withApp { endpoint, database in
      let sql = "INSERT INTO book (title) VALUES ('the same')"
      let (told, sent) = (Meeting(2), Meeting(2))
      let recordings = try await withThrowingTaskGroup(of: Recording.self) { group in
        for _ in 0..<2 {
          group.addTask {
            let app = try App(endpoint, database, .log)
            return await recordDatabase {
              app.log(sql)
              await told.arrive()
              _ = try? app.client.run(sql, [])
              await sent.arrive()
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for recording in recordings {
        #expect(recording.check(.noFailures).map(\.kind) == [.blind])
        #expect(recording.check(.fails(1)).map(\.kind) == [.blind])
      }
    }
  }

  /// On connections of a pool, which the next tests have.
  @Test func aDoubtIsOverWithTheRecordingsThatMayBeMeant() async throws {
    try await withApp { endpoint, database in
      let (told, sent) = (Meeting(2), Meeting(2))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<2 {
          group.addTask {
            let app = try App(endpoint, database, .log)
            let doubtful = await recordDatabase {
              app.log("INSERT INTO book (id) VALUES (100)")
              await told.arrive()
              _ = try? app.client.run("INSERT INTO book (id) VALUES (100)", [])
              await sent.arrive()
            }
            #expect(doubtful.check(.noFailures).map(\.kind) == [.blind])
            let next = try recordDatabase { _ = try app.run("INSERT INTO book (title) VALUES ($1)", ["\(number)"]) }
            #expect(next.check(.noFailures, .queries(1), .inserts(1)).isEmpty, "\(next)")
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func whatIsToldTwiceWithinARecordingIsOneStatement() async throws {
    try await withDatabase(Self.tables) { database in
      let recording = try await recordDatabase {
        try await withPostgresEndpoint(to: TestServer.address) { endpoint in
          let app = try App(endpoint, database, .driver)
          try app.run("BEGIN")
          for id in 1...3 {
            app.log("INSERT INTO book (title) VALUES ($1)", ["\(id)"])
            try app.run("INSERT INTO book (title) VALUES ($1)", ["\(id)"])
          }
          try app.run("COMMIT")
        }
      }
      #expect(recording.statements.count == 5, "\(recording)")
      #expect(recording.inserts.map(\.rowsChanged) == [1, 1, 1])
      #expect(recording.check(.commits(1), .flush(inserted: ["book": 3]), .noFailures).isEmpty)
    }
  }

  /// What a recording told of that its own endpoint saw stands for nothing that another recording sends in the same words, although the
  /// connection of which it told is closed by then.
  @Test func whatAnotherEndpointSawIsNotTakenForIt() async throws {
    try await withApp { endpoint, database in
      let (closed, sent) = (Meeting(2), Meeting(2))
      try await withDatabase(Self.tables) { other in
        async let own = recordDatabase {
          try await withPostgresEndpoint(to: TestServer.address) { endpoint in
            let app = try App(endpoint, other, .log)
            for id in 1...3 { try app.run("INSERT INTO book (title) VALUES ($1)", ["\(id)"]) }
          }
          await closed.arrive()
          await sent.arrive()
        }
        await closed.arrive()
        let app = try App(endpoint, database, .log)
        let recording = try recordDatabase {
          for id in 1...3 { try app.run("INSERT INTO book (title) VALUES ($1)", ["\(id)"]) }
          _ = try? app.run("INSERT INTO book (title) VALUES ($1)", ["3"])
        }
        await sent.arrive()
        #expect(recording.check(.fails(1), .inserts(4), .queries(4)).isEmpty, "\(recording)")
        let first = try await own
        #expect(first.check(.noFailures, .inserts(3), .queries(3)).isEmpty, "\(first)")
      }
    }
  }

  /// A log that does not say which of several databases it means may mean another one: nothing is guessed.
  @Test func aLogWithoutANameIsOfNoEndpointWhereThereAreSeveral() async throws {
    try await withApp { other, _ in
      try await withApp { endpoint, database in
        let (client, elsewhere) = (try Client(endpoint, options: "dbname=\(database)"), try Client(other))
        let logger = Logger(label: "app") { _ in RecordingLogHandler() }
        let recording = try recordDatabase {
          logger.debug("Executing query", metadata: ["sql": "SELECT name FROM author", "binds": []])
          _ = try client.run("SELECT name FROM author")
        }
        #expect(recording.selects.count == 1)
        #expect(recording.check(.noFailures).map(\.kind) == [.blind])
        _ = elsewhere
      }
    }
  }

  @Test func whatNobodyTellsOfIsThatOfTheOnlyOne() async throws {
    try await withApp { endpoint, database in
      let client = try Client(endpoint, options: "dbname=\(database)")
      let recording = try recordDatabase { _ = try client.run("SELECT id FROM author") }
      // Tests beside this one run as well, so that it may be nobody's.
      #expect(recording.selects.count <= 1)
      if recording.selects.isEmpty { #expect(recording.unattributedCount > 0) }
    }
  }
}

/// Where tasks wait for each other.
actor Meeting {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { missing = count }

  func arrive() async {
    missing -= 1
    guard missing > 0 else {
      for continuation in waiting { continuation.resume() }
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }
}
