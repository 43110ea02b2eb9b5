/// A table on a connection.
package struct TableName: Sendable, Hashable {
  /// `main`, `temp`, or the name of an attached database.
  package var database: String
  package var name: String

  package init(database: String, name: String) {
    self.database = database
    self.name = name
  }

  /// `book`, and for tables of other databases than the connection's own `archive.book`.
  package var qualified: String { database.isEmpty || database == "main" ? name : "\(database).\(name)" }
}

/// The tables of one connection, by number.
struct TableNames: Sendable {
  /// Counted by the source.
  var numbered: [TableName] = []
  private var named: [TableName] = []

  private static let namedBit: UInt32 = 1 << 31

  mutating func number(of name: TableName) -> UInt32 {
    if let known = named.firstIndex(of: name) { return UInt32(known) | Self.namedBit }
    named.append(name)
    return UInt32(named.count - 1) | Self.namedBit
  }

  subscript(number: UInt32) -> TableName? {
    let index = Int(number & ~Self.namedBit)
    let names = number & Self.namedBit == 0 ? numbered : named
    return index < names.count ? names[index] : nil
  }
}
