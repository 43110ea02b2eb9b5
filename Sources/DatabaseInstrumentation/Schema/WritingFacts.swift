internal import DatabaseSupport
internal import Synchronization

/// What the definitions of tables say of the rows that SQLite's update hook does not tell.
///
/// It is not called for tables `WITHOUT ROWID`, and for rows that
/// [`REPLACE`](https://www.sqlite.org/c3ref/update_hook.html) removes. What was ever seen to replace counts for good, in
/// whichever database of the connection: an unknown number is better than a wrong one.
package final class WritingFacts: Sendable {
  private let state = Locked(State())
  private let isRequired = Atomic<Bool>(false)

  /// A table whose definition was seen.
  package struct Table: Sendable, Hashable {
    /// With the name as it is declared.
    package var table: TableName
    package var hasRowid: Bool
  }

  private struct State {
    var known: [TableName: Table] = [:]
    var replacing: Set<String> = []
    var isRead = false
  }

  init() {}

  /// Rows that were replaced are not told: recordings have to look here.
  package func require() {
    if !isRequired.load(ordering: .relaxed) { isRequired.store(true, ordering: .relaxed) }
  }

  var isNeeded: Bool { isRequired.load(ordering: .relaxed) }

  /// Takes note of a statement that changes the schema.
  ///
  /// - Parameter isComplete: Whether no table was there before anyone looked.
  func note(_ definition: Definition, isComplete: Bool) {
    state.withLock { state in
      switch definition {
      case .table(let table, let mayReplace, let isConditional):
        let key = table.table.folded
        if mayReplace { state.replacing.insert(key.name) }
        if isConditional {
          // The table may have been there before, with another definition.
          let isNew = key.database == "temp" || (key.database == "main" && (isComplete || state.isRead))
          guard isNew, state.known[key] == nil else { return }
        }
        state.known[key] = table
      case .rename(let old, let name):
        for (key, table) in state.known where key.name == old.folded.name {
          var renamed = table
          renamed.table.name = name
          state.known[renamed.table.folded] = renamed
        }
        if state.replacing.contains(old.folded.name) { state.replacing.insert(name.asciiLowercased) }
      case .drop(let table):
        state.known = state.known.filter { $0.key.name != table.folded.name }
      case .trigger(let table):
        state.replacing.insert(table.asciiLowercased)
      }
    }
  }

  /// The tables of the main database as they were read from it.
  func take(_ tables: [TableDefinition]) {
    state.withLock { state in
      state.isRead = true
      for table in tables {
        let name = TableName(database: "main", name: table.name)
        if table.mayReplace { state.replacing.insert(name.folded.name) }
        if state.known[name.folded] == nil { state.known[name.folded] = Table(table: name, hasRowid: table.hasRowid) }
      }
    }
  }

  /// The tables that a statement may mean, as far as they are known without a look at the database.
  package func tables(named reference: TableReference) -> [Table] {
    let name = reference.name.asciiLowercased
    let database = reference.schema?.asciiLowercased
    return state.withLock { state in
      state.known.filter { $0.key.name == name && (database == nil || $0.key.database == database) }.map(\.value)
    }
  }

  /// Whether writing to a table removes no other rows for certain.
  func neverReplaces(_ table: TableName) -> Bool {
    state.withLock { state in
      state.known[table.folded]?.table.name == table.name && !state.replacing.contains(table.folded.name)
    }
  }
}

extension TableName {
  fileprivate var folded: TableName { TableName(database: database.asciiLowercased, name: name.asciiLowercased) }
}

extension WritingFacts {
  /// The part of a definition that matters here.
  enum Definition: Sendable {
    case table(WritingFacts.Table, mayReplace: Bool, isConditional: Bool)
    case rename(TableName, to: String)
    case drop(TableName)
    /// One that replaces rows.
    case trigger(on: String)

    init?(_ tokens: SQLTokenList) {
      var index = 0
      while tokens.kind(index) == .semicolon { index += 1 }
      switch tokens.keyword(index) {
      case .create:
        index += 1
        let isTemporary = tokens.keyword(index) == .temp || tokens.keyword(index) == .temporary
        if isTemporary { index += 1 }
        if tokens.keyword(index) == .trigger {
          while index < tokens.count, tokens.keyword(index) != .on { index += 1 }
          guard tokens.sayReplace, let (table, _) = Self.name(tokens, index + 1) else { return nil }
          self = .trigger(on: table.name)
          return
        }
        guard tokens.keyword(index) == .table else { return nil }
        let isConditional = tokens.keyword(index + 1) == .if
        guard let (name, end) = Self.name(tokens, index + (isConditional ? 4 : 1)) else { return nil }
        var table = name
        if isTemporary { table.database = "temp" }
        // `AS SELECT` makes a table with rowid and without constraints.
        let hasRowid = tokens.kind(end) != .open || !tokens.sayWithoutRowid(after: tokens.closing(end))
        let mayReplace = tokens.kind(end) == .open && tokens.sayReplace
        self = .table(
          WritingFacts.Table(table: table, hasRowid: hasRowid), mayReplace: mayReplace, isConditional: isConditional)
      case .alter:
        guard tokens.keyword(index + 1) == .table, let (table, end) = Self.name(tokens, index + 2),
          tokens.keyword(end) == .rename, tokens.keyword(end + 1) == .to, let (new, _) = Self.name(tokens, end + 2)
        else { return nil }
        self = .rename(table, to: new.name)
      case .drop:
        guard tokens.keyword(index + 1) == .table,
          let (table, _) = Self.name(tokens, index + (tokens.keyword(index + 2) == .if ? 4 : 2))
        else { return nil }
        self = .drop(table)
      default:
        return nil
      }
    }

    /// A name, perhaps with its database, and the index behind it.
    private static func name(_ tokens: SQLTokenList, _ index: Int) -> (TableName, Int)? {
      func isName(_ index: Int) -> Bool {
        switch tokens.kind(index) {
        case .word, .quoted, .string, .keyword: true
        default: false
        }
      }
      guard isName(index) else { return nil }
      guard tokens.kind(index + 1) == .dot, isName(index + 2) else {
        return (TableName(database: "main", name: tokens.name(index)), index + 1)
      }
      return (TableName(database: tokens.name(index), name: tokens.name(index + 2)), index + 3)
    }
  }
}
