import DatabaseReporting
import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

enum RecordFilesReader {
  static func read(_ paths: [String], _ body: (RunRecord.Test) -> Void) throws -> [String] {
    try RecordFiles(paths).forEachTest { test, _ in body(test) }.warnings
  }
}

@Suite struct RecordFilesTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  @Test func foldersAreReadWithAllThatIsInThemAndEachFileOnce() throws {
    let one = try folder.write([madeUpTest("one()")], to: "b/run-1.jsonl")
    try folder.write([madeUpTest("two()")], process: 8, to: "a/deeper/run-2.jsonl")
    try folder.write(Array("no record".utf8), to: "notes.txt")
    #expect(try names(folder.path, one).names == ["two()", "one()"])
  }

  @Test func filesThatWerePutTogetherAreRead() throws {
    let path = try folder.write(
      record([madeUpTest("one()")]) + record([madeUpTest("two()")], process: 8), to: "all.jsonl")
    var processes: [Int32] = []
    try RecordFiles([path]).forEachTest { _, header in processes.append(header.process) }
    #expect(processes == [7, 8])
  }

  @Test func filesOfCrashedProcessesAreLeftOutWithAWarning() throws {
    try folder.write([UInt8](), to: "b.jsonl")
    try folder.write(Array(record([]).prefix(30)), to: "c.jsonl")
    try folder.write(record([madeUpTest("one()")]) + Array("{\"cut".utf8), to: "d.jsonl")
    let (names, warnings) = try names(folder.path)
    #expect(names == ["one()"])
    #expect(
      warnings == [
        "\(folder.path("b.jsonl")) is empty: its process ended before a test did. Leave it out.",
        "\(folder.path("c.jsonl")) is cut within its first line, so that no test of it is left. Leave it out.",
        "\(folder.path("d.jsonl")): 1 line could not be read and is left out.",
      ])
  }

  @Test func whatCannotBeReadSaysWhyAndWhatToDo() throws {
    func message(_ path: String) -> String? {
      do {
        _ = try names(path)
        return nil
      } catch {
        return "\(error)".replacing(folder.path, with: "FOLDER")
      }
    }
    #expect(
      message(folder.path("missing")) == """
        FOLDER/missing does not exist. Make it with: DATABASE_TESTING_REPORT=<folder> swift test
        """)
    #expect(
      message(folder.path) == """
        FOLDER holds no file that ends in .jsonl. Make one with: DATABASE_TESTING_REPORT=FOLDER swift test
        """)
    try folder.write([UInt8](), to: "x/a.jsonl")
    #expect(
      message(folder.path("x")) == """
        None of the files can be read:
          FOLDER/x/a.jsonl is empty: its process ended before a test did. Leave it out.
        """)
    try folder.write(Array("{}\n".utf8), to: "y.jsonl")
    #expect(
      message(folder.path("y.jsonl")) == """
        FOLDER/y.jsonl is no record of a test run: its first line does not begin with \
        "format":"swift-database-testing/run".
        """)
    try folder.write(Array(#"{"format":"swift-database-testing\/run","version":2}"#.utf8), to: "z.jsonl")
    #expect(
      message(folder.path("z.jsonl")) == """
        FOLDER/z.jsonl is of version 2 and this tool reads version 1. Use the tool of the package version that wrote it.
        """)
  }

  @Test func aMergedFileHoldsEveryWholeLineOfAllFiles() throws {
    let folder = try Folder()
    try folder.write([madeUpTest("one()"), madeUpTest("two()")], to: "in/1.jsonl")
    try folder.write(record([madeUpTest("three()")], process: 8) + Array("{\"name\":\"cu".utf8), to: "in/2.jsonl")
    let merged = folder.path("merged.jsonl")
    let files = try RecordFiles([folder.path("in")])
    let outcome = try RecordMerge.merge(files, into: merged, replaces: false)
    #expect(outcome.warnings == ["\(folder.path("in/2.jsonl")): 1 line could not be read and is left out."])
    #expect(try names(merged).names == ["one()", "two()", "three()"])
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: merged))
        == Data(record([madeUpTest("one()"), madeUpTest("two()")]) + record([madeUpTest("three()")], process: 8)))
    let attributes = try FileManager.default.attributesOfItem(atPath: merged)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(throws: ReportError.exists(merged)) { try RecordMerge.merge(files, into: merged, replaces: false) }
    _ = try RecordMerge.merge(files, into: merged, replaces: true)
    let input = folder.path("in/1.jsonl")
    #expect(throws: ReportError.isInput(input)) { try RecordMerge.merge(files, into: input, replaces: true) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["in", "merged.jsonl"])
  }

  @Test func aMergeThatFailsLeavesNothing() throws {
    try folder.write([madeUpTest("one()")], to: "in/1.jsonl")
    try folder.write(Array("{}\n".utf8), to: "in/2.jsonl")
    let files = try RecordFiles([folder.path("in")])
    #expect(throws: RunRecordError.self) { try RecordMerge.merge(files, into: folder.path("out"), replaces: false) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["in"])
  }

  /// Cut at every byte, a file loses the line that was cut and no other, whatever is done with it.
  @Test func aFileThatIsCutAnywhereLosesTheCutLineAlone() throws {
    let tests = [madeUpListing(isGood: true), madeUpTest("two()", [("SELECT \"}\\\" FROM author", 1)])]
    let bytes = try record(tests)
    let header = try record([]).count
    let ends = [header, try record([tests[0]]).count, bytes.count]
    for length in header..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]), to: "cut.jsonl")
      let whole = ends.dropFirst().filter { $0 - 1 <= length }.count
      let files = try RecordFiles([path])
      let outcome = try RecordMerge.merge(files, into: folder.path("merged.jsonl"), replaces: true)
      #expect(outcome.warnings.isEmpty == ends.contains { $0 == length || $0 == length + 1 }, "cut at \(length)")
      var summary = RunSummary()
      var comparison = Comparison()
      var trace = OTLPTrace()
      for test in tests { comparison.addToBase(test) }
      for path in [path, folder.path("merged.jsonl")] {
        let found = try names(path)
        #expect(found.names == tests.prefix(whole).map(\.name), "cut at \(length)")
      }
      try files.forEachTest { test, header in
        summary.add(test)
        comparison.addToHead(test)
        _ = try trace.line(test, header: header)
      }
      #expect(summary.lines.count == whole)
      guard whole > 0 else { continue }
      #expect(try comparison.result().gone.count == 2 - whole)
    }
  }
}
