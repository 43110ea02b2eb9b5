internal import DatabaseInstrumentation

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

/// Statement numbers, in few characters: `#1, #2`, `#3 … #13`.
struct NumberList: CustomStringConvertible {
  private let numbers: [Int]

  init(_ numbers: [Int]) {
    self.numbers = numbers.sorted()
  }

  var description: String {
    guard let first = numbers.first, let last = numbers.last else { return "" }
    if numbers.count > 3 { return "#\(first) … #\(last)" }
    return numbers.map { "#\($0)" }.joined(separator: ", ")
  }
}

/// The statements that are no queries, so that the numbers add up: `Not counted: 2 transaction, 3 pragma.`
struct Uncounted {
  private let recording: Recording

  init(_ recording: Recording) {
    self.recording = recording
  }

  var text: String? {
    let kinds = StatementKind.allCases.filter { !$0.isQuery }
    let parts = kinds.compactMap { kind -> String? in
      let count = recording.statements(of: kind).count
      return count == 0 ? nil : "\(count) \(kind.rawValue)"
    }
    return parts.isEmpty ? nil : "Not counted: \(parts.joined(separator: ", "))."
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
}
