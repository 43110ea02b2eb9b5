#if GRDB && os(Linux) && arch(x86_64) && canImport(Glibc)
  import DatabaseInstrumentation
  import DatabaseSupport
  import DatabaseTesting
  import Foundation
  import GRDB
  import Synchronization
  import TestSupport
  import Testing

  @testable import DatabaseRecording

  /// Stacks within GRDB, whose code, SQLite's and the queues' are on them, are those of the unwinder.
  @Suite(.needs(.chains)) struct GRDBStackTests {
    /// 50,000 of them, on queues and pools, of statements, functions, cursors, records, migrations and observations.
    @Test func learnedStacksAreTheUnwound() async throws {
      let wanted = ProcessInfo.processInfo.environment["DATABASE_TESTING_STACKS"].flatMap(Int.init) ?? 50_000
      let seen = Counts()
      var configuration = Configuration()
      configuration.prepareDatabase { db in
        db.trace { _ in seen.add(learnedStackIsTheUnwound()) }
        db.add(
          function: DatabaseFunction("compared", argumentCount: 0) { _ in
            seen.add(learnedStackIsTheUnwound())
            return 1
          })
      }
      let file = try TemporaryFile()
      let pool = try DatabasePool(path: file.path, configuration: configuration)
      try Self.migrator.migrate(pool)
      while seen.all.load(ordering: .relaxed) < wanted {
        let queue = try DatabaseQueue(configuration: configuration)
        try Self.migrator.migrate(queue)
        for database in [queue, pool] as [any DatabaseWriter] { try await Self.use(database) }
      }
      #expect(seen.different.load(ordering: .relaxed) == 0)
      // As many as were asked for, and not one of them again and again.
      #expect(seen.all.load(ordering: .relaxed) >= wanted)
      #expect(seen.kinds.withLock { $0.count } >= 30)
    }

    private static var migrator: DatabaseMigrator {
      var migrator = DatabaseMigrator()
      migrator.registerMigration("tables") { db in
        try db.create(table: "author") { t in
          t.autoIncrementedPrimaryKey("id")
          t.column("name", .text)
        }
        try db.create(table: "book") { t in
          t.autoIncrementedPrimaryKey("id")
          t.belongsTo("author", onDelete: .cascade)
        }
      }
      return migrator
    }

    private static func use(_ database: any DatabaseWriter) async throws {
      try await database.write { db in
        try db.inSavepoint {
          for number in 1...5 {
            try db.execute(sql: "INSERT INTO author (name) VALUES (?)", arguments: ["\(number)"])
            try db.execute(sql: "INSERT INTO book (authorId) VALUES (?)", arguments: [db.lastInsertedRowID])
          }
          return .commit
        }
      }
      _ = try database.read { db in try Row.fetchAll(db, sql: "SELECT *, compared() FROM book ORDER BY id DESC") }
      _ = try await database.read { db in
        try Row.fetchCursor(db, sql: "SELECT * FROM author").map { row in
          try Int.fetchOne(
            db, sql: "SELECT count(*), compared() FROM book WHERE authorId = ?", arguments: [row["id"]])
        }.next()
      }
      let authors = try await database.read { db in
        try Int64.fetchAll(
          db, Table("author").select(Column("id")).filter(Column("id") > 1).order(Column("name").desc))
      }
      for author in authors {
        try await database.write { db in
          try db.execute(sql: "UPDATE author SET name = compared() WHERE id = ?", arguments: [author])
        }
      }
      let observation = ValueObservation.tracking { db in try Table("book").fetchCount(db) }
      for try await count in observation.values(in: database) where count >= 0 { break }
      await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 0..<3 {
          group.addTask { try await database.read { db in try Int.fetchOne(db, sql: "SELECT compared()") } }
        }
      }
      try await database.write { db in _ = try Table("author").deleteAll(db) }
    }

    /// What GRDB does between an awaited read and its statements is on the stack, and all that awaits it.
    @Test func awaitedReadsReachTheTest() async throws {
      let queue = try withoutDatabaseRecording { try DatabaseQueue() }
      let file = try TemporaryFile()
      let pool = try withoutDatabaseRecording { try DatabasePool(path: file.path) }
      let recording = try await recordDatabase {
        for database in [queue, pool] as [any DatabaseReader] {
          for _ in 0..<3 { _ = try await Self.read(database) }
          _ = try await Self.read(database)
          _ = try await database.read { db in try Int.fetchOne(db, sql: "SELECT 1") }
        }
      }
      let evidence = recording.storage.evidence
      let stacks = (0..<recording.statements.count).compactMap { index in
        recording.statements[index].sql == "SELECT ?" ? evidence.stack(at: index) : nil
      }
      try #require(stacks.count == 10)
      for stack in stacks {
        #expect(stack.isComplete)
        #expect(stack.appFrames.contains { $0.function?.hasSuffix(".awaitedReadsReachTheTest()") == true })
      }
      // The rounds of the loop are one place, also where the optimiser wrote them out, each at an address of its own.
      for stacks in [stacks[..<5], stacks[5...]] {
        #expect(StackPlaces(Array(stacks)).merged == [[0, 1, 2], [3], [4]])
        #if DEBUG
          #expect(Set(stacks).count == 3)
          #expect(Set(stacks.prefix(3)).count == 1)
        #endif
      }
    }

    @concurrent @inline(never) private static func read(_ database: any DatabaseReader) async throws -> Int? {
      try await database.read { db in try Int.fetchOne(db, sql: "SELECT 1") }
    }

    private final class Counts: Sendable {
      let all = Atomic(0)
      let different = Atomic(0)
      /// Of different stacks, their hashes.
      let kinds = Locked<Set<Int>>([])

      @inline(never) func add(_ isSame: Bool) {
        let stack = StackTrace.capture()
        kinds.withLock { _ = $0.insert(stack.hashValue) }
        all.wrappingAdd(1, ordering: .relaxed)
        if !isSame { different.wrappingAdd(1, ordering: .relaxed) }
      }
    }
  }
#endif
