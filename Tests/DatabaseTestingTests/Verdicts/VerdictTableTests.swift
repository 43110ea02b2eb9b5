import DatabaseTesting
import Foundation
import Testing

/// The table of verdicts in the documentation is the suites themselves.
///
/// `UPDATE_VERDICTS=1 swift test --traits GRDB --filter VerdictTable` writes it anew.
@Suite struct VerdictTableTests {
  @Test func theTableInTheDocumentationIsTheSuites() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Sources/DatabaseTesting/Documentation.docc/Verdicts.md").standardized
    let text = try String(contentsOf: file, encoding: .utf8)
    let head = text.components(separatedBy: "## Innocent\n")[0]
    #if GRDB
      if ProcessInfo.processInfo.environment["UPDATE_VERDICTS"] == "1" {
        try (head + Programs.tables).write(to: file, atomically: true, encoding: .utf8)
      }
    #endif
    func rows(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter {
        $0.hasPrefix("| ") && !$0.hasPrefix("| program |") && Programs.isCompiled($0)
      }
    }
    #expect(rows(text) == rows(Programs.tables))
  }
}

extension Programs {
  static var tables: String {
    let innocents = innocentGroups.map { title, programs in
      let rows = programs.map { program in "| \(program.name) | \(program.exceptions) |" }
      return "### \(title)\n\n| program | except |\n|---|---|\n" + rows.joined(separator: "\n")
    }
    let guilties = guiltyGroups.map { title, programs in
      let rows = programs.map { program in
        let guilt = program.guilt[0]
        let what = guilt.relationship.map { "\(guilt.kind) of `\($0)`" } ?? guilt.kind.rawValue
        return "| \(program.name) | \(what) | \(guilt.count) | \(guilt.fix) |"
      }
      return "### \(title)\n\n| program | found | statements | fix |\n|---|---|---|---|\n"
        + rows.joined(separator: "\n")
    }
    return """
      ## Innocent

      Each passes `.noNPlusOne`, `.noDuplicateQueries`, `.noLazyLoads`, `.noFailures`, `.noFullScans` and `.noAutomaticIndexes`, except
      for what it does on purpose.

      \(innocents.joined(separator: "\n\n"))

      ## Guilty

      Each is found, and passes once it is mended as the finding says.

      \(guilties.joined(separator: "\n\n"))

      """
  }

  /// Programs on GRDB are there with its trait only.
  static func isCompiled(_ row: some StringProtocol) -> Bool {
    #if GRDB
      true
    #else
      !row.hasPrefix("| GRDB: ")
    #endif
  }
}

extension Program {
  /// The expectations that it breaks, as it is meant to.
  fileprivate var exceptions: String {
    [
      (isLazy, ".noLazyLoads"), (fails, ".noFailures"), (scans || hasNoCosts, ".noFullScans"),
      (hasNoCosts, ".noAutomaticIndexes"),
    ]
    .filter(\.0).map { "`\($0.1)`" }
    .joined(separator: ", ")
  }
}
