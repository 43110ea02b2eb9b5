import DatabaseInstrumentation
import Foundation
import TestSupport
import Testing

@testable import DatabaseRecording
@testable import DatabaseTesting

@Suite struct QuerySnapshotTests {
  private func file(in directory: URL, isCI: Bool = false, recordsAgain: Bool = false) -> SnapshotFile {
    var file = SnapshotFile(
      name: "case 1/2", function: "lists()", filePath: directory.appendingPathComponent("LibraryTests.swift").path)
    file.isCI = isCI
    file.recordsAgain = recordsAgain
    return file
  }

  private func recording(_ statements: String...) throws -> Recording {
    let database = try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT)")
      return database
    }
    return try recordDatabase { for sql in statements { try database.execute(sql) } }
  }

  @Test func twoSnapshotsOfOneTestDoNotShareAFile() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("snapshot-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    func file(_ name: String, at call: String) -> SnapshotFile {
      var file = SnapshotFile(
        name: name, function: "lists()", filePath: directory.appendingPathComponent("LibraryTests.swift").path,
        call: call)
      file.isCI = false
      file.recordsAgain = true
      return file
    }
    let (all, one) = ("SELECT * FROM author", "SELECT * FROM author WHERE id = 7")
    #expect(try file("", at: "10:3").findings(of: recording(all)).isEmpty)
    let second = try file("", at: "11:3").findings(of: recording(one))
    #expect(second.first?.headline.contains("another call in the same function has that file as well") == true)
    #expect(second.first?.message.contains("fix: give each a name of its own") == true)
    #expect(try file("one", at: "11:3").findings(of: recording(one)).isEmpty)
    // A loop, and the cases of a parameterised test, come from one call.
    #expect(try file("", at: "10:3").findings(of: recording(all)).isEmpty)
  }

  @Test func itIsMadeOnceAndThenCompared() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("snapshot-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let (all, one) = ("SELECT * FROM author", "SELECT * FROM author WHERE id = 7")
    let first = file(in: directory)
    #expect(try file(in: directory, isCI: true).findings(of: recording(all)).map(\.kind) == [.snapshot])
    #expect(!FileManager.default.fileExists(atPath: first.url.path))
    #expect(try first.findings(of: recording(one, all)).isEmpty)
    #expect(
      try String(contentsOf: first.url, encoding: .utf8) == """
        # query snapshot 1
        1×  SELECT * FROM author
        1×  SELECT * FROM author WHERE id = ?

        """)
    #expect(try file(in: directory, isCI: true).findings(of: recording(all, one)).isEmpty)
    #expect(
      try first.findings(of: recording(all, one, one)).map(\.message) == [
        """
        Expected the queries of \(first.url.lastPathComponent), but they differ.
            # query snapshot 1
            1×  SELECT * FROM author
          - 1×  SELECT * FROM author WHERE id = ?
          + 2×  SELECT * FROM author WHERE id = ?
          fix: change the queries back, or accept them with DATABASE_TESTING_SNAPSHOTS_RECORD=1 swift test
        """
      ])
    #expect(try file(in: directory, recordsAgain: true).findings(of: recording(all, one, one)).isEmpty)
    #expect(try first.findings(of: recording(all, one, one)).isEmpty)
  }

  @Test func whatIsAskedForStandsBelowEachQuery() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3, booksPerAuthor: 2) }
    let recording = try recordDatabase {
      try shop.database.execute("SELECT * FROM author")
      try shop.database.execute("SELECT * FROM book WHERE authorId IN (1, 2, 3)")
      try shop.database.execute("INSERT INTO author (name) SELECT name FROM author WHERE id = 1")
    }
    #expect(
      QuerySnapshot(recording, including: [.strategies, .tables, .plans]).text == """
        # query snapshot 1
        1×  INSERT INTO author(name) SELECT name FROM author WHERE id = ?
            reads author
            writes author
            plan: SEARCH author USING INTEGER PRIMARY KEY (rowid=?)
        1×  SELECT * FROM author
            reads author
            plan: SCAN author
        1×  SELECT * FROM book WHERE authorId IN (?)
            loads book.authorId by selectIn
            reads book
            plan: SEARCH book USING INDEX book_author (authorId=?)

        """)
    #expect(QuerySnapshot(recording).text.split(separator: "\n").count == 4)
  }

  @Test func aNewFileIsHiddenAndOneThatWasVisibleStaysWhereItIs() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("snapshot-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let recording = try recording("SELECT id FROM author")
    let new = file(in: directory)
    #expect(new.url.deletingLastPathComponent().lastPathComponent == ".database-snapshots")
    #expect(new.findings(of: recording).isEmpty)

    let visible = directory.appendingPathComponent("__QuerySnapshots__")
    try FileManager.default.createDirectory(at: visible, withIntermediateDirectories: true)
    let old = visible.appendingPathComponent(new.url.lastPathComponent)
    try FileManager.default.moveItem(at: new.url, to: old)
    let found = file(in: directory)
    #expect(found.url.path == old.path)
    #expect(found.findings(of: recording).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: new.url.path))
  }

  /// The public function, in this file's own folder of snapshots.
  @Test func theFunctionMakesComparesAndRethrows() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 2, booksPerAuthor: 1) }
    let url = SnapshotFile(name: "made by a test", function: #function, filePath: #filePath).url
    defer { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }
    func check(_ sql: String) throws {
      try expectQuerySnapshot(
        "made by a test", body: { try shop.database.execute(sql) }, function: "theFunctionMakesComparesAndRethrows()")
    }
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try expectQuerySnapshot(
        "made by a test",
        body: {
          try shop.database.execute("SELECT * FROM author")
          throw Stop()
        }, function: "theFunctionMakesComparesAndRethrows()")
    }
    #expect(!FileManager.default.fileExists(atPath: url.path))
    guard !isContinuousIntegration else {
      try expectingIssue(
        { try check("SELECT * FROM author") },
        matching: { message, _ in #expect(message.contains("there is no such file")) })
      return
    }
    try check("SELECT * FROM author")
    try check("SELECT * FROM author")
    try expectingIssue({ try check("SELECT * FROM book") }) { message, location in
      #expect(
        message == """
          Expected the queries of \(url.lastPathComponent), but they differ.
              # query snapshot 1
            - 1×  SELECT * FROM author
            + 1×  SELECT * FROM book
            fix: change the queries back, or accept them with DATABASE_TESTING_SNAPSHOTS_RECORD=1 swift test
          """)
      #expect(location.fileID == #fileID)
    }
  }

  private var isContinuousIntegration: Bool { SnapshotFile(name: "", function: "", filePath: "").isCI }

  @Test func aScopeWithoutQueriesIsNeverKept() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("snapshot-\(UUID().uuidString)")
    let file = file(in: directory, recordsAgain: true)
    #expect(try file.findings(of: recording()).map(\.kind) == [.blind])
    #expect(!FileManager.default.fileExists(atPath: file.url.path))
  }

  @Test func namesOfFilesAreSafeAndStayDifferent() {
    let names = [["a/b"], ["a:b"], ["../b"], [""], ["é"], [String(repeating: "x", count: 500)], ["a b"]]
      .map(QuerySnapshot.fileName)
    #expect(Set(names).count == names.count)
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    for name in names {
      #expect(name.utf8.count < 160 && !name.hasPrefix("."))
      #expect(allowed.isSuperset(of: name))
    }
    #expect(QuerySnapshot.fileName(["LibraryTests", "lists"]) == "LibraryTests.lists.txt")
  }
}
