public import Tracing

/// Attributes of the request or job that is being served, which every span and metric of its statements carries.
///
/// ```swift
/// try await withDatabaseAttributes(["http.route": "/authors/{id}", "app.tenant": .string(tenant)]) {
///   try await library.authorsWithBooks()      // each of its statements' spans says for which route and tenant
/// }
/// ```
///
/// They travel in the `ServiceContext`, so they follow the task into its children, and libraries that carry a context by
/// hand carry them too. Names follow
/// [OpenTelemetry's rules](https://opentelemetry.io/docs/specs/semconv/general/naming/).
public struct DatabaseAttributes: Sendable, Hashable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
  private var values: [String: DatabaseAttributeValue]

  /// No attributes.
  public init() {
    values = [:]
  }

  /// Attributes from a dictionary literal; the last of equal names wins.
  public init(dictionaryLiteral elements: (String, DatabaseAttributeValue)...) {
    values = Dictionary(elements) { _, last in last }
  }

  /// Whether there are none.
  public var isEmpty: Bool { values.isEmpty }

  /// How many there are.
  public var count: Int { values.count }

  /// The names, sorted.
  public var names: [String] { values.keys.sorted() }

  /// The value of a name; set `nil` to remove it.
  public subscript(name: String) -> DatabaseAttributeValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// These attributes with others added; the others win where a name is in both.
  public func merging(_ others: DatabaseAttributes) -> DatabaseAttributes {
    var merged = self
    merged.values.merge(others.values) { _, other in other }
    return merged
  }

  /// The attributes of the current task; empty outside of `withDatabaseAttributes(_:replacing:_:)`.
  public static var current: DatabaseAttributes {
    ServiceContext.current?.databaseAttributes ?? DatabaseAttributes()
  }

  /// `[app.tenant: 7, http.route: /authors]`, sorted by name.
  public var description: String {
    "[" + names.map { "\($0): \(values[$0].map(String.init(describing:)) ?? "")" }.joined(separator: ", ") + "]"
  }

  /// Calls `body` with each name and value, sorted by name.
  func forEach(_ body: (String, DatabaseAttributeValue) -> Void) {
    for name in names {
      if let value = values[name] { body(name, value) }
    }
  }
}

/// The value of an attribute: text, a number, or a truth value.
public enum DatabaseAttributeValue: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  /// Text.
  case string(String)
  /// A whole number.
  case int(Int)
  /// A number.
  case double(Double)
  /// A truth value.
  case bool(Bool)

  /// Text, also with interpolations.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// The value alone, as metrics carry it.
  public var description: String {
    switch self {
    case .string(let value): value
    case .int(let value): String(value)
    case .double(let value): String(value)
    case .bool(let value): String(value)
    }
  }

  var spanAttribute: SpanAttribute {
    switch self {
    case .string(let value): .string(value)
    case .int(let value): .int64(Int64(value))
    case .double(let value): .double(value)
    case .bool(let value): .bool(value)
    }
  }
}

private enum DatabaseAttributesKey: ServiceContextKey {
  typealias Value = DatabaseAttributes
  static var nameOverride: String? { "database-attributes" }
}

extension ServiceContext {
  /// The attributes that spans and metrics of database work carry.
  public var databaseAttributes: DatabaseAttributes {
    get { self[DatabaseAttributesKey.self] ?? DatabaseAttributes() }
    set { self[DatabaseAttributesKey.self] = newValue.isEmpty ? nil : newValue }
  }
}

/// Adds attributes to the database work of `body`, on top of those of the scopes around it.
///
/// - Parameters:
///   - attributes: What to add; a name that is there already gets the new value.
///   - replacing: Whether the attributes of the scopes around are left out.
///   - body: The work, in this task and its children.
/// - Returns: What `body` returns.
public func withDatabaseAttributes<R>(
  _ attributes: DatabaseAttributes, replacing: Bool = false, _ body: () throws -> R
) rethrows -> R {
  try ServiceContext.withValue(context(adding: attributes, replacing: replacing), operation: body)
}

/// Adds attributes to the database work of `body`, on top of those of the scopes around it.
///
/// - Parameters:
///   - attributes: What to add; a name that is there already gets the new value.
///   - replacing: Whether the attributes of the scopes around are left out.
///   - body: The work, in this task and its children.
/// - Returns: What `body` returns.
public func withDatabaseAttributes<R>(
  _ attributes: DatabaseAttributes, replacing: Bool = false, _ body: () async throws -> R
) async rethrows -> R {
  try await ServiceContext.withValue(context(adding: attributes, replacing: replacing), operation: body)
}

private func context(adding attributes: DatabaseAttributes, replacing: Bool) -> ServiceContext {
  var context = TraceIdentity.marking(ServiceContext.current ?? .topLevel, instrument: InstrumentationSystem.tracer)
  context.databaseAttributes = replacing ? attributes : context.databaseAttributes.merging(attributes)
  return context
}
