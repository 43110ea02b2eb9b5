internal import CSQLiteHooks
package import DatabaseInstrumentation

/// What is in a database file, read over a connection of our own.
package func readSchema(of file: String) -> SchemaReading {
  let read = ReadListing()
  let result = dbh_read_schema(
    file,
    { tables, argument in
      guard let tables, let argument else { return }
      Unmanaged<ReadListing>.fromOpaque(argument).takeUnretainedValue().listing = SchemaListing(tables.pointee)
    }, Unmanaged.passUnretained(read).toOpaque())
  if let listing = read.listing { return .read(listing) }
  let reason = dbh_error_text(result).map { String(cString: $0) } ?? "error \(result)"
  return .unreadable("its file could not be read (\(reason))")
}

private final class ReadListing {
  var listing: SchemaListing?
}

/// What a query gives in a database of our own with such tables and no rows; `nil` when it cannot be run there.
func answers(to question: SchemaFacts.Question, entries: [SchemaEntry]) -> [String]? {
  var definitions = ""
  var statistics = ""
  for entry in entries {
    switch entry.kind {
    case .statistic where entry.schema == "main":
      let parts = entry.sql.split(separator: "\u{1F}", maxSplits: 1)
      if parts.count == 2 { statistics += "\(parts[0])\0\(entry.name)\0\(parts[1])\0" }
    case .table, .index, .view:
      if let text = entry.definitionForPlan { definitions += text + "\0" }
    default: break
    }
  }
  let attached = Set(entries.map(\.schema)).subtracting(["", "main", "temp"]).sorted()
  let attaching = attached.map { "ATTACH ':memory:' AS \"\($0.replacing("\"", with: "\"\""))\"\0" }.joined()
  let adding = question.adding.map { $0 + "\0" }.joined()
  let answers = Answers()
  let result = dbh_ask_copy(
    attaching + definitions + adding + "\0", statistics + "\0", question.sql,
    { line, argument in
      guard let line, let argument else { return }
      Unmanaged<Answers>.fromOpaque(argument).takeUnretainedValue().lines.append(String(cString: line))
    }, Unmanaged.passUnretained(answers).toOpaque())
  return result == 0 ? answers.lines : nil
}

private final class Answers {
  var lines: [String] = []
}

extension SchemaEntry {
  /// What makes it anew: as SQLite keeps it, without the schema, or as the application wrote it.
  fileprivate var definitionForPlan: String? {
    guard !schema.isEmpty, schema != "main" else { return name.hasPrefix("sqlite_") || sql.isEmpty ? nil : sql }
    guard !name.hasPrefix("sqlite_") else { return nil }
    for words in ["CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "CREATE VIEW ", "CREATE VIRTUAL TABLE "]
    where sql.hasPrefix(words) {
      return words + "\"" + schema.replacing("\"", with: "\"\"") + "\"." + sql.dropFirst(words.count)
    }
    return nil
  }
}

extension SchemaListing {
  init(_ tables: dbh_tables) {
    var entries: [SchemaEntry] = []
    var rest = UnsafeBufferPointer(start: tables.texts, count: tables.length)
    func next() -> String {
      guard let start = rest.baseAddress, let end = rest.firstIndex(of: 0) else { return "" }
      defer { rest = UnsafeBufferPointer(rebasing: rest[(end + 1)...]) }
      return String(cString: start)
    }
    while rest.count > 1, let first = rest.first, first != 0 {
      let (schema, type, name, sql) = (next(), next(), next(), next())
      guard let kind = SchemaEntry.Kind(type) else { continue }
      entries.append(SchemaEntry(schema: schema, kind: kind, name: name, sql: sql))
    }
    self.init(entries: entries, isComplete: tables.is_complete)
  }
}

extension SchemaEntry.Kind {
  fileprivate init?(_ type: String) {
    switch type {
    case "table": self = .table
    case "index": self = .index
    case "view": self = .view
    case "trigger": self = .trigger
    case "stat": self = .statistic
    case "schema": self = .schema
    default: return nil
    }
  }
}
