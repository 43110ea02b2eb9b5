internal import DatabaseInstrumentation

/// Finds what is wrong with a recording. Detectors run in order and claim statements, so nothing is reported twice.
struct Analysis {
  let recording: Recording
  /// Distinct keys of one relationship from which on loading them one by one is an N+1.
  var threshold = 2
  var ignored: ShapeSet = ShapeSet()

  /// Distinct keys from which on a repeated read is a finding although no parent is known.
  static let repeatedReadThreshold = 5

  init(_ recording: Recording, threshold: Int = 2, ignoring ignored: ShapeSet = ShapeSet()) {
    self.recording = recording
    self.threshold = threshold
    self.ignored = ignored
  }

  var evidence: StatementEvidence { recording.storage.evidence }
  var index: EvidenceIndex { recording.storage.basis.index }
  var writes: Writes { recording.storage.basis.writes }

  /// N+1 queries, duplicates and failures.
  func standardFindings() -> [Finding] {
    let repetitions = self.repetitions()
    return
      (failures() + unfinishedSpans() + flushMismatches()
      + RepetitionReport(analysis: self, repetitions: repetitions).findings
      + DuplicateReport(analysis: self, duplicates: duplicates(besides: repetitions)).findings)
      .worstFirst()
  }

  /// Loads of one relationship and repeated reads, each with the statements it claims.
  func repetitions() -> [Repetition] {
    // Several expectations of one test ask for the same.
    guard threshold == 2, ignored.isEmpty else { return findRepetitions() }
    return recording.storage.basis.repetitions { findRepetitions() }
  }

  private func findRepetitions() -> [Repetition] {
    groups().compactMap(repetition(in:)).sorted { $0.indices[0] < $1.indices[0] }
  }

  /// Reads of one shape from one place on one database, in the order in which they came.
  func groups() -> [ReadGroup] {
    let groups = recording.storage.basis.groups
    return ignored.isEmpty ? groups : groups.filter { !ignored.contains(evidence.shape(at: $0.indices[0])) }
  }

  private func repetition(in group: ReadGroup) -> Repetition? {
    let known = group.distinctParameters(in: evidence)
    // Where the source tells no parameters, three lookups after a parent speak for themselves, and nothing else does.
    let isUnknown = known == 0
    let keys = isUnknown ? group.indices.count : known
    let threshold = isUnknown ? max(3, self.threshold) : self.threshold
    let shape = evidence.shape(at: group.indices[0])
    guard keys >= threshold, !shape.loaderHint.keyPredicates.isEmpty else { return nil }
    let declared = declaredLoad(of: group)
    let schema = evidence.schema(at: group.indices[0])
    let isForItsOwnSake = evidence.declaredLoad(at: group.indices[0]).map { $0.strategy == nil } ?? false
    for relationship in isForItsOwnSake ? [] : Relationship.candidates(for: shape, in: schema) {
      guard let parent = parent(of: group, along: relationship), isLoop(group, keys: keys, after: parent) else {
        continue
      }
      return Repetition(
        group: group, keys: isUnknown ? nil : keys, relationship: relationship, declared: declared, parent: parent)
    }
    if let declared, let parent = index.parent(of: group.indices[0]), isLoop(group, keys: keys, after: parent) {
      return Repetition(
        group: group, keys: isUnknown ? nil : keys, relationship: nil, declared: declared, parent: parent)
    }
    guard !isUnknown, keys >= max(Self.repeatedReadThreshold, threshold), !shape.loaderHint.hasKeyList else {
      return nil
    }
    // A range beside the key may be what differs, and rows that are looked up to be written are no list to read at once.
    guard !shape.loaderHint.hasOtherConditions, Circumstances(self).areDecisive(for: group),
      !writes.touch(shape.tables, on: group, in: evidence)
    else { return nil }
    return Repetition(group: group, keys: keys, relationship: nil, declared: nil, parent: nil)
  }

  /// The load of one row at a time that an ORM declared around the whole group.
  private func declaredLoad(of group: ReadGroup) -> DeclaredLoad? {
    guard let first = evidence.declaredLoad(at: group.indices[0]),
      first.strategy == .lazy || first.strategy == .immediate,
      group.indices.allSatisfy({ evidence.declaredLoad(at: $0)?.relationship == first.relationship })
    else { return nil }
    return first
  }

  /// The read whose rows the group was run for: on the other table of the relationship, with at least two rows.
  private func parent(of group: ReadGroup, along relationship: Relationship) -> Int? {
    let first = group.indices[0]
    let enclosing = evidence.records[first].parent
    if enclosing != 0, let outer = evidence.index(ofSequence: enclosing - 1),
      evidence.shape(at: outer).kind == .select, evidence.records[outer].shape != evidence.records[first].shape,
      evidence.shape(at: outer).tables.contains(where: { $0.name.lowercased() == relationship.owner.lowercased() })
    {
      return outer
    }
    return index.parent(of: first, on: relationship.owner)
  }

  /// Whether the group is a loop over the rows of `parent`, and not several lookups that were written one by one.
  private func isLoop(_ group: ReadGroup, keys: Int, after parent: Int) -> Bool {
    let rows = evidence.records[parent].knownRows
    if evidence.shape(at: group.indices[0]).loaderHint.hasKeyList {
      // One selectIn is the cure, also when it is cut into chunks; one for each row is the disease.
      guard let rows, rows < 2 * keys else { return false }
    }
    let circumstances = Circumstances(self)
    if circumstances.areDecisive(for: group) { return true }
    // Which lines the lookups were written on cannot be seen: only one for every row of the parent speaks for a loop.
    guard group.indices.count >= rows ?? threshold else { return false }
    return keys >= 3 || circumstances.isSameFunction(group, parent)
  }
}

/// Statements that repeat each other for different keys.
struct Repetition {
  var group: ReadGroup
  /// How many keys; `nil`: the source does not tell.
  var keys: Int?
  /// The foreign key that they follow, where one is known.
  var relationship: Relationship?
  /// What their ORM calls it.
  var declared: DeclaredLoad?
  /// The index of the read whose rows they were run for.
  var parent: Int?

  var indices: [Int] { group.indices }

  /// The name of the relationship: the ORM's own, else `book.authorId`.
  var label: String? { declared?.relationship ?? relationship?.label }

  /// What there are many of: `author`.
  var owner: String? {
    relationship?.owner ?? declared.map { $0.relationship.split(separator: ".").first.map(String.init) ?? "row" }
  }
}
