/// What a client prepared and bound on one connection.
///
/// What is asked for holds at once for what is asked for after it, and for good when the server has accepted it.
struct PostgresStatements {
  struct Prepared: Sendable, Hashable {
    var name: String
    /// `nil` where it is too long to be kept.
    var text: String?
    /// Of its parameters, 0 where the client leaves it to the server.
    var types: [UInt32]

    /// `nil` for the statement without a name, which the next one replaces.
    var nameIfAny: String? { name.isEmpty ? nil : name }
  }

  struct Portal: Sendable, Hashable {
    /// Counts what the client bound: a name is used again and again.
    var number: Int
    var name: String
    /// `nil` where it was prepared out of sight, by `PREPARE` in SQL.
    var statement: Prepared?
    var parameters: [PostgresParameter]

    static let unknown = Portal(number: 0, name: "", statement: nil, parameters: [])
  }

  private var prepared: [String: Prepared] = [:]
  private var portals: [String: Portal] = [:]
  private var proposedStatements: [String: Prepared] = [:]
  private var proposedPortals: [String: Portal] = [:]
  /// Statements whose portal was left with rows, by its name.
  private var suspended: [String: (id: Int, rows: Int, portal: Int)] = [:]
  private var lastPortal = 0

  func prepared(_ name: String) -> Prepared? { proposedStatements[name] ?? prepared[name] }
  func portal(_ name: String) -> Portal? { proposedPortals[name] ?? portals[name] }

  mutating func propose(_ statement: Prepared) { proposedStatements[statement.name] = statement }
  mutating func propose(_ portal: Portal) { proposedPortals[portal.name] = portal }

  mutating func nextPortal() -> Int {
    lastPortal += 1
    return lastPortal
  }

  mutating func accept(_ statement: Prepared) { prepared[statement.name] = statement }
  mutating func accept(_ portal: Portal) { portals[portal.name] = portal }

  /// What was asked for and is not in the queue any more never came to be.
  mutating func forgetProposals(keeping queue: PostgresQueue) {
    proposedStatements.removeAll(keepingCapacity: true)
    proposedPortals.removeAll(keepingCapacity: true)
    for step in queue.steps {
      switch step {
      case .parse(let statement): propose(statement)
      case .bind(let portal): propose(portal)
      default: break
      }
    }
  }

  mutating func remove(statement name: String) { prepared[name] = nil }

  /// - Returns: The statement that was left there with rows.
  mutating func remove(portal name: String) -> (id: Int, rows: Int)? {
    portals[name] = nil
    return suspended.removeValue(forKey: name).map { ($0.id, $0.rows) }
  }

  mutating func suspend(_ portal: Portal, id: Int, rows: Int) { suspended[portal.name] = (id, rows, portal.number) }

  /// - Returns: The statement that goes on where its portal is executed again.
  mutating func resume(_ portal: Portal) -> (id: Int, rows: Int)? {
    guard let left = suspended[portal.name], left.portal == portal.number else { return nil }
    suspended[portal.name] = nil
    return (left.id, left.rows)
  }

  /// - Returns: The statements that were left with rows, in the order in which they began.
  mutating func closePortals() -> [(id: Int, rows: Int)] {
    portals.removeAll(keepingCapacity: true)
    guard !suspended.isEmpty else { return [] }
    defer { suspended = [:] }
    return suspended.values.sorted { $0.id < $1.id }.map { ($0.id, $0.rows) }
  }

  /// The server told of which types the parameters of a statement are.
  mutating func note(_ types: [UInt32], of statement: Prepared) {
    for table in [\PostgresStatements.prepared, \.proposedStatements]
    where self[keyPath: table][statement.name] == statement {
      self[keyPath: table][statement.name]?.types = types
    }
  }

  /// Reads the values of a Bind, from behind its two names.
  static func parameters(_ fields: inout PostgresFields, types: [UInt32]) -> [PostgresParameter] {
    var formats: [Bool] = []
    for _ in 0..<max(0, fields.int16() ?? 0) { formats.append(fields.int16() == 1) }
    var parameters: [PostgresParameter] = []
    for number in 0..<max(0, fields.int16() ?? 0) {
      guard let length = fields.int32() else { break }
      let isBinary = formats.count == 1 ? formats[0] : number < formats.count && formats[number]
      let bytes = length < 0 ? nil : fields.data(length).map { Array($0) }
      if length >= 0, bytes == nil { break }
      parameters.append(
        PostgresParameter(type: number < types.count ? types[number] : 0, isBinary: isBinary, bytes: bytes))
    }
    return parameters
  }
}
