// A libFuzzer target for all that reads SQL: no input may trap, and normalising twice is normalising once. It is compiled
// together with Sources/DatabaseInstrumentation/SQL as one module; `./Tests/run --fuzz 60` does so and runs it.

/// One input: the first byte chooses the dialect, the rest is SQL.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let dialect: SQLDialect = [.sqlite, .postgreSQL, .mySQL][Int(start[0]) % 3]
  let sql = UnsafeBufferPointer(start: start + 1, count: count - 1)
  let shape = StatementShape(utf8: sql, dialect: dialect)
  let again = StatementShape(shape.normalizedSQL, dialect: dialect)
  if again.normalizedSQL != shape.normalizedSQL || again.fingerprint != shape.fingerprint {
    print("not idempotent: \(Array(shape.normalizedSQL.utf8)) \(Array(again.normalizedSQL.utf8))")
    fatalError("\(shape.normalizedSQL.debugDescription) became \(again.normalizedSQL.debugDescription)")
  }
  _ = (shape.kind, shape.tables, shape.summary, shape.loaderHint)
  _ = StatementShape.statements(in: String(decoding: sql, as: UTF8.self), dialect: dialect)
  _ = SchemaChange(utf8: sql)
  return 0
}
