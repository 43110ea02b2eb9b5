internal import DatabaseSupport

/// A virtual table of one of SQLite's modules that keep their content in tables of their own.
///
/// Those are called after it, by [`xShadowName`](https://www.sqlite.org/vtab.html#the_xshadowname_method).
package struct VirtualTable: Sendable, Hashable {
  package var name: String
  /// In lower case.
  package var module: String

  private static let endings: [String: [String]] = [
    "fts3": ["content", "segments", "segdir", "docsize", "stat"],
    "fts4": ["content", "segments", "segdir", "docsize", "stat"],
    "fts5": ["data", "idx", "content", "docsize", "config"], "rtree": ["node", "parent", "rowid"],
    "rtree_i32": ["node", "parent", "rowid"], "geopoly": ["node", "parent", "rowid"],
  ]

  /// - Returns: `nil` where the text makes something else, or for a module that is not known.
  init?(_ name: String, _ sql: String) {
    var sql = sql
    let module = sql.withUTF8 { bytes -> String? in
      let tokens = SQLTokenList(bytes, dialect: .sqlite)
      guard (0..<min(3, tokens.count)).contains(where: { tokens.keyword($0) == .virtual }),
        let using = (0..<tokens.count).first(where: { tokens.keyword($0) == .using }), using + 1 < tokens.count
      else { return nil }
      return tokens.name(using + 1).lowercased()
    }
    guard let module, Self.endings[module] != nil else { return nil }
    self.name = name
    self.module = module
  }

  private static let allEndings = Set(endings.values.joined())

  /// Whether a table is called like one that keeps the content of some virtual table.
  package static func mayKeepContent(in table: String) -> Bool {
    guard let bar = table.utf8.lastIndex(of: UInt8(ascii: "_")) else { return false }
    return allEndings.contains(String(table[table.utf8.index(after: bar)...]).asciiLowercased)
  }

  /// Whether a table is called like one that keeps the content of a certain virtual table.
  package static func mayKeepContent(of name: String, in table: String) -> Bool {
    let (table, own) = (table.asciiLowercased, name.asciiLowercased + "_")
    return table.hasPrefix(own) && allEndings.contains(String(table.dropFirst(own.count)))
  }

  /// Whether a table is one of those that keep its content.
  package func keepsContent(in table: String) -> Bool {
    let (table, own) = (table.lowercased(), name.lowercased() + "_")
    return table.hasPrefix(own) && Self.endings[module]?.contains(String(table.dropFirst(own.count))) == true
  }
}
