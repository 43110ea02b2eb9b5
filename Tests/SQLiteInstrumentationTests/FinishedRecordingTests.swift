import DatabaseInstrumentation
import DatabaseTesting
import Testing
import TestSupport

@Suite struct FinishedRecordingTests {
  /// The connection goes on; so does the next recording on it.
  @Test func itsMemoryIsGivenBack() throws {
    let database = try SQLiteDatabase()
    weak var first: RecordingTree?
    weak var second: RecordingTree?
    do {
      let recording = try recordDatabase {
        first = RecordingScope.current?.store
        try database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
        try database.rows("SELECT a FROM t")
      }
      #expect(recording.queries.count == 2)
    }
    _ = try recordDatabase {
      second = RecordingScope.current?.store
      try database.rows("SELECT a FROM t")
    }
    // The connection keeps where the statement before went, until another one comes or it is closed.
    #expect(first == nil)
    database.close()
    #expect(second == nil)
  }
}
