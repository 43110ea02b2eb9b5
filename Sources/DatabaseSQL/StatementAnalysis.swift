/// What the normalised text of a statement means. Immutable.
final class StatementAnalysis: Sendable {
  let kind: StatementKind
  let tables: [TableReference]
  let summary: String
  let loaderHint: LoaderHint

  init(of normalizedSQL: String, dialect: SQLDialect) {
    var sql = normalizedSQL
    (kind, tables, summary, loaderHint) = sql.withUTF8 { text in
      let tokens = SQLTokenList(text, dialect: dialect)
      var scanner = TableScanner(tokens, dialect: dialect)
      scanner.run()
      let hint = scanner.kind == .select ? LoaderHint(tokens, withNames: scanner.withNames) : LoaderHint()
      return (scanner.kind, scanner.tables, scanner.summary, hint)
    }
  }
}
