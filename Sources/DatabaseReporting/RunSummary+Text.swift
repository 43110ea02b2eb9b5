internal import DatabaseRunRecords
internal import DatabaseSupport

/// How text for a terminal is written.
package struct TextStyle: Sendable {
  /// Columns.
  package var width: Int
  package var isColoured: Bool

  package init(width: Int, isColoured: Bool) {
    self.width = Swift.max(40, width)
    self.isColoured = isColoured
  }

  func bold(_ text: String) -> String { isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  func red(_ text: String) -> String { isColoured ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  func green(_ text: String) -> String { isColoured ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
}

extension RunSummary {
  private static let barWidth = 20

  /// What to print.
  ///
  /// - Parameters:
  ///   - style: The terminal's.
  ///   - top: How many tests and shapes each list has at most.
  package func text(_ style: TextStyle, top: Int) -> String {
    var parts = [headline(style)]
    parts += problemList(style, top: top)
    parts += list("Most queries", style, top: top, \.queries) { $0.grouped }
    parts += list("Most steps", style, top: top, { $0.steps ?? 0 }) { $0.grouped }
    parts += list("Most time in the database", style, top: top, \.time) { Self.duration($0) }
    parts += loadList(style, top: top)
    parts += shapeList(style, top: top)
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func headline(_ style: TextStyle) -> String {
    let counts = [
      testCount.grouped("test"), queries.grouped("query", plural: "queries"), statements.grouped("statement"),
      steps.map { $0.grouped("step") }, "\(Self.duration(time)) in the database",
    ]
    var text = style.bold(counts.compactMap { $0 }.joined(separator: ", "))
    text += runs.prefix(3).map { "\nRun of \($0.text)".cut(to: style.width) }.joined()
    if runs.count > 3 { text += "\nand \((runs.count - 3).grouped("other run"))" }
    let (failed, passed) = outcome(of: lines.indices)
    if failed > 0 {
      text += "\n" + style.red("\(failed.grouped("test")) failed") + ", \(passed.grouped) passed"
    } else if passed > 0 {
      text += "\n" + style.green("\(passed.grouped("test")) passed")
    }
    if !blind.isEmpty {
      let names = blind.prefix(5).map { "\n  \($0.description.singleLine.cut(to: style.width - 2))" }.joined()
      let more = blind.count > 5 ? "\n  and \((blind.count - 5).grouped) more" : ""
      let verb = blind.count == 1 ? "test is" : "tests are"
      text +=
        "\n" + style.red("\(blind.count.grouped) \(verb) blind: statements are missing, so nothing follows from them")
      text += names + more
    }
    if dropped > 0 {
      text +=
        "\n\(dropped.grouped("statement")) past the limit of a recording are counted, and missing in the lists below."
    }
    return text
  }

  private func list(
    _ title: String, _ style: TextStyle, top: Int, _ number: (Line) -> Int, _ text: (Int) -> String
  ) -> [String] {
    let found = most(number).map { lines[$0] }
    guard let longest = found.first.map(number), top > 0 else { return [] }
    var table = TextTable([.left, .right, .left])
    for line in found.prefix(top) {
      let bar = Self.bar(Double(number(line)) / Double(longest))
      table.add(bar, text(number(line)), line.identity.description.singleLine)
    }
    return [([style.bold(title)] + table.lines(width: style.width)).joined(separator: "\n")]
  }

  /// In eighths of a column.
  private static func bar(_ share: Double) -> String {
    let eighths = Swift.max(1, Int((share * Double(barWidth * 8)).rounded()))
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  private func problemList(_ style: TextStyle, top: Int) -> [String] {
    let problems = problems
    guard !problems.isEmpty else { return [] }
    var text = [style.bold("Findings: \(problems.count.grouped)")]
    for problem in problems.prefix(Swift.max(top, 1)) {
      let title = "\(ProblemKind(problem.kind).title.singleLine): ".cut(to: 40)
      let isFailure = !problem.failed.isEmpty
      let line = (title + problem.headline.singleLine).cut(to: style.width - (isFailure ? 10 : 2))
      text.append("  " + (isFailure ? style.red("failed: ") : "") + line)
      if let site = problem.site { text.append("    at \(site.singleLine)".cut(to: style.width)) }
      let others = Set(problem.tests.map { lines[$0].identity }).count - 1
      let more = others > 0 ? " and \(others.grouped("other"))" : ""
      text.append(
        "    in \(lines[problem.worst].identity.description.singleLine)".cut(to: style.width - more.count) + more)
    }
    if problems.count > Swift.max(top, 1) { text.append("  and \((problems.count - top).grouped) more") }
    return [text.joined(separator: "\n")]
  }

  private func loadList(_ style: TextStyle, top: Int) -> [String] {
    guard !loads.isEmpty, top > 0 else { return [] }
    var table = TextTable([.right, .left, .left])
    for load in loads.prefix(top) {
      table.add(load.statements.grouped, load.strategy.singleLine, load.relationship.singleLine)
    }
    return [
      ([style.bold("Relationships, by the statements that loaded them")] + table.lines(width: style.width)).joined(
        separator: "\n")
    ]
  }

  private func shapeList(_ style: TextStyle, top: Int) -> [String] {
    guard !shapes.isEmpty, top > 0 else { return [] }
    var table = TextTable([.right, .right, .right, .left])
    table.add("times", "time", "tests", "statement")
    for shape in shapes.prefix(top) {
      table.add(
        shape.executions.grouped, Self.duration(shape.time), shape.tests.grouped,
        shape.sql.isEmpty ? "(statements without a text)" : String(shape.sql.prefix(400)).singleLine)
    }
    return [
      ([style.bold("Statements: \(shapes.count.grouped("shape"))")] + table.lines(width: style.width)).joined(
        separator: "\n")
    ]
  }

  static func duration(_ nanoseconds: Int) -> String { Duration.nanoseconds(nanoseconds).readable }
}
