import Foundation
import Testing

/// Which modules the sources of a module may import, lowest floor first. What is not listed here is the system's.
@Suite struct FloorTests {
  private static let ours = [
    "CCallStacks": 0, "CSQLiteHooks": 1, "CSQLiteInstallAtLoad": 2, "DatabaseInstrumentation": 2,
    "SQLiteInstrumentation": 3, "DatabaseRecording": 4, "GRDBInstrumentation": 5, "HummingbirdInstrumentation": 5,
    "DatabaseTesting": 6,
  ]

  @Test func noModuleImportsAHigherOne() throws {
    for (file, module, imported) in try Self.imports() {
      guard let floor = Self.ours[module], let other = Self.ours[imported] else { continue }
      #expect(other < floor, "\(file) imports \(imported)")
    }
  }

  @Test func onlyTheFaceKnowsATestFramework() throws {
    for (file, module, imported) in try Self.imports() where module != "DatabaseTesting" {
      #expect(!["Testing", "XCTest", "CustomDump"].contains(imported), "\(file) imports \(imported)")
    }
  }

  @Test func integrationsAloneKnowWhatTheyIntegrate() throws {
    for (file, module, imported) in try Self.imports() {
      #expect(imported != "GRDB" || module == "GRDBInstrumentation", "\(file) imports \(imported)")
      #expect(imported != "Hummingbird" || module == "HummingbirdInstrumentation", "\(file) imports \(imported)")
    }
  }

  private static func imports() throws -> [(file: String, module: String, imported: String)] {
    let sources = Documentation.package.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects ?? []
    var imports: [(String, String, String)] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let path = file.path.dropFirst(sources.path.count + 1)
      let module = String(path.prefix { $0 != "/" })
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ").drop {
          $0.hasPrefix("@") || $0 == "public" || $0 == "internal" || $0 == "package"
        }
        guard words.first == "import", let imported = words.dropFirst().first else { continue }
        imports.append((String(path), module, String(imported)))
      }
    }
    try #require(imports.count > 100)
    return imports
  }
}
