import Foundation
import Testing

/// What *Architecture* says of files and functions.
@Suite struct ArchitectureTests {
  @Test func filesAndFunctionsAreThere() throws {
    let page = Documentation.package.appendingPathComponent(
      "Sources/DatabaseTesting/Documentation.docc/Architecture.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = try #require(
      text.components(separatedBy: "## Where it is done").last?.components(separatedBy: "\n## ").first)
    var rows = 0
    for line in section.split(separator: "\n") where line.contains("| `Sources/") {
      let cells = line.split(separator: "|")
      let names = cells.dropFirst().map {
        $0.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      }
      let file = try #require(names.first?.first)
      let source = try String(contentsOf: Documentation.package.appendingPathComponent(String(file)), encoding: .utf8)
      for function in try #require(names.last) {
        let isThere =
          ["func ", "var ", " "].contains { source.contains("\($0)\(function)(") }
          || source.contains("var \(function):") || source.contains("func \(function)<")
        #expect(isThere, "\(file) has no \(function)")
      }
      rows += 1
    }
    #expect(rows >= 10)
  }
}
