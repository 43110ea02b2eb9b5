import DatabaseInstrumentation
import Foundation

@testable import DatabaseRecording
@testable import DatabaseRunRecords

/// A test as it stands in a record, with the statements that are named, each as often as it says.
func madeUpTest(
  _ name: String, file: String = "LibraryTests.swift", call: String? = nil, line: Int = 12,
  _ statements: [(sql: String, count: Int)] = [], loads: [RunRecord.Load] = [], findings: [RunRecord.Problem] = [],
  isBlind: Bool = false, dropped: Int = 0, started: Double? = 1_700_000_000
) -> RunRecord.Test {
  var executions: [RunRecord.Execution] = []
  for (index, statement) in statements.enumerated() {
    for _ in 0..<statement.count {
      let number = executions.count + 1
      executions.append(
        RunRecord.Execution(
          number: number, shape: index, connection: 1, start: Int64(number) * 10_000, duration: 5_000, rows: 1,
          changed: 0,
          steps: 12))
    }
  }
  let shapes = statements.map { statement in
    let shape = StatementShape(statement.sql)
    return RunRecord.Shape(
      sql: shape.normalizedSQL, fingerprint: String(shape.fingerprint, radix: 16), kind: shape.kind.rawValue,
      summary: shape.summary, tables: shape.tables.map(\.name))
  }
  return RunRecord.Test(
    name: name, module: "BookshopTests", file: file, line: line, started: started, call: call,
    duration: Int64(executions.count) * 10_000, queries: executions.count, statements: executions.count,
    steps: executions.isEmpty ? nil : executions.count * 12, excluded: 0, dropped: dropped, unattributed: 0,
    isBlind: isBlind, shapes: shapes, connections: [RunRecord.Connection(id: 1, name: "shop.sqlite", system: "sqlite")],
    executions: executions, loads: loads, spans: [], findings: findings)
}

/// Authors and their books: with one query for all books, or with one for each author.
func madeUpListing(isGood: Bool, authors: Int = 8) -> RunRecord.Test {
  let books = "SELECT * FROM book WHERE authorId"
  guard !isGood else {
    return madeUpTest(
      "listsAuthors()", [("SELECT * FROM author", 1), ("\(books) IN (1, 2)", 1)],
      loads: [RunRecord.Load(strategy: "selectIn", relationship: "book.authorId", parents: authors, statements: [2])])
  }
  return madeUpTest(
    "listsAuthors()", [("SELECT * FROM author", 1), ("\(books) = 1", authors)],
    loads: [
      RunRecord.Load(
        strategy: "lazy", relationship: "book.authorId", parents: authors, statements: Array(2...(authors + 1)))
    ],
    findings: [
      RunRecord.Problem(
        kind: "nPlusOne",
        headline: "Expected no N+1 queries, found 1: 8 of 9 queries load book.authorId one author at a time.", count: 1,
        relationship: "book.authorId", site: "Library.swift:42 in Library.authors()", statements: Array(2...9))
    ])
}

enum MadeUpStack {
  /// Around the site of `madeUpListing`: a call, an await, and the creation of a task.
  static let frames = [
    RunRecord.Frame(site: "Wrapper.swift:3 in Wrapper.step()"),
    RunRecord.Frame(site: "Library.swift:42 in Library.authors()"),
    RunRecord.Frame(site: "Library.swift:40 in Library.listing()"),
    RunRecord.Frame(site: "Job.swift:7 in Job.run()", awaits: true),
    RunRecord.Frame(site: "Server.swift:9 in serve()", awaits: true, creates: true),
  ]
}

/// A folder that goes away with its owner.
final class Folder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.path }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  @discardableResult
  func write(
    _ tests: [RunRecord.Test], process: Int32 = 7, started: Double = 1_700_000_000, run: TestRun? = nil, to name: String
  ) throws -> String {
    try write(record(tests, process: process, started: started, run: run), to: name)
  }
}

func record(
  _ tests: [RunRecord.Test], process: Int32 = 7, started: Double = 1_700_000_000, run: TestRun? = nil
) throws -> [UInt8] {
  try RunRecordWriter.line(RunRecord.Header(process: process, started: started, run: run))
    + tests.flatMap { try RunRecordWriter.line($0) }
}

/// What a run of records holds, by the names of its tests.
func names(_ paths: String...) throws -> (names: [String], warnings: [String]) {
  var names: [String] = []
  let warnings = try RecordFilesReader.read(paths) { names.append($0.name) }
  return (names, warnings)
}
