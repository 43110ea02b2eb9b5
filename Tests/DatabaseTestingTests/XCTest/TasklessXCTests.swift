import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import XCTest

/// A database that is opened in `setUp`, outside of any recording, and used where the task is lost.
///
/// XCTest, since no other recording runs meanwhile.
final class TasklessXCTests: XCTestCase {
  private var file: TemporaryFile?
  private var shop: Shop?

  override func setUpWithError() throws {
    let file = try TemporaryFile("shop.sqlite")
    shop = try Shop(file.path, authors: 8, booksPerAuthor: 1)
    self.file = file
  }

  override func tearDown() {
    shop = nil
    file = nil
  }

  /// Eight selects and two inserts.
  private static func work(_ shop: Shop) throws {
    for author in 1...8 { _ = try shop.books(of: author) }
    for key in 1...2 { try shop.database.rows("INSERT INTO setting (key) VALUES (?)", key) }
  }

  private static func onAQueue(_ shop: Shop) throws {
    let done = DispatchSemaphore(value: 0)
    DispatchQueue(label: "q").async {
      try? work(shop)
      done.signal()
    }
    done.wait()
  }

  private static func onAnOperationQueue(_ shop: Shop) throws {
    let queue = OperationQueue()
    queue.addOperation { try? work(shop) }
    queue.waitUntilAllOperationsAreFinished()
  }

  private static func onAThread(_ shop: Shop) throws {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      try? work(shop)
      done.signal()
    }
    done.wait()
  }

  private static func inADetachedTask(_ shop: Shop) async throws {
    try await Task.detached { try work(shop) }.value
  }

  private static func check(_ recording: Recording, file: StaticString = #filePath, line: UInt = #line) {
    XCTAssertEqual(recording.selects.count, 8, file: file, line: line)
    XCTAssertEqual(recording.inserts.count, 2, file: file, line: line)
    XCTAssertEqual(recording.unattributedCount, 0, file: file, line: line)
    for guilty: DatabaseExpectation in [
      .noWrites, .noQueries, .noLazyLoads, .queries(9), .neverExecutes("INSERT INTO setting (key) VALUES (1)"),
    ] {
      let kinds = recording.check(guilty).map(\.kind)
      XCTAssertFalse(kinds.isEmpty || kinds.contains(.blind), "\(guilty): \(kinds)", file: file, line: line)
    }
    XCTAssertEqual(
      recording.check(.queries(10), .writes(2), .noFailures, .noLazyLoads.not).map(\.message), [], file: file,
      line: line)
  }

  func testOnAQueue() throws {
    let shop = try XCTUnwrap(shop)
    Self.check(try recordDatabase { try Self.onAQueue(shop) })
  }

  func testOnAnOperationQueue() throws {
    let shop = try XCTUnwrap(shop)
    Self.check(try recordDatabase { try Self.onAnOperationQueue(shop) })
  }

  func testOnAThread() throws {
    let shop = try XCTUnwrap(shop)
    Self.check(try recordDatabase { try Self.onAThread(shop) })
  }

  func testInADetachedTask() async throws {
    let shop = try XCTUnwrap(shop)
    Self.check(try await recordDatabase { try await Self.inADetachedTask(shop) })
  }

  func testTwoDatabases() throws {
    let shop = try XCTUnwrap(shop)
    let other = try Shop(authors: 1)
    let recording = try recordDatabase {
      _ = try other.authors()
      try Self.onAQueue(shop)
    }
    XCTAssertEqual(recording.queries.count, 11)
    XCTAssertEqual(recording.check(.writes(2, in: "shop.sqlite"), .writes(0, in: ":memory:")).map(\.message), [])
  }

  func testTheInnermostOfNestedRecordings() throws {
    let shop = try XCTUnwrap(shop)
    var inner: Recording?
    let outer = try recordDatabase { inner = try recordDatabase { try Self.onAQueue(shop) } }
    Self.check(try XCTUnwrap(inner))
    XCTAssertEqual(outer.queries.count, 10)
  }

  /// The database is the outer one's: what the inner one would say with its statements is asked.
  func testTheOuterOneUsedItBefore() throws {
    let shop = try XCTUnwrap(shop)
    var inner: Recording?
    let outer = try recordDatabase {
      _ = try shop.authors()
      inner = try recordDatabase {
        _ = try shop.authors()
        try Self.onAQueue(shop)
      }
    }
    XCTAssertEqual(outer.queries.count, 12)
    let recording = try XCTUnwrap(inner)
    XCTAssertEqual(recording.check(.noWrites, .noNPlusOne).map(\.kind), [.blind, .blind])
    XCTAssertEqual(recording.check(.noFailures, .queries(1)).map(\.message), [])
  }

  func testAFixtureLeavesItOut() throws {
    let shop = try XCTUnwrap(shop)
    let recording = try recordDatabase {
      try withoutDatabaseRecording { try Self.onAQueue(shop) }
      _ = try shop.authors()
    }
    XCTAssertEqual(recording.queries.count, 1)
    XCTAssertEqual(recording.excludedCount, 10)
    XCTAssertEqual(recording.check(.noWrites, .queries(1)).map(\.message), [])
  }

  /// What a test left behind is not the next one's.
  func testWorkThatIsLeftBehind() throws {
    let shop = try XCTUnwrap(shop)
    for uses in [false, true] {
      let (begin, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      _ = try recordDatabase {
        _ = try shop.authors()
        DispatchQueue(label: "left behind").async {
          begin.wait()
          _ = try? shop.setting(1)
          done.signal()
        }
      }
      let other = try Shop(authors: 2)
      let next = try recordDatabase {
        _ = try other.authors()
        if uses { try SQLiteDatabase(XCTUnwrap(file).path).rows("SELECT id FROM author") }
        begin.signal()
        done.wait()
      }
      XCTAssertEqual(next.queries.count, uses ? 2 : 1)
      XCTAssertEqual(
        next.check(.queries(uses ? 2 : 1), .noNPlusOne, .noWrites, .noDuplicateQueries).map(\.message), [])
    }
  }

  /// After another recording it may be work that was left behind.
  func testADatabaseThatAnotherRecordingHadUsed() throws {
    let shop = try XCTUnwrap(shop)
    _ = try recordDatabase { _ = try shop.authors() }
    let recording = try recordDatabase {
      _ = try shop.authors()
      try Self.onAQueue(shop)
    }
    XCTAssertEqual(recording.unattributedCount, 10)
    XCTAssertEqual(
      recording.check(.noWrites).first?.message,
      """
      .noWrites cannot be checked: 10 statements ran on shop.sqlite without their task.
        they would break it: Expected no writes, found 2.
        8×  SELECT id FROM book WHERE authorId = ?
        2×  INSERT INTO setting(key) VALUES (?)
        fix: open the database inside of the scope, or keep the work in its task (await read instead of asyncRead, Task \
      instead of Task.detached and DispatchQueue)
      """)
    let guilty: [DatabaseExpectation] = [.noNPlusOne, .queries(1), .noLazyLoads, .queries(11)]
    for expectation in guilty {
      XCTAssertEqual(recording.check(expectation).map(\.kind), [.blind], "\(expectation)")
      XCTAssertEqual(recording.check([expectation], isInherited: true).map(\.kind), [], "\(expectation)")
    }
    XCTAssertEqual(recording.check(.noFailures, .queries(...20), .noQueries.not, .noFullScans).map(\.message), [])
    XCTAssertEqual(recording.check(.noFailures, .queries(100)).map(\.kind), [.count])
    XCTAssertEqual(
      recording.notes,
      [
        "uncertain: 10 statements ran on shop.sqlite without their task; they may be of this recording, and are not counted."
      ])
  }
}
