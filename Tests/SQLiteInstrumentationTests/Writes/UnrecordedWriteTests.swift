import CSQLiteForTests
import DatabaseTesting
import Foundation
import TestSupport
import Testing

/// What a statement wrote that nobody recorded is no recording's that begins later, also where another one began and ended while it
/// ran.
@Suite struct UnrecordedWriteTests {
  private let file: TemporaryFile
  private let database: SQLiteDatabase
  private let other = OtherRecording()

  init() throws {
    file = try TemporaryFile()
    database = try SQLiteDatabase(file.path)
    try database.execute("CREATE TABLE note (id INTEGER)")
    sqlite3_create_function_v2(
      database.handle, "other", 1, SQLITE_UTF8, Unmanaged.passUnretained(other).toOpaque(), step, nil, nil, nil)
    // The hook of rows is set as soon as one recording asked for it.
    _ = try recordDatabase { try database.rows("SELECT id FROM note") }
  }

  private func rowsWritten(by body: () throws -> Void) throws -> [String] {
    let recording = try recordDatabase {
      _ = try database.rows("SELECT id FROM note")
      try body()
    }
    return recording.check(.noDurableWrites).map(\.headline)
  }

  @Test func aRecordingBeganAndEndedMeanwhile() throws {
    try database.execute("INSERT INTO note SELECT other(1) UNION ALL SELECT other(2) UNION ALL SELECT 3")
    let found = try rowsWritten {}
    #expect(found == [])
  }

  @Test func aRecordingBeganMeanwhile() throws {
    try database.execute("INSERT INTO note SELECT other(1) UNION ALL SELECT 3")
    let found = try rowsWritten {}
    other.end()
    #expect(found == [])
  }

  @Test func whatIsWrittenAfterwardsCounts() throws {
    try database.execute("INSERT INTO note SELECT other(1) UNION ALL SELECT other(2) UNION ALL SELECT 3")
    let found = try rowsWritten { try database.execute("INSERT INTO note VALUES (4)") }
    #expect(found == ["Expected no durable writes, found 1 row: inserted note 1."])
  }
}

/// A recording of a thread of its own.
private final class OtherRecording: Sendable {
  private let began = DispatchSemaphore(value: 0)
  private let ends = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  func begin() {
    Thread { [self] in
      _ = recordDatabase {
        began.signal()
        ends.wait()
      }
      ended.signal()
    }.start()
    began.wait()
  }

  func end() {
    ends.signal()
    ended.wait()
  }
}

/// `other(1)` begins the other recording, `other(2)` ends it.
private func step(
  _ context: OpaquePointer?, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
) {
  let other = Unmanaged<OtherRecording>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue()
  let value = sqlite3_value_int(values?[0])
  if value == 1 { other.begin() } else { other.end() }
  sqlite3_result_int(context, value)
}
