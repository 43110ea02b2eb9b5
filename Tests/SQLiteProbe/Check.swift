import CSQLiteForTests
import DatabaseInstrumentation
import DatabaseRecording
import TestSupport

nonisolated(unsafe) var failures = 0  // One thread.

func check(_ name: String, _ isRight: Bool, _ detail: @autoclosure () -> String = "") {
  print("\(isRight ? "ok  " : "FAIL") \(name)\(isRight ? "" : ": " + detail())")
  if !isRight { failures += 1 }
}

func record(_ body: () throws -> Void) rethrows -> Recording {
  let recorder = DatabaseRecorder(
    "", at: CodeLocation(fileID: #fileID, filePath: #filePath, line: #line, column: #column))
  try recorder.bind(body)
  return recorder.finish()
}

let tables = """
  CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE book(id INTEGER PRIMARY KEY, authorId INT REFERENCES author(id), title TEXT);
  INSERT INTO author VALUES (1, 'a'), (2, 'b'), (3, 'c');
  INSERT INTO book (authorId, title) VALUES (1, 'x'), (2, 'y'), (3, 'z');
  """

func loop(_ database: SQLiteDatabase) throws {
  for author in try database.rows("SELECT id FROM author") {
    try database.rows("SELECT * FROM book WHERE authorId = ?", author)
  }
}

func codes(_ recording: Recording) -> [Int] { recording.statements.compactMap { $0.error?.code } }
