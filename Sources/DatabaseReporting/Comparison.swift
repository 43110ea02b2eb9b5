package import DatabaseRunRecords

/// Two runs beside each other: which tests ask more of the database in the second.
///
/// Only what is the same on every machine is compared: counts, not durations.
///
/// Tests are told by module, file and name. Several lines of one name, the cases of a parameterised test or the calls of
/// one function, are added up where both runs have as many; else the largest of each run are compared, so that a new case is no growth.
package struct Comparison: Sendable {
  /// What is counted of a test.
  package enum Measure: String, CaseIterable, Sendable {
    case queries
    /// What SQLite's virtual machine did.
    case steps
    /// Statements that loaded a relationship.
    case loads
  }

  /// How much each test may grow.
  package struct Allowances: Sendable, Equatable {
    package var queries: Allowance
    package var steps: Allowance
    package var loads: Allowance

    package init(queries: Allowance = .number(0), steps: Allowance = .any, loads: Allowance = .number(0)) {
      self.queries = queries
      self.steps = steps
      self.loads = loads
    }

    package subscript(measure: Measure) -> Allowance {
      switch measure {
      case .queries: queries
      case .steps: steps
      case .loads: loads
      }
    }
  }

  /// A number in both runs.
  package struct Pair: Sendable, Equatable {
    package var base: Int
    package var head: Int

    package init(_ base: Int, _ head: Int) {
      self.base = base
      self.head = head
    }

    var growth: Int { head.adding(base == .min ? .max : -base) }
  }

  /// What differs in one test.
  package struct Change: Sendable, Equatable {
    package var identity: TestIdentity
    /// In the second run.
    package var line: Int
    /// Measures that are known of both runs.
    package var measures: [Measure: Pair] = [:]
    /// Those that grew past what is allowed.
    package var exceeded: Set<Measure> = []
    /// Statements that were sent a different number of times, those that grew most first.
    package var shapes: [(sql: String, count: Pair)] = []
    /// `book.authorId lazy`, those that grew most first.
    package var loads: [(name: String, count: Pair)] = []
    /// The second run is known to miss statements of it, the first is not.
    package var isBlindNow = false

    package var isPast: Bool { !exceeded.isEmpty || isBlindNow }
    var growth: Int { measures[.queries]?.growth ?? 0 }

    package static func == (left: Self, right: Self) -> Bool {
      left.identity == right.identity && left.line == right.line && left.measures == right.measures
        && left.exceeded == right.exceeded && left.isBlindNow == right.isBlindNow
        && left.shapes.elementsEqual(right.shapes, by: ==) && left.loads.elementsEqual(right.loads, by: ==)
    }
  }

  /// What came out.
  package struct Result: Sendable, Equatable {
    /// Tests that are in both runs.
    package var compared = 0
    /// The worst first.
    package var past: [Change] = []
    package var grown: [Change] = []
    package var shrunk: [Change] = []
    /// Those that are allowed to vary, with the reason.
    package var varied: [(change: Change, reason: String)] = []
    /// Exceptions that no test of the two runs is meant by.
    package var unusedExceptions: [String] = []
    package var new: [TestIdentity] = []
    package var gone: [TestIdentity] = []
    /// The first run sent queries in the tests that both have, the second sent none at all.
    package var isHeadSilent = false
    package var allowances = Allowances()

    /// Whether the second run asks more than is allowed, or saw too little to tell.
    package var isPast: Bool { !past.isEmpty || isHeadSilent }

    package static func == (left: Self, right: Self) -> Bool {
      left.compared == right.compared && left.past == right.past && left.grown == right.grown
        && left.shrunk == right.shrunk && left.new == right.new && left.gone == right.gone
        && left.isHeadSilent == right.isHeadSilent && left.allowances == right.allowances
        && left.unusedExceptions == right.unusedExceptions && left.varied.elementsEqual(right.varied, by: ==)
    }
  }

  private struct Totals {
    var line = 0
    var queries = 0
    var steps: Int?
    var loads: [String: Int] = [:]
    var shapes: [Int32: Int] = [:]
    var isBlind = false

    var loadCount: Int { loads.values.reduce(0) { $0.adding($1) } }

    func value(of measure: Measure) -> Int? {
      switch measure {
      case .queries: queries
      case .steps: steps
      case .loads: loadCount
      }
    }
  }

  private struct ShapeKey: Hashable {
    var fingerprint: String
    var sql: String
  }

  private let allowances: Allowances
  private let exceptions: ComparisonExceptions
  private var base: [TestIdentity: [Totals]] = [:]
  private var head: [TestIdentity: [Totals]] = [:]
  private var shapes: [String] = []
  private var shapeIndices: [ShapeKey: Int32] = [:]

  package init(
    allowances: Allowances = Allowances(), exceptions: ComparisonExceptions = ComparisonExceptions()
  ) {
    self.allowances = allowances
    self.exceptions = exceptions
  }

  package mutating func addToBase(_ test: RunRecord.Test) {
    let totals = totals(of: test)
    base[TestIdentity(test), default: []].append(totals)
  }

  package mutating func addToHead(_ test: RunRecord.Test) {
    let totals = totals(of: test)
    head[TestIdentity(test), default: []].append(totals)
  }

  private mutating func totals(of test: RunRecord.Test) -> Totals {
    var totals = Totals(
      line: test.line, queries: test.queries.asCount, steps: test.steps?.asCount, isBlind: test.isBlind)
    for load in test.loads {
      totals.loads["\(load.relationship) \(load.strategy)", default: 0] += load.statements.count
    }
    for (shape, count) in zip(test.shapes, test.executionsByShape) where count > 0 {
      let key = ShapeKey(fingerprint: shape.fingerprint, sql: shape.sql)
      let index = shapeIndices[key] ?? Int32(clamping: shapes.count)
      if Int(index) == shapes.count {
        shapes.append(shape.sql)
        shapeIndices[key] = index
      }
      totals.shapes[index, default: 0] += count
    }
    return totals
  }

  /// - Throws: ``ReportError/nothingInCommon``: two runs of different packages would compare as equal.
  package func result() throws -> Result {
    var result = Result(allowances: allowances)
    var sent = Pair(0, 0)
    for (identity, lines) in head {
      guard let before = base[identity] else {
        result.new.append(identity)
        continue
      }
      result.compared += 1
      sent = Pair(
        before.reduce(sent.base) { $0.adding($1.queries) }, lines.reduce(sent.head) { $0.adding($1.queries) })
      let change = change(of: identity, from: before, to: lines)
      let isOther = change.measures.values.contains { $0.growth != 0 }
      // What is blind now says nothing, and is no variation.
      if isOther, !change.isBlindNow, let reason = exceptions.reason(for: identity) {
        result.varied.append((change, reason))
      } else if change.isPast {
        result.past.append(change)
      } else if change.measures.values.contains(where: { $0.growth > 0 }) {
        result.grown.append(change)
      } else if change.measures.values.contains(where: { $0.growth < 0 }) {
        result.shrunk.append(change)
      }
    }
    result.gone = base.keys.filter { head[$0] == nil }.sorted()
    guard result.compared > 0 else { throw ReportError.nothingInCommon }
    result.new.sort()
    result.unusedExceptions = exceptions.unused(among: Set(base.keys).union(head.keys))
    result.varied.sort { ($1.change.growth, $0.change.identity) < ($0.change.growth, $1.change.identity) }
    result.isHeadSilent = sent.base > 0 && sent.head == 0
    result.past.sort { ($1.growth, $0.identity) < ($0.growth, $1.identity) }
    result.grown.sort { ($1.growth, $0.identity) < ($0.growth, $1.identity) }
    result.shrunk.sort { ($0.growth, $0.identity) < ($1.growth, $1.identity) }
    return result
  }

  private func change(of identity: TestIdentity, from before: [Totals], to after: [Totals]) -> Change {
    var change = Change(identity: identity, line: after.first?.line ?? 0)
    let isSummed = before.count == after.count
    for measure in Measure.allCases {
      guard let base = Self.value(of: measure, in: before, isSummed: isSummed),
        let head = Self.value(of: measure, in: after, isSummed: isSummed)
      else { continue }
      change.measures[measure] = Pair(base, head)
      if allowances[measure].isExceeded(from: base, to: head) { change.exceeded.insert(measure) }
    }
    change.shapes = Self.differences(before.map(\.shapes), after.map(\.shapes), isSummed: isSummed)
      .map { (shapes[Int($0.0)], $0.1) }
      .sorted { ($1.1.growth, $0.0) < ($0.1.growth, $1.0) }
    change.loads = Self.differences(before.map(\.loads), after.map(\.loads), isSummed: isSummed)
      .map { ($0.0, $0.1) }
      .sorted { ($1.1.growth, $0.0) < ($0.1.growth, $1.0) }
    change.isBlindNow = after.contains(where: \.isBlind) && !before.contains(where: \.isBlind)
    return change
  }

  private static func value(of measure: Measure, in lines: [Totals], isSummed: Bool) -> Int? {
    let values = lines.compactMap { $0.value(of: measure) }
    guard values.count == lines.count else { return nil }
    return isSummed ? values.reduce(0) { $0.adding($1) } : values.max()
  }

  private static func differences<Key: Hashable>(
    _ before: [[Key: Int]], _ after: [[Key: Int]], isSummed: Bool
  ) -> [(Key, Pair)] {
    func combined(_ lines: [[Key: Int]]) -> [Key: Int] {
      lines.reduce(into: [:]) { result, line in
        result.merge(line) { isSummed ? $0.adding($1) : Swift.max($0, $1) }
      }
    }
    let (before, after) = (combined(before), combined(after))
    return Set(before.keys).union(after.keys).compactMap { key in
      let pair = Pair(before[key] ?? 0, after[key] ?? 0)
      return pair.growth == 0 ? nil : (key, pair)
    }
  }
}
