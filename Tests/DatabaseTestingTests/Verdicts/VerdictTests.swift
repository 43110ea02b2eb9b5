import DatabaseTesting
import Foundation
import TestSupport
import Testing

/// The gate against false alarms: innocent programs that every "no …" expectation must leave alone, and guilty ones that must
/// be found. A program that comes out wrong is a defect of the detectors.
@Suite struct VerdictTests {
  /// Where who awaits is not followed, a lookup for each row of a list is one, on whatever lines the lookups are awaited.
  private static let toldByWhoAwaits: Set = ["a short list and three awaited lookups on three lines"]

  @Test(arguments: Programs.innocent.filter { PlatformFeature.chains.isThere || !toldByWhoAwaits.contains($0.name) })
  func anInnocentProgramIsLeftAlone(program: Program) async throws {
    let recording = try await program.record()
    try #require(!recording.queries.isEmpty, "a program that sends nothing proves nothing")
    for expectation in program.expectations {
      let messages = recording.check(expectation).map(\.message)
      #expect(messages.isEmpty, "\(expectation) on:\n\(recording)")
    }
  }

  @Test(.needs(.lines), .needs(.chains), arguments: Programs.guilty)
  func aGuiltyProgramIsFound(program: Program) async throws {
    let recording = try await program.record()
    let findings = recording.findings.filter { $0.kind != .failure }
    try #require(findings.count == program.guilt.count, "found \(findings.map(\.headline)) in:\n\(recording)")
    for (finding, guilt) in zip(findings, program.guilt) {
      #expect(finding.kind == guilt.kind)
      #expect(finding.relationship == guilt.relationship)
      #expect(finding.count == guilt.countHere)
      #expect(finding.callSite?.line == program.line ?? Programs.markedLine(program.name), "\(finding)")
      let fix = finding.message.split(separator: "\n").first { $0.hasPrefix("  fix: ") }
      #expect(fix.map(String.init) == "  fix: \(guilt.fix)")
    }
  }

  @Test(.needs(.chains), arguments: Programs.guilty)
  func aGuiltyProgramThatIsMendedIsLeftAlone(program: Program) async throws {
    let finding = try #require(try await program.record().findings.first { $0.kind != .failure })
    let mended = try program.recordMended(after: finding)
    try #require(!mended.queries.isEmpty, "a program that sends nothing proves nothing")
    for expectation in [DatabaseExpectation.noNPlusOne, .noDuplicateQueries, .noFailures] {
      #expect(mended.check(expectation).isEmpty, "\(expectation) on:\n\(mended)")
    }
  }

  /// Where stacks are not whole, reads in a loop without a parent cannot be told from reads on several lines, and are left alone.
  @Test(.enabled(if: !PlatformFeature.chains.isThere, "stacks are whole on this platform"))
  func withoutWholeStacksMostAreFound() async throws {
    var missed: [String] = []
    for program in Programs.guilty {
      let findings = try await program.record().findings.filter { $0.kind != .failure }
      let isFound =
        findings.map(\.kind) == program.guilt.map(\.kind)
        && findings.map(\.relationship) == program.guilt.map(\.relationship)
        && findings.map(\.count) == program.guilt.map(\.countHere)
      if !isFound { missed.append(program.name) }
    }
    // All of them await; and of a double that is bound only its rounded text is known.
    #expect(missed.count == 8, "\(missed)")
  }

  @Test func thereAreEnoughOfThem() {
    // Those on GRDB are there with its trait only.
    #expect(Programs.innocent.count >= 125)
    #expect(Programs.guilty.count >= 107)
    #if GRDB
      #expect(Programs.innocent.count >= 170)
      #expect(Programs.guilty.count >= 140)
    #endif
    let names = (Programs.innocent + Programs.guilty).map(\.name)
    #expect(Set(names).count == names.count)
  }
}

enum Programs {
  static var innocent: [Program] { innocentGroups.flatMap(\.programs) }

  static var guilty: [Program] { guiltyGroups.flatMap(\.programs) }

  /// By kind.
  static var innocentGroups: [(title: String, programs: [Program])] {
    var all = [
      ("Lookups", innocentLookups), ("Loads", innocentLoads), ("Reads that happen again", innocentRereads),
      ("Writes", innocentWrites), ("Other queries", innocentQueries), ("Asynchronous code", innocentAsync),
      ("Awaited calls", innocentAwaited),
      ("Small apps", innocentApps),
    ]
    #if GRDB
      all.append(("Apps on GRDB", innocentGRDB))
      all.append(("Whole apps on GRDB", innocentGRDBApps))
    #endif
    return all
  }

  /// By kind.
  static var guiltyGroups: [(title: String, programs: [Program])] {
    var all = [
      ("Loops", guiltyLoops), ("Forms of a lookup", guiltyShapes),
      ("Reads that happen again for nothing", guiltyRereads),
      ("Asynchronous code in a loop", guiltyAsync),
      ("Awaited calls in a loop", guiltyAwaited), ("Small apps with a fault", guiltyApps),
    ]
    #if GRDB
      all.append(("Apps on GRDB with a fault", guiltyGRDB))
      all.append(("Whole apps on GRDB with a fault", guiltyGRDBApps))
    #endif
    return all
  }

  /// The line after `// guilty: name`, of this folder or of the app's module.
  static func markedLine(_ name: String, in file: String = #filePath) -> Int? {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let app = folder.appendingPathComponent("../../TestSupport/ShelfOfApp.swift")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    for file in files.filter({ $0.lastPathComponent.hasPrefix("Guilty") }) + [app] {
      guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      if let index = lines.firstIndex(where: { $0.hasSuffix("// guilty: \(name)") }) { return index + 2 }
    }
    return nil
  }
}

extension Program {
  /// Every "no …" expectation that the program does not openly break.
  var expectations: [DatabaseExpectation] {
    var all: [DatabaseExpectation] = [.noNPlusOne, .noDuplicateQueries]
    if !isLazy { all.append(.noLazyLoads) }
    if !fails { all.append(.noFailures) }
    if !scans, !hasNoCosts { all.append(.noFullScans) }
    if !hasNoCosts { all.append(.noAutomaticIndexes) }
    return all
  }
}
