import Foundation

/// All that the package's documentation consists of.
enum Documentation {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The README, the articles, and the sources with their comments.
  static func files() throws -> [URL] {
    var files = [package.appendingPathComponent("README.md")]
    for folder in ["Sources", "Samples", ".github"] {
      let all = FileManager.default.enumerator(
        at: package.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      for case let file as URL in all ?? FileManager.DirectoryEnumerator() {
        if file.lastPathComponent.hasPrefix(".build") || file.lastPathComponent == "Resources" {
          all?.skipDescendants()
        } else if file.pathExtension == "md" || file.pathExtension == "swift" && folder == "Sources" {
          files.append(file)
        }
      }
    }
    return files.sorted { $0.path < $1.path }
  }

  static func blocks(of language: String = "swift") throws -> [CodeBlock] {
    try files().flatMap { file in
      CodeBlock.blocks(
        of: try String(contentsOf: file, encoding: .utf8),
        file: String(file.path.dropFirst(package.path.count + 1)), isSource: file.pathExtension == "swift",
        language: language)
    }
  }

  /// One file with some blocks, after what they may take for granted.
  static func source(of blocks: [CodeBlock]) throws -> String {
    let context = try String(
      contentsOf: package.appendingPathComponent("Tests/PackageTests/Context/Context.swift"), encoding: .utf8)
    let imports = Set(blocks.flatMap(\.imports)).sorted()
      // The app of the examples, whose types the context has.
      .filter { !$0.hasPrefix("@testable") && $0 != "import App" }
    let sources = blocks.enumerated().map { $1.source(number: $0) }
    return (imports + [context] + sources).joined(separator: "\n")
  }

  /// The files of each walk-through that articles lead through, as they are first and as they are last.
  ///
  /// A walk-through is all blocks of one article that are files of one package, from its manifest on.
  static func walks(in blocks: [CodeBlock]) -> [[CodeBlock]] {
    var walks: [[CodeBlock]] = []
    for block in blocks where block.path != nil {
      if block.path?.hasSuffix("Package.swift") == true || walks.last?.last?.file != block.file { walks.append([]) }
      if block.form != .package { walks[walks.count - 1].append(block) }
    }
    return walks.filter { !$0.isEmpty }.flatMap { files in
      let first = files.enumerated().filter { index, file in !files[..<index].contains { $0.path == file.path } }
      let last = files.enumerated().filter { index, file in !files[(index + 1)...].contains { $0.path == file.path } }
      return [first.map(\.element), last.map(\.element)]
    }
  }

  /// One file with all files of a walk-through, which need nothing else.
  ///
  /// Left out is what imports modules that this package does not build: `./Tests/readme-steps` compiles that.
  static func source(ofWalk all: [CodeBlock]) -> String {
    let elsewhere: Set = ["import HummingbirdTesting", "@testable import MyLibrary"]
    let files = all.filter { elsewhere.isDisjoint(with: $0.imports) }
    let imports = Set(files.flatMap(\.imports)).sorted()
      .filter { !$0.hasPrefix("@testable") && !$0.hasPrefix("import App") }
      // The system's SQLite, as the article calls it.
      .map { $0 == "import CSQLite" ? "import CSQLiteForTests" : $0 }
    return (imports + files.map(\.asFile)).joined(separator: "\n")
  }
}
