internal import DatabaseInstrumentation
internal import DatabaseRunRecords

extension RunRecord.Span {
  /// The spans of a recording, under names that hold no SQL with values.
  static func spans(of recording: Recording) -> [RunRecord.Span] {
    let spans = recording.spans
    let identities = Dictionary(spans.enumerated().map { ($1.identity, $0) }) { first, _ in first }
    return spans.map { span in
      RunRecord.Span(
        name: SpanName(span).text, kind: "\(span.kind)", start: span.start.wholeNanoseconds,
        duration: span.duration?.wholeNanoseconds, isFailed: span.isFailed,
        parent: span.parent.flatMap { identities[$0.identity] })
    }
  }
}

/// The name of a span as it may stand in a file: libraries put a query into it now and then.
struct SpanName {
  let text: String

  init(_ span: RecordedSpan) {
    let system = (span["db.system.name"] ?? span["db.system"]).map { DatabaseSystem(rawValue: $0) }
    self.init(span.name, sql: span["db.query.text"] ?? span["db.statement"], dialect: system?.dialect)
  }

  /// - Parameters:
  ///   - name: What the library called the span.
  ///   - sql: The query that the span carries, without its values.
  ///   - dialect: That of the span's database, where it tells.
  init(_ name: String, sql: String? = nil, dialect: SQLDialect? = nil) {
    let dialect = dialect ?? .guessed(from: name)
    if let sql, !Self.isIdentifier(name) {
      text = StatementShape(sql, dialect: dialect).summary
    } else if let start = Self.startOfSQL(in: name) {
      let normalized = StatementShape(String(name[start...]), dialect: dialect).normalizedSQL
      let isUnchanged = Self.letters(of: normalized) == Self.letters(of: name[start...])
      text = isUnchanged ? name : name[..<start] + normalized
    } else {
      text = name
    }
  }

  /// `postgres.query`: one word, as a library has it in its source.
  private static func isIdentifier(_ name: String) -> Bool {
    name.allSatisfy { $0.isLetter || $0 == "." || $0 == "_" || $0 == "-" }
  }

  private static func letters(of text: some StringProtocol) -> String {
    String(text.filter { !$0.isWhitespace }).lowercased()
  }

  private static let beginnings: Set<String> = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "MERGE", "CREATE", "ALTER", "DROP", "PRAGMA",
    "EXPLAIN", "CALL", "EXEC", "EXECUTE", "SET", "COPY", "ATTACH", "TRUNCATE",
  ]
  private static let parts: Set<String> = ["FROM", "INTO", "SET", "VALUES", "WHERE", "AS", "TABLE"]

  /// Where a statement begins: with the first word, or with a later one that words of SQL follow.
  private static func startOfSQL(in name: String) -> String.Index? {
    let words = name.split { !($0.isLetter || $0 == "_" || $0.isNumber) }
    for (index, word) in words.enumerated() where beginnings.contains(word.uppercased()) {
      let isFirst = name[..<word.startIndex].allSatisfy { !($0.isLetter || $0.isNumber) }
      if isFirst || words[(index + 1)...].contains(where: { parts.contains($0.uppercased()) }) {
        return word.startIndex
      }
    }
    return nil
  }
}
