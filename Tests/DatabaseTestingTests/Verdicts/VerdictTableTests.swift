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
    let documented = text.split(separator: "\n").filter { $0.hasPrefix("| ") && Programs.isCompiled(String($0)) }
    let expected = Programs.tables.split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(documented == expected)
  }
}

extension Programs {
  static var tables: String {
    let innocents = innocent.map { program in
      "| \(program.name) | \(program.expectations.map { "`\($0)`" }.joined(separator: ", ")) |"
    }
    let guilties = guilty.map { program in
      let guilt = program.guilt[0]
      let what = guilt.relationship.map { "\(guilt.kind) of `\($0)`" } ?? guilt.kind.rawValue
      return "| \(program.name) | \(what) | \(guilt.count) | \(guilt.fix) |"
    }
    return """
      ## Innocent

      | program | silent under |
      |---|---|
      \(innocents.joined(separator: "\n"))

      ## Guilty

      | program | found | statements | fix |
      |---|---|---|---|
      \(guilties.joined(separator: "\n"))

      """
  }

  /// Programs on GRDB are there with its trait only.
  static func isCompiled(_ row: String) -> Bool {
    #if GRDB
      true
    #else
      !row.hasPrefix("| GRDB: ")
    #endif
  }
}
