import Foundation

/// A block of Swift code in an article or in a documentation comment.
struct CodeBlock: Sendable, CustomStringConvertible {
  /// Where it stands, from the package's folder: `README.md`.
  var file: String
  /// The line of its first line of code.
  var line: Int
  var lines: [String]
  /// The file that the reader is to write it to, which the line above names: "The manifest, `Package.swift`:".
  var path: String?

  var description: String { "\(file):\(line)" }

  /// The blocks of a text that are marked as of a language.
  ///
  /// - Parameter isSource: Whether it is Swift source, where blocks stand in `///` comments.
  static func blocks(of text: String, file: String, isSource: Bool, language wanted: String = "swift") -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (block: CodeBlock, indentation: Int, isSwift: Bool)?
    var before = Substring()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var content = Substring(line)
      if isSource {
        content = content.drop { $0 == " " }
        guard content.hasPrefix("///") else {
          open = nil
          continue
        }
        content = content.dropFirst(3)
      }
      let indentation = content.prefix { $0 == " " }.count
      let isFence = content.dropFirst(indentation).hasPrefix("```")
      if isFence, let finished = open {
        if finished.isSwift { blocks.append(finished.block) }
        open = nil
        before = ""
      } else if isFence {
        let language = content.dropFirst(indentation + 3)
        let path = before.firstMatch(of: /`([\w.+\/-]+\.swift)`:$/).map { String($0.1) }
        open = (CodeBlock(file: file, line: index + 2, lines: [], path: path), indentation, language == wanted)
      } else if let begun = open {
        open?.block.lines.append(String(content.dropFirst(min(begun.indentation, indentation))))
      } else if content.contains(where: { $0 != " " }) {
        before = content
      }
    }
    return blocks
  }
}

extension CodeBlock {
  /// What a compiler has to be given around a block.
  enum Form: Equatable {
    /// Statements, perhaps with declarations among them: the body of a function.
    case statements
    /// Types, tests and functions, which stand within a type, so that the names of two blocks do not meet.
    case declarations
    /// A file of its own: it extends types, or has an entry point.
    case file
    /// A part of a package's manifest.
    case manifest
    /// A whole manifest.
    case package
  }

  var form: Form {
    if imports.contains("import PackageDescription") { return .package }
    let top = code.filter {
      !$0.isEmpty && !$0.hasPrefix(" ") && !$0.hasPrefix("//") && !$0.hasPrefix("}") && $0 != ")"
    }
    if top.contains(where: { $0.hasPrefix("dependencies:") || $0.hasPrefix("targets:") || $0.hasPrefix(".package(") }) {
      return .manifest
    }
    if top.contains(where: { $0.hasPrefix("extension ") || $0.hasPrefix("@main") || $0.hasPrefix("infix ") }) {
      return .file
    }
    return top.allSatisfy(Self.isDeclaration) ? .declarations : .statements
  }

  private static func isDeclaration(_ line: String) -> Bool {
    let words = line.split(separator: " ").filter { !$0.hasPrefix("@") || $0 == "@Suite" || $0 == "@Test" }
    guard let first = words.first(where: { !["public", "private", "final", "open", "override"].contains($0) }) else {
      return line.hasPrefix("@")
    }
    return ["struct", "class", "enum", "actor", "func", "protocol", "typealias"].contains(String(first))
      || line.hasPrefix("@Suite") || line.hasPrefix("@Test")
  }

  var imports: [String] { lines.filter(Self.isImport) }
  /// Its lines without its imports.
  private var code: [String] { lines.filter { !Self.isImport($0) } }

  private static func isImport(_ line: String) -> Bool {
    line.hasPrefix("import ") || line.hasPrefix("@testable import ")
  }

  /// The block as a part of a source file; errors in it are reported at its own place.
  func source(number: Int) -> String {
    // An import becomes an empty line, so that the lines keep their numbers.
    var code = lines.map { Self.isImport($0) ? "" : $0 }.joined(separator: "\n")
      .replacingOccurrences(of: "{ … }", with: "{}").replacingOccurrences(of: " in … }", with: " in }")
    let head: String
    switch form {
    case .statements:
      head = code.contains("await ") ? "func block\(number)() async throws {" : "func block\(number)() throws {"
      if code.hasPrefix(".") { code = "let _: DatabaseExpectation = " + code }
    case .declarations:
      head = "struct Block\(number) {"
      if endsInAttribute("@Suite") { code += "\nstruct Example {}" }
      if endsInAttribute("@Test") { code += "\nfunc example() {}" }
    case .file: head = ""
    // What a manifest declares at its top level a function may declare as well.
    case .package: head = "import PackageDescription\nfunc manifest() {"
    case .manifest:
      head = "import PackageDescription\nfunc manifest() {"
      // A manifest's list may end in a comma, which a call's arguments may not.
      if code.hasSuffix(",") { code.removeLast() }
      code = "_ = Package(name: \"App\", \(code))"
    }
    return """
      \(head)
      #sourceLocation(file: "\(file)", line: \(line))
      \(code)
      #sourceLocation()
      \(form == .file ? "" : "}")

      """
  }

  /// The block as a whole file; errors in it are reported at its own place.
  var asFile: String {
    let code = lines.map { Self.isImport($0) ? "" : $0 }.joined(separator: "\n")
    return "#sourceLocation(file: \"\(file)\", line: \(line))\n\(code)\n#sourceLocation()"
  }

  /// Whether the block ends in an attribute, and what it belongs to is left to the reader.
  private func endsInAttribute(_ attribute: String) -> Bool {
    lines.last { !$0.isEmpty && !$0.hasPrefix(" ") && $0 != ")" && $0 != "))" }?.hasPrefix(attribute) == true
      && !lines.contains { $0.hasPrefix("struct ") || $0.hasPrefix("func ") }
  }
}
