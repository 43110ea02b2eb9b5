internal import CSQLiteHooks
internal import DatabaseInstrumentation

/// The tables of a database file, read over a connection of our own; `nil` when it cannot be read.
func readTables(of file: String) -> [TableDefinition]? {
  let tables = Tables()
  let result = dbh_read_schema(
    file,
    { sql, argument in
      guard let sql, let argument, let table = TableDefinition(createTable: String(cString: sql)) else { return }
      Unmanaged<Tables>.fromOpaque(argument).takeUnretainedValue().all.append(table)
    }, Unmanaged.passUnretained(tables).toOpaque())
  return result == 0 ? tables.all : nil
}

private final class Tables {
  var all: [TableDefinition] = []
}
