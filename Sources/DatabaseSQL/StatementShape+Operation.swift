extension StatementShape {
  /// The shape of a statement whose text is not known: `SELECT FROM planets`.
  ///
  /// - Parameters:
  ///   - operation: As its library says it; what is in parentheses behind it does not matter: `aggregate(count(planets[id]))`.
  ///   - table: Its table.
  package init?(operation: String, table: String) {
    let isPlain = table.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    let name = isPlain ? table : "\"" + table.split(separator: "\"").joined(separator: "\"\"") + "\""
    switch operation.prefix(while: { $0 != "(" }).lowercased() {
    case "read", "select", "aggregate", "find", "count": self.init("SELECT FROM \(name)")
    case "create", "insert": self.init("INSERT INTO \(name)")
    case "update": self.init("UPDATE \(name)")
    case "delete": self.init("DELETE FROM \(name)")
    default: return nil
    }
  }
}
