import Foundation
import TestSupport
import XCTest

@testable import DatabaseTesting

final class QuerySnapshotXCTests: ExpectingFailures {
  /// In this file's own folder of snapshots.
  func testAQuerySnapshotIsMadeOnceAndThenCompared() throws {
    let shop = try withoutDatabaseRecording { try Shop(authors: 2, booksPerAuthor: 1) }
    let file = SnapshotFile(name: "made by a test case", function: #function, filePath: #filePath)
    defer { try? FileManager.default.removeItem(at: file.url.deletingLastPathComponent()) }
    func check(_ sql: String) throws {
      try expectQuerySnapshot(
        "made by a test case", body: { try shop.database.execute(sql) },
        function: "testAQuerySnapshotIsMadeOnceAndThenCompared()")
    }
    let first = try failures { try check("SELECT * FROM author") }
    if file.isCI {
      XCTAssertEqual(first.count, 1)
      XCTAssertEqual(first.first?.message.contains("there is no such file"), true)
      return
    }
    XCTAssertEqual(first.count, 0)
    try check("SELECT * FROM author")
    let line = #line - 12
    let failures = try failures { try check("SELECT * FROM book") }
    XCTAssertEqual(failures.map(\.line), [line])
    XCTAssertEqual(
      failures.first?.message.contains(
        """
        Expected the queries of \(file.url.lastPathComponent), but they differ.
            # query snapshot 1
          - 1×  SELECT * FROM author
          + 1×  SELECT * FROM book
        """), true, failures.first?.message ?? "")
  }
}
