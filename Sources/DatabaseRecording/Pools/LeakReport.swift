internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What leaked, in words: one finding for each lease and connection, at the line that took it.
struct LeakReport {
  let recording: Recording

  var leases: [Finding] { recording.leases.filter(\.isLeak).map(finding) }

  private func finding(_ lease: LeaseRecord) -> Finding {
    let headline =
      "Expected no leaked connections: lease \(lease.id) of pool \"\(lease.pool)\" was \(lease.verdict)."
    return Finding(
      kind: .leak, headline: headline, details: details(lease), callSite: lease.callSite, place: lease.place,
      stack: lease.entry.origin?.stack, subject: ObjectIdentifier(lease.entry))
  }

  private func details(_ lease: LeaseRecord) -> [String] {
    let pool = recording.storage.pools.leaking[ObjectIdentifier(lease.entry)]
    var lines: [String] = []
    if let site = lease.callSite { lines.append("  taken at \(site)") }
    if let test = lease.test {
      lines.append("  by \(test)")
    } else if lease.entry.isAssumed {
      lines.append("  in a task that is no test's, from a pool that was made here and that no other recording used")
    }
    lines.append(
      """
        \(lease.state), connection \(lease.connection), \(lease.checkoutCount.counted("checkout")) of it so far, \
      held for \(lease.heldFor.readable)
      """)
    if let last = recording.statements(in: lease).last { lines.append("  last statement: \(last)") }
    if let pool { lines.append("  pool \"\(lease.pool)\": \(pool.statistics)") }
    let events = pool?.events ?? []
    if !events.isEmpty { lines.append("  last events of connection \(lease.connection):") }
    lines += events.map { "    #\($0.sequence) \($0.kind.words)\($0.lease.map { ", lease \($0)" } ?? "")" }
    lines.append("  fix: give it back on every path, e.g. with withConnection { }")
    return lines
  }

  /// All that is wrong with pools.
  var all: [Finding] { leases + doubleCheckouts + doubleCheckins + misuses }

  /// Leases that were given back more than once.
  var doubleCheckins: [Finding] {
    recording.poolEvents.filter { $0.kind == .doubleCheckin }.map { event in
      let lease = event.lease.map { "lease \($0)" } ?? "a lease"
      return Finding(
        kind: .doubleCheckin,
        headline: "Expected balanced checkouts: \(lease) of pool \"\(event.pool)\" was returned more than once.",
        details: event.detailLines + [
          "  fix: return it in one place; somebody else may have the connection by the second time"
        ], callSite: event.explanation?.origin?.callSite, stack: event.explanation?.origin?.stack,
        subject: event.subject)
    }
  }

  /// Connections that were handed to two callers at a time.
  var doubleCheckouts: [Finding] {
    recording.poolEvents.filter { $0.kind == .doubleCheckout }.map { event in
      Finding(
        kind: .doubleCheckout,
        headline: """
          Expected one holder for each connection: connection \(event.connection ?? 0) of pool \"\(event.pool)\" was handed \
          out while somebody had it.
          """,
        details: event.detailLines + [
          "  fix: have the pool give a connection to one caller at a time; one that means to share them says so with",
          "    sharesConnections: true",
        ], callSite: event.explanation?.origin?.callSite, place: event.explanation?.origin?.place,
        stack: event.explanation?.origin?.stack, subject: event.subject)
    }
  }

  /// What a pool, or who used it, cannot have meant.
  var misuses: [Finding] {
    recording.poolEvents.filter { $0.kind == .usageViolation }.map { event in
      Finding(
        kind: .poolMisuse,
        headline: "Expected balanced checkouts: \(event.detail ?? "pool \"\(event.pool)\" was misused").",
        details: ["  pool \"\(event.pool)\": \(event.statistics)"] + fix(event), subject: event.subject)
    }
  }

  private func fix(_ event: PoolEvent) -> [String] {
    event.detail?.contains(" has a size of ") == true
      ? ["  fix: have the pool open no more than its size, or tell the monitor the size that it has"] : []
  }

  /// Connections that are still open.
  func connections(except names: [String]) -> [Finding] {
    let open = recording.openedConnections.filter { $0.isOpen && !names.contains($0.info.name) }
    return open.map { connection in
      let site = connection.callSite
      var details = site.map { ["  opened at \($0)"] } ?? []
      details.append(
        "  \(recording.openedConnections.count.counted("connection")) opened here, \(open.count) still open")
      if let held = connection.heldAtClose {
        details += refusal(held)
      } else {
        details.append(
          "  fix: close it, or write .closedConnections(except: [\"\(connection.info.name)\"]) where it shall live on")
      }
      return Finding(
        kind: .openConnection,
        headline: "Expected every connection to be closed: \(connection.info) is still open.",
        details: details, callSite: site, place: site.flatMap(FindingPlace.init), stack: connection.stack)
    }
  }

  /// Why a connection is open whose close was called.
  private func refusal(_ held: [StatementShape]) -> [String] {
    guard let first = held.first else {
      return [
        "  its close was refused or put off: a backup or a blob of it is open",
        "  fix: finish it before the connection is closed",
      ]
    }
    let others = held.count > 1 ? ", and \((held.count - 1).counted("other"))" : ""
    return [
      "  its close was refused or put off: a statement of it is not finalized: \(first)\(others)",
      "  fix: finalize the statement, or let go of it, before the connection is closed",
    ]
  }

  /// The most leases that the scope had at one time.
  var peak: (count: Int, at: [LeaseRecord]) {
    var changes: [(time: UInt64, isBegin: Bool, lease: LeaseRecord)] = []
    for lease in recording.leases {
      changes.append((lease.entry.began, true, lease))
      if let end = lease.monotonicEnd { changes.append((end, false, lease)) }
    }
    changes.sort { ($0.time, $0.isBegin ? 1 : 0) < ($1.time, $1.isBegin ? 1 : 0) }
    var held: [LeaseRecord] = []
    var most: [LeaseRecord] = []
    for change in changes {
      if change.isBegin {
        held.append(change.lease)
        if held.count > most.count { most = held }
      } else {
        held.removeAll { $0.entry === change.lease.entry }
      }
    }
    return (most.count, most)
  }
}

extension LeaseRecord {
  var verdict: String {
    switch state {
    case .detached: "detached and its connection never closed"
    case .abandoned: "dropped without being returned"
    default: "never returned"
    }
  }

  var place: FindingPlace? { entry.origin?.place }
}

extension CheckoutOrigin {
  fileprivate var place: FindingPlace? { site.map(FindingPlace.init) ?? callSite.flatMap(FindingPlace.init) }
}

extension PoolEvent {
  fileprivate var detailLines: [String] {
    (detail ?? "").split(separator: "\n").map { "  \($0)" }
  }

  fileprivate var subject: ObjectIdentifier? { explanation.map { ObjectIdentifier($0) } }
}

extension PoolEvent.Kind {
  /// `lease abandoned`, `invalidate (server closed it)`.
  fileprivate var words: String {
    let name = name.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : String($1) }
    return switch self {
    case .invalidate(let reason?), .softInvalidate(let reason?): "\(name) (\(reason.singleLine))"
    case .checkoutFailed(let failure): "\(name) (\(failure))"
    default: name
    }
  }
}
