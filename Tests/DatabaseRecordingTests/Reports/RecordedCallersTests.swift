import Foundation
import TestSupport
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseRecording
@testable import DatabaseRunRecords

/// The lines of the app that led to a finding, as a record keeps them.
@Suite struct RecordedCallersTests {
  private let stack = RunRecord.Problem(
    kind: "nPlusOne", headline: "Expected no N+1 queries.", count: 1, relationship: nil, site: "b", statements: [1],
    stack: [
      RunRecord.Frame(site: "a"), RunRecord.Frame(site: "b"), RunRecord.Frame(site: "c", awaits: true),
      RunRecord.Frame(site: "d", awaits: true, creates: true), RunRecord.Frame(site: "e"),
    ])

  @Test func theyBeginAroundTheSite() {
    #expect(stack.callers.map(\.description) == ["awaited at c", "task created at d", "called at e"])
    var other = stack
    other.site = "elsewhere"
    #expect(other.callers.isEmpty)
    other.site = nil
    #expect(other.callers.isEmpty)
    other = stack
    other.stack = nil
    #expect(other.callers.isEmpty)
  }

  /// What a reader of the version before knows.
  private struct OldProblem: Codable {
    var kind: String
    var headline: String
    var count: Int
    var relationship: String?
    var site: String?
    var statements: [Int]
  }

  @Test func oldReadersReadNewRecordsAndNewOnesOldRecords() throws {
    let new = try JSONEncoder().encode(stack)
    #expect(try JSONDecoder().decode(OldProblem.self, from: new).site == "b")
    let old = try JSONEncoder().encode(
      OldProblem(kind: "leak", headline: "", count: 1, relationship: nil, site: "s", statements: []))
    let read = try JSONDecoder().decode(RunRecord.Problem.self, from: old)
    #expect(read.stack == nil && read.site == "s")
  }

  @Test func framesThatDoNotAwaitTakeNoRoom() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(stack.stack), as: UTF8.self)
    #expect(text.hasPrefix(#"[{"site":"a"},{"site":"b"},{"awaits":true,"site":"c"},{"awaits":true,"creates":true"#))
  }

  #if canImport(Glibc)
    @Test(.needs(.chains)) func whereATaskWasCreatedIsKept() throws {
      let creating = CreatingStack().capture()
      let running = RunningStack().capture()
      let whole = StackTrace(
        words: running.words + [StackWord.creatorMark] + creating.words
          + [StackWord.rootMark])
      let frames = RunRecord.Frame.frames(of: whole)
      let created = try #require(frames.firstIndex { $0.creates == true })
      #expect(frames[0].site.hasSuffix("in RunningStack.capture()"))
      #expect(frames[created].site.hasSuffix("in CreatingStack.capture()"))
      #expect(frames.filter { $0.creates == true }.count == 1)
      #expect(frames[..<created].allSatisfy { !$0.site.contains("CreatingStack") })
      #expect(frames.allSatisfy { $0.awaits == nil })
    }
  #endif
}

private struct CreatingStack {
  @inline(never) func capture() -> StackTrace {
    let stack = StackTrace.capture()
    return stack.words.isEmpty ? StackTrace(words: [1]) : stack
  }
}

private struct RunningStack {
  @inline(never) func capture() -> StackTrace {
    let stack = StackTrace.capture()
    return stack.words.isEmpty ? StackTrace(words: [2]) : stack
  }
}
