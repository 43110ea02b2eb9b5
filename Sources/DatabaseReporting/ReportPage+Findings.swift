internal import DatabaseRunRecords
internal import Foundation

extension ReportPage {
  private static let groupLimit = 1_000

  var findingsSection: String {
    let problems = summary.problems
    guard !problems.isEmpty else {
      return "<section id=\"findings\"><h2>Findings</h2><p class=\"quiet\">None.</p></section>\n"
    }
    // What is wrong with one line of the app stands together, in the place of the worst of it.
    var groups: [(site: String?, problems: [RunSummary.Problem])] = []
    var places: [String: Int] = [:]
    for problem in problems {
      if let site = problem.site, let place = places[site] {
        groups[place].problems.append(problem)
      } else {
        if let site = problem.site { places[site] = groups.count }
        groups.append((problem.site, [problem]))
      }
    }
    let items = groups.prefix(Self.groupLimit).map(item)
    let rest = groups.count - items.count
    let more = rest > 0 ? "<p class=\"quiet\">and \(rest.grouped("other line")), see the tests</p>" : ""
    return """
      <section id="findings"><h2>Findings</h2><ul class="findings">
      \(items.joined(separator: "\n"))
      </ul>\(more)</section>

      """
  }

  private func item(_ site: String?, _ problems: [RunSummary.Problem]) -> String {
    let excerpt = sources.flatMap { folder in
      problems.first.flatMap { SourceExcerpt(of: $0.detail, in: folder, before: summary.lines[$0.worst].started) }
    }
    let path = problems.lazy.compactMap(\.detail.path).first
    let place = site.map { site in
      let folder = path.map { String($0.prefix(through: $0.lastIndex(of: "/") ?? $0.startIndex)) } ?? ""
      let whole = path?.contains("/") == true ? folder + site : site
      return "<p class=\"site\">at <code>\(whole.markup(limit: 400))</code></p>"
    }
    return """
      <li>\(problems.map(entry).joined(separator: "\n"))\(place ?? "")\(excerpt.map(Self.source) ?? "")\
      \(problems.first.map(callers) ?? "")</li>
      """
  }

  private func entry(_ problem: RunSummary.Problem) -> String {
    let kind = ProblemKind(problem.kind)
    let isBad = !problem.failed.isEmpty || kind.rank < 2
    let tests = problem.tests.reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }
    let named = byName(tests)
    let links = named.prefix(5).map { link($0[0]) + ($0.count > 1 ? " × \($0.count.grouped)" : "") }
      .joined(separator: ", ")
    let more = named.count > 5 ? " and \(named.dropFirst(5).reduce(0) { $0 + $1.count }.grouped) more" : ""
    let failed =
      problem.failed.isEmpty
      ? "found in" : problem.failed.count == tests.count ? "fails" : "fails \(problem.failed.count.grouped) of"
    var text = """
      <p class="what"><span class="kind\(isBad ? " bad" : "")">\(kind.title.markup(limit: 40))</span> \
      \(problem.headline.markup(limit: 600))</p>
      """
    if let sql = problem.sql, !sql.isEmpty {
      let count = problem.sqlCount
      text += "<p class=\"sql\">\(count > 1 ? "\(count.grouped) × " : "")<code>\(sql.markup(limit: 2_000))</code></p>"
    }
    if let sql = problem.parentSQL {
      text += "<p class=\"sql quiet\">after <code>\(sql.markup(limit: 1_000))</code></p>"
    }
    if let fix = problem.detail.fix { text += "<p class=\"fix\"><b>Fix</b> \(fix.markup(limit: 600))</p>" }
    return text + "<p class=\"quiet\">\(failed) \(links)\(more)</p>"
  }

  /// Several calls of one test, and tests that are called alike, have one link.
  private func byName(_ tests: [Int]) -> [[Int]] {
    var places: [String: Int] = [:]
    var named: [[Int]] = []
    for test in tests {
      let label = summary.lines[test].label
      if let place = places[label] {
        named[place].append(test)
      } else {
        places[label] = named.count
        named.append([test])
      }
    }
    return named
  }

  private func callers(_ problem: RunSummary.Problem) -> String {
    let lines = problem.detail.callers.prefix(4).map { caller in
      "<p class=\"site quiet\">\(caller.way) at <code>\(caller.site.markup(limit: 300))</code></p>"
    }
    return lines.joined()
  }

  private static func source(_ excerpt: SourceExcerpt) -> String {
    let lines = excerpt.lines.map { line in
      let text = "<span class=\"quiet\">\(line.number)</span> \(line.text.markup(limit: 400))"
      return line.isMeant ? "<mark>\(text)</mark>" : "<span>\(text)</span>"
    }
    return "<pre class=\"source\" tabindex=\"0\"><code>\(lines.joined(separator: "\n"))</code></pre>"
  }
}
