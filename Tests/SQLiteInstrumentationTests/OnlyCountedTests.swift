import DatabaseTesting
import TestSupport
import Testing

/// What each expectation says of statements that came after the first that are kept, and of which only the number is known.
@Suite struct OnlyCountedTests {
  enum Program: CaseIterable {
    case inserts, batchedInserts, insertsOutsideTransactions, lookups, oneLookup, sameRead, differentReads, scan,
      keyReads
    case automaticIndex, failure, definitions

    func run(_ shop: Shop) throws {
      let database = shop.database
      switch self {
      case .inserts:
        try database.execute("BEGIN")
        for key in 0..<200 { try database.rows("INSERT INTO setting (key) VALUES (?)", key) }
        try database.execute("COMMIT")
      case .batchedInserts:
        try database.execute("BEGIN")
        for key in 0..<20 {
          try database.execute("INSERT INTO setting (key) VALUES (\(10 * key)), (\(10 * key + 1)), (\(10 * key + 2))")
        }
        try database.execute("COMMIT")
      case .insertsOutsideTransactions:
        for key in 0..<2 { try database.rows("INSERT INTO setting (key) VALUES (?)", key) }
      case .lookups: for author in 1...50 { _ = try shop.books(of: author) }
      case .oneLookup: _ = try shop.books(of: 1)
      case .sameRead: for _ in 0..<2 { _ = try shop.setting(1) }
      case .differentReads:
        _ = try shop.setting(1)
        _ = try shop.authors()
      case .scan: try database.rows("SELECT id FROM book WHERE title = 'a book 7'")
      case .keyReads: for key in 0..<3 { try database.rows("SELECT name FROM author WHERE id > ? AND id < 3", key) }
      case .automaticIndex:
        try database.rows("SELECT count(*) FROM book a JOIN book b ON a.title = b.title")
      case .failure: _ = try? database.rows("INSERT INTO author (id, name) VALUES (1, NULL)")
      case .definitions:
        try database.execute("CREATE TABLE one (a)")
        try database.execute("CREATE TABLE two (a)")
      }
    }
  }

  enum Verdict { case green, red, unknown }

  static let table: [(Program, [DatabaseExpectation], Verdict)] = [
    // Many writes say nothing about what was read.
    (.inserts, [.noNPlusOne, .noDuplicateQueries, .noFullScans, .noAutomaticIndexes, .noLazyLoads], .green),
    (.inserts, [.loads(.lazy, of: "book.authorId", 0), .noFailures, .fails(0), .writesInTransactions], .green),
    (.inserts, [.inserts(200), .inserts(200, on: "setting"), .commits(1), .closedTransactions], .green),
    (.inserts, [.flush(inserted: ["setting": 200], exactly: true), .inserts(200, in: ":memory:")], .green),
    (.inserts, [.executes("INSERT INTO setting (key) VALUES (?)", times: 200), .noMainThreadQueries], .green),
    (.inserts, [.executes(inAnyOrder: ["COMMIT", "BEGIN"]), .neverExecutes("SELECT 1")], .green),
    (.inserts, [.noWrites, .noDurableWrites, .inserts(199), .inserts(0, in: ":memory:")], .red),
    (.inserts, [.batchedInserts, .steps(...1_000_000), .rows(0)], .unknown),
    (.batchedInserts, [.batchedInserts, .writesInTransactions, .noNPlusOne], .green),
    (.insertsOutsideTransactions, [.writesInTransactions], .red),
    (
      .insertsOutsideTransactions,
      [.writesInTransactions.ignoring("INSERT INTO setting (key) VALUES (?)", because: "a log")], .green
    ),
    (.definitions, [.writesInTransactions.allowingNoQueries, .noNPlusOne.allowingNoQueries], .green),
    (.lookups, [.noNPlusOne, .noNPlusOne(threshold: 50), .noLazyLoads, .noDuplicateQueries], .unknown),
    (.lookups, [.loads(.lazy, of: "book.authorId", 50), .loads(.lazy, of: "book.authorId", 0...)], .unknown),
    (.lookups, [.noNPlusOne(threshold: 51), .noFullScans, .noAutomaticIndexes, .noFailures, .noWrites], .green),
    (.lookups, [.loads(.lazy, of: "other.table", 0), .queries(50), .selects(...50, on: "book")], .green),
    (
      .lookups,
      [.noNPlusOne.ignoring("SELECT id FROM book WHERE authorId = ?", because: "few"), .batchedInserts], .green
    ),
    (.lookups, [.executes(inOrder: ["PRAGMA user_version", "SELECT id FROM book WHERE authorId = ?"])], .unknown),
    (.lookups, [.executes(inOrder: ["PRAGMA user_version", "SELECT id FROM author"])], .red),
    (.lookups, [.executes(inOrder: ["PRAGMA user_version", "PRAGMA user_version"])], .green),
    (.lookups, [.noNPlusOne.not, .any(of: [.noNPlusOne, .noLazyLoads]), .all(of: [.noNPlusOne])], .unknown),
    (.lookups, [.any(of: [.noNPlusOne, .queries(50)])], .green),
    (.oneLookup, [.noNPlusOne, .noDuplicateQueries], .green),
    (.oneLookup, [.noLazyLoads], .unknown),
    (.sameRead, [.noDuplicateQueries], .unknown),
    (.sameRead, [.noNPlusOne, .noLazyLoads, .noFullScans], .green),
    (.differentReads, [.noDuplicateQueries, .noNPlusOne, .noFullScans, .noLazyLoads], .green),
    (.scan, [.noFullScans, .noFullScans(except: ["author"])], .unknown),
    (.scan, [.noFullScans(except: ["book"]), .noAutomaticIndexes, .noNPlusOne], .green),
    (.keyReads, [.noFullScans, .noLazyLoads, .noNPlusOne], .green),
    (.automaticIndex, [.noAutomaticIndexes], .unknown),
    (.failure, [.noFailures, .fails(0)], .red),
    (.failure, [.fails(1), .noNPlusOne], .green),
  ]

  @Test(.needs(.rowChanges), arguments: table.indices) func eachExpectation(row: Int) throws {
    let (program, expectations, verdict) = Self.table[row]
    let shop = try withoutDatabaseRecording { try Shop(authors: 60, booksPerAuthor: 2) }
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: 2)
    try recorder.bind {
      for _ in 0..<2 { try shop.database.execute("PRAGMA user_version") }
      try program.run(shop)
    }
    let recording = recorder.finish()
    #expect(recording.droppedCount > 0)
    for expectation in expectations {
      let found = recording.check(expectation)
      switch verdict {
      case .green: #expect(found.isEmpty, "\(expectation): \(found)")
      case .red: #expect(found.contains { $0.kind != .blind }, "\(expectation): \(found)")
      case .unknown:
        // What one of several cannot tell is told by the whole.
        #expect(found.map(\.kind).allSatisfy { $0 == .blind || $0 == .composed }, "\(expectation): \(found)")
        #expect(found.first?.message.contains("cannot be checked") == true, "\(expectation): \(found)")
      }
    }
  }

  @Test func theMessageSaysWhichStatementsAndWhatToDo() throws {
    let shop = try withoutDatabaseRecording { try Shop() }
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: 1)
    try recorder.bind {
      _ = try shop.authors()
      for author in 1...3 { _ = try shop.books(of: author) }
    }
    #expect(
      recorder.finish().check(.noNPlusOne).first?.message == """
        .noNPlusOne cannot be checked: of 3 statements that may break it only the number is known, since they came after the \
        first 1 statement.
          3×  SELECT id FROM book WHERE authorId = ?
          fix: record less at once: expectDatabase around the part that matters, or fixtures in withoutDatabaseRecording
        """)
  }

  /// What was kept is reported as ever, with a word on the rest.
  @Test func aFindingStays() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 20) }
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: 11)
    _ = try recorder.bind { try shop.authorsWithBooksOneByOne() }
    let found = recorder.finish().check(.noNPlusOne)
    #expect(found.map(\.kind) == [.nPlusOne])
    #expect(found.first?.count == 10)
    #expect(found.first?.message.hasSuffix("10 more statements that may belong to it were only counted") == true)
  }

  @Test func twoHundredThousandInsertsLeaveTheRestToBeJudged() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 2) }
    let recording = try recordDatabase {
      try shop.database.execute("BEGIN")
      try shop.database.execute(
        String(repeating: "INSERT INTO setting (value) VALUES ('x');", count: 200_000))
      try shop.database.execute("COMMIT")
      _ = try shop.authors()
    }
    #expect(recording.droppedCount == 100_003)
    #expect(
      recording.check(
        .noNPlusOne, .noDuplicateQueries, .noFullScans, .noLazyLoads, .noAutomaticIndexes, .inserts(200_000),
        .writesInTransactions
      ).isEmpty)
  }

  /// Whoever has few statements on each of many connections loses no detail to them.
  @Test(arguments: [1, 2, 3, 33], [true, false]) func connectionsTakeNoMoreRoomThanTheyUse(each: Int, isClosed: Bool)
    throws
  {
    let shop = try withoutDatabaseRecording { try Shop(authors: 50) }
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: 1_000)
    var kept: [SQLiteDatabase] = []
    try recorder.bind {
      for _ in 0..<(949 / each) {
        let database = try SQLiteDatabase()
        for _ in 0..<each { try database.rows("SELECT 1") }
        if !isClosed { kept.append(database) }
      }
      try shop.authorsWithBooksOneByOne()
    }
    let recording = recorder.finish()
    #expect(recording.droppedCount == 0)
    #expect(recording.check(.noNPlusOne).map(\.count) == [50])
  }

  /// The last of the room is used, whoever had set it apart.
  @Test(arguments: [1, 5, 63, 64, 65, 200, 1_000]) func allOfTheRoomIsUsed(limit: Int) throws {
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: limit)
    try recorder.bind {
      let databases = try (0..<7).map { _ in try SQLiteDatabase() }
      for round in 0..<1_100 { try databases[round * round % 7].rows("SELECT \(round) AS c") }
    }
    let recording = recorder.finish()
    #expect(recording.selects.count == 1_100)
    #expect(recording.droppedCount == 1_100 - limit)
    #expect(Array(recording.selects).count == limit)
  }

  /// Counts of one database are exact, too.
  @Test func countsOfOneDatabaseAreExactPastTheLimit() throws {
    let (left, right) = (try TemporaryFile("left.sqlite"), try TemporaryFile("right.sqlite"))
    let recorder = DatabaseRecorder("", at: CodeLocation(#fileID, #filePath, #line, #column), detailLimit: 3)
    try recorder.bind {
      for (file, count) in [(left, 20), (right, 30)] {
        let database = try SQLiteDatabase(file.path)
        for _ in 0..<count { try database.rows("SELECT 1") }
      }
    }
    let recording = recorder.finish()
    #expect(recording.check(.selects(20, in: "left.sqlite"), .selects(30, in: "right.sqlite")).isEmpty)
    #expect(recording.selects.on(database: "left.sqlite").matching("SELECT 2").count == 20)
    #expect(recording.selects.on(database: "left.sqlite").on(database: "right.sqlite").isEmpty)
  }
}
