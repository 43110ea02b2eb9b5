import CSQLiteForTests
import CSQLiteHooks
import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import Testing

/// What is done while nobody records is not missed by whoever records next. In a process of its own: elsewhere some other test
/// records all the time.
@Suite struct UnrecordedWorkTests {
  @Test func whatIsWrittenWhileNobodyRecords() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let database = try withDatabaseRecorder { _ in
        let database = try SQLiteDatabase()
        try database.execute("CREATE TABLE t (x)")
        return database
      }
      try database.execute("INSERT INTO t VALUES (1)")
      let lost = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      lost.initialize(to: 0)
      dbh_each_connection(
        { _, _ in true },
        { _, isLost, argument in if isLost { argument!.assumingMemoryBound(to: Int.self).pointee += 1 } }, lost)
      if lost.pointee > 0 { fail("a write while nobody listened was called one that was missed") }
      let recording = try recordDatabase { try database.execute("INSERT INTO t VALUES (2)") }
      if recording.inserts.count != 1 || recording.isBlind { fail("\(recording)") }
    }
    if let result { #expect(String(decoding: result.standardErrorContent, as: UTF8.self) == "") }
  }

  /// A comment before the word hides it from nobody.
  @Test(.needs(.interposition)) func whatIsAttachedWhileNobodyRecords() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      for attach in ["ATTACH", " /* of books */ ATTACH", "-- of books\n\tATTACH", "/**/--\n/* */attach"] {
        let file = try TemporaryFile()
        let library = try SQLiteDatabase(file.path)
        try library.execute(
          """
          CREATE TABLE author (id INTEGER PRIMARY KEY);
          CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INT REFERENCES author (id));
          INSERT INTO author VALUES (1), (2), (3);
          """)
        let database = try SQLiteDatabase()
        try database.execute("CREATE TABLE t (x)")
        try database.execute("\(attach) '\(file.path)' AS library")
        let recording = try recordDatabase {
          for author in try database.rows("SELECT id FROM library.author") {
            try database.rows("SELECT * FROM library.book WHERE authorId = ?", author)
          }
        }
        let found = recording.check(.noNPlusOne).map(\.relationship)
        if found != ["book.authorId"] { fail("\(attach): \(found)") }
      }
    }
    if let result { #expect(String(decoding: result.standardErrorContent, as: UTF8.self) == "") }
  }

  /// Where an app's trace takes the place of ours, as on Apple's platforms, pages that are read tell of what was not seen.
  @Test func readsBehindATraceOfTheApps() async {
    let replaced = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try Self.readWithoutASharedTrace(isReplaced: true)
    }
    let kept = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try Self.readWithoutASharedTrace(isReplaced: false)
    }
    for result in [replaced, kept] {
      if let result { #expect(String(decoding: result.standardErrorContent, as: UTF8.self) == "") }
    }
  }

  private static func readWithoutASharedTrace(isReplaced: Bool) throws {
    if !dbh_pretend(UInt32(DBH_LACKS_SHARED_TRACE)) { fail("a connection is open already") }
    var open: [SQLiteDatabase] = []
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      open.append(database)
      try database.execute("CREATE TABLE t (x)")
      for value in 0..<10 { try database.rows("INSERT INTO t VALUES (?)", value) }
      if isReplaced { sqlite3_trace_v2(database.handle, UInt32(SQLITE_TRACE_ROW), { _, _, _, _ in 0 }, nil) }
      for _ in 0..<50 { try database.rows("SELECT x FROM t") }
    }
    if recording.isBlind != isReplaced { fail("\(recording)") }
    if recording.selects.count != (isReplaced ? 0 : 50) { fail("\(recording)") }
  }

  /// As fixtures of parallel tests are made while others end.
  @Test func fixturesBesideRecordingsThatEnd() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        for _ in 0..<100 {
          guard let database = try? SQLiteDatabase() else { fail("no database") }
          try? database.execute("CREATE TABLE t (x)")
          for value in 0..<20 { _ = try? database.rows("INSERT INTO t VALUES (?)", value) }
          let recording = try? recordDatabase { _ = try database.rows("SELECT x FROM t") }
          guard let recording else { fail("no recording") }
          if recording.isBlind { fail("\(recording)") }
          database.close()
        }
      }
    }
    if let result { #expect(String(decoding: result.standardErrorContent, as: UTF8.self) == "") }
  }
}

/// Says why to whoever runs the process.
private func fail(_ reason: String) -> Never {
  FileHandle.standardError.write(Data("\(reason)\n".utf8))
  exit(1)
}
