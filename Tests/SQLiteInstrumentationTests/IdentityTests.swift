import CSQLiteForTests
import DatabaseTesting
import Foundation
import TestSupport
import Testing

/// Two connections to one database, whatever they call it.
@Suite struct IdentityTests {
  private static let tables = """
    CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE book(id INTEGER PRIMARY KEY, authorId INT REFERENCES author(id), title TEXT);
    INSERT INTO author VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
    INSERT INTO book (authorId, title) VALUES (1, 'x'), (2, 'y'), (3, 'z');
    """

  private func open(_ uri: String) throws -> SQLiteDatabase { try SQLiteDatabase(uri: uri) }

  private func expectOne(
    _ first: SQLiteDatabase, _ second: SQLiteDatabase, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let loop = try recordDatabase {
      for author in try first.rows("SELECT id FROM author") {
        try second.rows("SELECT * FROM book WHERE authorId = ?", author)
      }
    }
    #expect(loop.check(.noNPlusOne).map(\.relationship) == ["book.authorId"], sourceLocation: location)
    let write = try recordDatabase {
      for index in 0..<2 {
        _ = try first.rows("SELECT count(*) FROM book")
        if index == 0 { try second.execute("UPDATE book SET title = 'other' WHERE id = 1") }
      }
    }
    #expect(write.check(.noDuplicateQueries).isEmpty, sourceLocation: location)
  }

  @Test func aSharedCacheInMemory() throws {
    let uri = "file:shared-\(UUID())?mode=memory&cache=shared"
    let (first, second) = (try open(uri), try open(uri))
    try first.execute(Self.tables)
    try expectOne(first, second)
  }

  @Test func aDatabaseOfTheVFSForMemory() throws {
    let uri = "file:/named-\(UUID())?vfs=memdb"
    let (first, second) = (try open(uri), try open(uri))
    try first.execute(Self.tables)
    try expectOne(first, second)
  }

  @Test func oneFileByTwoNames() throws {
    let file = try TemporaryFile()
    let first = try SQLiteDatabase(file.path)
    try first.execute(Self.tables)
    let link = file.path + ".link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    try expectOne(first, try SQLiteDatabase(link))
    let hard = file.path + ".hard"
    try FileManager.default.linkItem(atPath: file.path, toPath: hard)
    defer { try? FileManager.default.removeItem(atPath: hard) }
    try expectOne(first, try SQLiteDatabase(hard))
  }

  @Test func thePoolOfThisPackage() throws {
    let pool = FakePool.sqlite(size: 2)
    let (first, second) = (try pool.checkoutImmediately(), try pool.checkoutImmediately())
    try first.connection.execute(Self.tables)
    let recording = try recordDatabase {
      try first.connection.execute("SELECT id FROM author")
      for author in 1...4 { try second.connection.execute("SELECT * FROM book WHERE authorId = \(author)") }
    }
    #expect(recording.check(.noNPlusOne).map(\.relationship) == ["book.authorId"])
    try first.checkin()
    try second.checkin()
  }

  /// A list in one database is no reason for lookups in another.
  @Test func twoDatabasesInMemoryAreTwo() throws {
    let (first, second) = (try SQLiteDatabase(), try SQLiteDatabase())
    try first.execute(Self.tables)
    try second.execute(Self.tables)
    let recording = try recordDatabase {
      _ = try first.rows("SELECT id FROM author")
      for author in 1...3 { try second.rows("SELECT * FROM book WHERE authorId = ?", author) }
    }
    #expect(recording.check(.noNPlusOne).isEmpty)
    let duplicate = try recordDatabase {
      for index in 0..<2 {
        for _ in 0..<1 { _ = try first.rows("SELECT count(*) FROM book") }
        if index == 0 { try second.execute("UPDATE book SET title = 'other' WHERE id = 1") }
      }
    }
    #expect(!duplicate.check(.noDuplicateQueries).isEmpty)
  }

  /// One name for several databases, one after the other.
  @Test func aDatabaseThatIsAttachedInTheNameOfAnother() throws {
    let files = try (0..<3).map { _ in try TemporaryFile() }
    for file in files { try withoutHooks { try SQLiteDatabase(file.path) }.execute(Self.tables) }
    let database = try SQLiteDatabase()
    let recording = try recordDatabase {
      for file in files {
        try database.execute("ATTACH '\(file.path)' AS tenant")
        _ = try database.rows("SELECT count(*) FROM tenant.author")
        try database.execute("DETACH tenant")
      }
    }
    #expect(recording.check(.noDuplicateQueries).isEmpty)
  }

  /// Once the last connection is closed, another database may be at the same address, or have the same name.
  @Test func aDatabaseThatComesAfterAnotherIsAnother() throws {
    var earlier: [Recording] = []
    for _ in 0..<20 {
      let uri = "file:again?mode=memory&cache=shared"
      let database = try open(uri)
      try database.execute(Self.tables)
      earlier.append(try recordDatabase { _ = try database.rows("SELECT 1 FROM author UNION ALL SELECT 2") })
      database.close()
      let next = try SQLiteDatabase()
      try next.execute(
        "CREATE TABLE author(id INTEGER PRIMARY KEY); CREATE TABLE book(id, authorId); INSERT INTO author VALUES (1), (2), (3)"
      )
      let recording = try recordDatabase {
        for author in try next.rows("SELECT id FROM author") {
          try next.rows("SELECT * FROM book WHERE authorId = ?", author)
        }
      }
      #expect(recording.check(.noNPlusOne).isEmpty)
      next.close()
    }
    #expect(earlier.count == 20)
  }
}
