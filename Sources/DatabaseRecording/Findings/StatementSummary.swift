internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseRunRecords
internal import DatabaseSupport

/// One line for several executions of one shape: `  11×  SELECT …    lazy, 1.9 ms, 187 steps   #3 … #13`.
struct StatementSummary {
  private let statements: [ExecutedStatement]
  private let extra: [String]

  init(_ statements: [ExecutedStatement], extra: [String] = []) {
    self.statements = statements
    self.extra = extra
  }

  var line: String {
    guard let first = statements.first else { return "" }
    var facts = extra
    let durations = statements.compactMap(\.duration)
    if durations.count == statements.count { facts.append(durations.reduce(.zero, +).readable) }
    let costs = statements.compactMap(\.cost)
    if costs.count == statements.count {
      facts.append(costs.reduce(0) { $0 + $1.steps }.counted("step"))
    }
    return Self.line(
      count: statements.count, sql: first.sql, facts: facts, numbers: statements.map(\.number))
  }

  static func line(count: Int, sql: String, facts: [String] = [], numbers: [Int]) -> String {
    var line = "  \(count)×  \(sql.isEmpty ? "a statement that could not be prepared" : sql.singleLine)"
    if !facts.isEmpty { line += "    " + facts.joined(separator: ", ") }
    if !numbers.isEmpty { line += "    \(NumberList(numbers))" }
    return line
  }
}

extension StatementSummary {
  /// One line for the shapes that have none of their own, so that the numbers add up: `  7×  others, of 2 shapes`.
  ///
  /// - Parameter counts: How often each of them ran.
  static func others(_ counts: some Collection<Int>, facts: [String] = []) -> [String] {
    guard !counts.isEmpty else { return [] }
    let facts = facts.isEmpty ? "" : "    " + facts.joined(separator: ", ")
    return ["  \(counts.reduce(0, +))×  others, of \(counts.count.counted("shape"))\(facts)"]
  }
}

/// Statement numbers, in few characters: `#1, #2`, `#3 … #13` for all from 3 to 13, and `#9, #14, …, #54` with gaps.
struct NumberList: CustomStringConvertible {
  private let numbers: [Int]

  init(_ numbers: [Int]) {
    self.numbers = numbers.sorted()
  }

  var description: String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, number <= last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...max(last.upperBound, number)
      } else {
        runs.append(number...number)
      }
    }
    let parts = runs.map { run in
      run.count > 3 ? "#\(run.lowerBound) … #\(run.upperBound)" : run.map { "#\($0)" }.joined(separator: ", ")
    }
    guard parts.count > 4, let last = parts.last else { return parts.joined(separator: ", ") }
    return parts.prefix(2).joined(separator: ", ") + ", …, " + last
  }
}

/// The statements that are no queries, so that the numbers add up: `Not counted: 2 transaction, 3 pragma.`
struct Uncounted {
  private let recording: Recording
  private let counted: StatementKind?

  /// - Parameter counted: A kind that is none of queries and is counted.
  init(_ recording: Recording, besides counted: StatementKind? = nil) {
    self.recording = recording
    self.counted = counted
  }

  var text: String? {
    let kinds = StatementKind.allCases.filter { !$0.isQuery && $0 != counted }
    let parts = kinds.compactMap { kind -> String? in
      let count = recording.statements(of: kind).count
      return count == 0 ? nil : "\(count) \(kind.rawValue)"
    }
    let queries = counted == nil ? 0 : recording.queries.count
    let all = (queries == 0 ? [] : [queries.counted("query", plural: "queries")]) + parts
    return all.isEmpty ? nil : "Not counted: \(all.joined(separator: ", "))."
  }
}

/// The line of the app that a statement came from, and the wrapper that it went through.
struct SiteLines {
  let lines: [String]

  init(_ place: (site: CallSite, wrappers: [CallSite])?) {
    guard let place else {
      lines = []
      return
    }
    let through = place.wrappers.last.map { ", through \($0.function)" } ?? ""
    lines = ["       at \(place.site)\(through)"]
  }

  /// The line of a statement, and where one function of the app sends all its SQL, who called that.
  init(_ evidence: StatementEvidence, at index: Int) {
    self.init(evidence.callSite(at: index), callers: evidence.callers(at: index))
  }

  init(_ place: (site: CallSite, wrappers: [CallSite])?, callers: [StackFrame]) {
    var createdTasks = 0
    lines = SiteLines(place).lines + callers.map { "       \(RunRecord.Frame($0, after: &createdTasks).description)" }
  }
}
