/// Walks over the tokens of a statement and finds its kind, its tables and its summary.
///
/// A frame for each open parenthesis, on a stack of its own, so that no nesting is too deep.
struct TableScanner {
  struct Frame {
    enum Clause: UInt8 { case none, select, from, condition, other }
    enum With: UInt8 { case none, name, header, body, after }

    var clause = Clause.none
    var verb = SQLKeyword.none
    var expectsVerb = true
    var expectsTable = false
    var role = TableReference.Role.read
    var with = With.none
    var isRecursive = false
    var isWithBody = false
    var start: Int
    var names: [Int] = []
  }

  private let tokens: SQLTokenList
  private let dialect: SQLDialect
  private var stack: [Frame] = []
  private var frame = Frame(start: 0)
  private var references: [Reference] = []
  private(set) var withNames = WithNames()
  private var withBodies = 0
  private var statements = 0
  private var firstKind: StatementKind?
  private var writingKind: StatementKind?
  private var readsCatalogue = false
  private var index = 0
  private var pieces = StatementSummary()

  private struct Reference {
    var table: TableReference
    var index: Int
    var statement: Int
    var isCatalogue: Bool
  }

  init(_ tokens: SQLTokenList, dialect: SQLDialect) {
    self.tokens = tokens
    self.dialect = dialect
  }

  /// The names that `WITH` introduces in a text.
  static func withNames(of tokens: SQLTokenList, dialect: SQLDialect) -> WithNames {
    guard (0..<tokens.count).contains(where: { tokens.keyword($0) == .with }) else { return WithNames() }
    var scanner = TableScanner(tokens, dialect: dialect)
    scanner.run()
    return scanner.withNames
  }

  mutating func run() {
    while index < tokens.count {
      let token = tokens[index]
      switch token.kind {
      case .open: open()
      case .close: close()
      case .comma: comma()
      case .semicolon: endStatement()
      case .keyword: keyword(token.keyword)
      case .word, .quoted: name()
      default:
        frame.expectsVerb = false
        frame.expectsTable = false
      }
      index += 1
    }
    while let outer = stack.popLast() { leave(for: outer) }
    withNames.close(frame.names, at: index)
    pieces.end { self.withNames.hides($0, at: $1) }
  }

  /// The kind of the first statement.
  var kind: StatementKind {
    let kind = firstKind ?? .other
    if dialect.isPostgreSQL, let written = tokens.hiddenWrite { return written }
    guard kind == .select else { return kind }
    if let writingKind { return writingKind }
    let first = visible.filter { $0.statement == 0 }
    let isSchema = first.isEmpty ? readsCatalogue : first.allSatisfy(\.isCatalogue)
    return isSchema ? .schema : .select
  }

  var summary: String { pieces.text }

  var tables: [TableReference] {
    var known: Set<TableReference> = []
    return visible.map(\.table).filter { known.insert($0).inserted }
  }

  private var visible: [Reference] {
    references.filter { $0.table.schema != nil || !withNames.hides($0.table.name, at: $0.index) }
  }
}

extension TableScanner {
  private mutating func open() {
    if frame.with == .header {
      index = tokens.closing(index)
      return
    }
    if frame.with == .name { frame.with = .none }
    var inner = Frame(start: index)
    if frame.with == .body {
      inner.isWithBody = true
      withBodies += 1
      withNames.beginBody(frame.names.last, at: index)
    } else if frame.expectsTable {
      inner.clause = .from
      inner.expectsTable = true
      frame.expectsTable = false
    }
    stack.append(frame)
    frame = inner
  }

  private mutating func close() {
    guard let outer = stack.popLast() else { return }
    leave(for: outer)
  }

  private mutating func leave(for outer: Frame) {
    withNames.close(frame.names, at: index)
    let isWithBody = frame.isWithBody
    frame = outer
    if isWithBody {
      withBodies -= 1
      withNames.endBody(frame.names.last, at: index)
      frame.with = .after
    }
  }

  private mutating func comma() {
    if frame.with == .after {
      frame.with = .name
      return
    }
    if frame.clause == .from || frame.clause == .condition {
      frame.clause = .from
      frame.expectsTable = true
    }
    frame.expectsVerb = false
  }

  private mutating func endStatement() {
    while let outer = stack.popLast() { leave(for: outer) }
    withNames.close(frame.names, at: index)
    frame = Frame(start: index)
    withBodies = 0
    statements += 1
    if firstKind == nil { firstKind = .other }
  }

  private mutating func name() {
    if frame.with != .none, withName() { return }
    if frame.expectsTable {
      table()
    } else if frame.expectsVerb, stack.isEmpty, tokens[index].kind == .word {
      command()
      pieces.add(operation: tokens.name(index))
    }
    frame.expectsVerb = false
  }

  /// A statement that begins with no keyword of ours.
  private mutating func command() {
    guard firstKind == nil else { return }
    firstKind = .other
  }

  /// Whether the name belongs to the head of a `WITH`.
  private mutating func withName() -> Bool {
    switch frame.with {
    case .name:
      frame.names.append(
        withNames.add(tokens.name(index), scope: frame.start, isRecursive: frame.isRecursive))
      frame.with = .header
      return true
    case .header, .body:
      // `WITH TIME ZONE` and the like.
      if let name = frame.names.popLast() { withNames.remove(name) }
      frame.with = .none
      return false
    case .none, .after: return false
    }
  }

  private mutating func table() {
    var last = index
    while tokens.kind(last + 1) == .dot, tokens.isName(last + 2) { last += 2 }
    defer { index = last }
    frame.expectsTable = false
    let name = tokens.name(last)
    if frame.role == .read, tokens.kind(last + 1) == .open {
      if name.lowercased().hasPrefix("pragma_"), statements == 0 { readsCatalogue = true }
      return
    }
    let schema = last > index ? tokens.name(last - 2) : nil
    let table = TableReference(name: name, role: frame.role, schema: schema)
    references.append(
      Reference(table: table, index: index, statement: statements, isCatalogue: isCatalogue(table)))
    pieces.add(
      target: tokens.text(from: index, through: last), name: schema == nil ? name : nil, at: index)
    if frame.verb == .delete || frame.verb == .update || frame.verb == .merge { frame.role = .read }
  }

  private func isCatalogue(_ table: TableReference) -> Bool {
    switch table.schema?.lowercased() {
    case "information_schema", "pg_catalog", "performance_schema": return true
    default: break
    }
    let name = table.name.lowercased()
    return name.hasPrefix("sqlite_") || (dialect.isPostgreSQL && name.hasPrefix("pg_"))
  }
}

extension TableScanner {
  private mutating func keyword(_ keyword: SQLKeyword) {
    switch frame.with {
    case .name:
      if keyword == .recursive { frame.isRecursive = true } else { frame.with = .none }
      if keyword == .recursive { return }
    case .header:
      if keyword == .as { frame.with = .body }
      return
    case .body: return
    case .after:
      frame.with = .none
      frame.expectsVerb = true
    case .none: break
    }
    if isVerb(keyword) { return }
    switch keyword {
    case .from:
      guard tokens.keyword(index - 1) != .distinct || frame.clause == .none else { return }
      if frame.clause == .select || (frame.clause == .none || frame.clause == .other) && isChange {
        frame.clause = .from
        frame.expectsTable = true
      }
    case .join, .straightJoin:
      if frame.clause == .from || frame.clause == .condition || frame.verb == .update {
        frame.clause = .from
        frame.expectsTable = true
      }
    case .using where tokens.kind(index + 1) != .open && isChange:
      frame.clause = .from
      frame.role = .read
      frame.expectsTable = true
    case .on, .using:
      if frame.clause == .from { frame.clause = .condition }
      if frame.verb == .index || frame.verb == .trigger { frame.expectsTable = true }
    case .where, .group, .order, .having, .limit, .window, .set, .returning, .offset, .for, .fetch:
      frame.clause = .other
      frame.expectsTable = false
    case .union, .except, .intersect:
      frame.clause = .other
      frame.expectsVerb = true
      return
    // SQLite's `a IN b`, where b is a table. Elsewhere a column can follow: `position('x' IN name)`.
    case .in where dialect.isSQLite && tokens.isName(index + 1):
      frame.role = .read
      frame.expectsTable = true
    case .all where frame.expectsVerb, .distinct where frame.expectsVerb: return
    case .as where frame.verb == .create || frame.verb == .prepare:
      frame.expectsVerb = true
      frame.verb = .none
      return
    case .table, .view: defines(keyword, expectsTable: true)
    case .index, .trigger, .function, .procedure, .schema, .database: defines(keyword, expectsTable: false)
    case .transaction where frame.verb == .set || frame.verb == .prepare:
      if statements == 0 { firstKind = .transaction }
    case .begin where frame.verb == .trigger: index = tokens.count
    default: break
    }
    frame.expectsVerb = false
  }

  private var isChange: Bool { [.delete, .update, .merge].contains(frame.verb) }

  /// Takes note of a keyword that begins a statement, or a query within one.
  private mutating func isVerb(_ keyword: SQLKeyword) -> Bool {
    guard frame.expectsVerb || keyword == .select || keyword == .with else { return false }
    switch keyword {
    case .select:
      begin(keyword, .select)
      frame.clause = .select
    case .insert, .replace:
      begin(keyword, .insert)
      frame.role = .written
      frame.expectsTable = true
    case .update, .merge:
      begin(keyword, .update)
      frame.role = .written
      frame.expectsTable = true
    case .delete:
      begin(keyword, .delete)
      frame.role = .written
    case .values:
      if firstKind == nil { pieces.add(operation: "VALUES") }
      note(.select)
      frame.expectsTable = false
      frame.expectsVerb = false
    case .with:
      guard !frame.expectsTable || frame.clause == .from else { return false }
      frame.with = .name
      frame.expectsTable = false
    case .explain:
      begin(keyword, .other)
      frame.expectsVerb = true
    case .query, .plan: return frame.verb == .explain
    case .analyze where frame.verb == .explain: return true
    default: return stack.isEmpty && beginsCommand(keyword)
    }
    return true
  }

  private mutating func beginsCommand(_ keyword: SQLKeyword) -> Bool {
    switch keyword {
    case .create, .alter, .drop:
      begin(keyword, .ddl)
    case .truncate:
      begin(keyword, .ddl)
      frame.role = .written
      frame.expectsTable = true
      frame.clause = .from
    case .reindex, .refresh, .comment: begin(keyword, .ddl)
    case .begin, .commit, .end, .rollback, .savepoint, .release, .abort: begin(keyword, .transaction)
    case .start: begin(keyword, tokens.keyword(index + 1) == .transaction ? .transaction : .other)
    case .pragma:
      begin(keyword, .pragma)
      pieces.addName(of: tokens, after: index)
    case .show, .describe: begin(keyword, .schema)
    case .table:
      begin(keyword, .select)
      frame.expectsTable = true
    default: begin(keyword, .other)
    }
    return true
  }

  private mutating func begin(_ verb: SQLKeyword, _ kind: StatementKind) {
    pieces.add(operation: verb.rawValue.uppercased())
    note(kind)
    if frame.verb != .insert || kind != .select { frame.verb = verb }
    frame.role = .read
    frame.expectsTable = false
    frame.expectsVerb = false
  }

  private mutating func note(_ kind: StatementKind) {
    guard statements == 0 else { return }
    if withBodies > 0 {
      if kind.isWrite, writingKind == nil { writingKind = kind }
    } else if firstKind == nil {
      firstKind = kind
    }
  }

  /// `CREATE TABLE`, `DROP VIEW`, `CREATE INDEX … ON`.
  private mutating func defines(_ object: SQLKeyword, expectsTable: Bool) {
    guard [.create, .alter, .drop, .truncate].contains(frame.verb) else { return }
    if frame.verb != .truncate { pieces.extendOperation(object.rawValue.uppercased()) }
    frame.role = .written
    frame.expectsTable = expectsTable
    if frame.verb == .drop, expectsTable { frame.clause = .from }
    if !expectsTable { frame.verb = object }
  }
}
