internal import DatabaseSupport
internal import Logging

/// Live help: who has the connections, and who has had one for too long.
extension PoolMonitor {
  /// Who has the pool's connections now, a line for each lease: for the error of a checkout that found none.
  ///
  /// ```text
  /// lease 1 on connection 1, for 30 s, at Bank.swift:12 in transfer(), of transfers()
  /// ```
  ///
  /// Lines that the call stack has to tell are looked up, which takes milliseconds. An event `checkoutFailed(.timeout)` has the
  /// same in its ``PoolEvent/detail``.
  public var holders: String {
    let now = time
    return HeldLease.lines(state.withLock { $0.holders(at: now) }).joined(separator: "\n")
  }

  /// How checkouts went, each counted once.
  public var checkouts: PoolCheckoutCounts {
    state.withLock { state in
      PoolCheckoutCounts(
        succeeded: state.table.totals.leases, empty: state.table.totals.servedWaits, failed: state.log.failures)
    }
  }

  /// What is said of those who have the connections, with lines that are looked up when it is read.
  func explainHolders() -> PoolEventExplanation? {
    let now = time
    let holders = state.withLock { $0.holders(at: now) }
    return holders.isEmpty
      ? nil : PoolEventExplanation(at: nil) { HeldLease.lines(holders).joined(separator: "\n") }
  }

  /// Looks after the leases for as long as one runs; call outside of the lock, once for each time that the first begins.
  func watchHolders(_ threshold: Duration) {
    let threshold = threshold.nanoseconds
    // Of no test's task, and of none that may be cancelled.
    Task.detached { [weak self] in
      while let next = self?.reportLongHolders(threshold) {
        try? await Task.sleep(for: .nanoseconds(Int64(clamping: next)))
      }
    }
  }

  /// Tells of leases that have had their connection for longer than `threshold`, each once.
  ///
  /// - Returns: When to look again, in nanoseconds from now; `nil` where no lease runs.
  private func reportLongHolders(_ threshold: UInt64) -> UInt64? {
    let now = time
    let (next, outcomes, held) = state.withLock { state -> (UInt64?, [Outcome], [HeldLease]) in
      let entries = state.table.running
      guard !entries.isEmpty else {
        state.isWatching = false
        return (nil, [], [])
      }
      var outcomes: [Outcome] = []
      var long: [HeldLease] = []
      var next = threshold
      for entry in entries {
        let held = now - min(now, entry.checkedOutAt)
        if held < threshold { next = min(next, threshold - held) }
        guard held >= threshold, entry.reportAsHeld() else { continue }
        let lease = HeldLease(entry, at: now)
        let explanation = PoolEventExplanation(at: entry.origin) { lease.description }
        let attribution = Attribution(of: entry)
        let change = PoolChange(
          .heldTooLong, connection: entry.connection, lease: entry.id, explanation: explanation)
        outcomes.append(enter(change, at: now, by: nil, attribution, in: &state))
        long.append(lease)
      }
      return (max(next, 1_000_000), outcomes, long)
    }
    for outcome in outcomes { publish(outcome) }
    for lease in held { Self.logger.warning("pool \"\(name)\": held too long: \(lease)") }
    return next
  }

  private static let logger = Logger(label: "database-instrumentation")
}

/// A lease at one moment, for messages that say who has what.
package struct HeldLease: Sendable, CustomStringConvertible {
  private let lease: Int
  private let connection: Int
  private let held: Duration
  private let caller: PoolCaller?
  private let test: String?

  package init(
    _ lease: Int, on connection: Int, since start: UInt64, until time: UInt64, by caller: PoolCaller?, of test: String?
  ) {
    self.lease = lease
    self.connection = connection
    held = .nanoseconds(Int64(clamping: time - min(time, start)))
    self.caller = caller
    self.test = test
  }

  fileprivate init(_ entry: LiveLease, at time: UInt64) {
    self.init(
      entry.id, on: entry.connection, since: entry.checkedOutAt, until: time, by: entry.origin?.caller, of: entry.test)
  }

  package var description: String {
    let place = caller?.callSite.map { ", at \($0)" } ?? ""
    let test = test.map { ", of \($0)" } ?? ""
    return "lease \(lease) on connection \(connection), for \(held.readable)\(place)\(test)"
  }

  /// A line for each of the first ten.
  package static func lines(_ leases: [HeldLease]) -> [String] {
    leases.prefix(10).map(\.description) + (leases.count > 10 ? ["and \(leases.count - 10) more"] : [])
  }
}

extension PoolMonitor.State {
  fileprivate func holders(at time: UInt64) -> [HeldLease] {
    table.running.map { HeldLease($0, at: time) }
  }
}

/// How the checkouts of a pool went.
public struct PoolCheckoutCounts: Sendable, Hashable {
  /// Those that got a connection.
  public let succeeded: Int
  /// Those that had to wait for one because none was free, as far as the pool tells who waits.
  public let empty: Int
  /// Those that got none, by why.
  public let failed: [PoolCheckoutFailure: Int]

  /// Those whose task was cancelled.
  public var cancelled: Int { failed[.cancelled, default: 0] }
}
