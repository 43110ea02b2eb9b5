internal import CoreMetrics
internal import DatabaseSupport

/// `db.client.connection.*` of one pool.
///
/// See [the connection pool metrics](https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools).
final class PoolMetrics: Sendable {
  private struct Key: Hashable {
    var factory: ObjectIdentifier
    var attributes: DatabaseAttributes
  }

  private let pool: String
  private let size: PoolSize
  private let maxOverflow: PoolSize
  /// A handle keeps its factory alive, so that an address is not used again for another one.
  private let handles = Locked<[Key: (Handles, AnyObject)]>([:])
  private static let limit = 256

  init(pool: String, size: PoolSize, maxOverflow: PoolSize) {
    self.pool = pool
    self.size = size
    self.maxOverflow = maxOverflow
  }

  func record(_ kind: EventKind?, _ measured: PoolMeasurement, _ statistics: PoolStatistics) {
    record(kind, measured, statistics, with: MetricsSystem.factory)
  }

  /// Generic, because to compare a type costs next to nothing, and to find out that of an existential does.
  private func record<Factory: MetricsFactory>(
    _ kind: EventKind?, _ measured: PoolMeasurement, _ statistics: PoolStatistics, with factory: Factory
  ) {
    if Factory.self == NOOPMetricsHandler.self { return }
    // A factory may have the pool itself to store what it is told.
    if SinkCall.isCurrent { return }
    SinkCall.perform {
      handles(for: factory).record(kind, measured, statistics, size: size, maxOverflow: maxOverflow)
    }
  }

  private func handles(for factory: any MetricsFactory) -> Handles {
    let attributes = DatabaseAttributes.current
    // A factory that is a value has no identity: its handles cannot be told from those of another.
    guard type(of: factory) is AnyClass else { return Handles(dimensions(attributes), factory) }
    let object = factory as AnyObject
    let key = Key(factory: ObjectIdentifier(object), attributes: attributes)
    if let known = handles.withLock({ $0[key] }) { return known.0 }
    let made = Handles(dimensions(attributes), factory)
    handles.withLock { handles in
      if handles.count >= Self.limit { handles.removeAll() }
      handles[key] = (made, object)
    }
    return made
  }

  private func dimensions(_ attributes: DatabaseAttributes) -> [(String, String)] {
    var dimensions = [("db.client.connection.pool.name", pool)]
    attributes.forEach { dimensions.append(($0, $1.description)) }
    return dimensions
  }

  private final class Handles: Sendable {
    private let useTime: Recorder
    private let createTime: Recorder
    private let waitTime: Recorder
    private let used: Meter
    private let idle: Meter
    private let overflow: Meter
    private let pending: Meter
    private let maximum: Meter
    private let idleMaximum: Meter
    private let dimensions: [(String, String)]
    private let factory: any MetricsFactory
    private let counters = Locked<[EventKind: Counters]>([:])

    /// What one kind of event counts.
    private struct Counters {
      var events: Counter
      var errors: Counter?
      var timeouts: Counter?
    }

    init(_ dimensions: [(String, String)], _ factory: any MetricsFactory) {
      self.dimensions = dimensions
      self.factory = factory
      func meter(_ name: String, _ state: String? = nil) -> Meter {
        let more = state.map { [("db.client.connection.state", $0)] } ?? []
        return Meter(label: "db.client.connection." + name, dimensions: dimensions + more, factory: factory)
      }
      func recorder(_ name: String) -> Recorder {
        Recorder(label: "db.client.connection." + name, dimensions: dimensions, aggregate: true, factory: factory)
      }
      useTime = recorder("use_time")
      createTime = recorder("create_time")
      waitTime = recorder("wait_time")
      used = meter("count", "used")
      idle = meter("count", "idle")
      overflow = meter("overflow")
      pending = meter("pending_requests")
      maximum = meter("max")
      idleMaximum = meter("idle.max")
    }

    func record(
      _ kind: EventKind?, _ measured: PoolMeasurement, _ statistics: PoolStatistics, size: PoolSize,
      maxOverflow: PoolSize
    ) {
      used.set(statistics.leased)
      idle.set(statistics.idle)
      overflow.set(statistics.overflow)
      pending.set(statistics.waiting)
      if let limit = size.adding(maxOverflow).limit { maximum.set(limit) }
      if let limit = size.limit { idleMaximum.set(limit) }
      switch measured {
      case .nothing: break
      case .use(let time): useTime.record(Double(time) / 1e9)
      case .create(let time): createTime.record(Double(time) / 1e9)
      case .wait(let time): waitTime.record(Double(time) / 1e9)
      }
      guard let counters = kind.map(counters(of:)) else { return }
      counters.events.increment()
      counters.errors?.increment()
      counters.timeouts?.increment()
    }

    private func counters(of kind: EventKind) -> Counters {
      counters.withLock { counters in
        if let known = counters[kind] { return known }
        let plain = kind.plain
        let made = Counters(
          events: counter("events", ("event", plain.name)),
          errors: plain.errorType.map { counter("errors", ("error.type", $0)) },
          timeouts: plain == .checkoutFailed(.timeout) ? counter("timeouts", nil) : nil)
        counters[kind] = made
        return made
      }
    }

    private func counter(_ name: String, _ dimension: (String, String)?) -> Counter {
      Counter(
        label: "db.client.connection." + name, dimensions: dimensions + (dimension.map { [$0] } ?? []),
        factory: factory)
    }
  }
}

extension PoolEvent.Kind {
  /// What the error counter calls it; `nil` for what is no error: a caller that gives up is none.
  var errorType: String? {
    switch self {
    case .connectFailed: "connectFailed"
    case .pingFailed: "pingFailed"
    case .usageViolation: "usageViolation"
    case .doubleCheckin: "doubleCheckin"
    case .leaseAbandoned: "leaseAbandoned"
    case .detachedAbandoned: "detachedAbandoned"
    case .checkoutFailed(.cancelled), .checkoutFailed(.openFailed): nil
    case .checkoutFailed(let failure): failure.rawValue
    default: nil
    }
  }
}
