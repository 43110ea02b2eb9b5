import CSQLiteForTests
import CSQLiteHooks
import DatabaseSupport
import DatabaseTesting
import Dispatch
import TestSupport
import Testing

/// Connections that were opened where nothing could be installed: as on platforms without automatic instrumentation.
@Suite struct UnhookedTests {
  @Test func aConnectionOpenedWithoutHooksIsNotRecorded() throws {
    let shop = try unhookedShop()
    let recording = try recordDatabase { _ = try shop.authors() }
    #expect(recording.statements.isEmpty)
  }

  @Test func anOpenConnectionCanBeInstrumentedWithAName() throws {
    let shop = try unhookedShop()
    try SQLiteInstrumentor.instrument(try #require(shop.database.handle), name: "the shop")
    let recording = try recordDatabase {
      _ = try shop.authors()
      _ = try? shop.database.execute("INSERT INTO author VALUES (1, 'again')")
    }
    #expect(recording.selects.first?.rowsReturned == 3)
    #expect(recording.inserts.first?.error?.code == 1555)
    #expect(recording.connections.map(\.name) == ["the shop"])
  }

  @Test func instrumentingUnderAnOpenStatement() throws {
    let shop = try unhookedShop()
    let statement = try shop.database.prepare("SELECT id FROM author")
    #expect(sqlite3_step(statement) == SQLITE_ROW)
    try SQLiteInstrumentor.instrument(try #require(shop.database.handle))
    let recording = try recordDatabase {
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      sqlite3_finalize(statement)
      _ = try shop.authors()
    }
    #expect(recording.selects.count == 1)
    #expect(!recording.isBlind)
  }

  @Test func foreignKeysThatNobodySawBeingMadeAreReadFromTheFile() throws {
    let file = try TemporaryFile()
    try unhookedShop(file.path).database.close()
    let database = try SQLiteDatabase(file.path)
    let recording = try recordDatabase {
      for author in try database.rows("SELECT id FROM author") {
        try database.rows("SELECT id FROM book WHERE authorId = ?", author)
      }
    }
    #expect(recording.findings.map(\.relationship) == ["book.authorId"])
    #expect(recording.statements.count == 4)
  }

  @Test(.needs(.interposition)) func ofADatabaseInMemoryThatNobodySawBeingMadeTheConnectionTells() throws {
    let shop = try unhookedShop()
    try SQLiteInstrumentor.instrument(try #require(shop.database.handle))
    let recording = try recordDatabase { try shop.authorsWithBooksOneByOne() }
    #expect(recording.findings.map(\.relationship) == ["book.authorId"])
    #expect(recording.loads.map(\.relationship) == ["book.authorId", "book.authorId", "book.authorId"])
  }

  /// One of them is the first, and the others find it.
  @Test func aConnectionThatManyThreadsInstrument() throws {
    for _ in 0..<50 {
      let shop = try unhookedShop()
      let database = shop.database
      let numbers = Locked<Set<UInt64?>>([])
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        guard let handle = database.handle else { return }
        try? SQLiteInstrumentor.instrument(handle)
        let number = SQLiteInstrumentor.number(of: handle)
        _ = numbers.withLock { $0.insert(number) }
      }
      #expect(numbers.withLock { !$0.contains(nil) })
      #expect(numbers.withLock { $0.count } == 1)
      let recording = try recordDatabase { _ = try shop.authors() }
      #expect(recording.selects.count == 1)
    }
  }

  @Test func aConnectionThatIsClosedWhileAStatementIsOpenLivesOn() throws {
    let shop = try Shop(authors: 3)
    let recording = try recordDatabase {
      let statement = try shop.database.prepare("SELECT id FROM author")
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      shop.database.close()
      #expect(sqlite3_step(statement) == SQLITE_ROW)
      sqlite3_finalize(statement)
    }
    #expect(recording.selects.map(\.rowsReturned) == [2])
  }

  private func unhookedShop(_ path: String = ":memory:") throws -> Shop {
    final class Box {
      var shop: Result<Shop, any Error>?
      let path: String
      init(_ path: String) { self.path = path }
    }
    let box = Box(path)
    dbh_without_hooks(
      { argument in
        guard let argument else { return }
        let box = Unmanaged<Box>.fromOpaque(argument).takeUnretainedValue()
        box.shop = Result { try Shop(box.path, authors: 3) }
      }, Unmanaged.passUnretained(box).toOpaque())
    return try #require(box.shop).get()
  }
}
