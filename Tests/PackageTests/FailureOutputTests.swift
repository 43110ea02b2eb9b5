import Foundation
import Testing

/// The documentation's blocks of failure output say what the package says.
///
/// Each of their lines has to be one that a test expects word by word, apart from names, numbers, SQL and places: the whole
/// messages of `Tests/DatabaseTestingTests/Messages` above all. Where no test has the line, the package's own text counts.
@Suite struct FailureOutputTests {
  @Test func everyLineIsOneThatATestExpects() throws {
    let expected = try Self.expectedLines()
    var (blocks, lines) = (0, 0)
    for block in try Documentation.blocks(of: "text")
    where Self.isFailureOutput(block) && !block.file.hasSuffix("Baselines.md") {
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
    let expected = try Self.expectedLines()
    for line in [
      "Expected at most 2 queries, found 3.", "Expected 2 queries, but found 3.", "  fix: load them all at once",
      "Expected never DELETE FROM book, found once: #4.", "Expected to write book inserted 3, found 2.",
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
  private static func expectedLines() throws -> Set<String> {
    var found: Set<String> = []
    for folder in ["Tests", "Sources"] {
      let all = FileManager.default.enumerator(
        at: Documentation.package.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      for case let file as URL in all ?? FileManager.DirectoryEnumerator() {
        if file.lastPathComponent.hasPrefix(".build") { all?.skipDescendants() }
        guard file.pathExtension == "swift", file.lastPathComponent != "FailureOutputTests.swift",
          (try file.resourceValues(forKeys: [.isDirectoryKey])).isDirectory != true
        else { continue }
        add(try String(contentsOf: file, encoding: .utf8), to: &found)
      }
    }
    return found
  }

  private static func add(_ source: String, to found: inout Set<String>) {
    var isOpen = false
    // A line that is continued is one line, and no interpolation is a text.
    let source = withoutInterpolations(source.replacing(/\\\n */, with: ""))
    for line in source.split(separator: "\n") {
      // Documentation is what is judged here.
      if line.drop(while: { $0 == " " }).hasPrefix("//") { continue }
      if line.contains("\"\"\"") {
        isOpen.toggle()
      } else if isOpen {
        found.insert(skeleton(line))
      } else {
        for match in line.matches(of: /"((?:[^"\\]|\\.)*)"/) {
          for part in match.output.1.replacing("\\\"", with: "\"").split(separator: "\\n") {
            found.insert(skeleton(part))
          }
        }
      }
    }
  }

  /// The text with `8` for each `\\(…)`.
  private static func withoutInterpolations(_ source: String) -> String {
    var result = ""
    var rest = source[...]
    while let start = rest.firstRange(of: "\\(") {
      result += rest[..<start.lowerBound] + "8"
      var depth = 1
      rest = rest[start.upperBound...].drop { character in
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        return depth > 0
      }.dropFirst()
    }
    return result + rest
  }

  /// A line without what differs from app to app.
  private static func skeleton(_ line: some StringProtocol) -> String {
    var text = String(line).trimmingCharacters(in: .whitespaces)
    text.replace(/^\S+\.swift:\d+: (error: )?/, with: "")
    text.replace(#/^≠ /#, with: "")
    text.replace(/^by .*/, with: "by TEST")
    text.replace(/last statement: .*/, with: "last statement: SQL")
    text.replace(/(committed|rolled back|open), \w+: .*/, with: "TRANSACTION #")
    text.replace(/(:memory:|\S+\.sqlite) \((\d+|…)\)/, with: "DATABASE")
    text.replace(/Not counted: .*\./, with: "Not counted: KINDS.")
    text.replace(/[\w.-]+\.(txt|sqlite)\b/, with: "8")
    text.replace(/: like .*\./, with: ": like 8.")
    text.replace(/, because .*/, with: ", because 8.")
    // A place, and the function that it is in.
    text.replace(/\S*\.swift:(\d+|…)( in (\S|\w+: )+(\s\w+\))?)?/, with: "PLACE")
    text.replace(/(, |; )through \S+/, with: "")
    text.replace(
      /(SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK|WITH|CREATE|REPLACE|SEARCH|SCAN)\b.*?(?=$|    |  \d+ row| (never|once|at least|at most|looks at|puts|ran|on |was |, )|, found|, which|, and|: #)/,
      with: "SQL")
    text.replace(/#\d+( …,?|,| …, …,)?/, with: "#")
    text.replace(/(?:#\s?)+/, with: "#")
    text.replace(/(\d+(\.\d+)?|…) (ns|µs|ms|s)\b/, with: "TIME")
    text.replace(/"[^"]*"/, with: "NAME")
    text.replace(/… step/, with: "8 step")
    text.replace(/\.[a-z]\w+(\(\S*?\))?(, \.[a-z]\w+(\(\S*?\))?)*/, with: "8")
    text.replace(/\b(book|author|page|account|country|planet|setting|moon|library|note)s?(\.\w+)?\b/, with: "TABLE")
    text.replace(/\b\d+(,\d+)*\b/, with: "8")
    text.replace(/\b(8|no|a) (\w+?)(ies|y)\b/) { "8 \($0.output.2)y" }
    text.replace(/\b(8|no|a) ((?:distinct |full |failed |lazy |more )?\w+?)s\b/) { "8 \($0.output.2)" }
    text.replace(/\son TABLE(?=, found)/, with: "")
    text.replace(/\sNot counted: KINDS\./, with: "")
    text.replace(/(8 → )+8/, with: "8")
    text.replace(/(8, )+8/, with: "8")
    text.replace(/\b(SQL|TABLE|DATABASE|NAME|TIME)\b/, with: "8")
    text.replace(/8× .*/, with: "8×")
    text.replace(/\s+/, with: " ")
    return text
  }
}
