/// Reads `CREATE TABLE`, `ALTER TABLE` and `DROP TABLE` of SQLite.
///
/// See [CREATE TABLE](https://www.sqlite.org/lang_createtable.html).
struct SchemaParser {
  private let tokens: SQLTokenList
  private var index = 0

  init(_ sql: UnsafeBufferPointer<UInt8>) {
    let verbs: [SQLKeyword] = [.create, .alter, .drop]
    var tokenizer = SQLTokenizer(sql, dialect: .sqlite)
    var first = tokenizer.next()
    while first.kind == .semicolon || first.kind == .hint { first = tokenizer.next() }
    let rest = UnsafeBufferPointer(rebasing: sql[first.start...])
    // Most statements change no schema, and are not looked at further.
    tokens = SQLTokenList(verbs.contains(first.keyword) ? rest : .init(rebasing: rest[..<0]), dialect: .sqlite)
  }

  mutating func change() -> SchemaChange? {
    index = 1
    switch tokens.keyword(0) {
    case .create:
      if isKeyword(.temp) || isKeyword(.temporary) { index += 1 }
      if isKeyword(.trigger) { return trigger() }
      guard skip(.table) else { return nil }
      let isConditional = skip(.if)
      if isConditional { index += 2 }
      guard var table = definition() else { return nil }
      table.isConditional = isConditional
      return .create(table)
    case .alter:
      guard skip(.table) else { return nil }
      skipModifiersOfAlter()
      guard let table = qualifiedName() else { return nil }
      return alteration(of: table)
    case .drop:
      guard skip(.table) else { return nil }
      if skip(.if) { index += 1 }
      return qualifiedName().map(SchemaChange.drop)
    default: return nil
    }
  }

  private func isKeyword(_ keyword: SQLKeyword) -> Bool { tokens.keyword(index) == keyword }

  private mutating func skip(_ keyword: SQLKeyword) -> Bool {
    guard isKeyword(keyword) else { return false }
    index += 1
    return true
  }

  /// Whether a name can stand here: SQLite takes a string for one, and many a keyword.
  private func isName(_ index: Int) -> Bool {
    switch tokens.kind(index) {
    case .word, .quoted, .string, .keyword: true
    default: false
    }
  }

  /// The last part of a name.
  private mutating func qualifiedName() -> String? {
    guard isName(index) else { return nil }
    while tokens.kind(index + 1) == .dot, isName(index + 2) { index += 2 }
    defer { index += 1 }
    return tokens.name(index)
  }

  private mutating func alteration(of table: String) -> SchemaChange? {
    if skip(.rename) {
      if skip(.to) { return qualifiedName().map { .rename(table: table, to: $0) } }
      _ = skip(.column)
      guard let old = qualifiedName(), skip(.to), let name = qualifiedName() else { return nil }
      return .renameColumn(old, to: name, table: table)
    }
    var added = TableDefinition(name: table, columns: [])
    while skip(.add) {
      _ = skip(.column)
      if skip(.if) { index += 2 }
      readItem(&added, end: tokens.count)
      // SQLite takes one, other databases a list.
      if tokens.kind(index) == .comma { index += 1 }
    }
    guard !added.columns.isEmpty || !added.foreignKeys.isEmpty else { return nil }
    return .add(columns: added.columns, foreignKeys: added.foreignKeys, table: table)
  }

  /// PostgreSQL's `IF EXISTS` and `ONLY`.
  private mutating func skipModifiersOfAlter() {
    if skip(.if) { index += 1 }
    guard isName(index), tokens.name(index).lowercased() == "only", isName(index + 1) else { return }
    switch tokens.keyword(index + 1) {
    case .add, .alter, .drop, .rename: break
    default: index += 1
    }
  }

  /// `CREATE TRIGGER name AFTER UPDATE OF column ON table`
  private mutating func trigger() -> SchemaChange? {
    while index < tokens.count, !isKeyword(.on) { index += 1 }
    guard skip(.on) else { return nil }
    return qualifiedName().map(SchemaChange.trigger(on:))
  }

  private mutating func definition() -> TableDefinition? {
    guard let name = qualifiedName(), tokens.kind(index) == .open else { return nil }
    let closing = tokens.closing(index)
    guard closing < tokens.count else { return nil }
    index += 1
    var definition = TableDefinition(name: name, columns: [])
    while index < closing {
      readItem(&definition, end: closing)
      index += 1
    }
    definition.hasRowid = !tokens.sayWithoutRowid(after: closing)
    definition.mayReplace = tokens.sayReplace
    return definition.columns.isEmpty ? nil : definition
  }

  /// Reads a column or a table constraint, to the comma after it.
  private mutating func readItem(_ table: inout TableDefinition, end: Int) {
    var column: String?
    switch tokens.keyword(index) {
    case .constraint, .primary, .unique, .check, .foreign: break
    default:
      guard isName(index) else { break }
      column = tokens.name(index)
      table.columns.append(tokens.name(index))
      index += 1
    }
    while index < end {
      switch tokens.kind(index) {
      case .comma, .semicolon: return
      case .open: index = tokens.closing(index) + 1
      case .keyword: readConstraint(&table, column)
      default: index += 1
      }
    }
  }

  private mutating func readConstraint(_ table: inout TableDefinition, _ column: String?) {
    switch tokens.keyword(index) {
    case .constraint:
      index += 2
    case .primary:
      index += 1
      guard skip(.key) else { return }
      if tokens.kind(index) == .open {
        table.primaryKey = names()
      } else if let column {
        table.primaryKey = [column]
      }
    case .foreign:
      index += 1
      guard skip(.key), tokens.kind(index) == .open else { return }
      let columns = names()
      if skip(.references) { readReference(&table, columns) }
    case .references:
      index += 1
      if let column { readReference(&table, [column]) }
    case .on:
      index += 2
      let isAction = isKeyword(.cascade) || isKeyword(.set)
      if isAction, let last = table.foreignKeys.indices.last { table.foreignKeys[last].hasActions = true }
    default: index += 1
    }
  }

  private mutating func readReference(_ table: inout TableDefinition, _ columns: [String]) {
    guard let parent = qualifiedName() else { return }
    let parentColumns = tokens.kind(index) == .open ? names() : []
    table.foreignKeys.append(
      ForeignKeyDefinition(columns: columns, parentTable: parent, parentColumns: parentColumns))
  }

  /// The first name of each element in parentheses, which leaves out `COLLATE` and `DESC`.
  private mutating func names() -> [String] {
    let closing = tokens.closing(index)
    var names: [String] = []
    var position = index + 1
    var isFirst = true
    while position < closing {
      switch tokens.kind(position) {
      case .comma: isFirst = true
      case .open:
        position = tokens.closing(position)
        isFirst = false
      default:
        if isFirst, isName(position) { names.append(tokens.name(position)) }
        isFirst = false
      }
      position += 1
    }
    index = closing + 1
    return names
  }
}
