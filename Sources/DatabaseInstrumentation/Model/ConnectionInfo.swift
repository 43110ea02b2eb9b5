internal import DatabaseSupport

/// One connection to a database, as it shows in a recording.
public struct ConnectionInfo: Sendable, Hashable, CustomStringConvertible {
  /// Unique in the process.
  public let id: UInt64
  /// The name given to `instrument(_:name:)` or by the driver, else the file's name, else `:memory:`.
  public let name: String
  /// The path of the database file; `nil` for databases in memory, temporary ones, and those of a server.
  public let file: String?
  /// Which product it leads to.
  public let system: DatabaseSystem
  /// The name of the database within its server (`db.namespace`); for SQLite the name of the file.
  public let namespace: String?
  /// The host of the server, without credentials; `nil` where there is none.
  public let serverAddress: String?
  /// The port of the server.
  public let serverPort: Int?

  package init(
    id: UInt64, name: String?, file: String?, system: DatabaseSystem = .sqlite, namespace: String? = nil,
    serverAddress: String? = nil, serverPort: Int? = nil
  ) {
    self.id = id
    self.file = file
    self.name = name ?? file.map { String($0.split(separator: "/").last ?? Substring($0)) } ?? ":memory:"
    self.system = system
    self.namespace = namespace ?? (system == .sqlite ? self.name : nil)
    self.serverAddress = serverAddress
    self.serverPort = serverPort
  }

  func named(_ name: String) -> ConnectionInfo {
    ConnectionInfo(
      id: id, name: name, file: file, system: system, namespace: system == .sqlite ? nil : namespace,
      serverAddress: serverAddress, serverPort: serverPort)
  }

  /// Its name and number: `library.sqlite (2)`.
  public var description: String { "\(name.singleLine) (\(id))" }
}
