internal import DatabaseSupport

/// Which statements become spans.
///
/// Metrics, slow statement logs and recordings see every statement; only spans are sampled.
///
/// ```swift
/// var configuration = DatabaseInstrumentor.Configuration.production
/// configuration.sampling = .ratio(0.1).or(.slowerThan(.milliseconds(100)))     // a tenth of the traces, and what is slow
/// ```
///
/// A ratio decides by the trace and not by the statement, so a trace is kept whole or not at all; in all processes that
/// have the same seed.
public struct Sampling: Sendable, CustomStringConvertible {
  indirect enum Rule: Sendable {
    case always
    case never
    case ratio(Double)
    case every(Int, SamplingCounter)
    case lazyLoads
    case queries
    case slowerThan(Duration)
    case when(@Sendable (SampledStatement) -> Bool)
    case all([Rule])
    case any([Rule])
    case not(Rule)
  }

  let rule: Rule

  /// Every statement.
  public static let always = Sampling(rule: .always)

  /// No statement.
  public static let never = Sampling(rule: .never)

  /// A share of the traces, from 0 to 1. A statement outside of any trace is a trace of its own.
  public static func ratio(_ share: Double) -> Sampling { Sampling(rule: .ratio(share)) }

  /// Every `count`th statement of the process, beginning with the first. It does not keep traces whole.
  public static func every(_ count: Int) -> Sampling { Sampling(rule: .every(count, SamplingCounter())) }

  /// Statements that load a relationship lazily: declared so by an ORM, or an equality on a foreign key that is known.
  public static let lazyLoads = Sampling(rule: .lazyLoads)

  /// Statements that read or write rows; not `BEGIN` and `COMMIT`, pragmas, definitions and reads of the catalogue.
  ///
  /// One `read` of GRDB sends seven statements, of which two are the app's.
  public static let queries = Sampling(rule: .queries)

  /// Statements that took at least this long; their spans are made when they end.
  public static func slowerThan(_ duration: Duration) -> Sampling { Sampling(rule: .slowerThan(duration)) }

  /// Statements for which `condition` holds. It is called when the statement begins, on its thread, and must not run SQL.
  public static func when(_ condition: @escaping @Sendable (SampledStatement) -> Bool) -> Sampling {
    Sampling(rule: .when(condition))
  }

  /// Statements that both want.
  public func and(_ other: Sampling) -> Sampling { Sampling(rule: .all([rule, other.rule])) }

  /// Statements that either wants.
  public func or(_ other: Sampling) -> Sampling { Sampling(rule: .any([rule, other.rule])) }

  /// Statements that this one does not want.
  public var negated: Sampling { Sampling(rule: .not(rule)) }

  /// What it says, such as `ratio(0.1) or slowerThan(0.1 seconds)`.
  public var description: String { rule.description }
}

/// What a condition of ``Sampling/when(_:)`` is asked about.
public struct SampledStatement: Sendable {
  /// The statement without its values.
  public let shape: StatementShape
  /// The connection that it runs on.
  public let connection: ConnectionInfo
  /// The attributes of the task.
  public let attributes: DatabaseAttributes
  /// How it loads a relationship, where that is known when it begins.
  public let strategy: LoadStrategy?
}

final class SamplingCounter: Sendable {
  private let count = Locked(0)

  func next() -> Int {
    count.withLock { count in
      defer { count &+= 1 }
      return count
    }
  }
}

extension Sampling.Rule: CustomStringConvertible {
  var description: String {
    switch self {
    case .always: "always"
    case .never: "never"
    case .ratio(let share): "ratio(\(share))"
    case .every(let count, _): "every(\(count))"
    case .lazyLoads: "lazyLoads"
    case .queries: "queries"
    case .slowerThan(let duration): "slowerThan(\(duration))"
    case .when: "when { … }"
    case .all(let rules): "(" + rules.map(\.description).joined(separator: " and ") + ")"
    case .any(let rules): "(" + rules.map(\.description).joined(separator: " or ") + ")"
    case .not(let rule): "not \(rule)"
    }
  }

  /// What is wrong with it, in words.
  var problem: String? {
    switch self {
    case .ratio(let share) where !(0...1).contains(share):
      "ratio(\(share)) is not a share: give a number from 0 to 1"
    case .every(let count, _) where count < 1: "every(\(count)) is never: give 1 or more"
    case .slowerThan(let duration) where duration < .zero:
      "slowerThan(\(duration)) is negative: give zero or more"
    case .all(let rules), .any(let rules): rules.lazy.compactMap(\.problem).first
    case .not(let rule): rule.problem
    default: nil
    }
  }
}
