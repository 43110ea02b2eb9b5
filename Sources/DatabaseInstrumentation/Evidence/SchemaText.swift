/// What a statement that defines something says, in all respects that are asked for.
struct SchemaText: Sendable {
  let change: SchemaChange?
  let writing: WritingFacts.Definition?
  /// The text without values, for a database of our own that is asked for plans; `nil` for what defines nothing.
  let definition: String?

  private static let memo = TextMemo<SchemaText>()

  static func of(_ sql: String) -> SchemaText { memo.meaning(of: sql, SchemaText.init) }

  private init(_ sql: String) {
    change = SchemaChange(sql)
    var text = sql
    writing = text.withUTF8 { WritingFacts.Definition(SQLTokenList($0, dialect: .sqlite)) }
    let shape = StatementShape(sql)
    // A definition takes no parameters, and a plan does not depend on the values of defaults and checks.
    definition = shape.kind == .ddl ? String(shape.normalizedSQL.map { $0 == "?" ? "0" : $0 }) : nil
  }
}
