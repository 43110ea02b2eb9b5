import DatabaseInstrumentation

/// No SQL may trap, and normalising twice is normalising once. The first byte chooses the dialect.
func fuzzShape(_ input: UnsafeBufferPointer<UInt8>) {
  guard let first = input.first else { return }
  let dialect: SQLDialect =
    [.sqlite, .postgreSQL, .mySQL, .guessed(from: "?"), .guessed(from: "$1"), .guessed(from: "`")][Int(first) % 6]
  let sql = UnsafeBufferPointer(rebasing: input.dropFirst())
  let shape = StatementShape(utf8: sql, dialect: dialect)
  let again = StatementShape(shape.normalizedSQL, dialect: dialect)
  // Only words that may be names make a fingerprint differ from that of what is shown.
  if again.normalizedSQL != shape.normalizedSQL || (again.fingerprint != shape.fingerprint && !shape.isDoubtful) {
    fatalError("\(shape.normalizedSQL.debugDescription) became \(again.normalizedSQL.debugDescription)")
  }
  _ = shape.shown(knowing: ["a", "b"])
  _ = (shape.kind, shape.tables, shape.summary, shape.loaderHint)
  _ = StatementShape.statements(in: String(decoding: sql, as: UTF8.self), dialect: dialect)
  _ = SchemaChange(utf8: sql)
}
