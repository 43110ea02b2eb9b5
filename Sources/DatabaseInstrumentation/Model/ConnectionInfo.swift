/// One connection to a database, as it shows in a recording.
public struct ConnectionInfo: Sendable, Hashable, CustomStringConvertible {
  /// Unique in the process.
  public let id: UInt64
  /// The name given to `instrument(_:name:)`, else the file's name, else `:memory:`.
  public let name: String
  /// The path of the database file; `nil` for databases in memory and temporary ones.
  public let file: String?

  package init(id: UInt64, name: String?, file: String?) {
    self.id = id
    self.file = file
    self.name = name ?? file.map { String($0.split(separator: "/").last ?? Substring($0)) } ?? ":memory:"
  }

  /// Its name and number: `library.sqlite (2)`.
  public var description: String { "\(name) (\(id))" }
}
