/// What is known of the tables of one database: from the statements that defined them, else from the database itself.
package final class SchemaFacts: Sendable {
  private let state = Locked(State())
  private let reader: (@Sendable () -> [TableDefinition]?)?
  private let planner: Planner?
  /// What the definitions say of rows that are written.
  package let writing = WritingFacts()

  /// Asks the database how it runs a statement; `nil` when it cannot be asked.
  ///
  /// It takes the statement and, where the database has no file, what defines its tables and indexes, without values.
  package typealias Planner = @Sendable (_ sql: String, _ definitions: [String]) -> [String]?

  private struct State {
    var tables: [String: TableDefinition] = [:]
    /// Tables whose triggers were seen being made; one that was dropped since still counts.
    var triggered: Set<String> = []
    var isRead = false
    /// Kept where nobody else can be asked for a plan.
    var definitions: [String] = []
    var version = 0
  }

  private static let definitionLimit = 5_000

  /// - Parameter reader: Reads the tables from the database when findings are computed; `nil` when it cannot.
  /// - Parameter planner: Asks the database for query plans.
  package init(reader: (@Sendable () -> [TableDefinition]?)? = nil, planner: Planner? = nil) {
    self.reader = reader
    self.planner = planner
  }

  /// The lines of the query plan of a statement.
  package func plan(of sql: String) -> [String]? {
    guard let planner else { return nil }
    return planner(sql, state.withLock { $0.definitions })
  }

  /// Takes note of a statement that changes the schema.
  package func note(_ sql: String) {
    let text = SchemaText.of(sql)
    if planner != nil && reader == nil, let definition = text.definition { keep(definition) }
    if let definition = text.writing { writing.note(definition, isComplete: reader == nil) }
    guard let change = text.change else { return }
    state.withLock { state in
      state.version += 1
      switch change {
      case .create(let table):
        state.tables[table.name.lowercased()] = table
      case .addForeignKey(let key, let table):
        state.tables[table.lowercased()]?.foreignKeys.append(key)
      case .rename(let table, let name):
        guard var definition = state.tables.removeValue(forKey: table.lowercased()) else { return }
        definition.name = name
        state.tables[name.lowercased()] = definition
        for other in state.tables.keys {
          state.tables[other]?.renameParent(table, to: name)
        }
      case .drop(let table):
        state.tables[table.lowercased()] = nil
      case .trigger(let table):
        state.triggered.insert(table.lowercased())
        state.tables[table.lowercased()]?.hasTriggers = true
      }
    }
  }

  private func keep(_ definition: String) {
    state.withLock { state in
      if state.definitions.count < Self.definitionLimit { state.definitions.append(definition) }
    }
  }

  /// The definition of a table, by its name in any case.
  package func table(_ name: String) -> TableDefinition? {
    let name = name.lowercased()
    if let known = state.withLock({ $0.tables[name] }) { return known }
    readOnce()
    return state.withLock { $0.tables[name] }
  }

  /// All tables that are known.
  package var tables: [TableDefinition] {
    readOnce()
    return state.withLock { Array($0.tables.values) }.sorted { $0.name < $1.name }
  }

  /// Changes whenever what is known does.
  var version: Int { state.withLock { $0.version } }

  /// What is known without a look at the database: for places where no SQL may run.
  var alreadyKnown: SchemaFacts {
    let facts = SchemaFacts()
    let tables = state.withLock { $0.tables }
    facts.state.withLock { $0.tables = tables }
    return facts
  }

  /// Reads the tables now. Not to be called from inside of a callback of the database.
  package func prepare() {
    readOnce()
  }

  private func readOnce() {
    guard let reader, state.withLock({ !$0.isRead }), let tables = reader() else { return }
    writing.take(tables)
    state.withLock { state in
      state.isRead = true
      state.version += 1
      // What was seen is newer than what is in the file while a transaction is open.
      for table in tables where state.tables[table.name.lowercased()] == nil {
        state.tables[table.name.lowercased()] = table
        if state.triggered.contains(table.name.lowercased()) {
          state.tables[table.name.lowercased()]?.hasTriggers = true
        }
      }
    }
  }
}

extension TableDefinition {
  fileprivate mutating func renameParent(_ old: String, to new: String) {
    for index in foreignKeys.indices where foreignKeys[index].parentTable.lowercased() == old.lowercased() {
      foreignKeys[index].parentTable = new
    }
  }
}
