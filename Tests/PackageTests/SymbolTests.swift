import Foundation
import Testing

/// Symbol graphs as `swift package dump-symbol-graph` writes them; `./Tests/run --documentation` names their folder.
@Suite struct SymbolTests {
  private static let folder = ProcessInfo.processInfo.environment["DATABASE_TESTING_SYMBOL_GRAPHS"]

  private struct Graph: Decodable {
    struct Symbol: Decodable {
      struct Identifier: Decodable { var precise: String }
      struct Comment: Decodable {
        struct Line: Decodable { var text: String }
        var lines: [Line]
      }

      var identifier: Identifier
      var accessLevel: String
      var pathComponents: [String]
      var docComment: Comment?
    }

    var symbols: [Symbol]
  }

  @Test(
    .enabled(if: folder != nil, "DATABASE_TESTING_SYMBOL_GRAPHS is not set"),
    arguments: [
      "DatabaseTesting", "DatabaseRecording", "DatabaseInstrumentation", "DatabaseSQL", "DatabaseCallSites",
      "DatabaseTelemetry", "SQLiteInstrumentation", "GRDBInstrumentation", "HummingbirdInstrumentation",
      "PostgresInstrumentation",
    ])
  func everyPublicSymbolIsDocumented(module: String) throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent == "\(module).symbols.json" || $0.lastPathComponent.hasPrefix("\(module)@") }
    var count = 0
    for file in files {
      for symbol in try JSONDecoder().decode(Graph.self, from: Data(contentsOf: file)).symbols
      where ["public", "open"].contains(symbol.accessLevel) && !symbol.identifier.precise.contains("::SYNTHESIZED::") {
        count += 1
        let name = symbol.pathComponents.joined(separator: ".")
        let first = symbol.docComment?.lines.first { !$0.text.isEmpty }?.text ?? ""
        #expect(!first.isEmpty, "\(module).\(name) has no documentation")
      }
    }
    #expect(count > 0, "no symbol of \(module) was found")
  }
}
