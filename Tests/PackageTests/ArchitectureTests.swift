import Foundation
import Testing

/// What *Architecture* says of files and functions.
@Suite struct ArchitectureTests {
  @Test(arguments: [("## Where it is done", "Sources/", 15), ("## Four walks", "", 30)])
  func filesAndFunctionsAreThere(_ title: String, _ root: String, _ least: Int) throws {
    let page = Documentation.package.appendingPathComponent(
      "Sources/DatabaseTesting/Documentation.docc/Architecture.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = try #require(text.components(separatedBy: title).last?.components(separatedBy: "\n## ").first)
    var rows = 0
    for line in section.split(separator: "\n") where line.hasPrefix("| ") && line.contains("`") {
      // The file, and behind it the functions: each in the first cell that has some.
      let cells = line.split(separator: "|").map { cell in
        cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      }
      let file = try #require(cells.lazy.compactMap(\.first).first { $0.contains("/") })
      let functions = try #require(cells.drop { $0.first != file }.dropFirst().first)
      try #require(!functions.isEmpty, "\(line)")
      let path = root.isEmpty ? "Sources/\(file)" : String(file)
      let source = try String(contentsOf: Documentation.package.appendingPathComponent(path), encoding: .utf8)
      for function in functions {
        let isThere =
          [" \(function)(", " *\(function)(", " \(function)?(", "var \(function):", "func \(function)<"]
          .contains { source.contains($0) }
        #expect(isThere, "\(file) has no \(function)")
      }
      rows += 1
    }
    #expect(rows >= least)
  }
}
