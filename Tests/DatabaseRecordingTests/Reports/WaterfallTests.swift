import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct WaterfallTests {
  private let driver = MadeUpDriver("CREATE TABLE author(id INTEGER PRIMARY KEY)")

  /// Two connections, a transaction that was rolled back, a nested statement, a failure, and two leases.
  private func test() -> RunRecord.Test {
    var test = RunRecord.Test(record { driver.run("SELECT * FROM author") }, name: "lists()")
    test.connections = [
      RunRecord.Connection(id: 1, name: "main", system: "sqlite"),
      RunRecord.Connection(id: 2, name: "log", system: "sqlite"),
    ]
    test.shapes = [
      shape("SELECT * FROM author", "select"), shape("INSERT INTO author VALUES (?)", "insert"),
      shape("ROLLBACK", "transaction"),
    ]
    test.executions = [
      execution(1, shape: 0, connection: 1, start: 1_000, duration: 9_000, rows: 3),
      execution(2, shape: 0, connection: 1, start: 2_000, duration: 1_000, parent: 1),
      execution(3, shape: 1, connection: 2, start: 11_000, duration: 2_000, transaction: 7, error: "1555"),
      execution(4, shape: 2, connection: 2, start: 14_000, duration: 1_000, transaction: 7),
    ]
    test.findings = [RunRecord.Problem(kind: "nPlusOne", headline: "", count: 1, statements: [2])]
    test.flushes = [
      RunRecord.Flush(
        transaction: 7, connection: 2, isCommitted: false, isComplete: true, inserted: [:], updated: [:], deleted: [:])
    ]
    test.leases = [
      RunRecord.Lease(pool: "main", connection: 1, start: 500, duration: 9_500, end: "returned"),
      RunRecord.Lease(pool: "spare", start: 600, site: "Bank.swift:12 in transfer()"),
    ]
    return test
  }

  private func shape(_ sql: String, _ kind: String) -> RunRecord.Shape {
    RunRecord.Shape(sql: sql, fingerprint: "0", kind: kind, summary: sql, tables: [])
  }

  private func execution(
    _ number: Int, shape: Int, connection: UInt64, start: Int64, duration: Int64?, rows: Int? = nil,
    transaction: Int? = nil, parent: Int? = nil, error: String? = nil
  ) -> RunRecord.Execution {
    RunRecord.Execution(
      number: number, shape: shape, connection: connection, start: start, duration: duration, rows: rows,
      transaction: transaction, parent: parent, error: error)
  }

  @Test func lanesHoldLeasesThenTransactionsThenStatementsNestedOnesLower() {
    let waterfall = Waterfall(test())
    #expect(waterfall.lanes.map(\.name) == ["main #1", "pool spare", "log #2"])
    #expect(
      waterfall.lanes[0].bars.map { "\($0.row) \($0.text)" } == [
        "0 lease of pool main, 9.5 µs, returned",
        "1 #1 SELECT * FROM author, 9.0 µs, 3 rows",
        "2 #2 SELECT * FROM author, 1.0 µs",
      ])
    #expect(
      waterfall.lanes[1].bars.map { "\($0.row) \($0.text)" } == [
        "0 lease of pool spare, never returned, at Bank.swift:12 in transfer()"
      ])
    #expect(
      waterfall.lanes[2].bars.map { "\($0.row) \($0.text)" } == [
        "0 transaction, 2 statements, 4.0 µs, rolled back",
        "1 #3 INSERT INTO author VALUES (?), 2.0 µs, failed: SQLITE_CONSTRAINT_PRIMARYKEY (1555)",
        "1 #4 ROLLBACK, 1.0 µs",
      ])
    #expect(waterfall.lanes.map { $0.bars.map(\.isBad) } == [[false, false, false], [true], [true, true, false]])
    #expect(waterfall.lanes[0].bars.map(\.isFlagged) == [false, false, true])
    #expect((waterfall.start, waterfall.end) == (500, 15_000))
    #expect(waterfall.hidden == 0)
  }

  @Test func aRollbackThatWasAskedForIsNotBad() {
    var test = test()
    test.executions[2].error = nil
    #expect(Waterfall(test).lanes[2].bars.map(\.isBad) == [false, false, false])
    // One to a savepoint leaves the transaction open, and what is left open kept nothing by accident.
    test.shapes[2] = shape("ROLLBACK TO inner", "transaction")
    #expect(Waterfall(test).lanes[2].bars.map(\.isBad) == [true, false, false])
  }

  @Test(arguments: [nil, "detached", "abandoned"]) func aLeakIsNotOverWhenItIsNoticed(end: String?) {
    var test = test()
    test.leases?[1].duration = 100
    test.leases?[1].end = end
    let waterfall = Waterfall(test)
    #expect(waterfall.lanes[1].bars.map(\.end) == [waterfall.end])
  }

  @Test func barsStandWhereTheirTimesAre() {
    let svg = Waterfall(test()).svg(title: "lists()")
    // From 500 to 15,000 ns on 776 points beside the names.
    #expect(svg.contains(#"<rect class="bar select" x="250.3" y="100" width="53.5""#))
    // The statement of a finding is underlined.
    #expect(svg.contains(#"<rect class="mark" x="250.3" y="113" width="53.5" height="2"/>"#))
    #expect(svg.contains(#"<rect class="bar transaction bad" x="731.9""#))
    #expect(svg.contains(">15 µs</text>"))
  }

  @Test func whatIsTooMuchIsCountedInWords() throws {
    var test = test()
    test.executions = (1...1_200).map {
      execution($0, shape: 0, connection: 1, start: Int64($0) * 10, duration: 5)
    }
    test.dropped = 34
    let waterfall = Waterfall(test)
    #expect(waterfall.lanes[0].bars.count == 501)
    let svg = waterfall.svg(title: "many()")
    #expect(svg.contains("Not drawn: 734 more statements, transactions and leases."))
    #expect(XMLParser(data: Data(svg.utf8)).parse())
  }

  @Test func anEmptyTestSaysSo() {
    var test = test()
    (test.executions, test.leases, test.flushes) = ([], nil, nil)
    #expect(Waterfall(test).svg(title: "none()").contains("No statement was recorded."))
  }

  @Test(arguments: [
    "</text><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a & b ' c", "]]>", "\u{0}\u{8}\u{1B}[31m",
    "\u{202E}\u{2028}\u{FFFE}\u{FFFF}", "e\u{301}👩‍👩‍👧",
  ])
  func namesAndSQLCannotBreakOut(text: String) {
    var test = test()
    test.shapes[0].sql = text
    test.shapes[0].kind = text
    test.connections[0].name = text
    test.leases?[0].pool = text
    test.leases?[1].pool = text
    test.leases?[1].site = text
    test.leases?[1].end = text
    test.executions[2].error = text
    let svg = Waterfall(test).svg(title: text)
    let elements = ElementNames()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = elements
    #expect(parser.parse())
    #expect(elements.names == ["svg", "title", "style", "rect", "text", "line"])
    #expect(!svg.contains("<script") && !svg.contains("<img"))
  }

  /// Numbers that no recording has, from a file that somebody else wrote.
  @Test func nothingInAForeignRecordTraps() {
    var test = test()
    test.dropped = .max
    test.executions = [
      execution(1, shape: 99, connection: .max, start: .max, duration: .max, parent: 1),
      execution(.min, shape: -1, connection: 0, start: .min, duration: .min, transaction: .max, parent: .max),
      execution(1, shape: 0, connection: 0, start: 0, duration: nil, transaction: .max, parent: .min),
    ]
    test.leases = [RunRecord.Lease(pool: "", start: .min, duration: .max), RunRecord.Lease(pool: "", start: .max)]
    #expect(XMLParser(data: Data(Waterfall(test).svg(title: "").utf8)).parse())
    test.executions = (1...100).map {
      execution($0, shape: 0, connection: UInt64($0), start: 0, duration: 1, parent: $0 - 1)
    }
    let waterfall = Waterfall(test)
    #expect(waterfall.lanes.count == 40)
    #expect(waterfall.lanes.allSatisfy { $0.rows <= 24 })
  }
}

private final class ElementNames: NSObject, XMLParserDelegate {
  private(set) var names: Set<String> = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    names.insert(name)
  }
}
