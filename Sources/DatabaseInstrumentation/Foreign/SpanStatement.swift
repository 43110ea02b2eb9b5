internal import Tracing

/// The statement that a span of another library stands for.
struct SpanStatement {
  var shape: StatementShape
  var sql: String?
  var values: ValueHashes
  var place: Place
  var rows: Int?
  var error: StatementError?
  var isOfAnORM: Bool

  /// Which database it went to.
  struct Place: Hashable {
    var system: DatabaseSystem
    var address: String?
    var namespace: String?
  }

  /// Systems whose commands are no SQL.
  private static let others: Set<String> = [
    "redis", "valkey", "memcached", "mongodb", "couchdb", "couchbase", "elasticsearch", "opensearch", "aws.dynamodb",
    "dynamodb", "neo4j", "influxdb", "hbase", "azure.cosmosdb", "cosmosdb", "geode",
  ]

  /// - Returns: `nil` for a span that is no statement.
  init?(_ span: SpanState, rules: [DatabaseSpanRule]) {
    for rule in rules {
      guard let statement = SpanStatement(span, rule) else { continue }
      self = statement
      return
    }
    return nil
  }

  private init?(_ span: SpanState, _ rule: DatabaseSpanRule) {
    func value(_ names: [String]) -> String? {
      names.lazy.compactMap { span.attributes[$0]?.toSpanAttribute().text }.first
    }
    let name = value(rule.system)?.lowercased()
    if let name, Self.others.contains(name) { return nil }
    let system = DatabaseSystem(rawValue: name ?? DatabaseSystem.otherSQL.rawValue)
    if let text = value(rule.text) {
      sql = text
      let dialect = name == nil ? SQLDialect.guessed(from: text) : system.dialect
      shape = ShapeTable.shared.number(of: text, dialect: dialect).shape
      // Bound values are not there; the text itself tells the runs apart where it holds them.
      let bound = Self.parameters(of: span)
      // What is normalised already may have been without its values when it came.
      values =
        bound.isEmpty && shape.normalizedSQL == text
        ? .unknown : ValueHashes(.of(text, shape: shape, dialect: dialect), bound: bound.isEmpty ? nil : bound)
    } else {
      guard let operation = value(rule.operation), let table = value(rule.collection),
        let made = StatementShape(operation: operation, table: table)
      else { return nil }
      shape = made
      values = .unknown
    }
    place = Place(
      system: system, address: value(rule.serverAddress).map(DatabaseURL.withoutCredentials),
      namespace: value(rule.namespace))
    rows = value(rule.returnedRows).flatMap { Int($0) }
    isOfAnORM = rule.isOfAnORM
    if span.status?.code == .error || !span.errorTypes.isEmpty {
      let status = value(rule.status) ?? span.errorTypes.last ?? "error"
      error = StatementError(code: Int(status) ?? 0, status: status, message: span.errorTypes.last ?? "failed")
    }
  }

  private static func parameters(of span: SpanState) -> [String?] {
    let prefix = "db.query.parameter."
    var found: [(name: String, value: String)] = []
    span.attributes.forEach { name, attribute in
      guard name.hasPrefix(prefix), let text = attribute.text else { return }
      found.append((String(name.dropFirst(prefix.count)), text))
    }
    // Numbers in their order, before names.
    return found.sorted { (Int($0.name) ?? .max, $0.name) < (Int($1.name) ?? .max, $1.name) }.map(\.value)
  }
}

extension SpanAttribute {
  var text: String? {
    switch self {
    case .string(let value): value
    case .int32(let value): String(value)
    case .int64(let value): String(value)
    default: nil
    }
  }
}
