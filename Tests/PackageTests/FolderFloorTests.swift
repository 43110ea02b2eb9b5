import Foundation
import Testing

/// Which folders of a module name types of which others: as the table in *Architecture* says, which is read here.
@Suite struct FolderFloorTests {
  @Test(arguments: ["DatabaseInstrumentation", "DatabaseRecording", "DatabaseTelemetry"])
  func foldersNameWhatTheTableSays(_ module: String) throws {
    let found = try Module(module).uses
    let table = try Self.table(of: module)
    #expect(table.keys.sorted() == found.keys.sorted())
    for (folder, uses) in found.sorted(by: { $0.key < $1.key }) {
      let named = table[folder, default: []]
      for other in uses.keys.sorted() where !named.contains(other) {
        Issue.record("\(folder) names \(uses[other, default: []].sorted()) of \(other), which its row does not say")
      }
      for other in named.sorted() where uses[other] == nil { Issue.record("\(folder) names no type of \(other)") }
    }
  }

  private static func table(of module: String) throws -> [String: Set<String>] {
    let page = Documentation.package.appendingPathComponent(
      "Sources/DatabaseTesting/Documentation.docc/Architecture.md")
    var table: [String: Set<String>] = [:]
    for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    where line.hasPrefix("| `\(module)` | `") {
      let cells = line.split(separator: "|").map { cell in
        cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
      }
      guard let folder = cells.dropFirst().first?.first, cells.count >= 4 else { continue }
      table[folder] = Set(cells[3])
    }
    return table
  }
}

/// The folders of one module, and the types of others that each names.
private struct Module {
  private(set) var uses: [String: [String: Set<String>]] = [:]

  init(_ name: String) throws {
    let root = Documentation.package.appendingPathComponent("Sources/\(name)")
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
    let declaration = try NSRegularExpression(
      pattern: #"^(?:@\w+(?:\([^)\n]*\))?\s+)*((?:(?:public|package|internal|private|fileprivate|final|indirect)\s+)*)"#
        + #"(?:class|struct|enum|protocol|actor|typealias)\s+(\w+)"#, options: .anchorsMatchLines)
    let noCode = try NSRegularExpression(pattern: #"//[^\n]*|"(?:\\.|[^"\\\n])*""#)
    let word = try NSRegularExpression(pattern: #"\b[A-Z]\w*\b"#)
    var texts: [(folder: String, text: NSString)] = []
    var folders: [String: Set<String>] = [:]
    for case let file as URL in files where file.pathExtension == "swift" {
      let path = file.path.dropFirst(root.path.count + 1)
      guard path.contains("/") else { continue }
      let folder = String(path.prefix { $0 != "/" })
      let whole = try String(contentsOf: file, encoding: .utf8)
      let text =
        noCode.stringByReplacingMatches(in: whole, range: NSRange(whole.startIndex..., in: whole), withTemplate: "")
        as NSString
      texts.append((folder, text))
      uses[folder] = [:]
      for match in declaration.matches(in: text as String, range: NSRange(location: 0, length: text.length))
      where !text.substring(with: match.range(at: 1)).contains("private") {
        folders[text.substring(with: match.range(at: 2)), default: []].insert(folder)
      }
    }
    try #require(folders.count > 20)
    for (folder, text) in texts {
      let matches = word.matches(in: text as String, range: NSRange(location: 0, length: text.length))
      for name in Set(matches.map { text.substring(with: $0.range) }) {
        guard let others = folders[name], !others.contains(folder) else { continue }
        for other in others { uses[folder]?[other, default: []].insert(name) }
      }
    }
  }
}
