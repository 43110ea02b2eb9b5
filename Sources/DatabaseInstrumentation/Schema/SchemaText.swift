internal import DatabaseSupport

/// What a statement that defines something says, in all respects that are asked for.
struct SchemaText: Sendable {
  let change: SchemaChange?
  let writing: WritingFacts.Definition?
  /// The name of what it makes that has no foreign keys: a view, a virtual table, a table that is made of rows.
  let keyless: String?
  let view: ViewDefinition?
  let virtual: VirtualTable?
  /// What it defines, for a database of our own that is asked for plans; `nil` for what takes rows from elsewhere, which would
  /// have to be run.
  let definition: SchemaEntry?

  private static let memo = TextMemo<SchemaText>()

  static func of(_ sql: String) -> SchemaText { memo.meaning(of: sql, SchemaText.init) }

  private init(_ sql: String) {
    change = SchemaChange(sql)
    var text = sql
    let isPlain: Bool
    (writing, keyless, isPlain) = text.withUTF8 { bytes in
      let tokens = SQLTokenList(bytes, dialect: .sqlite)
      return (WritingFacts.Definition(tokens), tokens.nameOfKeyless, tokens.isPlainDefinition)
    }
    view = keyless.flatMap { ViewDefinition($0, sql) }
    virtual = keyless.flatMap { VirtualTable($0, sql) }
    definition = isPlain ? SchemaEntry(schema: "", kind: .table, name: "", sql: sql) : nil
  }
}

/// What a view reads.
package struct ViewDefinition: Sendable, Hashable {
  package var name: String
  /// By their names in lower case; views may be among them.
  package var tables: [String]
  /// Whether it gives other rows although nothing was written.
  package var isVolatile: Bool

  /// - Returns: `nil` where the text makes something else.
  init?(_ name: String, _ sql: String) {
    guard let body = sql.queryOfView else { return nil }
    let shape = StatementShape(body)
    self.name = name
    tables = shape.tables.filter { $0.role == .read }.map { $0.name.lowercased() }
    isVolatile = StatementValues(body, shape: shape, dialect: .sqlite).volatility != .none
  }
}

extension String {
  /// What stands behind `AS` in `CREATE VIEW name AS SELECT …`.
  fileprivate var queryOfView: String? {
    var sql = self
    return sql.withUTF8 { bytes in
      let tokens = SQLTokenList(bytes, dialect: .sqlite)
      var index = 0
      while index < tokens.count, tokens.keyword(index) != .view, tokens.keyword(index) != .as { index += 1 }
      guard tokens.keyword(index) == .view else { return nil }
      while index < tokens.count, tokens.keyword(index) != .as { index += 1 }
      guard index + 1 < tokens.count else { return nil }
      return tokens.text(from: index + 1, through: tokens.count - 1)
    }
  }
}

extension SQLTokenList {
  private var first: Int {
    var index = 0
    while kind(index) == .semicolon { index += 1 }
    return index
  }

  /// Of `CREATE [TEMP] VIEW [IF NOT EXISTS] [schema.]name`, `CREATE VIRTUAL TABLE name`, `CREATE TABLE name AS`.
  fileprivate var nameOfKeyless: String? {
    var index = first
    guard keyword(index) == .create else { return nil }
    index += 1
    if keyword(index) == .temp || keyword(index) == .temporary { index += 1 }
    let isVirtual = keyword(index) == .virtual
    if isVirtual { index += 1 }
    let isView = keyword(index) == .view
    guard isView || keyword(index) == .table else { return nil }
    index += keyword(index + 1) == .if ? 4 : 1
    if kind(index + 1) == .dot { index += 2 }
    guard index < count, isView || isVirtual || keyword(index + 1) == .as else { return nil }
    return name(index)
  }

  /// Whether it defines something without running a query: one statement, and no table that is made of rows.
  fileprivate var isPlainDefinition: Bool {
    var index = first
    switch keyword(index) {
    case .alter, .drop: break
    case .create:
      index += 1
      while [.temp, .temporary, .unique].contains(keyword(index)) { index += 1 }
      switch keyword(index) {
      case .index, .view: break
      case .table:
        while index < count, kind(index) != .open, keyword(index) != .as { index += 1 }
        guard index < count, kind(index) == .open else { return false }
      default: return false
      }
    default: return false
    }
    while index < count, kind(index) != .semicolon { index += 1 }
    while index < count, kind(index) == .semicolon { index += 1 }
    return index >= count
  }
}
