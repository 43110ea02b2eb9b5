import DatabaseInstrumentation
import DatabaseRecording
import Dispatch
import Logging
import TestSupport
import Testing
import Tracing

/// What SQLKit's drivers and FluentKit log for a query.
private struct FluentStandIn: Sendable {
  let logger: Logger

  @inline(never) func read(_ sql: String, _ binds: [String], table: String) {
    logger.debug(
      "Running query", metadata: ["action": "read", "schema": "\(table)", "filters": ["[\(table)[id] = 1]"]])
    logger.debug(
      "Executing query", metadata: ["sql": .string(sql), "binds": .array(binds.map { .string($0) })])
  }
}

@Suite struct RecordingLogHandlerTests {
  private func fluent(_ log: CollectedLog? = nil) -> FluentStandIn {
    FluentStandIn(
      logger: Logger(label: "database") { _ in
        log.map { RecordingLogHandler(forwardingTo: $0.logger.handler) } ?? RecordingLogHandler()
      })
  }

  @Test func aLoggedStatementIsAStatement() {
    let log = CollectedLog()
    let database = fluent(log)
    let recording = record {
      database.read(#"SELECT "planets".* FROM "planets" WHERE "planets"."id" = $1"#, ["secret"], table: "planets")
      database.read("SELECT `a` FROM `stars` WHERE `id` = ?", ["1"], table: "stars")
      database.logger.info("Executing something else")
    }
    #expect(recording.statements.map(\.kind) == [.select, .select])
    #expect(recording.selects.on("planets").count == 1)
    #expect(recording.selects.on("stars").count == 1)
    #expect(recording.statements.allSatisfy { $0.duration == nil && $0.rowsReturned == nil && $0.cost == nil })
    #expect(!recording.description.contains("secret"))
    #expect(log.messages.count == 5)
    #expect(log.messages.contains { $0.metadata["binds"]?.contains("secret") == true })
  }

  /// A driver that an app copied into its tests: the line that called it is the place.
  @Test(.needs(.lines)) func aDriverThatWasCopiedIsNoCallSite() throws {
    let driver = CopiedDriver()
    let line = #line + 2
    let recording = record {
      repeating(3) { _ in driver.run(#"SELECT * FROM "planets" WHERE "id" = $1"#, ["7"]) }
    }
    let site = try #require(recording.selects.first?.callSite)
    #expect(site.filePath == #filePath && site.line == line, "\(site)")
    #expect(!recording.findings.map(\.message).joined().contains("CopiedDriver"))
  }

  @Test func anNPlusOneWithoutRowsAndCost() throws {
    let database = fluent()
    let recording = record {
      database.read(#"CREATE TABLE "planets" ("id" UUID PRIMARY KEY)"#, [], table: "planets")
      database.read(
        #"CREATE TABLE "moons" ("id" UUID PRIMARY KEY, "planet_id" UUID REFERENCES "planets" ("id"))"#, [],
        table: "moons")
      database.read(#"SELECT * FROM "planets""#, [], table: "planets")
      repeating(4) { number in
        database.read(#"SELECT * FROM "moons" WHERE "moons"."planet_id" = $1"#, ["\(number)"], table: "moons")
      }
    }
    let finding = try #require(recording.findings.first)
    #expect(
      finding.headline
        == "Expected no N+1 queries, found 1: 4 of 5 queries load moons.planet_id one planet at a time.")
    #expect(recording.loads.map(\.strategy) == [.lazy, .lazy, .lazy, .lazy])
  }

  @Test func duplicates() {
    let database = fluent()
    let recording = record {
      repeating(3) { _ in database.read(#"SELECT * FROM "planets" WHERE "id" = $1"#, ["7"], table: "planets") }
    }
    #expect(recording.findings.map(\.kind) == [.duplicateQuery])
  }

  @Test func anORMsSpanAroundALoggedStatementIsTheSameStatement() {
    let database = fluent()
    let recording = record {
      InstrumentationSystem.tracer.withAnySpan("fluent.query", ofKind: .client) { span in
        span.attributes["fluent.query.operation"] = SpanAttribute.string("read")
        span.attributes["fluent.query.collection"] = SpanAttribute.string("planets")
        database.read(#"SELECT * FROM "planets""#, [], table: "planets")
      }
    }
    #expect(recording.statements.map(\.sql) == [#"SELECT * FROM "planets""#])
  }

  @Test func aStatementThatADriversSpanTellsOfTooCountsOnce() {
    let database = fluent()
    let sql = #"SELECT * FROM "planets" WHERE "id" = $1"#
    let recording = record {
      for _ in 0..<3 {
        database.read(sql, ["7"], table: "planets")
        InstrumentationSystem.tracer.withAnySpan("query", ofKind: .client) { span in
          span.attributes["db.system.name"] = SpanAttribute.string("postgresql")
          span.attributes["db.query.text"] = SpanAttribute.string(sql)
        }
      }
      database.read(sql, ["8"], table: "planets")
    }
    #expect(recording.queries.count == 4)
  }

  @Test func eightThreadsLoseNothing() {
    let recorder = DatabaseRecorder("", at: CodeLocation(fileID: "a/b", filePath: "a/b", line: 1, column: 1))
    recorder.bind {
      let database = fluent()
      let context = DatabaseTaskContext.current
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        context.run {
          for number in 0..<500 {
            database.read(#"SELECT * FROM "planets" WHERE "id" = $1"#, ["\(thread)-\(number)"], table: "planets")
          }
        }
      }
    }
    let recording = recorder.finish()
    #expect(recording.queries.count == 4_000)
    #expect(Set(recording.queries.map(\.number)).count == 4_000)
  }

  @Test func aMessageOfAnotherLibrary() {
    let logger = Logger(label: "acme") { _ in
      RecordingLogHandler(messages: .standard + [DatabaseLogMessage("query", sql: "text")], dialect: .mySQL)
    }
    let recording = record { logger.debug("query", metadata: ["text": "SELECT \"a\" FROM planet"]) }
    #expect(recording.statements.map(\.sql) == ["SELECT ? FROM planet"])
  }

  @Test func theLevelOfTheHandlerBehindHolds() {
    let log = CollectedLog(level: .warning)
    let database = fluent(log)
    let recording = record { database.read("SELECT 1 FROM planets", [], table: "planets") }
    #expect(recording.queries.count == 1)
    #expect(log.messages.isEmpty)
  }

  /// SQLKit's `queryLogLevel` may be any.
  @Test(arguments: Logger.Level.allCases)
  func atWhateverLevelItIsLogged(level: Logger.Level) {
    for behind in [Logger.Level.trace, .info, .critical] {
      let log = CollectedLog(level: behind)
      let logger = fluent(log).logger
      let recording = record {
        logger.log(level: level, "Executing query", metadata: ["sql": "SELECT * FROM planets", "binds": []])
        logger.log(level: level, "Something else")
      }
      #expect(recording.statements.map(\.sql) == ["SELECT * FROM planets"])
      #expect(log.messages.map(\.level) == (level >= behind ? [level, level] : []))
    }
  }

  @Test func aLevelThatIsSetIsThatOfTheHandlerBehind() {
    let log = CollectedLog()
    var logger = fluent(log).logger
    logger.logLevel = .error
    let recording = record {
      logger.trace("Executing query", metadata: ["sql": "SELECT * FROM planets"])
      logger.error("The disk is full")
    }
    #expect(recording.queries.count == 1)
    #expect(log.messages.map(\.text) == ["The disk is full"])
  }

  /// Several handlers behind one logger, each with a level of its own.
  @Test func besideOtherHandlers() {
    let (log, other) = (CollectedLog(level: .info), CollectedLog(level: .warning))
    let logger = Logger(label: "database") { _ in
      MultiplexLogHandler([RecordingLogHandler(forwardingTo: log.logger.handler), other.logger.handler])
    }
    let recording = record {
      logger.trace("Executing query", metadata: ["sql": "SELECT * FROM planets"])
      logger.info("A connection was opened")
    }
    #expect(recording.queries.count == 1)
    #expect(log.messages.map(\.text) == ["A connection was opened"])
    #expect(other.messages.isEmpty)
  }
}
