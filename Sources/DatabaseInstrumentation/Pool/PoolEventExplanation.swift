/// What an event says beyond its kind: a sentence, and the lines that it is about.
///
/// An object, so that it is the same fault wherever the event is copied to, and made into text when somebody reads it: a
/// line may have to be found on a call stack, which takes milliseconds, and events happen under a pool's lock.
package final class PoolEventExplanation: Sendable, Hashable {
  private let make: (@Sendable () -> String)?
  /// Why a connection is invalidated.
  let reason: String?
  /// Where in the source the fault is, where one line is.
  package let origin: CheckoutOrigin?

  package init(_ text: String) {
    make = { text }
    reason = nil
    origin = nil
  }

  init(reason: String) {
    make = nil
    self.reason = reason
    origin = nil
  }

  init(at origin: CheckoutOrigin?, _ make: @escaping @Sendable () -> String) {
    self.origin = origin
    self.make = make
    reason = nil
  }

  package var text: String? { make?() }

  package static func == (one: PoolEventExplanation, other: PoolEventExplanation) -> Bool { one === other }

  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension PoolEventExplanation {
  /// A lease was given back twice.
  package static func returns(
    of lease: Int, pool: String, first: PoolCaller?, again: PoolCaller?
  ) -> PoolEventExplanation {
    PoolEventExplanation(at: again.map { CheckoutOrigin($0) }) {
      let place = first?.callSite?.description ?? "an earlier line"
      let second = again?.callSite.map { " and again at \($0)" } ?? " and again"
      return "lease \(lease) of pool \"\(pool)\" was returned at \(place)\(second)"
    }
  }

  /// A connection was handed out that others have.
  ///
  /// - Parameter leases: All that have it now, with the line that took each, in their order.
  static func holders(of connection: Int, _ leases: [(lease: Int, origin: CheckoutOrigin?)]) -> PoolEventExplanation {
    PoolEventExplanation(at: leases.last?.origin) {
      leases.map { lease in
        "lease \(lease.lease)" + (lease.origin?.callSite.map { ", taken at \($0)" } ?? "")
      }.joined(separator: "\n")
    }
  }
}
