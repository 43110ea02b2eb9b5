import DatabaseReporting
import DatabaseTesting
import Foundation
import TestSupport
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

@Suite struct OTLPTraceTests {
  private let header = RunRecord.Header(process: 7, started: 1_700_000_000)

  /// Real statements, nested ones and a failure, in and out of a transaction.
  private func recordedTest() throws -> RunRecord.Test {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3) }
    let recording = try recordDatabase {
      try shop.authorsWithBooksOneByOne()
      try shop.database.execute("BEGIN")
      try shop.database.execute("INSERT INTO author (name) VALUES ('hunter2')")
      try shop.database.execute("COMMIT")
      try? shop.database.execute("INSERT INTO author (id, name) VALUES (1, 'hunter2')")
    }
    return RunRecord.Test(recording, name: "sells()", started: 1_700_000_000.5)
  }

  private struct Parsed: Decodable {
    struct Value: Decodable, Equatable {
      var stringValue: String?
      var intValue: String?
      var boolValue: Bool?
    }

    struct Attribute: Decodable {
      var key: String
      var value: Value
    }

    struct Span: Decodable {
      struct Event: Decodable {
        var name: String
        var attributes: [Attribute]
      }
      struct Status: Decodable { var code: Int }

      var traceId: String
      var spanId: String
      var parentSpanId: String?
      var name: String
      var kind: Int
      var startTimeUnixNano: String
      var endTimeUnixNano: String
      var attributes: [Attribute]
      var events: [Event]?
      var status: Status?

      subscript(key: String) -> String? {
        attributes.first { $0.key == key }.flatMap { $0.value.stringValue ?? $0.value.intValue }
      }
    }

    struct Scope: Decodable { var spans: [Span] }
    struct Resource: Decodable { var scopeSpans: [Scope] }

    var resourceSpans: [Resource]

    static func spans(of line: String) throws -> [Span] {
      try JSONDecoder().decode(Parsed.self, from: Data(line.utf8)).resourceSpans[0].scopeSpans[0].spans
    }
  }

  @Test(arguments: [("BookshopTests", "Bookshop"), ("Tests", "Tests"), ("Checks", "Checks"), ("", "")])
  func theServiceIsWhatIsTested(module: String, service: String) {
    #expect(OTLPTrace.subject(of: module) == service)
  }

  @Test func aFindingHasTheLinesThatLedToIt() throws {
    var test = madeUpListing(isGood: false)
    test.findings[0].stack = MadeUpStack.frames
    var trace = OTLPTrace()
    let event = try #require(try Parsed.spans(of: trace.line(test, header: header))[0].events?.first)
    #expect(
      event.attributes.first { $0.key == "code.stacktrace" }?.value.stringValue == """
        at Library.swift:42 in Library.authors()
        called at Library.swift:40 in Library.listing()
        awaited at Job.swift:7 in Job.run()
        task created at Server.swift:9 in serve()
        """)
  }

  @Test func aTestIsATraceWithItsStatements() throws {
    var trace = OTLPTrace()
    let line = try trace.line(recordedTest(), header: header)
    #expect(!line.contains("hunter2") && !line.contains("\n"))
    let spans = try Parsed.spans(of: line)
    #expect(
      spans.map(\.name) == [
        "DatabaseReportingTests/OTLPTraceTests.swift sells()", "transaction", "SELECT author", "SELECT book",
        "SELECT book",
        "SELECT book", "BEGIN", "INSERT author", "COMMIT", "INSERT author",
      ])
    let root = spans[0]
    #expect(root.events?.map(\.name) == ["failure", "nPlusOne"])
    #expect(root.startTimeUnixNano == "1700000000500000000")
    #expect(spans.map(\.kind) == [1, 1] + Array(repeating: 3, count: 8))
    #expect(Set(spans.map(\.spanId)).count == spans.count)
    #expect(Set(spans.map(\.traceId)) == [root.traceId])
    #expect(root.parentSpanId == nil)
    let transaction = spans[1]
    #expect(transaction["database_testing.rows.inserted.author"] == "1")
    #expect(
      spans.dropFirst().map(\.parentSpanId) == [
        root.spanId, root.spanId, root.spanId, root.spanId, root.spanId, transaction.spanId, transaction.spanId,
        transaction.spanId, root.spanId,
      ])
    let books = spans[3]
    #expect(books["db.query.text"] == "SELECT id FROM book WHERE authorId = ?")
    #expect(books["db.operation.name"] == "SELECT")
    #expect(spans[6...8].map { $0["db.operation.name"] } == ["BEGIN", "INSERT", "COMMIT"])
    #expect(line.contains(#"{"key":"service.name","value":{"stringValue":"DatabaseReporting"}}"#))
    #expect(line.components(separatedBy: #""schemaUrl":"https://opentelemetry.io/schemas/1."#).count == 3)
    #expect(books["db.collection.name"] == "book")
    #expect(books["db.response.returned_rows"] == "2")
    #expect(books["db.loader.strategy"] == "lazy")
    #expect(books["db.relationship.key"] == "book.authorId")
    #expect(books["db.system.name"] == "sqlite")
    #expect(spans.map { $0.status?.code } == Array(repeating: nil, count: 9) + [2])
    #expect(spans[9]["error.type"] == "1555")
    for span in spans {
      let (start, end) = (try #require(UInt64(span.startTimeUnixNano)), try #require(UInt64(span.endTimeUnixNano)))
      #expect(start <= end)
    }
  }

  @Test func anExportIsTheSameToTheByteAndTellsEqualTestsApart() throws {
    let test = madeUpListing(isGood: false)
    var (first, second) = (OTLPTrace(), OTLPTrace())
    let lines = try (0..<2).map { _ in try first.line(test, header: header) }
    #expect(try lines == (0..<2).map { _ in try second.line(test, header: header) })
    #expect(try Parsed.spans(of: lines[0])[0].traceId != Parsed.spans(of: lines[1])[0].traceId)
  }

  /// Statements that say they are inside of each other would be a circle for who draws them.
  @Test func noSpanIsItsOwnAncestor() throws {
    var test = madeUpTest("a()", [("SELECT 1", 3)])
    test.executions[0].parent = 2
    test.executions[1].parent = 1
    test.executions[2].parent = 3
    test.spans = [
      RunRecord.Span(name: "a", kind: "internal", start: 0, isFailed: false, parent: 1),
      RunRecord.Span(name: "b", kind: "server", start: 0, isFailed: true, parent: 0),
    ]
    var trace = OTLPTrace()
    let spans = try Parsed.spans(of: trace.line(test, header: header))
    var known: Set<String> = []
    for span in spans {
      if let parent = span.parentSpanId { #expect(known.contains(parent)) }
      known.insert(span.spanId)
    }
  }

  #if os(Linux) || os(macOS)
    /// The definitions of the protocol themselves, as the Python package `opentelemetry-proto` has them.
    @Test(.enabled(if: Python.hasDefinitions, "python3 with the package opentelemetry-proto is not installed"))
    func theOfficialDefinitionsReadAnExport() throws {
      let folder = try Folder()
      var trace = OTLPTrace(service: "bookshop")
      var lines = [try trace.line(recordedTest(), header: header)]
      for isGood in [true, false] { lines.append(try trace.line(madeUpListing(isGood: isGood), header: header)) }
      let path = try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: "trace.jsonl")
      let output = try Python.run(Python.reader, path)
      #expect(
        output == """
          bookshop 10 spans, 8 of clients, 1 failed, 2 events
          bookshop 3 spans, 2 of clients, 0 failed, 0 events
          bookshop 10 spans, 9 of clients, 0 failed, 1 events

          """)
    }
  #endif
}

#if os(Linux) || os(macOS)
  enum Python {
    static let hasDefinitions =
      (try? run("import opentelemetry.proto.trace.v1.trace_pb2, google.protobuf; print('yes')")) == "yes\n"

    static func run(_ program: String, _ arguments: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-c", program] + arguments
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: data, as: UTF8.self)
    }

    /// Identifiers are hexadecimal in OTLP/JSON, where the JSON of protocol buffers has base64. Unknown fields are errors.
    static let reader = """
      import base64, json, sys
      from google.protobuf import json_format
      from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData

      for line in open(sys.argv[1], encoding="utf-8"):
          data = json.loads(line)
          for resource in data["resourceSpans"]:
              for scope in resource["scopeSpans"]:
                  for span in scope["spans"]:
                      for key in ("traceId", "spanId", "parentSpanId"):
                          if key in span:
                              span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
          traces = json_format.ParseDict(data, TracesData(), ignore_unknown_fields=False)
          for resource in traces.resource_spans:
              names = {a.key: a.value.string_value for a in resource.resource.attributes}
              spans = [span for scope in resource.scope_spans for span in scope.spans]
              known = {span.span_id for span in spans}
              for span in spans:
                  assert len(span.trace_id) == 16 and len(span.span_id) == 8
                  assert not span.parent_span_id or span.parent_span_id in known
                  assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
                  assert all(a.value.WhichOneof("value") for a in span.attributes)
              clients = sum(span.kind == Span.SPAN_KIND_CLIENT for span in spans)
              failed = sum(span.status.code == Status.STATUS_CODE_ERROR for span in spans)
              events = sum(len(span.events) for span in spans)
              print(f"{names['service.name']} {len(spans)} spans, {clients} of clients, {failed} failed, {events} events")
      """
  }
#endif
