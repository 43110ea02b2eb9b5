import Foundation
import Testing

/// The README is a page that is read in a browser, in a minute.
@Suite struct ReadmeTests {
  private static let text = Result {
    try String(contentsOf: Documentation.package.appendingPathComponent("README.md"), encoding: .utf8)
  }

  private static func lines() throws -> [String] { try text.get().components(separatedBy: "\n") }

  @Test func itIsShort() throws {
    #expect(try Self.lines().count <= 121, "more than 120 lines")
  }

  /// GitHub cuts or scrolls what is wider.
  @Test func codeAndTablesAreNarrow() throws {
    var isCode = false
    var wide = 0
    for (index, line) in try Self.lines().enumerated() {
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if isCode || line.hasPrefix("|") {
        #expect(line.count <= 100, "line \(index + 1) has \(line.count) columns")
        wide += 1
      }
    }
    #expect(wide > 30 && !isCode)
  }

  @Test func everyLinkLeadsSomewhere() throws {
    let text = try Self.text.get()
    let definitions = text.matches(of: /(?m)^\[([\w-]+)\]: (\S+)$/).map { (String($0.1), String($0.2)) }
    let targets = Dictionary(definitions) { first, _ in first }
    #expect(targets.count == definitions.count && targets.count > 15)
    let used = Set(text.matches(of: /\]\[([\w-]+)\]/).map { String($0.1) })
    #expect(used == Set(targets.keys))
    let direct = text.matches(of: /\]\(([^)#]+)\)/).map { String($0.1) }
    let pictures = text.matches(of: /(?:src|srcset)="([^"]+)"/).map { String($0.1) }
    #expect(pictures.count == 2)
    for path in targets.values + direct + pictures where !path.hasPrefix("http") {
      #expect(
        FileManager.default.fileExists(atPath: Documentation.package.appendingPathComponent(path).path), "\(path)")
    }
  }

  /// What it promises has an article that keeps it.
  @Test func everyLineOfItsListHasALink() throws {
    let items = try Self.lines().filter { $0.hasPrefix("* ") }
    #expect(items.count > 4)
    for item in items { #expect(item.contains("][") || item.contains("]("), "\(item)") }
  }

  @Test func thePictureIsOne() throws {
    let folder = Documentation.package.appendingPathComponent("Sources/DatabaseTesting/Documentation.docc/Resources")
    for name in ["report.png", "report~dark.png"] {
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47]) && data.count > 20_000, "\(name): \(data.count) bytes")
    }
  }
}

/// What works where is what a test shows: tables name it, in a column "shown by" or "test".
@Suite struct ShownByTests {
  @Test func theTestsAreThere() throws {
    let declared = try Self.declared()
    #expect(declared.count > 1_000)
    var named = 0
    for file in try Documentation.files() where file.pathExtension == "md" {
      for (line, names) in try Self.names(in: String(contentsOf: file, encoding: .utf8)) {
        for name in names {
          named += 1
          let isThere = declared.contains(name)
          #expect(isThere, "\(file.lastPathComponent):\(line): there is no test \(name)")
        }
      }
    }
    #expect(named > 30)
  }

  /// Every row of the two tables that say what works where has a test, or says that it has none.
  @Test(arguments: ["README.md", "Sources/DatabaseTesting/Documentation.docc/Platforms.md"])
  func everyRowHasOne(page: String) throws {
    let text = try String(contentsOf: Documentation.package.appendingPathComponent(page), encoding: .utf8)
    let rows = Self.rows(of: text).filter { $0.title == "shown by" }
    #expect(rows.count > 5)
    for row in rows { #expect(row.cell.contains("`") || row.cell == "nothing yet", "\(page):\(row.line)") }
  }

  @Test func aTestThatIsGoneIsNoticed() throws {
    let text = "| library | shown by |\n|---|---|\n| GRDB | `NoSuchTests`, `ShownByTests` |\n"
    let names = Self.names(in: text)
    #expect(names.map(\.names) == [["NoSuchTests", "ShownByTests"]])
    let declared = try Self.declared()
    #expect(!declared.contains("NoSuch" + "Tests") && declared.contains("ShownByTests"))
  }

  private static func names(in text: String) -> [(line: Int, names: [String])] {
    rows(of: text).map { row in
      (row.line, row.cell.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
    }
  }

  /// The last cells of tables whose last column has such a title.
  private static func rows(of text: String) -> [(line: Int, title: String, cell: String)] {
    var rows: [(Int, String, String)] = []
    var title: String?
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      guard line.hasPrefix("|"), line.hasSuffix("|") else {
        title = nil
        continue
      }
      let last = line.dropLast().split(separator: "|").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
      if let title {
        if ["shown by", "test"].contains(title), !last.hasPrefix("---") { rows.append((index + 1, title, last)) }
      } else {
        title = last
      }
    }
    return rows
  }

  /// The names of suites and tests.
  private static func declared() throws -> Set<String> {
    let word = try NSRegularExpression(pattern: #"\b(?:struct|class|enum|func) (\w+)"#)
    var names: Set<String> = []
    let all = FileManager.default.enumerator(
      at: Documentation.package.appendingPathComponent("Tests"), includingPropertiesForKeys: nil)
    for case let file as URL in all ?? FileManager.DirectoryEnumerator() {
      if file.lastPathComponent.hasPrefix(".build") { all?.skipDescendants() }
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in word.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
        if let range = Range(match.range(at: 1), in: text) { names.insert(String(text[range])) }
      }
    }
    return names
  }
}
