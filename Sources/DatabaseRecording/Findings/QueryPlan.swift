internal import DatabaseInstrumentation

/// How SQLite says that it runs a statement, from a connection of our own that reads only.
///
/// Only a database in a file can be asked. The text that is asked about has no values, so that the plan may be another one
/// than was run where an index is partial.
struct QueryPlan {
  /// `SCAN book`, `SEARCH author USING INTEGER PRIMARY KEY (rowid=?)`.
  let lines: [String]

  init(of statement: ExecutedStatement) {
    lines = statement.evidence.connection(at: statement.index).database.schema.plan(of: statement.sql) ?? []
  }

  /// The tables that are read from one end to the other without an index, as far as they are named.
  var scannedTables: [String] {
    lines.compactMap { line in
      let words = line.split(separator: " ")
      guard words.first == "SCAN", words.count >= 2, !line.contains(" USING "), !line.contains("VIRTUAL") else {
        return nil
      }
      return String(words[1])
    }
  }
}
