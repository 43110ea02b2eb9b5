#if os(Linux) && arch(x86_64)
  import DatabaseTesting
  import Logging
  import TestSupport
  import Testing
  import Tracing

  @testable import DatabaseInstrumentation
  @testable import DatabaseRecording

  /// Whatever sends a statement, its stack goes on with the functions that await, up to the test.
  @Suite(.needs(.chains)) struct AwaitedStackTests {
    @Test func callbacksOfSQLite() async throws {
      let shop = try withoutDatabaseRecording { try Shop() }
      try await expectWholeStacks(2) {
        try await App.send { _ = try shop.authors() }
        try await App.send { _ = try? shop.database.rows("SELECT nothing FROM author") }
      }
    }

    @Test func hooksOfDrivers() async throws {
      let connection = InstrumentedConnection("main", system: .postgreSQL)
      try await expectWholeStacks(2) {
        try await App.send { connection.statements.willExecute("SELECT * FROM author").didExecute(rowsReturned: 1) }
        try await App.send {
          LoaderHooks.withLoad(.lazy, of: "author.books", parentCount: 1) {
            connection.statements.willExecute("SELECT * FROM book WHERE authorId = $1", parameters: ["1"]).didExecute()
          }
        }
      }
    }

    @Test func spans() async throws {
      try await expectWholeStacks(1) {
        try await App.send {
          InstrumentationSystem.tracer.withAnySpan("query", ofKind: .client) { span in
            span.attributes["db.system.name"] = SpanAttribute.string("postgresql")
            span.attributes["db.query.text"] = SpanAttribute.string("SELECT * FROM author")
          }
        }
      }
    }

    @Test func logMessages() async throws {
      let logger = Logger(label: "database") { _ in RecordingLogHandler() }
      try await expectWholeStacks(1) {
        try await App.send {
          logger.debug("Executing query", metadata: ["sql": "SELECT * FROM author", "binds": .array([])])
        }
      }
    }

    @Test func openedConnections() async throws {
      let recording = try await recordDatabase { try await App.send { _ = try SQLiteDatabase() } }
      let opened = try #require(recording.openedConnections.first)
      expectWhole(try #require(opened.stack), function: #function, #_sourceLocation)
    }

    /// Child tasks of a helper that is called on two lines, and of one that is called in a loop.
    @Test func creators() async throws {
      let shop = try withoutDatabaseRecording { try Shop() }
      let recording = try await recordDatabase {
        try await App.sendInChild { _ = try shop.setting(1) }
        try await App.sendInChild { _ = try shop.setting(2) }
        for key in 3...5 { try await App.sendInChild { _ = try shop.setting(key) } }
      }
      let stacks = (0..<5).compactMap { recording.storage.evidence.stack(at: $0) }
      #expect(stacks.count == 5)
      #expect(stacks.allSatisfy { $0.isComplete && $0.creators.count == 1 })
      #expect(stacks[0].creators != stacks[1].creators)
      // An optimised loop may be written out, each round at an address of its own.
      #expect(StackPlaces(stacks).merged == [[0], [1], [2, 3, 4]])
    }

    private func expectWholeStacks(
      _ count: Int, function: String = #function, sourceLocation: SourceLocation = #_sourceLocation,
      _ body: () async throws -> Void
    ) async throws {
      let recording = try await recordDatabase { try await body() }
      let stacks = (0..<recording.statements.count).compactMap { recording.storage.evidence.stack(at: $0) }
      #expect(stacks.count == count, sourceLocation: sourceLocation)
      for stack in stacks { expectWhole(stack, function: function, sourceLocation) }
    }

    private func expectWhole(_ stack: StackTrace, function: String, _ sourceLocation: SourceLocation) {
      #expect(stack.isComplete, sourceLocation: sourceLocation)
      let awaiting = Symbolicator.frames(of: stack.awaiting.map { $0 | 1 << 63 }).joined().compactMap(\.function)
      #expect(awaiting.contains { $0.hasPrefix("App.send") }, sourceLocation: sourceLocation)
      #expect(awaiting.contains { $0.hasSuffix(function) }, sourceLocation: sourceLocation)
    }
  }

  private enum App {
    @concurrent @inline(never) static func send(_ body: @Sendable () throws -> Void) async throws {
      await Task.yield()
      try await perform(body)
      // What a function does last is the same for many, and the optimiser makes one of it.
      if Task.isCancelled { print("cancelled") }
    }

    @concurrent @inline(never) static func perform(_ body: @Sendable () throws -> Void) async throws { try body() }

    @concurrent @inline(never) static func sendInChild(_ body: @escaping @Sendable () throws -> Void) async throws {
      async let done: Void = perform(body)
      try await done
    }
  }
#endif
