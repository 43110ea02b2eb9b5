import Testing
import Tracing

@testable import DatabaseTelemetry

@Suite struct SamplingTests {
  private func decide(
    _ sampling: Sampling, strategy: LoadStrategy? = nil, draw: Double = 0.5
  ) -> SamplingDecision {
    let statement = SampledStatement(
      shape: StatementShape("SELECT 1"), connection: ConnectionInfo(id: 1, name: "test", file: nil), attributes: [:],
      strategy: strategy)
    return SamplingDecision(sampling.rule, for: statement) { draw }
  }

  @Test func alwaysAndNever() {
    #expect(decide(.always) == .sampled)
    #expect(decide(.never) == .notSampled)
    #expect(decide(.always.negated) == .notSampled)
  }

  @Test func aRatioIsAShareOfTheTraces() {
    #expect(decide(.ratio(0.5), draw: 0.49) == .sampled)
    #expect(decide(.ratio(0.5), draw: 0.5) == .notSampled)
    #expect(decide(.ratio(0), draw: 0) == .notSampled)
    #expect(decide(.ratio(1), draw: 0.999) == .sampled)
  }

  @Test func everyThirdBeginsWithTheFirst() {
    let sampling = Sampling.every(3)
    #expect((0..<7).map { _ in decide(sampling) == .sampled } == [true, false, false, true, false, false, true])
  }

  @Test func lazyLoadsAndConditions() {
    #expect(decide(.lazyLoads, strategy: .lazy) == .sampled)
    #expect(decide(.lazyLoads, strategy: .selectIn) == .notSampled)
    #expect(decide(.lazyLoads) == .notSampled)
    #expect(decide(.when { $0.shape.kind == .select }) == .sampled)
    #expect(decide(.when { $0.connection.name == "other" }) == .notSampled)
  }

  @Test func whatIsSlowIsKnownAtTheEnd() {
    let decision = decide(.slowerThan(.milliseconds(10)))
    #expect(decision.resolved(duration: .milliseconds(10)))
    #expect(!decision.resolved(duration: .milliseconds(9)))
    #expect(decide(.slowerThan(.zero)) == .sampled)
    let fast = decide(.slowerThan(.milliseconds(10)).negated)
    #expect(fast.resolved(duration: .milliseconds(9)) && !fast.resolved(duration: .milliseconds(10)))
  }

  @Test func composed() {
    let slow = Sampling.slowerThan(.milliseconds(10))
    #expect(decide(.ratio(0.1).or(slow), draw: 0.05) == .sampled)
    #expect(decide(.ratio(0.1).or(slow), draw: 0.5) == .ifSlowerThan(.milliseconds(10)))
    #expect(decide(.ratio(0.1).and(slow), draw: 0.5) == .notSampled)
    let both = decide(slow.and(.slowerThan(.milliseconds(20))))
    #expect(both.resolved(duration: .milliseconds(20)) && !both.resolved(duration: .milliseconds(15)))
    let either = decide(slow.or(.slowerThan(.milliseconds(20))).negated)
    #expect(either.resolved(duration: .milliseconds(5)) && !either.resolved(duration: .milliseconds(15)))
    #expect(Sampling.ratio(0.1).or(slow).description == "(ratio(0.1) or slowerThan(0.01 seconds))")
  }

  @Test func aTraceIsKnownByWhatItsTracerSends() {
    struct Headers: Instrument {
      var header: (String, String)
      func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
      ) where Extract.Carrier == Carrier {}
      func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
      ) where Inject.Carrier == Carrier {
        injector.inject(header.1, forKey: header.0, into: &carrier)
      }
    }
    func identity(_ name: String, _ value: String) -> UInt64? {
      TraceIdentity.of(.topLevel, instrument: Headers(header: (name, value)))
    }
    let trace = identity("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    #expect(trace != nil)
    #expect(trace == identity("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-ffffffffffffffff-00"))
    #expect(trace != identity("traceparent", "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
    #expect(trace == identity("B3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"))
    #expect(trace == identity("X-B3-TraceId", "4bf92f3577b34da6a3ce929d0e0e4736"))
    #expect(identity("x-request-id", "7") == nil)
    let marked = TraceIdentity.marking(.topLevel, instrument: Headers(header: ("a", "b")))
    #expect(TraceIdentity.of(marked, instrument: Headers(header: ("a", "b"))) != nil)
  }
}
