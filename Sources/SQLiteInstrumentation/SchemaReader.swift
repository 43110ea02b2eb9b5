internal import CSQLiteHooks
internal import DatabaseInstrumentation

/// The tables of a database file, read over a connection of our own; `nil` when it cannot be read.
func readTables(of file: String) -> [TableDefinition]? {
  let tables = Tables()
  let result = dbh_read_schema(
    file,
    { sql, argument in
      guard let sql, let argument else { return }
      Unmanaged<Tables>.fromOpaque(argument).takeUnretainedValue().note(String(cString: sql))
    }, Unmanaged.passUnretained(tables).toOpaque())
  return result == 0 ? tables.all : nil
}

private final class Tables {
  private var tables: [TableDefinition] = []
  private var triggered: Set<String> = []
  private var replacing: Set<String> = []

  func note(_ sql: String) {
    switch SchemaChange(sql) {
    case .create(let table): tables.append(table)
    case .trigger(let table):
      triggered.insert(table.lowercased())
      if ConflictClauses(sql).mayReplace { replacing.insert(table.lowercased()) }
    default: break
    }
  }

  var all: [TableDefinition] {
    tables.map { table in
      var table = table
      table.hasTriggers = triggered.contains(table.name.lowercased())
      if replacing.contains(table.name.lowercased()) { table.mayReplace = true }
      return table
    }
  }
}

/// The lines of a statement's query plan, read over a connection of our own; `nil` when it cannot be read.
///
/// - Parameter file: The database; `nil`: one in memory, which is made anew of `definitions`.
func readPlan(of sql: String, in file: String?, definitions: [String] = []) -> [String]? {
  let plan = Plan()
  let result = dbh_read_plan(
    file, definitions.map { $0 + "\0" }.joined() + "\0", "EXPLAIN QUERY PLAN " + sql,
    { line, argument in
      guard let line, let argument else { return }
      Unmanaged<Plan>.fromOpaque(argument).takeUnretainedValue().lines.append(String(cString: line))
    }, Unmanaged.passUnretained(plan).toOpaque())
  return result == 0 ? plan.lines : nil
}

private final class Plan {
  var lines: [String] = []
}
