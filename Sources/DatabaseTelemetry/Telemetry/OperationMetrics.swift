internal import CoreMetrics
internal import DatabaseSupport

/// `db.client.operation.duration`, in seconds, by OpenTelemetry's attributes.
///
/// See [the database metrics](https://opentelemetry.io/docs/specs/semconv/database/database-metrics/).
final class OperationMetrics: Sendable {
  private struct Key: Hashable {
    var factory: ObjectIdentifier
    var shape: UInt64
    var connection: ConnectionKey
    var error: String?
    var attributes: DatabaseAttributes
  }

  private struct ConnectionKey: Hashable {
    var system: DatabaseSystem
    var namespace: String?
    var address: String?
    var port: Int?
  }

  private let attributeNames: Set<String>?
  /// A handle keeps its factory alive, so that an address is not used again for another one.
  private let handles = Locked<[Key: (Recorder, AnyObject)]>([:])
  private static let limit = 4_096

  init(attributeNames: Set<String>?) {
    self.attributeNames = attributeNames
  }

  /// The factory of the task or of the process; `nil` where there is none but the one that does nothing.
  var factoryInUse: (any MetricsFactory)? {
    let factory = MetricsSystem.factory
    return factory is NOOPMetricsHandler ? nil : factory
  }

  func record(
    seconds: Double, shape: StatementShape, connection: ConnectionInfo, error: StatementError?,
    attributes: DatabaseAttributes, factory: any MetricsFactory
  ) {
    let attributes = selected(attributes)
    // A factory that is a value has no identity: its handles cannot be told from those of another.
    guard type(of: factory) is AnyClass else {
      recorder(shape, connection, error, attributes, factory).record(seconds)
      return
    }
    let object = factory as AnyObject
    let key = Key(
      factory: ObjectIdentifier(object), shape: shape.fingerprint,
      connection: ConnectionKey(
        system: connection.system, namespace: connection.namespace, address: connection.serverAddress,
        port: connection.serverPort), error: error?.status, attributes: attributes)
    if let known = handles.withLock({ $0[key] }) {
      known.0.record(seconds)
      return
    }
    let made = recorder(shape, connection, error, attributes, factory)
    handles.withLock { handles in
      if handles.count >= Self.limit { handles.removeAll() }
      handles[key] = (made, object)
    }
    made.record(seconds)
  }

  private func selected(_ attributes: DatabaseAttributes) -> DatabaseAttributes {
    guard let attributeNames else { return attributes }
    var selected = DatabaseAttributes()
    for name in attributes.names where attributeNames.contains(name) { selected[name] = attributes[name] }
    return selected
  }

  private func recorder(
    _ shape: StatementShape, _ connection: ConnectionInfo, _ error: StatementError?, _ attributes: DatabaseAttributes,
    _ factory: any MetricsFactory
  ) -> Recorder {
    var dimensions: [(String, String)] = [("db.system.name", connection.system.rawValue)]
    if let namespace = connection.namespace { dimensions.append(("db.namespace", namespace)) }
    if let operation = shape.operationName { dimensions.append(("db.operation.name", operation)) }
    if let table = shape.onlyTable { dimensions.append(("db.collection.name", table)) }
    if !shape.summary.isEmpty { dimensions.append(("db.query.summary", shape.summary)) }
    if let address = connection.serverAddress { dimensions.append(("server.address", address)) }
    if let port = connection.serverPort { dimensions.append(("server.port", String(port))) }
    if let error {
      dimensions.append(("error.type", error.status))
      dimensions.append(("db.response.status_code", error.status))
    }
    attributes.forEach { dimensions.append(($0, $1.description)) }
    return Recorder(
      label: "db.client.operation.duration", dimensions: dimensions, aggregate: true, factory: factory)
  }
}
