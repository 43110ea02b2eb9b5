internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

extension Recording {
  /// What the recording cannot prove, although expectations pass: a sentence each, which begins with `vacuous:`, or with
  /// `uncertain:` where statements ran without their task that may be its, and where of some reads the place or a value is not known.
  ///
  /// ```text
  /// vacuous: .noNPlusOne proves nothing about book.authorId, which was loaded for one row at most; test with two or more.
  /// ```
  ///
  /// A lease that was taken meanwhile, that did not come back and that no task tells the test of, is a note as well:
  ///
  /// ```text
  /// unattributed: 1 lease of pool "shared", taken at Bank.swift:12 in audit()
  /// ```
  ///
  /// Shown at the end of the recording's description.
  public var notes: [String] {
    let uncertain = storage.taskless.map {
      "uncertain: \($0.summary); they may be of this recording, and are not counted."
    }
    return vacuous + (uncertain.map { [$0] } ?? []) + unknownPlaces + unknownValues + storage.pools.unattributedNotes
  }

  /// Reads whose stack was not kept, as where it cannot be told cheaply.
  private var unknownPlaces: [String] {
    let evidence = storage.evidence
    let captured = Int(StatementLog.capturedExecutions)
    let unknown = storage.basis.readsByShape.filter { reads in
      reads.count > captured && reads.contains { evidence.records[$0].stack != 0 }
    }.joined().count { evidence.records[$0].stack == 0 }
    guard unknown > 0 else { return [] }
    return [
      """
      uncertain: where \(unknown.counted("read")) came from is not known, since only of the first \(captured) of a query is; \
      they are taken to come from where most of those did.
      """
    ]
  }

  private var unknownValues: [String] {
    let evidence = storage.evidence
    let unknown = evidence.records.indices.filter { evidence.records[$0].flags.contains(.unknownValues) }
    let ofLibraries = unknown.count { !evidence.records[$0].flags.contains(.hasCounters) }
    return note(unknown.count - ofLibraries, "is too large to be compared, of more than 65,536 bytes, or a pointer")
      + note(ofLibraries, "is logged like others, as Data and Date are")
  }

  private func note(_ reads: Int, _ reason: String) -> [String] {
    guard reads > 0 else { return [] }
    return [
      """
      uncertain: \(reads.counted("read")) had a value that \(reason): .noDuplicateQueries and .noNPlusOne say nothing of \
      \(reads == 1 ? "it" : "them").
      """
    ]
  }

  private var vacuous: [String] {
    let lazy = loads.filter { $0.strategy == .lazy || $0.strategy == .immediate }
    guard !lazy.isEmpty else { return [] }
    let loading = Set(lazy.flatMap(\.statementNumbers))
    let hasParents = selects.contains { statement in
      !loading.contains(statement.number) && statement.error == nil && (statement.record.knownRows ?? 2) >= 2
    }
    guard !hasParents else { return [] }
    var names: [String] = []
    for load in lazy where !names.contains(load.relationship) { names.append(load.relationship) }
    return [
      """
      vacuous: .noNPlusOne proves nothing about \(names.joined(separator: ", ")), which was loaded for one row at most; test \
      with two or more.
      """
    ]
  }
}
