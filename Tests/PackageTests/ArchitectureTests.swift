import Foundation
import Testing

/// What *Architecture* and *Hooks* say of files and functions.
@Suite struct ArchitectureTests {
  private static func text(of page: String) throws -> String {
    try String(
      contentsOf: Documentation.package.appendingPathComponent("Sources/DatabaseTesting/Documentation.docc/\(page).md"),
      encoding: .utf8)
  }

  /// The picture of the modules has all of them, in both colour schemes, and no other.
  @Test(arguments: ["modules.svg", "modules~dark.svg"]) func thePictureHasEveryModule(name: String) throws {
    let sources = Documentation.package.appendingPathComponent("Sources")
    let picture = try String(
      contentsOf: sources.appendingPathComponent("DatabaseTesting/Documentation.docc/Resources/\(name)"),
      encoding: .utf8)
    let modules = try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { !$0.hasPrefix(".") && $0 != "DatabaseReportPlugin" }
    let shown = picture.matches(of: />([\w-]+)<\/text>/).map { String($0.1) }.filter {
      $0.contains(/^C?[A-Z]\w+[A-Z]|-report/)
    }
    #expect(shown.sorted() == modules.sorted())
  }

  private struct Table {
    var page: String
    var title: String
    /// What the names of its files begin behind.
    var root = ""
    var leastRows: Int
  }

  private static let tables = [
    Table(page: "Architecture", title: "## Where it is done", leastRows: 15),
    Table(page: "Architecture", title: "## Four walks", root: "Sources/", leastRows: 30),
    Table(page: "Hooks", title: "## Where it is done", leastRows: 15),
  ]

  @Test(arguments: 0..<tables.count) func filesAndFunctionsAreThere(number: Int) throws {
    let table = Self.tables[number]
    let text = try Self.text(of: table.page)
    let section = try #require(
      text.components(separatedBy: table.title).last?.components(separatedBy: "\n## ").first)
    var rows = 0
    for line in section.split(separator: "\n") where line.hasPrefix("| ") && line.contains("`") {
      // The file, and behind it the functions: each in the first cell that has some.
      let cells = line.split(separator: "|").map { cell in
        cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      }
      let file = try #require(cells.lazy.compactMap(\.first).first { $0.contains("/") })
      let functions = try #require(cells.drop { $0.first != file }.dropFirst().first)
      try #require(!functions.isEmpty, "\(line)")
      let path = table.root + file
      let source = try String(contentsOf: Documentation.package.appendingPathComponent(path), encoding: .utf8)
      for function in functions {
        let isThere =
          [" \(function)(", " *\(function)(", " \(function)?(", "var \(function):", "func \(function)<"]
          .contains { source.contains($0) }
        #expect(isThere, "\(file) has no \(function)")
      }
      rows += 1
    }
    #expect(rows >= table.leastRows)
  }

  /// Each file that asks for an Apple platform, or for a processor, is in the table of those.
  @Test(arguments: [
    (
      "**None of these lines was ever run**",
      #"__APPLE__|canImport\(Darwin\)(?!\n *(internal |package |public )?import Darwin)|canImport\(ObjectiveC\)|os\(macOS\)"#
    ),
    (
      "These know a processor.",
      #"\barch\(|__x86_64__|__aarch64__|__builtin_ia32|__asm__|DCS_LEARNS|DCS_HAS_FRAME_POINTERS|\badrp\b"#
    ),
  ])
  func whatIsSpecificIsListed(introduction: String, pattern: String) throws {
    let text = try Self.text(of: "Architecture")
    let behind = try #require(text.components(separatedBy: introduction).dropFirst().first)
    let rows = behind.split(separator: "\n").drop { !$0.hasPrefix("| ") }.prefix { $0.hasPrefix("|") }
    let named = Set(rows.flatMap { $0.split(separator: "|")[0].matches(of: /`([^`]+)`/).map { String($0.1) } })
    let expression = try Regex(pattern)
    let sources = Documentation.package.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var found: Set<String> = []
    for case let file as URL in files ?? FileManager.DirectoryEnumerator()
    where ["c", "h", "swift"].contains(file.pathExtension) {
      let source = try String(contentsOf: file, encoding: .utf8)
      if source.contains(expression) { found.insert(String(file.path.dropFirst(sources.path.count + 1))) }
    }
    #expect(found == named)
  }

  /// All that *Hooks* names in its text is in its table, among the types or fields of the C modules.
  @Test func theNamesInTheTextAreThere() throws {
    let parts = try Self.text(of: "Hooks").components(separatedBy: "## Where it is done")
    let sources = Documentation.package.appendingPathComponent("Sources")
    let headers = try [
      "CSQLiteHooks/Types.h", "CSQLiteHooks/Private.h", "CSQLiteHooks/include/CSQLiteHooks.h",
      "CSQLiteHooks/include/CSQLiteHooksTypes.h", "CStatementLog/include/CStatementLog.h",
    ].map { try String(contentsOf: sources.appendingPathComponent($0), encoding: .utf8) }
    let words = parts[0].split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map(\.element)
    let names = words.filter { word in word.contains("_") && word.allSatisfy { $0.isLowercase || $0 == "_" } }
    #expect(names.count > 20)
    for name in names {
      let isInTable = parts[1].contains("`\(name)`")
      let isDeclared = headers.contains { text in
        ["\(name);", "\(name) {", "\(name))("].contains(where: text.contains)
      }
      #expect(isInTable || isDeclared, "\(name)")
    }
  }
}
