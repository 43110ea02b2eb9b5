import DatabaseRunRecords
import Foundation
import Testing

/// A record has the kinds of findings by their names alone: what those are called on a page is written apart from them.
@Suite struct ProblemKindTests {
  private static func names() throws -> Set<String> {
    let sources = Documentation.package.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects ?? []
    var names: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      guard text.contains("extension Finding.Kind {") || file.lastPathComponent == "Finding.swift" else { continue }
      for match in text.matches(of: /static let (\w+) = (?:Self|Kind)\(rawValue: "(\w+)"\)/) {
        #expect(match.1 == match.2, "\(file.lastPathComponent)")
        names.insert(String(match.2))
      }
    }
    try #require(names.count > 30)
    return names
  }

  @Test func everyKindHasATitle() throws {
    for name in try Self.names() { #expect(ProblemKind(name).isOfThePackage, "\(name)") }
    #expect(ProblemKind("mine").title == "mine" && !ProblemKind("mine").isOfThePackage)
  }

  @Test func noTitleIsOfAKindThatIsGone() throws {
    let names = try Self.names()
    #expect(ProblemKind.known.subtracting([ProblemKind.ofTest.name]) == names)
  }
}
