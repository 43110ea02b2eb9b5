import DatabaseTelemetry
import DatabaseTesting
import NIOPosix
import Testing
import Tracing

extension EventLoopTests {
  /// What a task has, on an event loop and in tasks that are made there.
  @Suite struct HandedOnTests {
    private let connection = InstrumentedConnection("handed on", system: .postgreSQL)
    private let loop = StandInLoop()

    private func read() { connection.statements.willExecute("SELECT * FROM book").didExecute(rowsReturned: 1) }

    @Test func nothingReachesAnEventLoopByItself() async throws {
      let opened = connection
      _ = await recordDatabase { read() }
      let recording = await recordDatabase {
        await loop.run { opened.statements.willExecute("SELECT * FROM book").didExecute() }
      }
      #expect(recording.statements.isEmpty)
    }

    @Test func theRecording() async throws {
      let recording = try await recordDatabase {
        let context = DatabaseTaskContext.current
        await loop.run { context.run { read() } }
        try await loop.task { await context.run { read() } }
        try await loop.task { try await context.run { try await Task { read() }.value } }
      }
      #expect(recording.selects.count == 3)
    }

    /// As FluentKit's, in which it loads the children of what a future brought.
    @Test func aTaskOfAnEventLoopMayHaveASpanAndNoRecording() async throws {
      try await withDatabaseRecorder { recorder in
        #expect(DatabaseTaskContext.current.hasRecording)
        let context = try await loop.task { withSpan("query") { _ in DatabaseTaskContext.current } }
        #expect(!context.isEmpty && !context.hasRecording)
        let fixture = await withoutDatabaseRecording { DatabaseTaskContext.current }
        #expect(fixture.hasRecording)
      }
    }

    @Test func theRecorderIsTheCurrentOne() async throws {
      try await withDatabaseRecorder { recorder in
        let context = DatabaseTaskContext.current
        let isSame = await loop.run { context.run { DatabaseRecorder.current === recorder } }
        #expect(isSame)
        #expect(await loop.run { DatabaseRecorder.current == nil })
      }
    }

    @Test func aFixtureStaysOne() async throws {
      let recording = await recordDatabase {
        await withoutDatabaseRecording {
          let context = DatabaseTaskContext.current
          await loop.run { context.run { read() } }
        }
      }
      #expect(recording.statements.isEmpty)
      #expect(recording.excludedCount == 1)
    }

    @Test func loadsAndAttributes() async throws {
      let recording = await recordDatabase {
        await LoaderHooks.withLoad(.lazy, of: "author.books") {
          await withDatabaseAttributes(["http.route": "/authors"]) {
            let context = DatabaseTaskContext.current
            let route = await loop.run {
              context.run {
                read()
                return DatabaseAttributes.current["http.route"]
              }
            }
            #expect(route == "/authors")
          }
        }
      }
      #expect(recording.loads.map(\.relationship) == ["author.books"])
    }

    @Test func flushes() async throws {
      let recording = await recordDatabase {
        await FlushHooks.withFlush("session", new: ["book": 1]) {
          let context = DatabaseTaskContext.current
          await loop.run {
            context.run { connection.statements.willExecute("INSERT INTO book VALUES (1)").didExecute(rowsChanged: 1) }
          }
        }
      }
      #expect(recording.flushes.filter { $0.session != nil }.map(\.executed.inserted) == [["book": 1]])
    }

    @Test func spans() async throws {
      let recording = await recordDatabase {
        await InstrumentationSystem.tracer.withAnySpan("request") { _ in
          let context = DatabaseTaskContext.current
          await loop.run { context.run { InstrumentationSystem.tracer.withAnySpan("query") { _ in } } }
        }
      }
      #expect(recording.spans.named("query").first?.parent?.name == "request")
    }

    @Test func afterTheRecordingItIsNobodys() async throws {
      var context: DatabaseTaskContext?
      let recording = await recordDatabase { context = DatabaseTaskContext.current }
      context?.run { read() }
      #expect(recording.statements.isEmpty)
    }

    @Test func outsideOfAnyThereIsNothing() {
      #expect(DatabaseTaskContext.current.isEmpty)
      #expect(DatabaseTaskContext.current.run { 7 } == 7)
    }

    /// Migrations that run when the app starts: no test of this package runs beside another one.
    @Test(arguments: [true, false]) func whatADriverDefinesBeforeAnyRecording(_ defines: Bool) {
      let database = InstrumentedConnection("defined early", system: .postgreSQL, namespace: "early \(defines)")
      func run(_ sql: String, _ values: [String?]? = nil, rows: Int? = nil) {
        database.statements.willExecute(sql, parameters: values).didExecute(rowsReturned: rows)
      }
      if defines {
        run("CREATE TABLE author (id BIGINT PRIMARY KEY)")
        run("/* 2 */ CREATE TABLE book (id BIGINT PRIMARY KEY, author_id BIGINT REFERENCES author (id))")
      }
      let recording = recordDatabase {
        run("SELECT * FROM author", rows: 3)
        for id in 1...3 { run("SELECT * FROM book WHERE author_id = $1", ["\(id)"], rows: 1) }
      }
      #expect(recording.check(.noNPlusOne).map(\.kind) == [defines ? .nPlusOne : .blind])
    }
  }
}
