internal import DatabaseInstrumentation
internal import Foundation

extension ScaleSeries {
  /// Cost that grows faster than the data.
  package func linearSteps() -> [Finding] {
    if let blindness { return [blindness] }
    let rows = self.rows
    guard rows.allSatisfy({ $0.steps != nil }), recordings.allSatisfy({ $0.droppedCount == 0 }) else {
      return [
        Finding(
          kind: .blind, headline: "\(name) cannot be checked: what some of the queries cost is unknown.",
          details: ["  fix: finish the queries inside of `measure`; only SQLite's own hooks tell what a statement cost"]
        )
      ]
    }
    let totals = recordings.map { $0.queries.reduce(0) { $0 + ($1.cost?.steps ?? 0) } }
    guard let power = Self.power(of: totals, at: sizes), power >= Self.threshold else {
      return vacuity.map { [$0] } ?? []
    }
    let curved = rows.filter { row in Self.power(of: row.steps ?? [], at: sizes).map { $0 >= Self.threshold } ?? false }
    let last = recordings[recordings.count - 1]
    let first = curved.first?.statements.first
    return [
      Finding(
        kind: .growth,
        headline:
          "Expected steps to grow no faster than sizes \(list), found \(totals.arrows): like \(Self.words(power)).",
        details: curved.flatMap { lines(of: $0, in: last) }, count: curved.reduce(0) { $0 + ($1.counts.last ?? 0) },
        callSite: first?.callSite, statements: curved.flatMap(\.statements))
    ]
  }

  /// From this power of the size on it is a curve; sorting, which takes *n* log *n*, stays below.
  private static let threshold = 1.5

  /// The power of the size that the growth follows, from what one row more costs at the small and at the large end: so a
  /// constant part does not count.
  static func power(of values: [Int], at sizes: [Int]) -> Double? {
    guard values.count == sizes.count, sizes.count >= 3 else { return nil }
    func slope(_ index: Int) -> Double {
      Double(values[index + 1] - values[index]) / Double(sizes[index + 1] - sizes[index])
    }
    func middle(_ index: Int) -> Double { Double(sizes[index + 1] + sizes[index]) / 2 }
    let end = sizes.count - 2
    guard slope(0) > 0, slope(end) > 0 else { return nil }
    return 1 + log(slope(end) / slope(0)) / log(middle(end) / middle(0))
  }

  private static func words(_ power: Double) -> String {
    switch power {
    case ..<1.75: "the size to the power of 1.5"
    case ..<2.5: "the square of the size"
    case ..<3.5: "the cube of the size"
    default: "the size to the power of \(Int(power.rounded()))"
    }
  }

  private func lines(of row: Row, in recording: Recording) -> [String] {
    let count = Set(row.counts).count == 1 ? "\(row.counts[0])" : row.counts.arrows
    let place = row.statements.first.flatMap { recording.storage.evidence.callSite(at: $0.index) }
    let plan = row.statements.first.flatMap { QueryPlan(of: $0)?.lines } ?? []
    let isRepeated = row.counts[row.counts.count - 1] > row.counts[0]
    let isScan = row.statements.contains { ($0.cost?.fullScanSteps ?? 0) > 0 }
    let fix =
      isScan
      ? indexFix(row)
      : [
        isRepeated
          ? "  fix: one query for all rows instead of one for each"
          : "  fix: a query that looks at each row once; see its plan"
      ]
    return ["  \(count)×  \(row.shape.normalizedSQL)    \((row.steps ?? []).arrows) steps"]
      + SiteLines(place).lines + plan.map { "       plan: \($0)" } + fix
  }

  private func indexFix(_ row: Row) -> [String] {
    guard let statement = row.statements.first else { return [] }
    let advice = IndexAdvice(of: row.shape, in: statement.evidence.schema(at: statement.index))
    switch advice.answer(sparing: .scan) {
    case .unknown: return ["  fix: an index on what the condition or the join compares"]
    case .none(let tried): return ["  fix: \(IndexAdvice.anotherCondition(tried: tried))"]
    case .helps(let tried):
      return ["  fix: \(tried.advice(for: ScanReport.library(of: statement)))", tried.line]
    }
  }
}
