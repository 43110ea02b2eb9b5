import Foundation
import Testing

@testable import DatabaseRecording

#if os(Linux) || os(macOS)
  /// The command itself, as people and CI call it.
  @Suite struct ToolTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private struct Outcome {
      var status: Int32
      var output: String
      var error: String
    }

    private func run(_ arguments: String...) throws -> Outcome {
      let process = Process()
      process.executableURL = Tool.url
      process.arguments = arguments
      process.currentDirectoryURL = folder.url
      process.environment = ProcessInfo.processInfo.environment.merging(["COLUMNS": "100"]) { $1 }
      let error = folder.url.appendingPathComponent(".error")
      _ = FileManager.default.createFile(atPath: error.path, contents: nil)
      let output = Pipe()
      process.standardOutput = output
      process.standardError = try FileHandle(forWritingTo: error)
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
        error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
    }

    @Test func aRunIsComparedMergedAndShown() throws {
      try folder.write([madeUpListing(isGood: true)], to: "base/1.jsonl")
      try folder.write([madeUpListing(isGood: false)], process: 8, to: "head/1.jsonl")
      try folder.write([madeUpTest("other()", [("SELECT 1", 1)])], process: 9, to: "head/2.jsonl")

      let past = try run("compare", "base", "head")
      #expect(past.status == 1)
      #expect(past.output.hasPrefix("Compared 1 test: 1 past what is allowed, 1 is new.\n"))
      #expect(past.error == "")
      #expect(try run("compare", "head", "base").status == 0)
      #expect(try run("compare", "base", "head", "--allow-queries", "any", "--allow-loads", "700%").status == 0)
      #expect(
        try run("compare", "base", "head", "--format", "markdown").output.hasPrefix("### Database: Compared 1 test"))

      try folder.write(Array("*listsAuthors() because it is random\ngone() because it was\n".utf8), to: "vary.txt")
      let excepted = try run("compare", "base", "head", "--exceptions", "vary.txt")
      #expect(excepted.status == 0)
      #expect(excepted.error == "note: no test of either run is meant by the exception gone()\n")
      #expect(try run("compare", "base", "head", "--exceptions", "nowhere.txt").status == 2)

      try folder.write(Array("let x = 1\n".utf8), to: "Tests/BookshopTests/LibraryTests.swift")
      try folder.write(Array("let x = 1\n".utf8), to: "Tests/OtherTests/LibraryTests.swift")
      let command = try run("compare", "base", "head", "--format", "github")
      #expect(
        command.output.hasPrefix("::error file=Tests/BookshopTests/LibraryTests.swift,line=12,title=listsAuthors()"))

      #expect(try run("merge", "head", "base", "-o", "all.jsonl").status == 0)
      let again = try run("merge", "head", "base", "-o", "all.jsonl")
      #expect(again.status == 2)
      #expect(again.error == "error: all.jsonl exists. Name another file, or pass --force to replace it.\n")
      #expect(try run("merge", "head", "base", "-o", "all.jsonl", "--force").status == 0)
      let summary = try run("summary", "all.jsonl")
      #expect(summary.output.hasPrefix("3 tests, 12 queries, 12 statements, 144 steps, 60 µs in the database\n"))
      #expect(summary.status == 0)

      #expect(try run("html", "all.jsonl", "--output", "page.html", "--title", "Mine").status == 0)
      #expect(try run("html", "all.jsonl", "--output", "page.html", "--title", "Mine").status == 0, "a page of its own")
      try folder.write(Array("<!DOCTYPE html>\n<html>notes of mine</html>".utf8), to: "notes.html")
      #expect(try run("html", "all.jsonl", "--output", "notes.html").status == 2, "a page of somebody else")
      let page = try String(contentsOf: folder.url.appendingPathComponent("page.html"), encoding: .utf8)
      #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.contains("<title>Mine</title>"))
      let trace = try run("export", "otlp", "all.jsonl")
      #expect(trace.status == 0)
      #expect(trace.output.split(separator: "\n").count == 3)
      #expect(try run("export", "otlp", "all.jsonl", "-o", "trace.jsonl").output == "")
      #expect(
        try String(contentsOf: folder.url.appendingPathComponent("trace.jsonl"), encoding: .utf8) == trace.output)
    }

    @Test func whatCannotBeDoneEndsWithTwoAndWrongUseWithSixtyFour() throws {
      try folder.write([madeUpTest("one()")], to: "a.jsonl")
      try folder.write([madeUpTest("two()")], to: "b.jsonl")
      try folder.write(Array("<html>".utf8), to: "page.jsonl")
      let missing = try run("summary", "nowhere")
      #expect(missing.status == 2)
      #expect(
        missing.error == "error: nowhere does not exist. Make it with: DATABASE_TESTING_REPORT=<folder> swift test\n")
      #expect(try run("summary", "page.jsonl").status == 2)
      #expect(try run("compare", "a.jsonl", "b.jsonl").status == 2, "nothing in common")
      #expect(try run("html", "a.jsonl", "-o", "nowhere/page.html").status == 2)
      #expect(try run("merge", "a.jsonl", "-o", "a.jsonl", "--force").status == 2)
      #expect(try run("summary").status == 64)
      #expect(try run("summary", "a.jsonl", "--top", "0").status == 64)
      #expect(try run("compare", "a.jsonl", "a.jsonl", "--allow-queries", "few").status == 64)
    }

    @Test func aCutFileIsAWarning() throws {
      try folder.write(record([madeUpTest("one()")]) + Array("{\"na".utf8), to: "a.jsonl")
      let outcome = try run("summary", "a.jsonl")
      #expect(outcome.status == 0)
      #expect(outcome.error == "warning: a.jsonl: 1 line could not be read and is left out.\n")
      #expect(outcome.output.hasPrefix("1 test, "))
    }

    /// `./Tests/run --reports` prints what a merge of 50 records with 1,000 tests each takes.
    @Test(.enabled(if: Tool.shards != nil, "DATABASE_REPORT_SHARDS is not set"))
    func aMergeOfManyRecords() throws {
      let count = try #require(Tool.shards)
      let tests = (0..<1_000).map { index in
        madeUpTest("test\(index)()", (0..<(index % 12)).map { ("SELECT column\($0) FROM t WHERE id = 1", 1 + $0 % 4) })
      }
      let bytes = try record(tests, process: 1_000)
      for shard in 0..<count {
        try folder.write(record(tests, process: Int32(1_000 + shard)), to: "shards/\(shard).jsonl")
      }
      let clock = ContinuousClock()
      var status: Int32?
      let time = try clock.measure { status = try run("merge", "shards", "-o", "all.jsonl").status }
      #expect(status == 0)
      var usage = rusage()
      #if os(Linux)
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
      #else
        getrusage(RUSAGE_CHILDREN, &usage)
      #endif
      print(
        "merging \(count) records of 1,000 tests, \((bytes.count * count) >> 20) MB: \(time), \(usage.ru_maxrss >> 10) MB of memory"
      )
      let size = try FileManager.default.attributesOfItem(atPath: folder.path("all.jsonl"))[.size] as? Int
      #expect(size == bytes.count * count)
    }
  }

  private enum Tool {
    static let shards = ProcessInfo.processInfo.environment["DATABASE_REPORT_SHARDS"].flatMap { Int($0) }

    /// Beside the tests, where the package's products are.
    static let url: URL = {
      #if os(macOS)
        let folder = Bundle(for: Folder.self).bundleURL.deletingLastPathComponent()
      #else
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      #endif
      return folder.appendingPathComponent("database-report")
    }()
  }
#endif
