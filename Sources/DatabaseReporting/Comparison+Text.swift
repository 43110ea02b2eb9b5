internal import DatabaseSupport

extension Comparison.Result {
  private static let detailLimit = 5

  /// `Compared 214 tests: 2 past what is allowed, 1 grew, 3 shrank, 4 are new, 1 is gone.`
  package var headline: String {
    var parts: [String] = []
    if !past.isEmpty { parts.append("\(past.count.grouped) past what is allowed") }
    if !grown.isEmpty { parts.append("\(grown.count.grouped) grew") }
    if !shrunk.isEmpty { parts.append("\(shrunk.count.grouped) shrank") }
    if !varied.isEmpty { parts.append("\(varied.count.grouped) \(varied.count == 1 ? "varies" : "vary") as excepted") }
    if !new.isEmpty { parts.append("\(new.count.grouped) \(new.count == 1 ? "is" : "are") new") }
    if !gone.isEmpty { parts.append("\(gone.count.grouped) \(gone.count == 1 ? "is" : "are") gone") }
    let text = parts.isEmpty ? "none asks more or less of the database" : parts.joined(separator: ", ")
    return "Compared \(compared.grouped("test")): \(text)."
  }

  static let silence = "No test of head sent a query, and those of base did: head's databases were not recorded."

  /// What to print in a terminal.
  package func text(_ style: TextStyle, top: Int) -> String {
    var parts = [style.bold(headline)]
    if isHeadSilent { parts.append(style.red(Self.silence)) }
    parts += section(style.red("Past what is allowed"), past, style, top: Swift.max(top, 20))
    parts += section("Grew", grown, style, top: top)
    parts += section("Shrank", shrunk, style, top: top)
    parts += variations(style, top: top)
    parts += names("New", new, style, top: top)
    parts += names("Gone", gone, style, top: top)
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func section(_ title: String, _ changes: [Comparison.Change], _ style: TextStyle, top: Int) -> [String] {
    guard !changes.isEmpty else { return [] }
    var lines = [style.bold(title)]
    for change in changes.prefix(top) { lines += self.lines(of: change, style) }
    if changes.count > top { lines.append("  and \((changes.count - top).grouped) more") }
    return [lines.joined(separator: "\n")]
  }

  private func lines(of change: Comparison.Change, _ style: TextStyle) -> [String] {
    var lines = ["  " + change.identity.description.singleLine.cut(to: style.width - 2)]
    if change.isBlindNow {
      lines.append("    " + style.red("blind in head: statements are missing, so nothing follows"))
    }
    var table = TextTable([.left, .right, .left, .right, .left])
    for (measure, pair) in change.differing {
      table.add(measure.rawValue, pair.base.grouped, "→", pair.head.grouped, remark(measure, pair, in: change))
    }
    lines += table.lines(indent: 4, width: style.width)
    var details = TextTable([.right, .left, .right, .left])
    for (name, count) in change.details.prefix(Self.detailLimit) {
      details.add(count.base.grouped, "→", count.head.grouped, String(name.prefix(400)).singleLine)
    }
    lines += details.lines(indent: 6, width: style.width)
    let rest = change.details.count - Self.detailLimit
    if rest > 0 { lines.append("      and \(rest.grouped) more") }
    return lines
  }

  private func remark(_ measure: Comparison.Measure, _ pair: Comparison.Pair, in change: Comparison.Change) -> String {
    guard change.exceeded.contains(measure) else { return "" }
    return "+\(pair.growth.grouped), allowed \(allowances[measure].text)"
  }

  private func variations(_ style: TextStyle, top: Int) -> [String] {
    guard !varied.isEmpty else { return [] }
    var lines = [style.bold("Vary by themselves")]
    for (change, reason) in varied.prefix(top) {
      lines += self.lines(of: change, style)
      lines.append("    because \(reason.singleLine)".cut(to: style.width))
    }
    if varied.count > top { lines.append("  and \((varied.count - top).grouped) more") }
    return [lines.joined(separator: "\n")]
  }

  private func names(_ title: String, _ identities: [TestIdentity], _ style: TextStyle, top: Int) -> [String] {
    guard !identities.isEmpty else { return [] }
    var lines = [style.bold(title)]
    lines += identities.prefix(top).map { "  " + $0.description.singleLine.cut(to: style.width - 2) }
    if identities.count > top { lines.append("  and \((identities.count - top).grouped) more") }
    return [lines.joined(separator: "\n")]
  }
}

extension Comparison.Change {
  /// The measures that are not the same, in their order.
  var differing: [(Comparison.Measure, Comparison.Pair)] {
    Comparison.Measure.allCases.compactMap { measure in
      measures[measure].flatMap { $0.growth == 0 ? nil : (measure, $0) }
    }
  }

  /// Relationships, then statements.
  var details: [(name: String, count: Comparison.Pair)] {
    loads.map { ("load of \($0.name)", $0.count) } + shapes.map { ($0.sql, $0.count) }
  }
}
