import DatabaseTesting
import TestSupport
import Testing

@Suite struct ScaleTests {
  @Test func constantQueriesAreSilent() throws {
    var shop: Shop?
    var asked: [Int] = []
    try expectConstantQueries(at: [2, 4, 8]) { size in
      asked.append(size)
      shop = try Shop(authors: size)
    } measure: {
      try shop?.authorsWithBooks()
    }
    #expect(asked == [2, 4, 8])
  }

  @Test func theAsynchronousFormToo() async throws {
    var shop: Shop?
    try await expectConstantQueries(at: [2, 4]) { size in
      await Task.yield()
      shop = try Shop(authors: size)
    } measure: {
      await Task.yield()
      return try shop?.authorsWithBooks()
    }
    try await expectLinearSteps(at: [20, 40, 80]) { size in
      await Task.yield()
      shop = try Shop(authors: size)
    } measure: {
      await Task.yield()
      return try shop?.authorsWithBooks()
    }
  }

  @Test(.needs(.lines)) func growthIsToldByShapeAtTheLineOfTheCall() throws {
    var shop: Shop?
    let line = #line + 2
    try expectingIssue {
      try expectConstantQueries(at: [2, 4, 8]) { size in
        shop = try Shop(authors: size)
      } measure: {
        try shop?.authorsWithBooksOneByOne()
      }
    } matching: { message, location in
      #expect(location.line == line)
      #expect(
        message == """
          Expected constant queries at sizes 2, 4, 8, found 3 → 5 → 9: book.authorId 2 → 4 → 8.
            2 → 4 → 8×  SELECT id FROM book WHERE authorId = ?    lazy
                 at Shop.swift:28 in Shop.books(of:), through SQLiteDatabase.rows(_:_:)
            fix: load them together: SELECT … FROM book WHERE authorId IN (…)
            1 other query at the largest size does not grow.
          """)
    }
  }

  @Test func writesThatGrowAreToldWithoutARelationship() throws {
    let shop = try Shop()
    var size = 0
    try expectingIssue {
      try expectConstantQueries(at: [1, 2]) {
        size = $0
      } measure: {
        for _ in 0..<size { try shop.database.rows("INSERT INTO setting (value) VALUES (?)", 1) }
      }
    } matching: { message, _ in
      let lines = message.split(separator: "\n").map(String.init)
      #expect(lines.first == "Expected constant queries at sizes 1, 2, found 1 → 2: INSERT setting 1 → 2.")
      #expect(lines.last == "  fix: one statement for all rows instead of one for each")
    }
  }

  @Test func chunksPagesAndBatchesMayGrow() throws {
    let shop = try Shop(authors: 80, booksPerAuthor: 1)
    var size = 0
    try expectConstantQueries(at: [20, 40, 80]) {
      size = $0
    } measure: {
      for first in stride(from: 0, to: size, by: 10) {
        let keys = (first..<first + 10).map(String.init).joined(separator: ", ")
        try shop.database.rows("SELECT id FROM book WHERE authorId IN (\(keys))")
        try shop.database.rows("SELECT id FROM author WHERE id > ? ORDER BY id LIMIT 10", first)
        let values = (first..<first + 10).map { "('\($0)')" }.joined(separator: ", ")
        try shop.database.rows("INSERT INTO setting (value) VALUES \(values)")
      }
    }
  }

  @Test func aListOfOneKeyForEachRowIsNoChunk() throws {
    let shop = try Shop(authors: 8)
    var size = 0
    let recording = DatabaseExpectation.queries(...100)
    try expectingIssue {
      try expectConstantQueries(at: [2, 4, 8]) {
        size = $0
      } measure: {
        for author in 1...size { try shop.database.rows("SELECT id FROM book WHERE authorId IN (\(author), 0)") }
      }
    } matching: { message, _ in
      #expect(
        message.hasPrefix("Expected constant queries at sizes 2, 4, 8, found 2 → 4 → 8: book.authorId 2 → 4 → 8."))
    }
    #expect(recording.name == ".queries(...100)")
  }

  @Test func whatIsDoneOnceInTheLifeOfTheAppDoesNotCount() throws {
    var shop: Shop?
    var cache: [Int]?
    try expectConstantQueries(at: [2, 4]) { size in
      shop = try Shop(authors: size)
    } measure: {
      if cache == nil { cache = try shop?.setting(1) }
      try shop?.authorsWithBooks()
    }
    // Dropped by the second size, filled again, and kept.
    var kept = 0
    try expectConstantQueries(at: [2, 4, 8]) { size in
      shop = try Shop(authors: size)
      if size == 4 { kept = 0 }
    } measure: {
      if kept == 0 { kept = try shop?.setting(1).count ?? 0 + 1 }
      try shop?.authorsWithBooks()
    }
  }

  @Test func fixturesAreNotMeasured() throws {
    var shop: Shop?
    let recording = try recordDatabase {
      try expectConstantQueries(at: [2, 4]) { size in
        shop = try Shop(authors: size)
      } measure: {
        try shop?.authorsWithBooks()
      }
    }
    #expect(recording.queries.count == 4)
    #expect(recording.excludedCount > 10)
  }

  @Test(arguments: [
    ([], "one size shows no growth; write two or more, such as [2, 4, 8]."),
    ([5], "one size shows no growth; write two or more, such as [2, 4, 8]."),
    ([0, 1], "at size 0 there are no rows to read related ones for; begin with 1 or more."),
    ([4, 2], "the sizes [4, 2] do not grow; write them in ascending order, each once."),
    ([2, 2, 2], "the sizes [2, 2, 2] do not grow; write them in ascending order, each once."),
  ])
  func sizesThatProveNothingAreRefused(sizes: [Int], problem: String) throws {
    var isCalled = false
    try expectingIssue {
      expectConstantQueries(at: sizes, populate: { _ in isCalled = true }, measure: { isCalled = true })
    } matching: { message, _ in
      #expect(message == "expectConstantQueries cannot be checked: \(problem)")
    }
    #expect(!isCalled)
  }

  @Test func aLineNeedsThreeSizesFarApart() throws {
    try expectingIssue {
      expectLinearSteps(at: [10, 20, 30], populate: { _ in }, measure: {})
    } matching: { message, _ in
      #expect(
        message == """
          expectLinearSteps cannot be checked: a line cannot be told from a curve by [10, 20, 30]; write three sizes or more, \
          the last at least 4 times the first.
          """)
    }
  }

  @Test func whatSeesNoQueryProvesNothing() throws {
    try expectingIssue {
      expectConstantQueries(at: [2, 4], populate: { _ in }, measure: {})
    } matching: { message, _ in
      #expect(message.hasPrefix("expectConstantQueries saw no query at any size, so it proves nothing.\n"))
      #expect(message.hasSuffix("\n  fix: call the code under test in `measure`"))
    }
  }

  @Test func whatDoesTheSameAtEverySizeProvesNothing() throws {
    let shop = try Shop(authors: 4)
    try expectingIssue {
      try expectConstantQueries(at: [2, 4], populate: { _ in }, measure: { try shop.authorsWithBooksOneByOne() })
    } matching: { message, _ in
      #expect(
        message == """
          expectConstantQueries proves nothing: at sizes 2, 4 `measure` handles the same 12 rows.
            fix: populate what `measure` reads, so that it reads more at a larger size; stay below the limit of a page
          """)
    }
    // A number of rows is the same work, however many there are.
    try expectConstantQueries(
      at: [2, 4], populate: { _ in }, measure: { try shop.database.rows("SELECT count(*) FROM author") })
  }

  @Test func aSquareIsNamed() throws {
    var database: SQLiteDatabase?
    let sizes = [20, 40, 80]
    try expectingIssue {
      try expectLinearSteps(at: sizes) { size in
        database = try pairs(size)
      } measure: {
        try database?.rows("SELECT count(*) FROM a, b WHERE a.x + b.x = 7")
      }
    } matching: { message, _ in
      let lines = message.split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("Expected steps to grow no faster than sizes 20, 40, 80, found "))
      #expect(lines[0].hasSuffix(": like the square of the size."))
      #expect(lines[1].hasPrefix("  1×  SELECT count(*) FROM a, b WHERE a.x + b.x = ?    "))
      #expect(lines[1].hasSuffix(" steps"))
      #expect(
        lines[3...] == [
          "       plan: SCAN a", "       plan: SCAN b",
          "  fix: a condition or a join that an index can serve; of 3 that were tried SQLite uses none",
        ])
    }
  }

  @Test func soIsAScanForEveryRow() throws {
    var database: SQLiteDatabase?
    var size = 0
    try expectingIssue {
      try expectLinearSteps(at: [10, 20, 40, 80]) {
        size = $0
        database = try pairs(size)
      } measure: {
        for x in 1...size { try database?.rows("SELECT y FROM a WHERE y = ?", x) }
      }
    } matching: { message, _ in
      #expect(message.contains(": like the square of the size."))
      #expect(message.contains("\n  10 → 20 → 40 → 80×  SELECT y FROM a WHERE y = ?    "))
    }
  }

  @Test(arguments: [
    "SELECT * FROM a", "SELECT * FROM a ORDER BY y", "SELECT * FROM a JOIN b USING (x)",
    "SELECT count(*) FROM a WHERE y = 7",
    "SELECT y, count(*) FROM a GROUP BY y",
  ])
  func aLineIsSilent(sql: String) throws {
    var database: SQLiteDatabase?
    try expectLinearSteps(at: [50, 100, 200, 400]) { size in
      database = try pairs(size)
    } measure: {
      try database?.rows(sql)
    }
  }

  private func pairs(_ size: Int) throws -> SQLiteDatabase {
    let database = try SQLiteDatabase()
    try database.execute(
      """
      CREATE TABLE a (x INTEGER PRIMARY KEY, y INTEGER);
      CREATE TABLE b (x INTEGER PRIMARY KEY);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < \(size))
        INSERT INTO a SELECT i, \(size) - i FROM n;
      INSERT INTO b SELECT x FROM a;
      """)
    return database
  }
}

@Suite struct NotesTests {
  @Test func aTestWithOneParentIsVacuous() throws {
    let shop = try Shop(authors: 1)
    let recording = try expectNoNPlusOne { try shop.authorsWithBooksOneByOne() }
    let note = """
      vacuous: .noNPlusOne proves nothing about book.authorId, which was loaded for one row at most; test with two or more.
      """
    #expect(recording.notesOnStatements == [note])
    #expect(recording.description.contains("\n  " + note))
  }

  @Test func aTestWithSeveralIsNot() throws {
    let shop = try Shop(authors: 2)
    #expect(try expectNoNPlusOne { try shop.authorsWithBooks() }.notesOnStatements.isEmpty)
    let several = try expectNoNPlusOne {
      for author in try shop.authors().prefix(1) { _ = try shop.books(of: author) }
    }
    #expect(several.notesOnStatements.isEmpty)
    #expect(try expectNoNPlusOne { try shop.setting(1) }.notesOnStatements.isEmpty)
  }

  private func expectNoNPlusOne<R>(_ body: () throws -> R) throws -> Recording {
    let recording = try recordDatabase { try body() }
    recording.expect(.noNPlusOne)
    return recording
  }
}
