internal import CStatementLog
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
    let shape = evidence.shape(at: group.indices[0])
    guard group.indices.count >= threshold, !shape.loaderHint.keyPredicates.isEmpty else { return nil }
    let schema = evidence.schema(at: group.indices[0])
    let isForItsOwnSake = evidence.declaredLoad(at: group.indices[0]).map { $0.strategy == nil } ?? false
    var isOfOneParent = false
    for relationship in isForItsOwnSake ? [] : Relationship.candidates(for: shape, in: schema) {
      let lookups = KeyLookups(group, along: relationship, in: evidence, index)
      if lookups.keys == 1, group.indices.count > 1 { isOfOneParent = true }
      guard lookups.areEnough(for: threshold), let parent = parent(of: lookups.group, along: relationship),
        isLoop(lookups, after: parent)
      else { continue }
      return Repetition(lookups, relationship: relationship, declared: declaredLoad(of: lookups.group), parent: parent)
    }
    let lookups = KeyLookups(group, in: evidence)
    guard lookups.areEnough(for: threshold) else { return nil }
    if let declared = declaredLoad(of: lookups.group), let parent = index.parent(of: lookups.group.indices[0]),
      isLoop(lookups, after: parent)
    {
      return Repetition(lookups, relationship: nil, declared: declared, parent: parent)
    }
    // The rows of one parent, a page or a day at a time.
    guard !isOfOneParent else { return nil }
    if !isForItsOwnSake, let found = rereadOfList(lookups, shape, in: schema) { return found }
    guard let keys = lookups.keys, keys >= max(Self.repeatedReadThreshold, threshold), !shape.loaderHint.hasKeyList
    else {
      return nil
    }
    // A range beside the key may be what differs, and rows that are looked up to be written are no list to read at once.
    guard !shape.loaderHint.hasOtherConditions, Circumstances(self).areDecisive(for: lookups.group),
      !writes.touch(shape.tables, on: lookups.group, in: evidence)
    else { return nil }
    return Repetition(lookups, relationship: nil, declared: nil, parent: nil)
  }

  /// Each row of a list read once more by its own key, with nothing written since.
  private func rereadOfList(_ lookups: KeyLookups, _ shape: StatementShape, in schema: SchemaFacts) -> Repetition? {
    guard let own = Relationship.ownKey(for: shape, in: schema) else { return nil }
    let rows = KeyLookups(lookups.group, along: own, in: evidence, index)
    guard rows.areEnough(for: threshold), let keys = rows.keys,
      let parent = index.parent(of: rows.group.indices[0], on: own.owner),
      keys <= evidence.records[parent].knownRows ?? keys, isLoop(rows, after: parent),
      let last = rows.group.indices.last, !writes.touch(shape.tables, in: evidence, parent, last)
    else { return nil }
    return Repetition(rows, relationship: own, declared: nil, parent: parent)
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

  /// Whether the lookups are a loop over the rows of `parent`, and not several that were written one by one.
  private func isLoop(_ lookups: KeyLookups, after parent: Int) -> Bool {
    let (group, keys) = (lookups.group, lookups.keys ?? lookups.group.indices.count)
    let circumstances = Circumstances(self)
    if circumstances.areDecisive(for: group) { return true }
    // Which lines the lookups were written on cannot be seen: only one for every row of the parent speaks for a loop.
    guard group.indices.count >= evidence.records[parent].knownRows ?? threshold else { return false }
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

  init(_ lookups: KeyLookups, relationship: Relationship?, declared: DeclaredLoad?, parent: Int?) {
    self.init(
      group: lookups.group, keys: lookups.keys, relationship: relationship, declared: declared, parent: parent)
  }

  init(group: ReadGroup, keys: Int?, relationship: Relationship?, declared: DeclaredLoad?, parent: Int?) {
    self.group = group
    self.keys = keys
    self.relationship = relationship
    self.declared = declared
    self.parent = parent
  }

  var indices: [Int] { group.indices }

  /// The name of the relationship: the ORM's own, else `book.authorId`.
  var label: String? { declared?.relationship ?? relationship?.label }

  /// What there are many of: `author`.
  var owner: String? {
    relationship?.owner ?? declared.map { $0.relationship.split(separator: ".").first.map(String.init) ?? "row" }
  }
}
