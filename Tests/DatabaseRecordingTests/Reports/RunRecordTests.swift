import DatabaseInstrumentation
import DatabaseSupport
import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

@Suite struct RunRecordTests {
  private let driver = MadeUpDriver(
    "CREATE TABLE author(id INTEGER PRIMARY KEY)",
    "CREATE TABLE book(id INTEGER PRIMARY KEY, authorId INTEGER REFERENCES author)")

  private func test(_ name: String) -> RunRecord.Test {
    let recording = record {
      driver.run("SELECT * FROM author", rows: 3)
      driver.run("SELECT * FROM book WHERE authorId = 1", key: 1)
      driver.run("SELECT * FROM book WHERE authorId = 2", key: 2)
    }
    return RunRecord.Test(recording, name: name)
  }

  @Test func recordingKeepsCountsShapesAndCosts() {
    let test = test("lists()")
    #expect(test.name == "lists()")
    #expect(test.module == "DatabaseRecordingTests")
    #expect(test.queries == 3)
    #expect(test.steps == 30)
    #expect(test.shapes.map(\.sql) == ["SELECT * FROM author", "SELECT * FROM book WHERE authorId = ?"])
    #expect(test.executions.map(\.shape) == [0, 1, 1])
    #expect(test.executions.map(\.rows) == [3, 1, 1])
    #expect(test.loads.map(\.relationship) == ["book.authorId", "book.authorId"])
  }

  @Test func recordHoldsNoValueAndNoMessageOfAnError() throws {
    let recording = record {
      driver.run("SELECT * FROM book WHERE title = 'hunter2'")
      driver.run(
        "INSERT INTO book VALUES ('hunter2')", error: StatementError(code: 1_555, message: "hunter2 exists already"))
    }
    let line = String(decoding: try RunRecordWriter.line(RunRecord.Test(recording, name: "saves()")), as: UTF8.self)
    #expect(!line.contains("hunter2"))
    #expect(line.contains(#""error":"1555""#))
    #expect(line.contains(#""headline":"1 statement failed: SQLITE_CONSTRAINT_PRIMARYKEY (1555).""#))
  }

  /// Cut at every byte offset, a file loses the line that was cut and no other.
  @Test func fileCutAnywhereLosesTheCutLineAlone() throws {
    let tests = [test("one()"), test("two()"), test("three()")]
    let header = try RunRecordWriter.line(RunRecord.Header(process: 7, started: 0))
    var file = header
    var ends: [Int] = []
    for test in tests {
      file += try RunRecordWriter.line(test)
      ends.append(file.count)
    }
    #expect(throws: RunRecordError.empty("a")) { try RunRecordReader.tests(in: [UInt8](), name: "a") }
    for length in 1..<header.count - 1 {
      #expect(throws: RunRecordError.cutHeader("a")) {
        try RunRecordReader.tests(in: file[..<length], name: "a")
      }
    }
    for length in header.count - 1...file.count {
      let (found, damaged) = try RunRecordReader.tests(in: file[..<length], name: "a")
      // The line feed alone may be missing.
      let whole = ends.filter { $0 - 1 <= length }.count
      #expect(found == Array(tests[..<whole]), "cut at \(length)")
      let begun = ([header.count] + ends).filter { $0 < length }.count
      #expect(damaged == (begun > whole ? 1 : 0), "cut at \(length)")
    }
  }

  @Test(arguments: [
    (
      "PNG\n",
      "a is no record of a test run: its first line does not begin with \"format\":\"swift-database-testing/run\"."
    ),
    (
      #"{"format":"swift-database-testing/run","version":9}"# + "\n",
      "a is of version 9 and this tool reads version 1. Use the tool of the package version that wrote it."
    ),
    ("", "a is empty: its process ended before a test did. Leave it out."),
  ])
  func filesThatCannotBeReadSayWhy(text: String, message: String) throws {
    let error = #expect(throws: RunRecordError.self) {
      try RunRecordReader.tests(in: Array(text.utf8), name: "a")
    }
    #expect(error?.description == message)
  }

  @Test func writersOfOneFolderHaveFilesOfTheirOwnThatOthersCannotRead() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = RunRecordWriter(folder: folder) { _ in }
    let second = RunRecordWriter(folder: folder) { _ in }
    let test = test("one()")
    first.write(test)
    first.write(test)
    second.write(test)
    #expect(first.path != second.path)
    let path = try #require(first.path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let (tests, damaged) = try RunRecordReader.tests(
      in: Data(contentsOf: URL(fileURLWithPath: path)), name: path)
    #expect(tests == [test, test])
    #expect(damaged == 0)
  }

  @Test func folderThatCannotBeMadeIsOneWarning() throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data().write(to: URL(fileURLWithPath: folder))
    let warnings = Locked<[String]>([])
    let writer = RunRecordWriter(folder: folder) { text in warnings.withLock { $0.append(text) } }
    let test = test("one()")
    writer.write(test)
    writer.write(test)
    #expect(
      warnings.withLock { $0 } == [
        "warning: DATABASE_TESTING_REPORT: the folder \(folder) cannot be made; name one that can be written. "
          + "The rest of this run is not recorded; its tests go on."
      ])
  }

  private func temporaryFolder() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("run-record-\(UUID().uuidString)").path
  }
}
