internal import DatabaseSupport

/// What is known of the tables of one database: from the statements that defined them, from a connection that was asked, else
/// from the database's file.
///
/// What a connection says at one moment is another kind of facts, which never change: ``init(listing:planner:)``.
package final class SchemaFacts: Sendable {
  fileprivate let state = Locked(State())
  private let reader: Reader?
  private let planner: Planner?
  private let isFixed: Bool
  /// Whether no table was there before anyone looked.
  private let isNew: Bool
  /// Whether the source says so itself.
  private let isToldNew: Bool
  /// Whether nobody can ask the database: what is not told of its tables is not known.
  package let isOfLibrary: Bool
  /// What reads the definitions of a library's database, once for all that ask.
  let reading: ReadOnce?
  /// What the definitions say of rows that are written.
  package let writing = WritingFacts()

  /// Reads what is in the database, when findings are computed.
  package typealias Reader = @Sendable () -> SchemaReading

  /// Asks a database without rows that has what the entries say; `nil` when it has no answer.
  package typealias Planner = @Sendable (_ question: Question, _ entries: [SchemaEntry]) -> [String]?

  /// What such a database is asked.
  package struct Question: Sendable, Hashable {
    /// A query, of which the last column of each row counts.
    package var sql: String
    /// Statements that run before, as an index that is tried.
    package var adding: [String]

    package init(sql: String, adding: [String] = []) {
      self.sql = sql
      self.adding = adding
    }
  }

  fileprivate struct State {
    var tables: [String: TableDefinition] = [:]
    /// Of tables that were dropped.
    var formerColumns: Set<String> = []
    /// What was seen being made and has no keys: views, virtual tables.
    var keyless: Set<String> = []
    /// By their names in lower case.
    var views: [String: ViewDefinition] = [:]
    /// By their names in lower case.
    var virtuals: [String: VirtualTable] = [:]
    /// Tables whose triggers were seen being made; one that was dropped since still counts.
    var triggered: Set<String> = []
    var isRead = false
    /// Whether the definitions that were noted are all.
    var isTold = false
    /// Why it could not be read, and when that was tried.
    var problem: String?
    var tried: UInt64 = 0
    /// What there is for a plan.
    var entries: [SchemaEntry] = []
    var version = 0
    var answers: [Question: [String]?] = [:]
  }

  private static let definitionLimit = 5_000
  private static let answerLimit = 1_000
  private static let viewLimit = 64

  /// - Parameters:
  ///   - reader: Reads the tables from the database when findings are computed; `nil` where its source never tells of any.
  ///   - planner: Asks a database without rows that has the same tables.
  ///   - isNew: Whether no table was there before anyone looked.
  ///   - isTold: Whether the definitions that are noted will be all, until ``stopTelling()``.
  package init(reader: Reader? = nil, planner: Planner? = nil, isNew: Bool = false, isTold: Bool = false) {
    self.reader = reader
    if isTold { state.withLock { $0.isTold = true } }
    self.isNew = isNew || reader == nil
    isToldNew = isNew
    self.planner = planner
    isFixed = false
    isOfLibrary = false
    reading = nil
  }

  /// Of a database that drivers, spans or log messages tell of, and that nobody here can ask.
  package init(ofLibrary: ()) {
    reader = nil
    planner = nil
    isFixed = false
    isNew = true
    isToldNew = false
    isOfLibrary = true
    reading = ReadOnce()
  }

  /// Facts that never change.
  package init(listing: SchemaListing, planner: Planner? = nil) {
    reader = nil
    self.planner = planner
    isFixed = true
    isNew = false
    isToldNew = false
    isOfLibrary = false
    reading = nil
    state.withLock { state in
      state.tables = listing.visibleTables()
      state.keyless = listing.keyless(besides: state.tables)
      state.views = listing.views(besides: state.tables)
      state.virtuals = listing.virtualTables
      state.entries = listing.entries
      state.isRead = listing.isComplete
    }
    writing.take(Array(listing.main.visibleTables().values))
  }

  private init(copying other: SchemaFacts) {
    reader = nil
    planner = other.planner
    isFixed = true
    isNew = false
    isToldNew = false
    isOfLibrary = other.isOfLibrary
    reading = nil
    let state = other.state.withLock { $0 }
    self.state.withLock { own in
      own = state
      own.isRead = true
      own.answers = [:]
    }
  }

  /// Facts that never change: all that is known now.
  package var copy: SchemaFacts { SchemaFacts(copying: self) }

  /// The lines of the query plan of a statement.
  ///
  /// - Parameter adding: Statements that run before, as an index that is tried: what fails of them is left out.
  package func plan(of sql: String, adding: [String] = []) -> [String]? {
    answers(to: Question(sql: "EXPLAIN QUERY PLAN " + sql, adding: adding))
  }

  /// What a database says that has the same tables, indexes and statistics, and no rows; `nil` where none can be asked.
  package func answers(to question: Question) -> [String]? {
    guard let planner else { return nil }
    readOnce()
    let (entries, known) = state.withLock { ($0.entries, $0.answers[question]) }
    if let known { return known }
    let answers = planner(question, entries)
    state.withLock { state in
      if state.answers.count >= Self.answerLimit { state.answers.removeAll(keepingCapacity: true) }
      state.answers[question] = .some(answers)
    }
    return answers
  }

  /// Takes note of a statement that changes the schema.
  package func note(_ sql: String) {
    guard !isFixed else { return }
    let text = SchemaText.of(sql)
    if let definition = text.writing { writing.note(definition, isComplete: isNew) }
    state.withLock { state in
      state.answers.removeAll(keepingCapacity: true)
      if planner != nil, let definition = text.definition, state.entries.count < Self.definitionLimit {
        state.entries.append(definition)
      }
      if let name = text.keyless { state.keyless.insert(name.lowercased()) }
      if let view = text.view { state.views[view.name.lowercased()] = view }
      if let table = text.virtual { state.virtuals[table.name.lowercased()] = table }
      if var change = text.change {
        if isToldNew, case .create(var table) = change {
          table.isConditional = table.isConditional && state.tables[table.name.lowercased()] != nil
          change = .create(table)
        }
        state.apply(change)
      }
    }
  }

  /// A connection was asked: what it says is newer than what was noted.
  package func take(_ listing: SchemaListing) {
    guard !isFixed else { return }
    let main = listing.main
    let tables = main.visibleTables()
    writing.take(Array(tables.values))
    state.withLock { state in
      state.tables = tables
      state.keyless = main.keyless(besides: tables)
      state.views = main.views(besides: tables)
      state.virtuals = main.virtualTables
      state.entries = main.entries
      state.answers = [:]
      state.isRead = true
      state.problem = nil
      state.version += 1
    }
  }

  /// What a connection said, of facts that never change.
  package var listing: SchemaListing? {
    isFixed ? state.withLock { SchemaListing(entries: $0.entries, isComplete: $0.isRead) } : nil
  }

  /// The definition of a table, by its name in any case.
  package func table(_ name: String) -> TableDefinition? {
    let name = name.lowercased()
    if let known = state.withLock({ $0.tables[name] }) { return known }
    readOnce()
    return state.withLock { $0.tables[name] }
  }

  /// What a view reads, by its name in any case.
  package func view(_ name: String) -> ViewDefinition? {
    let name = name.lowercased()
    readOnce()
    return state.withLock { $0.tables[name] == nil ? $0.views[name] : nil }
  }

  /// Virtual tables whose content other tables keep.
  package var virtualTables: [VirtualTable] {
    readOnce()
    return state.withLock { Array($0.virtuals.values) }.sorted { $0.name < $1.name }
  }

  /// The tables that a name stands for, in lower case: of a view those that it reads, and itself.
  package func tables(behind name: String) -> [String] {
    var found = [name.lowercased()]
    var next = 0
    while next < found.count, found.count < Self.viewLimit {
      for table in view(found[next])?.tables ?? [] where !found.contains(table) { found.append(table) }
      next += 1
    }
    return found
  }

  /// The one table that a view reads; of any other name the name itself.
  package func baseTable(_ name: String) -> String {
    let behind = tables(behind: name)
    let last = behind[behind.count - 1]
    guard behind.count > 1, behind.dropLast().allSatisfy({ view($0)?.tables.count == 1 }) else { return name }
    return table(last)?.name ?? last
  }

  /// All tables that are known.
  package var tables: [TableDefinition] {
    readOnce()
    return state.withLock { Array($0.tables.values) }.sorted { $0.name < $1.name }
  }

  /// The columns that tables had which were seen being dropped.
  var formerColumns: Set<String> { state.withLock { $0.formerColumns } }

  /// Whether there may be tables that are not known.
  package var mayLackTables: Bool {
    guard isFixed || reader != nil || isOfLibrary else { return false }
    return state.withLock { !$0.isRead && !$0.isTold }
  }

  /// What was noted are all definitions that there are.
  package func noteAll() { state.withLock { $0.isTold = true } }

  /// The definitions that are noted are not all any more.
  func stopTelling() { state.withLock { $0.isTold = false } }

  /// Why nothing is known of a table's keys; `nil` where they are known, or where the source never tells of any.
  package func problem(with name: String) -> String? {
    guard isFixed || reader != nil || isOfLibrary, table(name) == nil else { return nil }
    return state.withLock { state in
      if state.isRead || state.isTold || state.keyless.contains(name.lowercased()) { return nil }
      return state.problem ?? "its definition was not seen"
    }
  }

  /// Why what asked for the definitions did not learn them, in words that follow "because".
  package func noteUnreadable(_ problem: String) { state.withLock { $0.problem = problem } }

  /// What was noted with ``noteUnreadable(_:)``.
  package var problem: String? { state.withLock { $0.problem } }

  /// Changes whenever what is known does.
  package var version: Int { state.withLock { $0.version } }

  /// What is known without a look at the database: for places where no SQL may run.
  package var alreadyKnown: SchemaFacts {
    if isFixed { return self }
    let facts = SchemaFacts()
    let (tables, former, views) = state.withLock { ($0.tables, $0.formerColumns, $0.views) }
    facts.state.withLock { ($0.tables, $0.formerColumns, $0.views) = (tables, former, views) }
    return facts
  }

  /// Reads the tables now. Not to be called from inside of a callback of the database.
  package func prepare() {
    readOnce()
  }

  private func readOnce() {
    // Each of a verdict's questions comes here.
    guard let reader, state.withLock({ $0.mayBeReadable(at: monotonicNanoseconds()) }) else { return }
    switch reader() {
    case .unreadable(let problem):
      state.withLock { $0.problem = problem }
    case .read(let listing):
      let tables = listing.visibleTables()
      writing.take(Array(tables.values))
      state.withLock { state in
        state.isRead = true
        state.version += 1
        state.add(listing, tables)
      }
    }
  }
}

/// What came of reading a schema from outside of the application's connections.
package enum SchemaReading: Sendable {
  case read(SchemaListing)
  /// Why not, in words that follow "because".
  case unreadable(String)
}

extension SchemaFacts.State {
  /// Whether it was not read, nor tried within the last second.
  fileprivate mutating func mayBeReadable(at now: UInt64) -> Bool {
    guard !isRead, !isTold, problem == nil || now > tried &+ 1_000_000_000 else { return false }
    tried = now
    return true
  }

  fileprivate mutating func apply(_ change: SchemaChange) {
    version += 1
    switch change {
    case .create(let table):
      // What is there is left alone.
      if table.isConditional, tables[table.name.lowercased()] != nil { return }
      tables[table.name.lowercased()] = table
      keyless.remove(table.name.lowercased())
    case .add(let columns, let keys, let table):
      tables[table.lowercased()]?.columns.append(contentsOf: columns)
      tables[table.lowercased()]?.foreignKeys.append(contentsOf: keys)
    case .renameColumn(let old, let name, let table):
      tables[table.lowercased()]?.renameColumn(old, to: name)
      for other in tables.keys { tables[other]?.renameParentColumn(old, to: name, of: table) }
    case .rename(let table, let name):
      guard var definition = tables.removeValue(forKey: table.lowercased()) else { return }
      definition.name = name
      tables[name.lowercased()] = definition
      for other in tables.keys {
        tables[other]?.renameParent(table, to: name)
      }
    case .drop(let table):
      if let columns = tables[table.lowercased()]?.columns, formerColumns.count < 1_000 {
        formerColumns.formUnion(columns)
      }
      tables[table.lowercased()] = nil
    case .trigger(let table):
      triggered.insert(table.lowercased())
      tables[table.lowercased()]?.hasTriggers = true
    }
  }

  /// What was seen is newer than what is in the file while a transaction is open.
  fileprivate mutating func add(_ listing: SchemaListing, _ read: [String: TableDefinition]) {
    for (name, table) in read where tables[name]?.isConditional != false {
      tables[name] = table
      if triggered.contains(name) { tables[name]?.hasTriggers = true }
    }
    keyless.formUnion(listing.keyless(besides: read))
    views.merge(listing.views(besides: read)) { seen, _ in seen }
    virtuals.merge(listing.virtualTables) { seen, _ in seen }
    entries = listing.entries + entries
  }
}

extension TableDefinition {
  fileprivate mutating func renameColumn(_ old: String, to new: String) {
    columns.rename(old, to: new)
    primaryKey.rename(old, to: new)
    for index in foreignKeys.indices { foreignKeys[index].columns.rename(old, to: new) }
  }

  fileprivate mutating func renameParentColumn(_ old: String, to new: String, of table: String) {
    for index in foreignKeys.indices where foreignKeys[index].parentTable.lowercased() == table.lowercased() {
      foreignKeys[index].parentColumns.rename(old, to: new)
    }
  }

  fileprivate mutating func renameParent(_ old: String, to new: String) {
    for index in foreignKeys.indices where foreignKeys[index].parentTable.lowercased() == old.lowercased() {
      foreignKeys[index].parentTable = new
    }
  }
}

extension [String] {
  /// A name in any case.
  fileprivate mutating func rename(_ old: String, to new: String) {
    for index in indices where self[index].lowercased() == old.lowercased() { self[index] = new }
  }
}
