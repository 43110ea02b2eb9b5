import Foundation

/// All that the package's documentation consists of.
enum Documentation {
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func blocks(of language: String = "swift") throws -> [CodeBlock] {
    var files = [package.appendingPathComponent("README.md")]
    for folder in ["Sources", "Samples", ".github"] {
      let all = FileManager.default.enumerator(
        at: package.appendingPathComponent(folder), includingPropertiesForKeys: nil)
      for case let file as URL in all ?? FileManager.DirectoryEnumerator() {
        if file.lastPathComponent.hasPrefix(".build") {
          all?.skipDescendants()
        } else if file.pathExtension == "md" || file.pathExtension == "swift" && folder == "Sources" {
          files.append(file)
        }
      }
    }
    return try files.sorted { $0.path < $1.path }.flatMap { file in
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
}
