/// One entry of a database's own list of what is in it: a table, an index, a view or a trigger, with its definition.
package struct SchemaEntry: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case table
    case index
    case view
    case trigger
    /// Of an index, in numbers, by which the database chooses between them.
    case statistic
    /// The schema itself, which may be empty.
    case schema
  }

  /// Of the connection, in any case: `main`, `temp`, or what was attached.
  package var schema: String
  package var kind: Kind
  package var name: String
  /// Empty for what the database makes by itself, as the index of a unique column.
  package var sql: String

  package init(schema: String, kind: Kind, name: String, sql: String) {
    self.schema = schema
    self.kind = kind
    self.name = name
    self.sql = sql
  }
}

/// What a connection says of its tables at one moment: nothing is missing from it, and nothing else is there.
package struct SchemaListing: Sendable {
  package var entries: [SchemaEntry]
  /// Whether every attached database could be asked.
  package var isComplete: Bool

  package init(entries: [SchemaEntry], isComplete: Bool = true) {
    self.entries = entries
    self.isComplete = isComplete
  }

  /// By its name without a schema: temporary tables hide those of the main database, and that hides what is attached. A view
  /// hides a table as well, and has no keys.
  func visibleTables() -> [String: TableDefinition] {
    var found: [String: TableDefinition] = [:]
    var taken: Set<String> = []
    for schema in schemas {
      var inSchema: [String: TableDefinition] = [:]
      let own = entries.filter { $0.schema == schema }
      for entry in own where entry.kind == .table {
        if case .create(var table)? = SchemaText.of(entry.sql).change {
          table.name = entry.name
          inSchema[entry.name.lowercased()] = table
        }
      }
      for entry in own where entry.kind == .trigger {
        guard case .trigger(let table)? = SchemaText.of(entry.sql).change else { continue }
        inSchema[table.lowercased()]?.hasTriggers = true
        if ConflictClauses(entry.sql).mayReplace { inSchema[table.lowercased()]?.mayReplace = true }
      }
      for entry in own where entry.kind == .table || entry.kind == .view {
        let name = entry.name.lowercased()
        guard taken.insert(name).inserted else { continue }
        found[name] = inSchema[name]
      }
    }
    return found
  }

  /// What is there and has no foreign keys: views, virtual tables; by its name in lower case.
  func keyless(besides tables: [String: TableDefinition]) -> Set<String> {
    Set(entries.lazy.filter { $0.kind == .table || $0.kind == .view }.map { $0.name.lowercased() })
      .subtracting(tables.keys)
  }

  /// Its virtual tables, by their names in lower case.
  var virtualTables: [String: VirtualTable] {
    var found: [String: VirtualTable] = [:]
    for entry in entries where entry.kind == .table {
      if let table = SchemaText.of(entry.sql).virtual { found[entry.name.lowercased()] = table }
    }
    return found
  }

  /// What its views read, by their names in lower case.
  func views(besides tables: [String: TableDefinition]) -> [String: ViewDefinition] {
    var found: [String: ViewDefinition] = [:]
    for schema in schemas {
      for entry in entries where entry.schema == schema && entry.kind == .view {
        let name = entry.name.lowercased()
        if found[name] == nil, tables[name] == nil { found[name] = SchemaText.of(entry.sql).view }
      }
    }
    return found
  }

  /// In the order in which names are looked up.
  private var schemas: [String] {
    var names: [String] = []
    for entry in entries where !names.contains(entry.schema) { names.append(entry.schema) }
    return names.filter { $0 == "temp" } + names.filter { $0 == "main" }
      + names.filter { $0 != "temp" && $0 != "main" }
  }

  /// What was told before, of databases that this says nothing of, and this.
  package func added(to earlier: SchemaListing) -> SchemaListing {
    let own = Set(entries.map(\.schema))
    return SchemaListing(entries: earlier.entries.filter { !own.contains($0.schema) } + entries, isComplete: isComplete)
  }

  /// The tables of the main database, whatever hides them.
  var main: SchemaListing { SchemaListing(entries: entries.filter { $0.schema == "main" }) }
}
