import Foundation
import Testing

/// The documentation's blocks of failure output say what the package says.
///
/// Each of their lines has to be one that a test expects word by word, apart from names, numbers, SQL and places: the whole
/// messages of `Tests/DatabaseTestingTests/Messages` above all. Where no test has the line, the package's own text counts.
@Suite struct FailureOutputTests {
  @Test func everyLineIsOneThatATestExpects() throws {
    let expected = try Self.expected.get()
    var (blocks, lines) = (0, 0)
    for block in try Documentation.blocks(of: "text")
    where Self.isFailureOutput(block) {
      blocks += 1
      for (offset, line) in block.lines.enumerated() {
        let skeleton = Self.skeleton(line)
        if skeleton.isEmpty { continue }
        lines += 1
        let isExpected = expected.contains(skeleton)
        #expect(isExpected, "\(block.file):\(block.line + offset): \(line)\n  as: \(skeleton)")
      }
    }
    #expect(blocks > 40 && lines > 150)
  }

  @Test func whatNoTestExpectsIsNoticed() throws {
    let expected = try Self.expected.get()
    for line in [
      "Expected at most 2 queries, found 3.", "Expected 2 queries, but found 3.", "  fix: load them all at once",
      "Expected never DELETE FROM book, found once: #4.", "Expected to write book inserted 3, found 2.",
    ] {
      let isExpected = expected.contains(Self.skeleton(line))
      #expect(!isExpected, "\(line)")
    }
    for line in [
      "note: 1 entry of .database-baseline is out of date: the test ran and did not have the finding.",
      "  LibraryTests/AuthorTests.swift AuthorTests/listsAuthors(count:): nPlusOne book.authorId, Library.authorsWithBooks()",
      "The baseline of findings cannot be used: /app/.database-baseline:3: expected 4 fields separated by tabs, found 1.",
    ] {
      let isExpected = expected.contains(Self.skeleton(line))
      #expect(!isExpected, "\(line)")
    }
    #expect(Self.skeleton("Expected 1 query, found 12.") == Self.skeleton("Expected 2 queries, found 3."))
  }

  private static func isFailureOutput(_ block: CodeBlock) -> Bool {
    block.lines.contains { line in
      let line = line.replacing(/^\S+\.swift:\d+: (error: )?/, with: "")
      return line.hasPrefix("Expected ") || line.hasPrefix("  fix: ") || line.hasPrefix("fix: ")
        || line.firstMatch(of: /^\.\w+.* (saw|cannot be checked|ignores)/) != nil
    }
  }

  /// The lines of all texts in the tests, but for this one.
  private static let expected = Result { try expectedLines() }

  private static func expectedLines() throws -> Set<String> {
    var raw: Set<String> = []
    for folder in ["Tests", "Sources"] {
      let all = FileManager.default.enumerator(
        at: Documentation.package.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      for case let file as URL in all ?? FileManager.DirectoryEnumerator() {
        if file.lastPathComponent.hasPrefix(".build") { all?.skipDescendants() }
        guard file.pathExtension == "swift", file.lastPathComponent != "FailureOutputTests.swift",
          (try file.resourceValues(forKeys: [.isDirectoryKey])).isDirectory != true
        else { continue }
        add(try String(contentsOf: file, encoding: .utf8), to: &raw)
      }
    }
    return Set(raw.map(skeleton))
  }

  private static func add(_ source: String, to found: inout Set<String>) {
    var isOpen = false
    // A line that is continued is one line, and no interpolation is a text.
    let source = withoutInterpolations(continued.replacing(in: source))
    for line in source.split(separator: "\n") {
      // Documentation is what is judged here.
      if line.drop(while: { $0 == " " }).hasPrefix("//") { continue }
      if line.utf8.contains(UInt8(ascii: "\"")) == false {
        if isOpen { found.insert(String(line)) }
      } else if line.contains("\"\"\"") {
        isOpen.toggle()
      } else if isOpen {
        found.insert(String(line))
      } else {
        let line = String(line)
        for match in text.expression.matches(in: line, range: NSRange(line.startIndex..., in: line)) {
          guard let range = Range(match.range(at: 1), in: line) else { continue }
          let parts = line[range].replacingOccurrences(of: "\\\"", with: "\"").components(separatedBy: "\\n")
          found.formUnion(parts)
        }
      }
    }
  }

  /// The text with `8` for each `\\(…)`.
  private static func withoutInterpolations(_ source: String) -> String {
    let parts = source.components(separatedBy: "\\(")
    return parts[0]
      + parts.dropFirst().map { part -> String in
        var depth = 1
        let end = part.utf8.firstIndex { byte in
          if byte == UInt8(ascii: "(") { depth += 1 }
          if byte == UInt8(ascii: ")") { depth -= 1 }
          return depth == 0
        }
        return "8" + (end.map { String(part[part.utf8.index(after: $0)...]) } ?? "")
      }.joined()
  }

  /// ICU's expressions: a debug build takes minutes for the standard library's on all texts of the package.
  private struct Rule: @unchecked Sendable {  // An expression is immutable.
    let expression: NSRegularExpression
    let template: String

    init(_ pattern: String, _ template: String) {
      do { expression = try NSRegularExpression(pattern: pattern) } catch { fatalError("\(pattern): \(error)") }
      self.template = template
    }

    func replacing(in text: String) -> String {
      expression.stringByReplacingMatches(
        in: text, range: NSRange(location: 0, length: text.utf16.count), withTemplate: template)
    }
  }

  private static let continued = Rule(#"\\\n *"#, "")
  private static let text = Rule(#""((?:[^"\\]|\\.)*)""#, "")

  private static let rules = [
    Rule(#"^\S+\.swift:\d+: (error: )?"#, ""),
    Rule(#"^\w+\.\w+ : failed - "#, ""),
    Rule(#"^≠ "#, ""),
    Rule(#"^by .*"#, "by TEST"),
    // An entry of a baseline, and the file.
    Rule(#"^\S+ \S+\): \w+ \S+(?= in |$)"#, "TEST: FINDING"),
    Rule(#"^(TEST: FINDING in) \S+$"#, "$1 FUNCTION"),
    Rule(#"\S*\.database-baseline"#, "FILE"),
    Rule(#"last statement: .*"#, "last statement: SQL"),
    Rule(#"(committed|rolled back|open), \w+: .*"#, "TRANSACTION #"),
    Rule(#"(:memory:|\S+\.sqlite) \((\d+|…)\)"#, "DATABASE"),
    Rule(#"Not counted: .*\."#, "Not counted: KINDS."),
    Rule(#"[\w.-]+\.(txt|sqlite)\b"#, "8"),
    Rule(#": like .*\."#, ": like 8."),
    Rule(#", because .*"#, ", because 8."),
    Rule(#"ran in \S+,"#, "ran in FUNCTION,"),
    // A place, and the function that it is in.
    Rule(#"\S*\.swift:(\d+|…)( in (\S|\w+: )+(\s\w+\))?)?"#, "PLACE"),
    Rule(#"(, |; | )through \S+"#, ""),
    Rule(
      #"(SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK|WITH|CREATE|REPLACE|SEARCH|SCAN)\b.*?(?=$|    |  \d+ row| (never|once|at least|at most|looks at|puts|ran|on |was |, )|, found|, which|, and|: #)"#,
      "SQL"),
    Rule(##"#\d+( …,?|,| …, …,)?"##, "#"),
    Rule(##"(?:#\s?)+"##, "#"),
    Rule(#"(\d+(\.\d+)?|…) (ns|µs|ms|s)\b"#, "TIME"),
    Rule(#""[^"]*""#, "NAME"),
    Rule(#"… step"#, "8 step"),
    Rule(#"\.[a-z]\w+(\(\S*?\))?(, \.[a-z]\w+(\(\S*?\))?)*"#, "8"),
    Rule(#"\b(book|author|page|account|country|planet|setting|moon|library|note)s?(\.\w+)?\b"#, "TABLE"),
    Rule(#"\b\d+(,\d+)*\b"#, "8"),
    Rule(#"\b(8|no|a) (\w+?)(ies|y)\b"#, "8 $2y"),
    Rule(#"\b(8|no|a) ((?:distinct |full |failed |lazy |more )?\w+?)s\b"#, "8 $2"),
    Rule(#"\son TABLE(?=, found)"#, ""),
    Rule(#"\sNot counted: KINDS\."#, ""),
    Rule(#"(8 → )+8"#, "8"),
    Rule(#"(8, )+8"#, "8"),
    Rule(#"\b(SQL|TABLE|DATABASE|NAME|FILE|TIME)\b"#, "8"),
    Rule(#"8× .*"#, "8×"),
    Rule(#"\s+"#, " "),
  ]

  /// A line without what differs from app to app.
  private static func skeleton(_ line: String) -> String {
    rules.reduce(line.trimmingCharacters(in: .whitespaces)) { $1.replacing(in: $0) }
  }
}
