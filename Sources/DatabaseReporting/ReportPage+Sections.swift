internal import DatabaseRunRecords

extension ReportPage {
  private static let rankingLength = 10
  private static let openShapes = 50

  var header: String {
    let tiles: [(String, String)] = [
      (summary.testCount.grouped, summary.testCount == 1 ? "test" : "tests"),
      (summary.queries.short, summary.queries == 1 ? "query" : "queries"),
      (summary.statements.short, summary.statements == 1 ? "statement" : "statements"),
      (summary.steps.map(\.short) ?? "–", "steps of SQLite"),
      (RunSummary.duration(summary.time), "in the database"),
      (summary.problems.count.grouped, summary.problems.count == 1 ? "finding" : "findings"),
    ]
    let (failed, passed) = summary.outcome(of: summary.lines.indices)
    var list = ""
    if failed > 0 {
      list = "<div class=\"failed\"><dt>failed, \(passed.short) passed</dt><dd>\(failed.grouped)</dd></div>"
    } else if passed > 0 {
      list = "<div class=\"passed\"><dt>passed, none failed</dt><dd>\(passed.grouped)</dd></div>"
    }
    list += tiles.map { "<div><dt>\($0.1)</dt><dd>\($0.0.markup(limit: 40))</dd></div>" }.joined()
    return """
      <header>
      <h1>\(title.markup(limit: 200))</h1>
      \(runLines)
      <dl class="tiles">\(list)</dl>
      \(warnings)
      <nav aria-label="Sections"><a href="#findings">Findings</a> <a href="#most">Costliest</a> <a href="#tests">Tests</a> \
      <a href="#loads">Relationships</a> <a href="#shapes">Statements</a></nav>
      </header>

      """
  }

  private var runLines: String {
    let lines = summary.runs.prefix(3).map { "<p class=\"run\">Run of \($0.text.markup(limit: 300))</p>" }
    let more = summary.runs.count > 3 ? "<p class=\"run\">and \((summary.runs.count - 3).grouped("other run"))</p>" : ""
    return lines.joined(separator: "\n") + more
  }

  private var warnings: String {
    var text = ""
    let blind = summary.lines.indices.filter { summary.lines[$0].isBlind }
    if !blind.isEmpty {
      let links = blind.prefix(20).map(link).joined(separator: ", ")
      let more = blind.count > 20 ? " and \((blind.count - 20).grouped) more" : ""
      let verb = blind.count == 1 ? "test is" : "tests are"
      text += """
        <p class="warning"><strong>\(blind.count.grouped) \(verb) blind:</strong> statements are missing, so nothing \
        follows from them. \(links)\(more)</p>
        """
    }
    if summary.dropped > 0 {
      text += """
        <p class="warning">\(summary.dropped.grouped("statement")) past the limit of a recording are counted, and missing \
        in the lists below.</p>
        """
    }
    return text
  }

  func link(_ index: Int) -> String {
    "<a href=\"#t\(index)\">\(summary.lines[index].label.markup(limit: 160))</a>"
  }

  /// Three short lists with bars.
  var rankingSection: String {
    let lists = [
      ranking("Most queries", { $0.queries }, { $0.grouped }), ranking("Most steps", { $0.steps ?? 0 }, { $0.grouped }),
      ranking("Most time in the database", { $0.time }, RunSummary.duration),
    ]
    return "<section id=\"most\"><h2>Costliest tests</h2><div class=\"columns\">\n\(lists.joined())</div></section>\n"
  }

  private func ranking(_ title: String, _ number: (RunSummary.Line) -> Int, _ text: (Int) -> String) -> String {
    let found = summary.most(number)
    guard let longest = found.first.map({ number(summary.lines[$0]) }) else { return "" }
    let rows = found.prefix(Self.rankingLength).map { index in
      let value = number(summary.lines[index])
      let share = Int((Double(value) / Double(longest) * 100).rounded())
      return """
        <tr><td>\(link(index))<i class="bar w\(max(1, share))"></i></td><td>\(text(value).markup(limit: 40))</td></tr>
        """
    }
    return
      "<div><h3>\(title)</h3><table class=\"ranking\"><tbody>\n\(rows.joined(separator: "\n"))\n</tbody></table></div>\n"
  }

  /// Every test, by file; files that are closed cost a browser nothing.
  func writeTests(_ sink: (String) throws -> Void) rethrows {
    let files = Dictionary(grouping: summary.lines.indices) { index in
      let identity = summary.lines[index].identity
      return "\(identity.module)/\(identity.file)"
    }
    try sink("<section id=\"tests\"><h2>Tests</h2>\n<div id=\"search\" hidden></div>\n<div id=\"files\">\n")
    let isOpen = summary.lines.count <= 100
    for (file, indices) in files.sorted(by: { $0.key < $1.key }) {
      let indices = indices.sorted {
        (summary.lines[$0].suite ?? "", summary.lines[$0].identity.label, $0)
          < (summary.lines[$1].suite ?? "", summary.lines[$1].identity.label, $1)
      }
      let queries = indices.reduce(0) { $0.adding(summary.lines[$1].queries) }
      let failed = summary.outcome(of: indices).failed
      let tests = Set(indices.map { summary.lines[$0].test }).count
      let found = indices.count { summary.lines[$0].findings > 0 }
      let count =
        failed > 0
        ? ", <b class=\"bad\">\(failed.grouped) failed</b>"
        : found > 0 ? ", \(found.grouped) with \(found == 1 ? "a finding" : "findings")" : ""
      try sink(
        """
        <details\(isOpen ? " open" : "")><summary>\(file.markup(limit: 200)) <span class="quiet">\
        \(tests.grouped("test")), \(queries.grouped("query", plural: "queries"))\(count)</span></summary>
        <table class="tests"><thead><tr><th>test</th><th>queries</th><th>steps</th><th>time</th><th>findings</th></tr></thead><tbody>

        """)
      for index in indices { try sink(row(index)) }
      try sink("</tbody></table></details>\n")
    }
    try sink("</div></section>\n")
  }

  private func row(_ index: Int) -> String {
    let line = summary.lines[index]
    let isFailed = (line.failures ?? 0) > 0
    let findings = line.findings > 0 ? "<b\(isFailed ? " class=\"bad\"" : "")>\(line.findings.grouped)</b>" : ""
    let failed = isFailed ? " <b class=\"bad\">failed</b>" : ""
    let blind = line.isBlind ? " <b class=\"bad\">blind</b>" : ""
    let suite =
      line.suite.map { " <span class=\"quiet\">\($0.replacing("/", with: ".").markup(limit: 160))</span>" } ?? ""
    return """
      <tr><td>\(link(index))\(failed)\(blind)\(suite)</td><td data-n="\(line.queries)">\(line.queries.grouped)</td>\
      <td data-n="\(line.steps ?? 0)">\(line.steps.map(\.grouped) ?? "–")</td>\
      <td data-n="\(line.time)">\(RunSummary.duration(line.time))</td><td data-n="\(line.findings)">\(findings)</td></tr>

      """
  }

  var loadsSection: String {
    let loads = summary.loads
    guard !loads.isEmpty else {
      return "<section id=\"loads\"><h2>Relationships</h2><p class=\"quiet\">None was loaded.</p></section>\n"
    }
    let rows = loads.prefix(1_000).map { load in
      """
      <tr><td><code>\(load.relationship.markup(limit: 200))</code></td><td class="text">\(load.strategy.markup(limit: 40))</td>\
      <td>\(load.statements.grouped)</td></tr>
      """
    }
    return """
      <section id="loads"><h2>Relationships</h2>
      <table class="loads"><thead><tr><th>relationship</th><th class="text">strategy</th><th>statements</th></tr></thead><tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></section>

      """
  }

  func writeShapes(_ sink: (String) throws -> Void) rethrows {
    let shapes = summary.shapes
    try sink("<section id=\"shapes\"><h2>Statements</h2>\n")
    let head = """
      <table class="shapes"><thead><tr><th>statement</th><th>times</th><th>time</th><th>steps</th><th>tests</th></tr></thead><tbody>

      """
    func row(_ shape: RunSummary.Shape) -> String {
      let sql = shape.sql.isEmpty ? "<i>without a text</i>" : "<code>\(shape.sql.markup(limit: 2_000))</code>"
      return """
        <tr><td>\(sql)</td><td>\(shape.executions.grouped)</td><td>\(RunSummary.duration(shape.time))</td>\
        <td>\(shape.steps.map(\.grouped) ?? "–")</td><td>\(shape.tests.grouped)</td></tr>

        """
    }
    guard !shapes.isEmpty else { return try sink("<p class=\"quiet\">None was recorded.</p></section>\n") }
    try sink(head)
    for shape in shapes.prefix(Self.openShapes) { try sink(row(shape)) }
    try sink("</tbody></table>\n")
    let rest = shapes.dropFirst(Self.openShapes)
    if !rest.isEmpty {
      try sink("<details><summary>\(rest.count.grouped) more</summary>\n\(head)")
      for shape in rest { try sink(row(shape)) }
      try sink("</tbody></table></details>\n")
    }
    try sink("</section>\n")
  }
}

extension TestIdentity {
  /// Its name, and the call where it is one of several in a test.
  var label: String { call.map { "\(name) · \($0)" } ?? name }
}

extension RunSummary.Line {
  /// What a reader knows the test by: what it is called, or its name, with the arguments of its case, or with what tells the case apart.
  var label: String {
    var text = displayName ?? identity.name
    if let caseLabel { text += " \(caseLabel)" }
    return identity.call.map { "\(text) · \($0)" } ?? text
  }
}

extension RunRecord.Test {
  /// `[7, large]`, or where arguments are not kept `case 2bf1d0`; `nil` for a test without parameters.
  var caseLabel: String? {
    if let arguments, !arguments.isEmpty { return "[\(arguments.joined(separator: ", "))]" }
    guard let testCase = `case`, testCase != "only" else { return nil }
    return "case \(testCase.prefix(6))"
  }
}

extension Int {
  /// `10.5 M` of a number that no tile has room for.
  var short: String {
    guard self >= 1_000_000 else { return grouped }
    let (value, unit) = self >= 1_000_000_000 ? (Double(self) / 1e9, "G") : (Double(self) / 1e6, "M")
    return value >= 100 ? "\(Int(value).grouped) \(unit)" : "\((value * 10).rounded(.down) / 10) \(unit)"
  }
}
