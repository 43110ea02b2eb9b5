import Foundation
import Testing

/// The documentation of the modules' public symbols, which `./Tests/run --documentation` builds before.
@Suite struct SymbolTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Symbol graphs as `swift package dump-symbol-graph` writes them.
  private static let graphs = environment["DATABASE_TESTING_SYMBOL_GRAPHS"]
  /// What `docc convert` made of each module, in a folder of the module's name.
  private static let archives = environment["DATABASE_TESTING_DOCUMENTATION"]

  /// How many members the page of a type may have without topics that somebody wrote.
  private static let mostMembersWithoutTopics = 20

  private static let modules = [
    "DatabaseTesting", "DatabaseRecording", "DatabaseInstrumentation", "DatabaseSQL", "DatabaseCallSites",
    "DatabaseTelemetry", "SQLiteInstrumentation", "GRDBInstrumentation", "HummingbirdInstrumentation",
    "PostgresInstrumentation",
  ]

  @Test(.enabled(if: graphs != nil, "DATABASE_TESTING_SYMBOL_GRAPHS is not set"), arguments: modules)
  func everyPublicSymbolIsDocumented(module: String) throws {
    for symbol in try Self.symbols(of: module) {
      let first = symbol.docComment?.lines.first { !$0.text.isEmpty }?.text ?? ""
      #expect(!first.isEmpty, "\(module).\(symbol.name) has no documentation")
    }
  }

  /// What a module adds to itself and to others is in a topic of its catalogue, and what large types have in topics of theirs.
  @Test(.enabled(if: archives != nil, "DATABASE_TESTING_DOCUMENTATION is not set"), arguments: modules)
  func everyPublicSymbolIsInATopic(module: String) throws {
    let pages = try Self.pages(of: module)
    var places: [String: String] = [:]
    var curated: Set<String> = []
    for page in pages {
      for section in page.topicSections ?? [] where section.generated != true { curated.formUnion(section.identifiers) }
      // Pages of what a type has by its protocols are nobody's.
      guard let symbol = page.metadata.externalID else { continue }
      places[symbol] = page.identifier.url
      let members = (page.topicSections ?? []).filter { $0.generated == true && $0.title != "Default Implementations" }
        .reduce(0) { $0 + $1.identifiers.count }
      #expect(members <= Self.mostMembersWithoutTopics, "\(page.identifier.url) has \(members) members without a topic")
    }
    for symbol in try Self.symbols(of: module) where symbol.isOfModule {
      let place = try #require(places[symbol.identifier.precise], "\(module).\(symbol.name) has no page")
      #expect(curated.contains(place), "\(module).\(symbol.name) is in no topic")
    }
  }

  /// Articles are in a topic as well, since nobody finds one that is not.
  @Test(.enabled(if: archives != nil, "DATABASE_TESTING_DOCUMENTATION is not set"))
  func everyArticleIsInATopic() throws {
    let module = "DatabaseTesting"
    let folder = Documentation.package.appendingPathComponent("Sources/\(module)/Documentation.docc")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
    let pages = try Self.pages(of: module)
    let root = try #require(pages.first { $0.identifier.url.hasSuffix("/documentation/\(module)") })
    let curated = (root.topicSections ?? []).filter { $0.generated != true }.flatMap(\.identifiers)
    #expect(curated.count > 40)
    for name in names {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      // A page that adds to the documentation of a symbol.
      if text.hasPrefix("# ``") { continue }
      let isCurated = curated.contains { $0.hasSuffix("/\(name.dropLast(3))") }
      #expect(isCurated, "\(name) is in no topic of \(module).md")
    }
  }
}

extension SymbolTests {
  fileprivate struct Graph: Decodable {
    struct Symbol: Decodable {
      struct Identifier: Decodable { var precise: String }
      struct Kind: Decodable { var identifier: String }
      struct Comment: Decodable {
        struct Line: Decodable { var text: String }
        var lines: [Line]
      }

      var identifier: Identifier
      var kind: Kind
      var accessLevel: String
      var pathComponents: [String]
      var docComment: Comment?
      /// Whether it stands at the module's own level, or in a type of another module.
      var isOfModule = false

      var name: String { pathComponents.joined(separator: ".") }

      private enum CodingKeys: CodingKey { case identifier, kind, accessLevel, pathComponents, docComment }
    }

    var symbols: [Symbol]
  }

  fileprivate struct Page: Decodable {
    struct Identifier: Decodable { var url: String }
    struct Metadata: Decodable { var externalID: String? }
    struct Section: Decodable {
      var title: String?
      var generated: Bool?
      var identifiers: [String]
    }

    var identifier: Identifier
    var metadata: Metadata
    var topicSections: [Section]?
  }

  /// The symbols that users can write, and not the blocks that extend a type.
  fileprivate static func symbols(of module: String) throws -> [Graph.Symbol] {
    let folder = URL(fileURLWithPath: try #require(graphs))
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent == "\(module).symbols.json" || $0.lastPathComponent.hasPrefix("\(module)@") }
    let symbols = try files.flatMap { file in
      try JSONDecoder().decode(Graph.self, from: Data(contentsOf: file)).symbols.map { symbol in
        var symbol = symbol
        symbol.isOfModule = symbol.pathComponents.count == 1 || file.lastPathComponent.contains("@")
        return symbol
      }
    }.filter {
      ["public", "open"].contains($0.accessLevel) && !$0.identifier.precise.contains("::SYNTHESIZED::")
        && $0.kind.identifier != "swift.extension"
    }
    try #require(!symbols.isEmpty, "no symbol of \(module) was found")
    return symbols
  }

  fileprivate static func pages(of module: String) throws -> [Page] {
    let folder = URL(fileURLWithPath: try #require(archives)).appendingPathComponent("\(module)/data/documentation")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
    let pages = try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }
      .map { try JSONDecoder().decode(Page.self, from: Data(contentsOf: $0)) }
    try #require(!pages.isEmpty, "no page of \(module) was found")
    return pages
  }
}
