internal import DatabaseInstrumentation
internal import DatabaseRecording

func analysisProbes() -> [Probe] {
  [5_000, 10_000, 20_000].map { count in
    Probe("findings of \(count / 1000),000 statements", operations: count) { measure in
      let recording = try madeUpRecording(statements: count, shapes: 100)
      measure { use(recording.findings) }
    }
  }
}

/// A recording of a driver that does not exist: reads by key, writes, and lists, in turn.
func madeUpRecording(statements: Int, shapes: Int) throws -> Recording {
  let driver = InstrumentedConnection("made up", system: .sqlite)
  defer { driver.close() }
  driver.define("CREATE TABLE author (id INTEGER PRIMARY KEY)")
  driver.define("CREATE TABLE book (id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author(id))")
  let recorder = DatabaseRecorder(
    "", at: CodeLocation(fileID: #fileID, filePath: #filePath, line: #line, column: 1), detailLimit: statements)
  let texts = (0..<shapes).map { number in
    switch number % 5 {
    case 0: "SELECT * FROM author AS a\(number)"
    case 1: "UPDATE book SET c\(number) = ? WHERE id = ?"
    case 2: "SELECT c\(number) FROM book ORDER BY id"
    case 3: "INSERT INTO t\(number) VALUES (?)"
    default: "SELECT c\(number) FROM book WHERE authorId = ?"
    }
  }
  recorder.bind {
    for number in 0..<statements {
      let statement = driver.statements.willExecute(texts[number % shapes], parameters: [String(number)])
      statement.didExecute(rowsReturned: 3)
    }
  }
  return recorder.finish()
}
