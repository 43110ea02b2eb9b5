internal import DatabaseInstrumentation
internal import DatabaseSupport

/// A wrong number of statements, in words: what was expected, what was found, by shape.
struct CountReport {
  private let recording: Recording
  private let found: StatementCollection
  private let expected: CountRange
  private let nouns: (one: String, many: String)
  private let table: String?
  private let database: String?
  /// The kind that is counted, where it is none of queries.
  private let kind: StatementKind?

  /// Whether no write at all is expected.
  private let isOfAllWrites: Bool

  private static let shapeLimit = 12

  init(
    _ recording: Recording, _ found: StatementCollection, expected: CountRange, nouns: (String, String),
    table: String?, database: String? = nil, kind: StatementKind? = nil, isOfAllWrites: Bool = false
  ) {
    self.isOfAllWrites = isOfAllWrites
    self.kind = kind.flatMap { $0.isQuery ? nil : $0 }
    self.recording = recording
    self.found = found
    self.expected = expected
    self.nouns = nouns
    self.table = table
    self.database = database
  }

  var finding: Finding {
    let noun = expected.noun(nouns.one, nouns.many)
    let on = (table.map { " on \($0)" } ?? "") + (database.map { " in \($0)" } ?? "")
    let number = found.isEmpty ? "none" : String(found.count)
    return Finding(
      kind: .count,
      headline: "Expected \(expected) \(noun)\(on), found \(number).",
      details: details,
      count: found.count,
      callSite: nil,
      statements: Array(found),
      isFinal: expected.isExceeded(by: found.count)
    )
  }

  private var details: [String] {
    let shapes = found.countsByShape
    var lines: [String] = []
    for (shape, count, numbers) in shapes.prefix(Self.shapeLimit) {
      lines.append(StatementSummary.line(count: count, sql: shape.normalizedSQL, numbers: numbers))
      if let number = numbers.first { lines += SiteLines(recording.storage.evidence, at: number - 1).lines }
    }
    lines += StatementSummary.others(shapes.dropFirst(Self.shapeLimit).map(\.count))
    if table != nil {
      let others = recording.queries.countsByShape.filter { entry in
        !entry.shape.tables.contains { $0.name.lowercased() == table?.lowercased() }
      }
      let count = others.reduce(0) { $0 + $1.count }
      if count > 0 { lines.append("  \(count.counted("query", plural: "queries")) on other tables.") }
    }
    if found.isEmpty { lines += InsteadLines(recording).lines }
    if let uncounted = Uncounted(recording, besides: kind).text { lines.append("  " + uncounted) }
    if expected.isExceeded(by: found.count) {
      let fixtures = FixtureNote(recording).lines
      lines += fixtures
      if expected.allowsSome {
        lines += CountAdvice(recording, among: found, besidesInserts: !fixtures.isEmpty).lines
      } else if isOfAllWrites, recording.check(.noDurableWrites).isEmpty {
        lines.append("  fix: let nothing be written, or write .noDurableWrites, which allows what does not last")
      }
    }
    if found.isEmpty { lines += Unseen(recording).lines }
    return lines
  }
}

/// What ran where nothing of what was expected did.
struct InsteadLines {
  private static let limit = 5

  let lines: [String]

  /// - Parameter shapes: Those that may have been meant.
  init(_ shapes: [(shape: StatementShape, count: Int, numbers: [Int])], title: String = "what ran instead") {
    guard !shapes.isEmpty else {
      lines = []
      return
    }
    var lines = ["  \(title):"]
    for (shape, count, numbers) in shapes.prefix(Self.limit) {
      lines.append(StatementSummary.line(count: count, sql: shape.normalizedSQL, numbers: numbers))
    }
    self.lines = lines + StatementSummary.others(shapes.dropFirst(Self.limit).map(\.count))
  }

  /// All queries.
  init(_ recording: Recording, title: String = "what ran instead") {
    self.init(recording.queries.countsByShape, title: title)
  }
}
