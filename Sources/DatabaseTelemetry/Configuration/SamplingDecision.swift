/// What is known when a statement begins: whether it becomes a span, or that its duration must tell.
enum SamplingDecision: Sendable, Equatable {
  case sampled
  case notSampled
  /// Sampled if it takes at least this long.
  case ifSlowerThan(Duration)
  /// Sampled if it takes less than this.
  case ifFasterThan(Duration)
  indirect case all(SamplingDecision, SamplingDecision)
  indirect case any(SamplingDecision, SamplingDecision)

  /// The answer once the duration is known.
  func resolved(duration: Duration) -> Bool {
    switch self {
    case .sampled: true
    case .notSampled: false
    case .ifSlowerThan(let limit): duration >= limit
    case .ifFasterThan(let limit): duration < limit
    case .all(let left, let right): left.resolved(duration: duration) && right.resolved(duration: duration)
    case .any(let left, let right): left.resolved(duration: duration) || right.resolved(duration: duration)
    }
  }

  private func and(_ other: SamplingDecision) -> SamplingDecision {
    switch (self, other) {
    case (.notSampled, _), (_, .notSampled): .notSampled
    case (.sampled, let rest), (let rest, .sampled): rest
    default: .all(self, other)
    }
  }

  private func or(_ other: SamplingDecision) -> SamplingDecision {
    switch (self, other) {
    case (.sampled, _), (_, .sampled): .sampled
    case (.notSampled, let rest), (let rest, .notSampled): rest
    default: .any(self, other)
    }
  }

  private var negated: SamplingDecision {
    switch self {
    case .sampled: .notSampled
    case .notSampled: .sampled
    case .ifSlowerThan(let limit): .ifFasterThan(limit)
    case .ifFasterThan(let limit): .ifSlowerThan(limit)
    case .all(let left, let right): .any(left.negated, right.negated)
    case .any(let left, let right): .all(left.negated, right.negated)
    }
  }

  /// - Parameters:
  ///   - statement: What the rules may ask about.
  ///   - trace: From 0 up to but not including 1, the same for every statement of a trace; called at most once for a ratio.
  init(_ rule: Sampling.Rule, for statement: SampledStatement, trace: () -> Double) {
    switch rule {
    case .always: self = .sampled
    case .never: self = .notSampled
    case .ratio(let share):
      self = share >= 1 || (share > 0 && trace() < share) ? .sampled : .notSampled
    case .every(let count, let counter): self = counter.next() % count == 0 ? .sampled : .notSampled
    case .lazyLoads: self = statement.strategy == .lazy ? .sampled : .notSampled
    case .queries: self = statement.shape.kind.isQuery ? .sampled : .notSampled
    case .slowerThan(let limit): self = limit == .zero ? .sampled : .ifSlowerThan(limit)
    case .when(let condition): self = condition(statement) ? .sampled : .notSampled
    case .all(let rules):
      self = rules.reduce(.sampled) { $0.and(SamplingDecision($1, for: statement, trace: trace)) }
    case .any(let rules):
      self = rules.reduce(.notSampled) { $0.or(SamplingDecision($1, for: statement, trace: trace)) }
    case .not(let rule): self = SamplingDecision(rule, for: statement, trace: trace).negated
    }
  }
}
