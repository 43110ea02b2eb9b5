internal import DatabaseSupport

/// Where the statements, transactions and leases of one test stand in time: the layout of a drawing, without the drawing.
///
/// A lane for each connection, and for each pool whose connections are not known. In a lane leases come first, then
/// transactions, then statements; what runs inside of another or at the same time stands a row lower. A record may come from
/// a file that somebody else wrote: nothing in it is trusted to fit.
package struct Waterfall: Sendable, Equatable {
  /// One thing that took time.
  package struct Bar: Sendable, Equatable {
    package enum Kind: String, Sendable {
      case select, insert, update, delete, other, transaction, lease
    }

    package var kind: Kind
    /// What it is: `#3` for a statement, `lease of pool main`.
    package var label: String
    /// The statement, by its index in the shapes of the test.
    package var shape: Int?
    package var sql: String?
    /// What is known of it: `9.0 µs`, `3 rows`.
    package var notes: [String]
    /// Nanoseconds from the beginning of the recording.
    package var start: Double
    package var end: Double
    package var row: Int
    /// It failed, was rolled back, or leaked.
    package var isBad: Bool
    /// A finding is about it.
    package var isFlagged: Bool

    /// All of it, on one line.
    package var text: String {
      ([label + (sql.map { " \($0)" } ?? "")] + notes).joined(separator: ", ").singleLine
    }
  }

  package struct Lane: Sendable, Equatable {
    package var name: String
    package var bars: [Bar] = []
    package var rows = 0
  }

  /// Bars of statements, of transactions and of leases that are drawn at most, of each.
  package static let barLimit = 500
  /// Lanes that are drawn at most.
  package static let laneLimit = 40
  /// What overlaps more deeply shares the last row.
  static let rowLimit = 12

  package private(set) var lanes: [Lane] = []
  /// The time that the drawing spans; the end is after the start.
  package private(set) var start = 0.0
  package private(set) var end = 1.0
  /// Statements, transactions and leases that are not drawn.
  package private(set) var hidden = 0

  package init(_ test: RunRecord.Test) {
    var builder = Builder(test)
    builder.addLeases()
    builder.addTransactions()
    builder.addStatements()
    lanes = builder.lanes
    hidden = builder.hidden + min(1_000_000_000, max(0, test.dropped))
    let bars = lanes.flatMap(\.bars)
    start = bars.map(\.start).min() ?? 0
    end = max(start + 1, bars.map(\.end).max() ?? 0)
  }
}

private struct Builder {
  private enum Place: Hashable {
    case connection(UInt64)
    case pool(String)
  }

  private struct Transaction: Hashable {
    var connection: UInt64
    var number: Int
  }

  private struct Extent {
    var start: Double
    var end: Double
    var count: Int
    var isRolledBack = false
    var hasFailure = false
  }

  let test: RunRecord.Test
  let end: Double
  var lanes: [Waterfall.Lane] = []
  var hidden = 0
  private var places: [Place: Int] = [:]
  private let names: [UInt64: String]
  private let systems: [UInt64: String]

  init(_ test: RunRecord.Test) {
    self.test = test
    names = Dictionary(test.connections.map { ($0.id, $0.name) }) { first, _ in first }
    systems = Dictionary(test.connections.map { ($0.id, $0.system) }) { first, _ in first }
    let statements = test.executions.map { Double($0.start) + Double(max(0, $0.duration ?? 0)) }
    let leases = (test.leases ?? []).map { Double($0.start) + Double(max(0, $0.duration ?? 0)) }
    end = (statements + leases).max() ?? 0
  }

  private mutating func lane(_ place: Place) -> Int? {
    if let known = places[place] { return known }
    guard lanes.count < Waterfall.laneLimit else { return nil }
    let name =
      switch place {
      case .connection(let id): names[id].map { "\($0) #\(id)" } ?? "connection #\(id)"
      case .pool(let name): "pool \(name)"
      }
    places[place] = lanes.count
    lanes.append(Waterfall.Lane(name: name.singleLine))
    return lanes.count - 1
  }

  private struct Entry {
    var lane: Int
    var bar: Waterfall.Bar
    var number: Int?
    var parent: Int?
  }

  /// Puts bars into the first row of their lane that is free, below those that are there and below their parent, which
  /// comes before them.
  private mutating func place(_ entries: [Entry]) {
    let tops = lanes.map(\.rows)
    var ends: [[Double]] = Array(repeating: [], count: lanes.count)
    var known: [Int: (lane: Int, row: Int)] = [:]
    for entry in entries {
      let lane = entry.lane
      let outer = entry.parent.flatMap { known[$0] }.flatMap { $0.lane == lane ? $0.row : nil }
      var row = min(outer.map { $0 + 1 } ?? 0, Waterfall.rowLimit - 1)
      while row < ends[lane].count, ends[lane][row] > entry.bar.start, row < Waterfall.rowLimit - 1 { row += 1 }
      while ends[lane].count <= row { ends[lane].append(-.infinity) }
      ends[lane][row] = max(ends[lane][row], entry.bar.end)
      if let number = entry.number { known[number] = (lane, row) }
      var bar = entry.bar
      bar.row = tops[lane] + row
      lanes[lane].bars.append(bar)
      lanes[lane].rows = max(lanes[lane].rows, bar.row + 1)
    }
  }

  mutating func addLeases() {
    let leases = (test.leases ?? []).sorted { $0.start < $1.start }
    hidden += max(0, leases.count - Waterfall.barLimit)
    var entries: [Entry] = []
    for lease in leases.prefix(Waterfall.barLimit) {
      guard let lane = lane(lease.connection.map { .connection($0) } ?? .pool(lease.pool)) else {
        hidden += 1
        continue
      }
      let start = Double(lease.start)
      let isLeak = lease.end == nil || lease.end == "detached" || lease.end == "abandoned"
      let parts = [
        lease.duration.map(Self.readable), lease.end ?? "never returned",
        lease.site.map { "at \($0)" },
      ]
      // A leak is not over when it is noticed.
      let end = isLeak ? max(start, end) : lease.duration.map { start + Double(max(0, $0)) } ?? max(start, end)
      entries.append(
        Entry(lane: lane, bar: bar(.lease, "lease of pool \(lease.pool)", parts, start, end, isBad: isLeak)))
    }
    place(entries)
  }

  mutating func addTransactions() {
    var extents: [Transaction: Extent] = [:]
    var order: [Transaction] = []
    for execution in test.executions {
      guard let number = execution.transaction else { continue }
      let key = Transaction(connection: execution.connection, number: number)
      let start = Double(execution.start)
      let end = start + Double(max(0, execution.duration ?? 0))
      var extent = extents[key] ?? Extent(start: start, end: end, count: 0)
      if extent.count == 0 { order.append(key) }
      extent.start = min(extent.start, start)
      extent.end = max(extent.end, end)
      extent.count += 1
      if execution.error != nil { extent.hasFailure = true }
      if execution.error == nil, isRollback(execution) { extent.isRolledBack = true }
      extents[key] = extent
    }
    var outcomes: [Transaction: Bool] = [:]
    for flush in test.flushes ?? [] {
      guard let connection = flush.connection, let number = flush.transaction else { continue }
      outcomes[Transaction(connection: connection, number: number)] = flush.isCommitted
    }
    hidden += max(0, order.count - Waterfall.barLimit)
    var entries: [Entry] = []
    for key in order.prefix(Waterfall.barLimit) {
      guard let extent = extents[key], let lane = lane(.connection(key.connection)) else {
        hidden += 1
        continue
      }
      let parts = [
        extent.count.counted("statement"),
        Self.readable(Int64(max(0, min(1e18, extent.end - extent.start)))),
        outcomes[key].map { $0 ? "committed" : extent.isRolledBack ? "rolled back" : "not committed" },
      ]
      // A rollback without anything that failed was asked for.
      let isBad = outcomes[key] == false && (extent.hasFailure || !extent.isRolledBack)
      let bar = bar(.transaction, "transaction", parts, extent.start, extent.end, isBad: isBad)
      entries.append(Entry(lane: lane, bar: bar))
    }
    place(entries)
  }

  /// Of the transaction, and not to a savepoint in it.
  private func isRollback(_ execution: RunRecord.Execution) -> Bool {
    guard test.shapes.indices.contains(execution.shape) else { return false }
    let words = test.shapes[execution.shape].sql.uppercased().split { !$0.isLetter }
    return words.first == "ROLLBACK" && !words.contains("TO")
  }

  mutating func addStatements() {
    hidden += max(0, test.executions.count - Waterfall.barLimit)
    let flagged = Set(test.findings.flatMap(\.statements))
    let sites = Dictionary(
      test.findings.flatMap { finding in finding.statements.map { ($0, finding.lines) } }
    ) { first, _ in first }
    var entries: [Entry] = []
    for execution in test.executions.prefix(Waterfall.barLimit) {
      guard let lane = lane(.connection(execution.connection)) else {
        hidden += 1
        continue
      }
      let shape = test.shapes.indices.contains(execution.shape) ? test.shapes[execution.shape] : nil
      let parts =
        [
          execution.duration.map(Self.readable) ?? "still open",
          // What a statement of its kind has not is no news: rows of a write, changes of a read.
          execution.rows.flatMap { $0 == 0 && shape?.kind != "select" ? nil : $0.counted("row") },
          execution.changed.flatMap { $0 == 0 ? nil : "\($0) changed" },
          execution.steps.map { $0.counted("step") },
          execution.error.map {
            "failed: \(ErrorName.text(of: $0, system: systems[execution.connection] ?? ""))"
          },
        ] + (sites[execution.number] ?? [])
      let start = Double(execution.start)
      var drawn = bar(
        Waterfall.Bar.Kind(statement: shape?.kind), "#\(execution.number)", parts, start,
        execution.duration.map { start + Double(max(0, $0)) } ?? max(start, end), isBad: execution.error != nil)
      drawn.shape = shape == nil ? nil : execution.shape
      drawn.sql = shape?.sql ?? "unknown statement"
      drawn.isFlagged = flagged.contains(execution.number)
      entries.append(Entry(lane: lane, bar: drawn, number: execution.number, parent: execution.parent))
    }
    place(entries)
  }

  private func bar(
    _ kind: Waterfall.Bar.Kind, _ label: String, _ notes: [String?], _ start: Double, _ end: Double, isBad: Bool
  ) -> Waterfall.Bar {
    Waterfall.Bar(
      kind: kind, label: label, notes: notes.compactMap { $0 }, start: start, end: end, row: 0, isBad: isBad,
      isFlagged: false)
  }

  private static func readable(_ nanoseconds: Int64) -> String { Duration.nanoseconds(nanoseconds).readable }
}

extension Waterfall.Bar.Kind {
  fileprivate init(statement kind: String?) {
    switch kind {
    case "select": self = .select
    case "insert": self = .insert
    case "update": self = .update
    case "delete": self = .delete
    default: self = .other
    }
  }
}
