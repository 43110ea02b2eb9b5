import DatabaseTesting
import Dispatch
import TestSupport
import Testing

/// Statements without a task on a database that several tests use at one time.
@Suite struct TasklessTests {
  /// 24 tests and a pool of some connections to one file, which was opened before.
  private final class Pool: Sendable {
    let file: TemporaryFile
    let connections: [Shop]

    init() throws {
      let file = try TemporaryFile("shop.sqlite")
      self.file = file
      let first = try Shop(file.path, authors: 6, booksPerAuthor: 1)
      connections = try [first] + (0..<3).map { _ in try Shop(connection: SQLiteDatabase(file.path)) }
    }

    func asyncRead(_ number: Int, _ body: @escaping @Sendable (Shop) -> Void) async {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        DispatchQueue.global().async {
          body(self.connections[number])
          continuation.resume()
        }
      }
    }
  }

  /// All of `bodies` at one time, each in a recording of its own that ends after all others have done their work.
  private func together(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws
    -> [Recording]
  {
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

  @Test func twentyFourInnocentTestsOnOneSharedPool() async throws {
    let pool = try withoutDatabaseRecording { try Pool() }
    let recordings = try await together(24) { number in
      let shop = pool.connections[number % 4]
      _ = try shop.authorsWithBooks()
      if number == 7 { await pool.asyncRead(2) { _ = try? $0.setting(1) } }
    }
    for (number, recording) in recordings.enumerated() {
      #expect(recording.queries.count == 2)
      #expect(
        recording.check(.noNPlusOne, .noWrites, .noFailures, .noDuplicateQueries, .queries(...20), .queries(2)).isEmpty,
        "\(number)")
      #expect(recording.check([.noLazyLoads, .noFullScans], isInherited: true).isEmpty)
      #expect(recording.notes.contains { $0.hasPrefix("uncertain: 1 statement ran on shop.sqlite without its task") })
    }
  }

  enum Way: CaseIterable { case queue, sameConnection, detachedTask }

  /// One of them has an N+1 and writes, without its task: nobody may say that there is none.
  @Test(arguments: Way.allCases) func whoMayBeMeantSaysSo(way: Way) async throws {
    let pool = try withoutDatabaseRecording { try Pool() }
    let stranger = try withoutDatabaseRecording { try Shop() }
    let work: @Sendable (Shop) -> Void = { shop in
      for author in 1...6 { _ = try? shop.books(of: author) }
      _ = try? shop.database.rows("INSERT INTO setting (value) VALUES ('x')")
    }
    // The work begins when both have used the database.
    let used = Gate(2)
    let recordings = try await together(3) { number in
      if number == 2 {
        _ = try stranger.authorsWithBooks()
        return
      }
      _ = try pool.connections[number].authors()
      await used.pass()
      guard number == 1 else { return }
      switch way {
      case .queue: await pool.asyncRead(3, work)
      case .sameConnection: await pool.asyncRead(1, work)
      case .detachedTask: await Task.detached { work(pool.connections[2]) }.value
      }
    }
    for recording in recordings.prefix(2) {
      #expect(
        recording.check(.noWrites).first?.headline
          == ".noWrites cannot be checked: 7 statements ran on shop.sqlite without their task.")
      #expect(recording.check(.noNPlusOne, .noLazyLoads).map(\.kind) == [.blind, .blind])
      #expect(recording.check([.noNPlusOne, .noWrites], isInherited: true).isEmpty)
      // What is right without them is not about them, and what they do not change stays.
      #expect(recording.check(.queries(1), .noFailures, .noFullScans).isEmpty)
      #expect(recording.check(.queries(99)).map(\.kind) == [.count])
    }
    // A stranger that never used the database is not meant.
    #expect(recordings[2].check(.noWrites, .noNPlusOne, .queries(2), .noQueries.not).isEmpty)
    #expect(recordings[2].notesOnStatements.isEmpty)
  }

  /// The only one that has used the database has its work, whoever else runs meanwhile.
  @Test func theOnlyUserOfADatabaseHasItsWork() async throws {
    let pools = try withoutDatabaseRecording { try (0..<8).map { _ in try Pool() } }
    let recordings = try await together(8) { number in
      _ = try pools[number].connections[0].authors()
      await pools[number].asyncRead(1) { shop in
        for key in 0..<number { _ = try? shop.setting(key) }
      }
    }
    #expect(recordings.map(\.queries.count) == (1...8).map { $0 })
    #expect(recordings.flatMap(\.notesOnStatements) == [])
  }

  /// What another test sends without its task, before it has used the database itself, looks like work of the only user. Once another
  /// one has used it, nobody knows, and nothing is counted that a test did not send.
  @Test(arguments: [1, 2]) func whatOnlySeemedToBeOfTheOnlyUser(reader: Int) async throws {
    let pool = try withoutDatabaseRecording { try Pool() }
    let (used, sent, joined) = (Gate(3), Gate(3), Gate(3))
    let recordings = try await together(3) { number in
      if number == 0 { _ = try pool.connections[0].authors() }
      await used.pass()
      // The one that sends it may be the one that uses the database next, or another one.
      if number == reader { await pool.asyncRead(0) { _ = try? $0.setting(1) } }
      await sent.pass()
      if number == 1 { _ = try pool.connections[1].authors() }
      await joined.pass()
    }
    #expect(recordings.prefix(2).map(\.queries.count) == [1, 1])
    for recording in recordings.prefix(2) {
      #expect(recording.check(.queries(1), .noWrites, .noNPlusOne, .queries(1, on: "author")).isEmpty)
      #expect(recording.unattributedCount >= 1)
    }
    #expect(
      recordings[0].check(.queries(2)).first?.headline
        == ".queries(2) cannot be checked: 1 statement ran on shop.sqlite without its task.")
  }

  /// The same on a database that an earlier test used.
  @Test func whatSeemedToBeOfTheOnlyUserThatRan() async throws {
    let pool = try withoutDatabaseRecording { try Pool() }
    _ = try recordDatabase { _ = try pool.connections[0].authors() }
    let (used, sent, joined) = (Gate(2), Gate(2), Gate(2))
    let recordings = try await together(2) { number in
      if number == 0 { _ = try pool.connections[0].authors() }
      await used.pass()
      if number == 1 { await pool.asyncRead(0) { _ = try? $0.setting(1) } }
      await sent.pass()
      if number == 1 { _ = try pool.connections[1].authors() }
      await joined.pass()
    }
    for recording in recordings {
      #expect(recording.queries.count == 1)
      #expect(recording.check(.queries(1), .noWrites, .noNPlusOne).isEmpty)
    }
  }

  /// A test that nobody records, beside one that is: its own task sends what it sends.
  @Test func aTestThatNobodyRecordsIsNoWorkOfAnother() async throws {
    let pool = try withoutDatabaseRecording { try Pool() }
    let (started, worked) = (Gate(2), Gate(2))
    async let recorded = recordDatabase {
      _ = try pool.connections[0].authors()
      await started.pass()
      await worked.pass()
    }
    await started.pass()
    for connection in pool.connections.prefix(2) {
      try connection.database.rows("INSERT INTO setting (value) VALUES ('x')")
    }
    await worked.pass()
    let recording = try await recorded
    #expect(recording.queries.count == 1)
    #expect(recording.check(.noWrites, .queries(1)).isEmpty)
    #expect(recording.notesOnStatements.isEmpty)
  }

  /// Tests inside of one recording share what they use with it.
  @Test func aRecordingAroundAllHasWhatNoneOfThemHas() async throws {
    let pool = try withoutDatabaseRecording { try Pool() }
    let recorded = Collected()
    let outer = try await recordDatabase {
      let inner = try await together(3) { number in
        _ = try pool.connections[number].authors()
        if number == 1 {
          await pool.asyncRead(3) { _ = try? $0.database.rows("INSERT INTO setting (value) VALUES ('x')") }
        }
      }
      recorded.recordings = inner
    }
    #expect(outer.queries.count == 4)
    #expect(outer.check(.writes(1), .queries(4)).isEmpty)
    for recording in recorded.recordings {
      #expect(recording.queries.count == 1)
      #expect(recording.check(.noWrites).map(\.kind) == [.blind])
      #expect(recording.check(.noFailures, .queries(1), .noNPlusOne).isEmpty)
    }
  }
}

private final class Collected: @unchecked Sendable {  // Written once, before it is read.
  var recordings: [Recording] = []
}

/// Lets nobody pass before all are there.
private actor Gate {
  private let count: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { self.count = count }

  func pass() async {
    if waiting.count + 1 == count {
      for continuation in waiting { continuation.resume() }
      waiting = []
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }
}
