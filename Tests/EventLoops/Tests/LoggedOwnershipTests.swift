import DatabaseTesting
import Logging
import Testing

/// All tests of the package, one after the other: what has no task is of the recording that runs alone.
@Suite(.serialized) enum EventLoopTests {}

/// All of them at one time, each in a recording of its own that ends after all others have done their work.
func together(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws -> [Recording] {
  let (started, worked) = (Gate(count), Gate(count))
  return try await withThrowingTaskGroup(of: (Int, Recording).self) { group in
    for number in 0..<count {
      group.addTask {
        let recording = try await recordDatabase {
          await started.pass()
          try await body(number)
          await worked.pass()
        }
        return (number, recording)
      }
    }
    return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

/// Lets all pass once all are there.
private actor Gate {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { missing = count }

  func pass() async {
    missing -= 1
    guard missing > 0 else { return waiting.forEach { $0.resume() } }
    await withCheckedContinuation { waiting.append($0) }
  }
}

extension EventLoopTests {
  /// Whose a logged statement is.
  @Suite struct LoggedOwnershipTests {
    @Test func transactionsOf24ParallelTestsAreNobodysAndNoVerdictIsWrong() async throws {
      let database = StandInClient.library()
      let client = StandInClient(database)
      let recordings = try await together(24) { _ in
        try await client.query(StandInClient.booksOfAuthor, ["1"])
        try await client.threeInserts()
      }
      for recording in recordings {
        #expect(recording.inserts.isEmpty)
        #expect(recording.unattributedCount > 0)
        for expectation in [
          DatabaseExpectation.inserts(3), .inserts(0), .inserts(2), .queries(4), .queries(1), .queries(...2), .noWrites,
          .statements(.transaction, 2), .commits(1), .flush(inserted: ["books": 3]),
        ] {
          #expect(recording.check(expectation).map(\.kind) == [.blind], "\(expectation)")
        }
        // What they cannot change is told.
        #expect(recording.check(.selects(1)).isEmpty)
        #expect(recording.check(.selects(2)).map(\.kind) == [.count])
      }
    }

    /// Writes of other tests do not hide that a test asks twice.
    @Test func duplicatesAmongWritesOfOthers() async throws {
      let client = StandInClient(StandInClient.library())
      let recordings = try await together(8) { number in
        try await client.authors()
        if number > 0 { return try await client.threeInserts() }
        try await client.transaction { connection in
          for _ in 0..<20 {
            await connection.query(StandInClient.booksOfAuthor, ["7"])
            await Task.yield()
          }
        }
      }
      #expect(recordings[0].check(.noDuplicateQueries).map(\.kind) == [.blind])
    }

    @Test func aTestThatSentNothingElseIsBlindToo() async throws {
      let client = StandInClient(StandInClient.library())
      let recordings = try await together(2) { number in
        if number == 0 { try await client.threeInserts() }
      }
      for recording in recordings {
        #expect(recording.check(.queries(...2)).map(\.kind) == [.blind])
        #expect(recording.check(.noQueries).map(\.kind) == [.blind])
      }
    }

    @Test func aTestOnAnotherDatabaseIsNot() async throws {
      let client = StandInClient(StandInClient.library())
      let recordings = try await together(2) { number in
        if number == 0 { return try await client.threeInserts() }
        let other = InstrumentedConnection("other", system: .postgreSQL)
        for _ in 0..<2 { other.statements.willExecute("SELECT * FROM book").didExecute(rowsReturned: 1) }
      }
      #expect(recordings[1].check(.selects(2), .queries(...2), .noNPlusOne).isEmpty)
    }

    @Test func ofTheOnlyRecordingTheyAreItsOneAfterTheOther() async throws {
      let client = StandInClient(StandInClient.library())
      for _ in 0..<3 {
        let recording = try await recordDatabase {
          try await client.threeInserts()
          await client.future(StandInClient.allAuthors)
        }
        #expect(recording.inserts.count == 3)
        #expect(recording.statements(of: .transaction).count == 2)
        #expect(recording.check(.inserts(3), .selects(1), .queries(4)).isEmpty)
      }
    }

    @Test func theOpenersLoggerBindsNothing() async throws {
      let database = StandInClient.library()
      var opener: Logger?
      _ = try await recordDatabase {
        opener = StandInClient.logger(database)
        try await StandInClient(opener!).threeInserts()
      }
      let second = try await recordDatabase {
        try await StandInClient(StandInClient.logger(database), opener: opener).threeInserts()
      }
      #expect(second.inserts.count == 3)
    }

    @Test func aFixtureKeepsWhatHasNoTask() async throws {
      let client = StandInClient(StandInClient.library())
      let recording = try await recordDatabase {
        try await withoutDatabaseRecording { try await client.threeInserts() }
        try await client.authors()
      }
      #expect(recording.queries.count == 1)
      #expect(recording.excludedCount == 5)
    }

    @Test func outsideOfAnyRecordingNothingIsKept() async throws {
      let client = StandInClient(StandInClient.library())
      try await client.threeInserts()
      let recording = try await recordDatabase { try await client.authors() }
      #expect(recording.statements.count == 1)
      #expect(recording.unattributedCount == 0)
    }

    @Test func aRecordingThatIsHandedOnHasItsOwn() async throws {
      let client = StandInClient(StandInClient.library())
      let recordings = try await together(24) { number in
        let context = DatabaseTaskContext.current
        try await client.transaction { connection in
          await context.run {
            for insert in 0...(number % 3) { await connection.query(StandInClient.insertBook, ["\(insert)", "1"]) }
          }
        }
      }
      for (number, recording) in recordings.enumerated() {
        #expect(recording.inserts.count == number % 3 + 1)
        #expect(recording.check(.inserts(number % 3 + 1), .queries(1...3)).isEmpty)
        #expect(recording.check(.inserts(7)).map(\.kind) == [.count])
        #expect(recording.check(.noWrites).first?.kind == .count)
      }
    }

    @Test func theMessageSaysWhatToDo() async throws {
      let client = StandInClient(LoggedDatabase("library", system: .postgreSQL))
      let recordings = try await together(2) { number in
        if number == 0 { try await client.threeInserts() } else { try await client.authors() }
      }
      #expect(
        recordings[1].check(.queries(1)).first?.message == #"""
          .queries(1) cannot be checked: 5 statements ran on library without their task.
            they would break it: Expected 1 query, found 4.
            3×  INSERT INTO "books"("id", "author_id") VALUES (?, ?)
            1×  BEGIN
            1×  COMMIT
            fix: hand the recording on to where the task is lost, with DatabaseTaskContext.current.run { }, or run tests that share an app one after the other
          """#)
    }
  }
}
