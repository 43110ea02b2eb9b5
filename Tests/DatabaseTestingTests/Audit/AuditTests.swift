import DatabaseTesting
import Foundation
import TestSupport
import Testing

/// The gate of the audit: innocent programs that it leaves alone, however many rows there are, and guilty ones that it finds, with advice
/// that cures them.
@Suite struct AuditTests {
  @Test(arguments: AuditProgram.innocent, [10, 10_000])
  func anInnocentProgramIsLeftAlone(program: AuditProgram, rows: Int) throws {
    let shop = try withoutDatabaseRecording { try AuditShop(rows: rows) }
    let recording = try recordDatabase { try program.body(shop) }
    try #require(!recording.queries.isEmpty, "a program that sends nothing proves nothing")
    let messages = recording.check(.audit).map(\.message)
    #expect(messages.isEmpty, "\(recording)")
  }

  @Test(arguments: GuiltyAudit.all)
  func aGuiltyProgramIsFound(guilty: GuiltyAudit) throws {
    let (finding, _) = try found(guilty)
    let lines = finding.message.split(separator: "\n").map(String.init)
    #expect(lines.contains("  fix: \(guilty.fix)"))
    if let says = guilty.says { #expect(lines.contains { $0.hasSuffix(" SQLite says \(says); tried") }, "\(finding)") }
    #expect(finding.callSite != nil)
    #expect(lines[0].hasPrefix("Audit"))
  }

  @Test(arguments: GuiltyAudit.all)
  func aGuiltyProgramOnASmallTableIsLeftAlone(guilty: GuiltyAudit) throws {
    let shop = try withoutDatabaseRecording { try AuditShop(rows: 10) }
    let recording = try recordDatabase { try guilty.program.body(shop) }
    let kinds = recording.check(.audit).map(\.kind).filter { $0 == guilty.kind }
    #expect(kinds.isEmpty != guilty.isFoundInSmall, "\(recording)")
  }

  /// What the finding says is done, and it is gone; where that is an index, SQLite takes a fifth of the steps at most.
  @Test(arguments: GuiltyAudit.all)
  func aGuiltyProgramThatIsMendedIsLeftAlone(guilty: GuiltyAudit) throws {
    let (finding, before) = try found(guilty)
    let shop = try withoutDatabaseRecording { try AuditShop(rows: 10_000) }
    if guilty.mended.isEmpty {
      let fix = try #require(finding.message.split(separator: "\n").first { $0.hasPrefix("  fix: ") })
      let indexes = fix.split(separator: "e.g. ").last.map(String.init) ?? ""
      try withoutDatabaseRecording { try shop.database.execute(indexes) }
    }
    let recording = try recordDatabase {
      guard !guilty.mended.isEmpty else { return try guilty.program.body(shop) }
      for sql in guilty.mended { try shop.database.execute(sql) }
    }
    try #require(!recording.queries.isEmpty)
    #expect(recording.check(.audit).filter { $0.kind == guilty.kind }.isEmpty, "\(recording)")
    if guilty.mended.isEmpty, guilty.kind != .automaticIndex {
      func steps(_ recording: Recording) -> Int {
        recording.queries.matching(finding.statements[0].sql).reduce(0) { $0 + ($1.cost?.steps ?? 0) }
      }
      #expect(steps(recording) * 5 <= steps(before), "\(steps(before)) steps become \(steps(recording))")
    }
  }

  @Test func thereAreEnoughOfThem() {
    #expect(AuditProgram.innocent.count >= 80)
    #expect(GuiltyAudit.all.count >= 40)
    let names = AuditProgram.innocent.map(\.name)
    #expect(Set(names).count == names.count)
  }

  private func found(_ guilty: GuiltyAudit) throws -> (Finding, Recording) {
    let shop = try withoutDatabaseRecording { try AuditShop(rows: 10_000) }
    let recording = try recordDatabase { try guilty.program.body(shop) }
    let findings = recording.check(.audit)
    let kinds = findings.map(\.kind)
    try #require(kinds.contains(guilty.kind), "found \(findings.map(\.message)) in:\n\(recording)")
    return (findings[kinds.firstIndex(of: guilty.kind)!], recording)
  }
}
