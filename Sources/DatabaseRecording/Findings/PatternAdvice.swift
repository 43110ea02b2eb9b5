internal import DatabaseInstrumentation

/// What serves a search for a pattern, tried: an index where the pattern begins with no wildcard, a full-text index of trigrams in any
/// case.
struct PatternAdvice {
  let lines: [String]
  /// The part of them that is about trigrams.
  let trigrams: [String]

  init(_ statement: ExecutedStatement) {
    self.init(statement.shape, in: statement.evidence.schema(at: statement.index))
  }

  init(_ shape: StatementShape, in schema: SchemaFacts) {
    var lines: [String] = []
    let terms = StatementTerms(shape.normalizedSQL)
    if let sql = terms.withPrefixes,
      case .helps(let tried) = IndexAdvice(of: shape, in: schema, asking: sql).answer(sparing: .scan)
    {
      lines = [
        "       for a pattern that does not begin with a wildcard, \(tried.indexes.map(\.definition).joined(separator: "; ")):",
        tried.line,
      ]
    }
    trigrams = Self.trigrams(terms, shape, schema)
    self.lines = trigrams + lines
  }

  /// A table of trigrams answers both LIKE and GLOB by its index.
  private static func trigrams(_ terms: StatementTerms, _ shape: StatementShape, _ schema: SchemaFacts) -> [String] {
    guard let pattern = terms.patterns.first,
      let table = shape.tables.map({ schema.baseTable($0.name) }).first(where: { name in
        schema.table(name)?.hasRowid == true
          && schema.table(name)?.columns.contains { $0.lowercased() == pattern.column.lowercased() } == true
      })
    else { return [] }
    let quoted = StatementTerms.Term.quoted
    let column = quoted(pattern.column)
    let taken = schema.names
    let name = (["\(table)_text"] + (2...9).map { "\(table)_text_\($0)" }).first { !taken.contains($0.lowercased()) }
    guard let name else { return [] }
    let definition =
      "CREATE VIRTUAL TABLE \(quoted(name)) USING fts5(\(column), content=\(quoted(table)), tokenize='trigram')"
    let question = "SELECT rowid FROM \(quoted(name)) WHERE \(column) \(pattern.isGlob ? "GLOB" : "LIKE") ?"
    guard let line = schema.plan(of: question, adding: [definition])?.first, let range = line.firstRange(of: "INDEX "),
      line[range.upperBound...].contains(pattern.isGlob ? ":G" : ":L")
    else { return [] }
    return ["       \(definition):", "       with it SQLite says \(line); tried"]
  }
}
