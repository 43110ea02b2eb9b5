internal import DatabaseRunRecords
internal import DatabaseSupport

extension Comparison.Result {
  /// GitHub refuses a comment of more than 65,536 characters.
  private static let rowLimit = 50
  private static let textLimit = 60_000

  /// For the comment of a pull request.
  package var markdown: String {
    var text = "### Database: \(headline)\n"
    if isHeadSilent { text += "\n**\(Self.silence)**\n" }
    text += table("Past what is allowed", past, isOpen: true)
    text += table("Grew", grown, isOpen: false)
    text += table("Shrank", shrunk, isOpen: false)
    text += table("Vary by themselves", varied.map(\.change), isOpen: false)
    guard text.utf8.count > Self.textLimit else { return text }
    return text.prefix(Self.textLimit / 4) + "\n\nThe rest is left out: see the text of `database-report compare`.\n"
  }

  private func table(_ title: String, _ changes: [Comparison.Change], isOpen: Bool) -> String {
    guard !changes.isEmpty else { return "" }
    var rows = ["| test | queries | steps | loads |", "|---|---:|---:|---:|"]
    for change in changes.prefix(Self.rowLimit) {
      let cells = Comparison.Measure.allCases.map { measure in
        guard let pair = change.measures[measure] else { return "" }
        if pair.growth == 0 { return pair.head.grouped }
        let head = change.exceeded.contains(measure) ? "**\(pair.head.grouped)**" : pair.head.grouped
        return "\(pair.base.grouped) → \(head)"
      }
      let blind = change.isBlindNow ? "<br>**blind in head: statements are missing**" : ""
      let details = change.details.prefix(3)
        .map { "<br>\($0.count.base.grouped) → \($0.count.head.grouped) \(Self.code($0.name, limit: 160))" }
      let name = Self.code(change.identity.name, limit: 120) + " " + Self.code(change.identity.file, limit: 80)
      rows.append("| \(name)\(blind)\(details.joined()) | \(cells.joined(separator: " | ")) |")
    }
    if changes.count > Self.rowLimit { rows.append("| and \((changes.count - Self.rowLimit).grouped) more | | | |") }
    let table = rows.joined(separator: "\n")
    return isOpen
      ? "\n**\(title)**\n\n\(table)\n"
      : "\n<details><summary>\(title): \(changes.count.grouped)</summary>\n\n\(table)\n\n</details>\n"
  }

  /// A span of code in a cell of a table.
  static func code(_ text: String, limit: Int) -> String {
    let text = String(text.prefix(limit * 4)).singleLine.cut(to: limit)
    let longest = text.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: longest + 1)
    let space = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
    return fence + space + text.replacing("|", with: #"\|"#) + space + fence
  }

  /// GitHub shows ten errors of a step.
  private static let commandLimit = 10

  /// Commands of GitHub's workflows: an error for each line at which tests are past what is allowed, for the ten that grew most.
  ///
  /// - Parameter path: Where the file of a test is in the repository, if that is known.
  package func gitHubCommands(path: (TestIdentity) -> String?) -> String {
    var lines = past.prefix(Self.commandLimit).map { change in
      var message = "\(change.identity.name) asks more of the database:"
      if change.isBlindNow { message += "\nblind in head: statements are missing, so nothing follows" }
      for (measure, pair) in change.differing {
        let allowed = change.exceeded.contains(measure) ? " (allowed growth: \(allowances[measure].text))" : ""
        message += "\n\(measure.rawValue) \(pair.base.grouped) → \(pair.head.grouped)\(allowed)"
      }
      for (name, count) in change.details.prefix(5) {
        message += "\n  \(count.base.grouped) → \(count.head.grouped) \(String(name.prefix(400)).singleLine)"
      }
      return WorkflowCommand(
        .error, file: path(change.identity), line: change.line, title: title(of: change), message: message
      ).text
    }
    if past.count > Self.commandLimit {
      lines.append("and \((past.count - Self.commandLimit).grouped("other test")), in the comment and in the text")
    }
    if isHeadSilent {
      lines.append(WorkflowCommand(.error, title: "No query was recorded", message: Self.silence).text)
    }
    return (lines + [headline]).joined(separator: "\n") + "\n"
  }

  /// `listsAuthors(): 9 queries instead of 2`.
  private func title(of change: Comparison.Change) -> String {
    let name = change.identity.name.cut(to: 60)
    if change.isBlindNow { return "\(name): statements are missing" }
    let worst = change.differing.first { change.exceeded.contains($0.0) }
    guard let (measure, pair) = worst else { return "\(name) asks more of the database" }
    return "\(name): \(pair.head.grouped) \(measure.rawValue) instead of \(pair.base.grouped)"
  }
}
