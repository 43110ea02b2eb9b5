import DatabaseInstrumentation
import DatabaseRecording
import DatabaseReporting
import DatabaseRunRecords
import Foundation
import InMemoryTracing
import MetricsTestKit
import TestSupport
import Tracing

@testable import DatabaseTesting

/// Everything that the package shows, writes or hands on of one recording, by the name of where it goes.
struct Outputs {
  private(set) var texts: [(name: String, text: String)] = []

  mutating func add(_ name: String, _ text: String) { texts.append((name, text)) }

  mutating func add(_ recording: Recording) throws {
    add(
      "print",
      "\(recording)\n\(recording.statements)\n\(recording.loads)\n\(recording.flushes)\n\(recording.connections)")
    add("debugDescription", String(reflecting: recording) + String(reflecting: recording.statements))
    var dumped = ""
    dump(recording, to: &dumped)
    add("Mirror", dumped)
    add("pools", "\(recording.leases)\n\(recording.poolEvents)\n\(recording.poolEvents.map { $0.detail ?? "" })")
    add("what a recording knows", "\(recording.transactions)\n\(recording.notes)")
    for statement in recording.statements {
      add(
        "a statement",
        "\(statement) \(statement.sql) \(statement.shape) \(statement.shape.summary) \(statement.shape.tables)")
      var dumped = ""
      dump(statement.shape, to: &dumped)
      if let error = statement.error {
        dump(error, to: &dumped)
        add("an error", "\(error) \(String(reflecting: error)) \(error.localizedDescription) \(error.status)")
      }
      add("Mirror of a shape", dumped)
    }
    let findings = Self.expectations.flatMap { recording.check($0) } + recording.findings
    add("expectations", "\(Self.expectations)")
    for finding in findings {
      add("a message", "\(finding.message) \(finding) \(String(reflecting: finding))")
      let place = CodeLocation(fileID: "A/B.swift", filePath: "/A/B.swift", line: 1, column: 1)
      add("an annotation", GitHubAnnotation(finding, test: place, workspace: nil).text())
    }
    add("an issue", IssueReporter.text(for: findings, of: recording))
    add("a baseline", Baseline(findings.compactMap { BaselineEntry($0, test: "planted()") }).text)
    for details in [[], [.strategies, .tables, .plans]] as [QuerySnapshotDetails] {
      let snapshot = QuerySnapshot(recording, including: details)
      add("a snapshot", snapshot.text)
      add(
        "a snapshot's difference",
        snapshot.difference(from: "# query snapshot 1\n1×  SELECT ?\n")?.joined(separator: "\n") ?? "")
    }
    for span in recording.spans {
      add(
        "a recorded span",
        "\(span) \(span.name) " + span.attributeNames.map { "\($0)=\(span[$0] ?? "")" }.joined(separator: " "))
    }
    var test = RunRecord.Test(recording, name: "planted()")
    test.failures = findings.map { RunRecord.Problem($0, in: recording) }
    try add(test)
  }

  private mutating func add(_ test: RunRecord.Test) throws {
    let header = RunRecord.Header(process: 1, started: 0)
    add("a record", String(decoding: try RunRecordWriter.line(test), as: UTF8.self))
    let waterfall = Waterfall(test)
    add("a waterfall, as attached", waterfall.svg(title: "planted()"))
    var page = ReportPage()
    page.add(test)
    var html = ""
    page.write { html += $0 }
    add("a page", html)
    var summary = RunSummary()
    summary.add(test)
    add("a summary", summary.text(TextStyle(width: 400, isColoured: false), top: 100_000))
    var trace = OTLPTrace()
    add("OTLP", try trace.line(test, header: header))
    var comparison = Comparison()
    var before = test
    before.executions = Array(test.executions.prefix(1))
    before.queries = 1
    comparison.addToBase(before)
    comparison.addToHead(test)
    let result = try comparison.result()
    add("a comparison", result.text(TextStyle(width: 400, isColoured: false), top: 100_000))
    add("a comment", result.markdown)
    add("commands", result.gitHubCommands { _ in nil })
  }

  mutating func add(_ tracer: InMemoryTracer) {
    // Other libraries hand theirs to the app's tracer themselves.
    for span in tracer.finishedSpans where span.operationName != "a library's query" {
      var text = "\(span.operationName) \(span.status.map { "\($0)" } ?? "")"
      for error in span.errors { text += " \(error.error) \(error.attributes)" }
      for event in span.events { text += " \(event.name) \(event.attributes)" }
      span.attributes.forEach { text += " \($0)=\($1)" }
      add("a span", text)
    }
  }

  mutating func add(_ metrics: TestMetrics) {
    for recorder in metrics.recorders { add("a metric", "\(recorder.label) \(recorder.dimensions)") }
    for counter in metrics.counters { add("a metric", "\(counter.label) \(counter.dimensions)") }
  }

  mutating func add(_ log: CollectedLog) {
    for message in log.messages { add("a log message", "\(message.text) \(message.metadata)") }
  }

  /// The numbers of the values that are in a text, wherever they are: `qz17vault`, whatever the case, or its bytes in
  /// hexadecimal.
  static func numbers(in text: String) -> Set<Int> {
    var found = numbers(ofWordsIn: Array(text.utf8))
    found.formUnion(numbers(ofWordsIn: bytes(ofHexadecimalsIn: text)))
    return found
  }

  private static func numbers(ofWordsIn bytes: [UInt8]) -> Set<Int> {
    var found: Set<Int> = []
    let (head, tail) = (Array("qz".utf8), Array("vault".utf8))
    func matches(_ word: [UInt8], _ index: Int) -> Bool {
      index + word.count <= bytes.count && word.indices.allSatisfy { bytes[index + $0] | 0x20 == word[$0] }
    }
    var index = 0
    while index < bytes.count {
      defer { index += 1 }
      guard bytes[index] | 0x20 == head[0], matches(head, index) else { continue }
      var (end, number) = (index + 2, 0)
      while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]), end < index + 10 {
        number = number * 10 + Int(bytes[end] - UInt8(ascii: "0"))
        end += 1
      }
      if end > index + 2, matches(tail, end) { found.insert(number) }
    }
    return found
  }

  /// What stands between two others that are no hexadecimals, as bytes.
  private static func bytes(ofHexadecimalsIn text: String) -> [UInt8] {
    guard text.utf8.count < 2_000_000 else { return [] }
    var (bytes, half): ([UInt8], UInt8?) = ([], nil)
    for byte in text.utf8 {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        (half, _) = (nil, bytes.append(0x20))
        continue
      }
      if let high = half {
        bytes.append(high << 4 | UInt8(digit))
        half = nil
      } else {
        half = UInt8(digit)
      }
    }
    return bytes
  }

  /// Expectations that fail with much to show.
  static let expectations: [DatabaseExpectation] = [
    .queries(0), .noQueries, .noWrites, .noFailures, .noNPlusOne, .noDuplicateQueries, .noLazyLoads, .noFullScans,
    .noAutomaticIndexes, .audit(beyond: 2),
    .selects(0), .selects(0, on: "t"), .inserts(0), .updates(0), .deletes(0), .writes(0), .statements(.ddl, 700),
    .statements(.other, 0),
    .statements(.pragma, 0), .statements(.transaction, 700), .loads(.joined, of: "book.authorId", 1), .steps(0),
    .rows(0),
    .executes("SELECT a FROM t WHERE b = 7", times: 700), .executes("DELETE FROM nothing"),
    .neverExecutes("SELECT * FROM t WHERE a = 1"),
    .executes(inOrder: ["SELECT a FROM t", "DELETE FROM nothing"]),
    .executes(inAnyOrder: ["DELETE FROM t WHERE b = 1"]),
    .flush(inserted: ["t": 700]), .commits(700), .rollbacks(700), .writesInTransactions, .batchedInserts,
    .noDurableWrites, .noLeaks, .balancedCheckouts, .peakLeases(0),
    .closedTransactions, .noMainThreadQueries, .noBlockingQueries, .fails(0), .fails(0, on: "t"), .closedConnections,
    .any(of: [.queries(0), .noFailures]), .noFailures.not,
    .noNPlusOne.ignoring("SELECT nothing", because: "it never ran"),
  ]
}
