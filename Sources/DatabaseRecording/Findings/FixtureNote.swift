internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// A line about what looks like fixtures that were recorded, and how to leave them out.
struct FixtureNote {
  /// Equal inserts from which on they are taken for a fixture.
  private static let threshold = 5

  let lines: [String]

  init(_ recording: Recording) {
    let note = Self.noteOfInit(recording.storage.evidence) ?? Self.noteOfInserts(recording)
    lines = note.map { ["  \($0)"] } ?? []
  }

  /// The `init` of a Swift Testing suite runs inside of the scope of a trait, before the test does.
  ///
  /// What it sent has that `init` as the outermost function of the test on its stack. Of a query that ran often the first stacks are
  /// known; what follows them is of the `init` as well, until a stack says otherwise.
  private static func noteOfInit(_ evidence: StatementEvidence) -> String? {
    var functions: [StackTrace: String] = [:]
    var function: String?
    var count = 0
    for index in evidence.records.indices {
      if let stack = evidence.stack(at: index) {
        if functions[stack] == nil {
          guard let name = initializer(outermostOn: stack) else { break }
          functions[stack] = name
          function = function ?? name
        }
      } else if function == nil {
        break
      }
      if evidence.kinds[index].isQuery { count += 1 }
    }
    guard let function, count > 0 else { return nil }
    return "\(count.counted("query", plural: "queries")) ran in \(function), which is recorded like the test:"
      + " make fixtures in withoutDatabaseRecording { … }"
  }

  /// The function that the code of the macro `@Test` calls, where it makes the suite and does not run the test; `nil` where a scope of
  /// its own is around the statement, such as an `expectDatabase` in that `init`.
  private static func initializer(outermostOn stack: StackTrace) -> String? {
    let frames = Symbolicator.frames(of: stack)
    guard let macro = frames.firstIndex(where: \.isMacroExpansion) else { return nil }
    let inside = frames[..<macro]
    guard !inside.contains(where: { $0.module == "DatabaseTesting" }) else { return nil }
    return inside.last(where: \.isAppCode)?.function.flatMap { $0.contains(".init(") ? $0 : nil }
  }

  /// Many equal inserts before anything was read.
  private static func noteOfInserts(_ recording: Recording) -> String? {
    let evidence = recording.storage.evidence
    var inserts: [UInt32: Int] = [:]
    for (index, kind) in evidence.kinds.enumerated() {
      if kind == .select { break }
      if kind == .insert { inserts[evidence.records[index].shape, default: 0] += 1 }
    }
    let count = inserts.values.filter { $0 >= threshold }.reduce(0, +)
    guard count > 0, recording.statements.contains(where: { $0.kind == .select }) else { return nil }
    return "\(count) equal INSERTs ran before the first read:"
      + " if these are fixtures, make them in withoutDatabaseRecording { … }"
  }
}
