/// How many connections a pool may have: a number, or `.unlimited`.
public struct PoolSize: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The number; `nil` when there is no limit.
  public let limit: Int?

  /// No limit.
  public static let unlimited = PoolSize(limit: nil)

  /// A number of connections.
  public init(_ limit: Int) { self.limit = limit }

  /// A number of connections.
  public init(integerLiteral value: Int) { limit = value }

  private init(limit: Int?) { self.limit = limit }

  /// The number, or `unlimited`.
  public var description: String { limit.map(String.init) ?? "unlimited" }

  package func adding(_ other: PoolSize) -> PoolSize {
    guard let limit, let more = other.limit else { return .unlimited }
    let (sum, overflows) = limit.addingReportingOverflow(more)
    return overflows ? .unlimited : PoolSize(sum)
  }

  package func allows(_ count: Int) -> Bool { limit.map { count <= $0 } ?? true }
}
