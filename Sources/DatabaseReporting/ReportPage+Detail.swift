internal import DatabaseRunRecords
internal import DatabaseSupport

/// What the page holds of one test for its script: short keys, since there are thousands.
struct TestDetail {
  private struct Bar: Encodable {
    /// Kind, row, start and end in nanoseconds, 1 if it is bad and 2 if a finding is about it, the statement's number or -1.
    var n: [Int64]
    var label: String
    var notes: String

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      for number in n { try container.encode(number) }
      try container.encode(label)
      try container.encode(notes)
    }
  }

  private struct Lane: Encodable {
    var name: String
    var rows: Int
    var bars: [Bar]
  }

  private struct Problem: Encodable {
    var kind: String
    var text: String
    var site: String?
    var sql: String?
    var parent: String?
    var fix: String?
    var failed: Bool
    /// How each line around the site led to it, and the line.
    var callers: [[String]]
  }

  private struct Content: Encodable {
    var name: String
    var place: String
    var facts: String
    var blind: Bool
    var start: Int64
    var end: Int64
    var hidden: Int
    var lanes: [Lane]
    var findings: [Problem]
  }

  let json: String

  init(_ test: RunRecord.Test, statements: inout PageTexts) {
    let waterfall = Waterfall(test)
    var lanes: [Lane] = []
    for lane in waterfall.lanes {
      let bars = lane.bars.map { bar in
        let statement = bar.sql.map { Int64(statements.number(of: $0)) } ?? -1
        let flags: Int64 = (bar.isBad ? 1 : 0) + (bar.isFlagged ? 2 : 0)
        return Bar(
          n: [
            bar.kind.number, Int64(bar.row), Int64(nanoseconds: bar.start), Int64(nanoseconds: bar.end), flags,
            statement,
          ],
          label: bar.label.limited(200), notes: bar.notes.joined(separator: ", ").limited(400))
      }
      lanes.append(Lane(name: lane.name.limited(200), rows: lane.rows, bars: bars))
    }
    let facts = [
      test.queries.asCount.grouped("query", plural: "queries"), test.statements.asCount.grouped("statement"),
      test.steps.map { $0.asCount.grouped("step") }, test.excluded > 0 ? "\(test.excluded.grouped) excluded" : nil,
    ]
    json = safeJSON(
      Content(
        name: Self.title(of: test).limited(300), place: Self.place(of: test).limited(500),
        facts: facts.compactMap { $0 }.joined(separator: ", "), blind: test.isBlind,
        start: Int64(nanoseconds: waterfall.start), end: Int64(nanoseconds: waterfall.end), hidden: waterfall.hidden,
        lanes: lanes,
        findings: test.problems.prefix(50).map { found, isFailure in
          Problem(
            kind: ProblemKind(found.kind).title.limited(40), text: found.headline.limited(600),
            site: found.site?.limited(300), sql: test.mostFrequent(of: found.statements).sql?.limited(1_000),
            parent: found.parent.flatMap(test.sql)?.limited(1_000), fix: found.fix?.limited(600), failed: isFailure,
            callers: found.callers.map { [$0.way, $0.site.limited(300)] })
        }))
  }

  /// `BookshopTests/LibraryTests.swift:12 · LibraryTests.listsAuthors()`.
  private static func place(of test: RunRecord.Test) -> String {
    let suite = test.suite.map { $0.replacing("/", with: ".") }
    var parts = ["\(test.module)/\(test.file):\(test.line)"]
    if suite != nil || test.displayName != nil { parts.append((suite.map { "\($0)." } ?? "") + test.name) }
    if test.arguments == nil, let label = test.caseLabel { parts.append(label) }
    return parts.joined(separator: " · ")
  }

  /// `Who reviewed a book [2]`.
  private static func title(of test: RunRecord.Test) -> String {
    let name = test.displayName ?? test.name
    return test.arguments == nil ? name : test.caseLabel.map { "\(name) \($0)" } ?? name
  }
}

extension Waterfall.Bar.Kind {
  /// As the script names them.
  static let all: [Self] = [.select, .insert, .update, .delete, .other, .transaction, .lease]

  fileprivate var number: Int64 { Int64(Self.all.firstIndex(of: self) ?? 4) }
}

extension String {
  /// On one line, and cut.
  fileprivate func limited(_ count: Int) -> String { String(prefix(count * 2)).singleLine.cut(to: count) }
}

extension Int64 {
  /// Times of a drawing, which may come from any file.
  fileprivate init(nanoseconds time: Double) {
    self = time.isFinite ? Int64(Swift.min(9e15, Swift.max(-9e15, time))) : 0
  }
}
