import Foundation
import Testing

/// Which modules the sources of a module import: as the table in *Architecture* says, which is read here.
@Suite struct FloorTests {
  /// One row of the table; the first has the highest floor.
  private struct Floor {
    var module: String
    var imports: Set<String>
  }

  private static func floors() throws -> [Floor] {
    let page = Documentation.package.appendingPathComponent(
      "Sources/DatabaseTesting/Documentation.docc/Architecture.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = text.components(separatedBy: "## The floors").last?.components(separatedBy: "\n## ").first ?? ""
    return section.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      // Folders stand in a table with one more.
      guard cells.count == 5, cells[1].hasPrefix("`") else { return nil }
      let names = cells[3].split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
      return Floor(module: cells[1].trimmingCharacters(in: CharacterSet(charactersIn: "`")), imports: Set(names))
    }
  }

  @Test func theTableNamesEveryModule() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Documentation.package.appendingPathComponent("Sources").path)
    // A plugin may import none of them.
    let modules = folders.filter { !$0.hasPrefix(".") && $0 != "DatabaseReportPlugin" }
    #expect(try Self.floors().map(\.module).sorted() == modules.sorted())
  }

  @Test func noModuleImportsAHigherOne() throws {
    let floors = try Self.floors()
    for (index, floor) in floors.enumerated() {
      let lower = Set(floors[(index + 1)...].map(\.module))
      #expect(floor.imports.isSubset(of: lower), "\(floor.module): \(floor.imports.subtracting(lower))")
    }
  }

  @Test func modulesImportWhatTheTableSays() throws {
    let floors = try Self.floors()
    let ours = Set(floors.map(\.module))
    var found: [String: Set<String>] = [:]
    for (_, module, imported) in try Self.imports() where ours.contains(imported) {
      found[module, default: []].insert(imported)
    }
    for floor in floors { #expect(found[floor.module, default: []] == floor.imports, "\(floor.module)") }
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

  /// SwiftPM compiles all that the tool of a command is made of once more.
  @Test func theToolForReportsIsMadeOfLittle() throws {
    var needed: Set<String> = ["database-report"]
    var foreign: Set<String> = []
    let imports = try Self.imports()
    let ours = Set(try Self.floors().map(\.module))
    while true {
      let found = imports.filter { needed.contains($0.module) }.map(\.imported)
      foreign = Set(found).subtracting(ours)
      guard !needed.isSuperset(of: ours.intersection(found)) else { break }
      needed.formUnion(ours.intersection(found))
    }
    #expect(needed == ["database-report", "DatabaseReporting", "DatabaseRunRecords", "DatabaseSupport"])
    let platform: Set = [
      "Foundation", "FoundationEssentials", "Synchronization", "Darwin", "Glibc", "Musl", "Android",
    ]
    #expect(foreign.subtracting(platform) == ["ArgumentParser"])
  }

  @Test func telemetryAloneKnowsMetrics() throws {
    for (file, module, imported) in try Self.imports() where module != "DatabaseTelemetry" {
      #expect(!["CoreMetrics", "Metrics"].contains(imported), "\(file) imports \(imported)")
    }
  }

  /// The core keeps spans of other libraries, and hands a context on: it begins no span, and asks for no tracer.
  @Test func theCoreHasNoTracer() throws {
    let folder = Documentation.package.appendingPathComponent("Sources/DatabaseInstrumentation")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      let found = ["InstrumentationSystem", "any Tracer", "startSpan("].filter(text.contains)
      #expect(found.isEmpty, "\(file.lastPathComponent) has \(found)")
      count += 1
    }
    #expect(count > 50)
  }

  /// Swift's imports, and the headers of other modules that C includes.
  private static func imports() throws -> [(file: String, module: String, imported: String)] {
    let sources = Documentation.package.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects ?? []
    var imports: [(String, String, String)] = []
    for case let file as URL in files
    where ["swift", "c", "h"].contains(file.pathExtension) && !file.path.contains(".docc/") {
      let path = file.path.dropFirst(sources.path.count + 1)
      let module = String(path.prefix { $0 != "/" })
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let imported =
          file.pathExtension == "swift" ? Self.moduleOfImport(in: line) : Self.moduleOfHeader(in: line)
        if let imported, imported != module { imports.append((String(path), module, imported)) }
      }
    }
    try #require(imports.count > 100)
    return imports
  }

  private static func moduleOfImport(in line: Substring) -> String? {
    let words = line.split(separator: " ").drop {
      $0.hasPrefix("@") || $0 == "public" || $0 == "internal" || $0 == "package"
    }
    guard words.first == "import" else { return nil }
    return words.dropFirst().first.map(String.init)
  }

  private static func moduleOfHeader(in line: Substring) -> String? {
    guard line.hasPrefix("#include \"C") || line.hasPrefix("#include <C") else { return nil }
    let name = line.dropFirst("#include ".count + 1)
    return String(name.prefix { $0 != "." && $0 != "/" })
  }
}
