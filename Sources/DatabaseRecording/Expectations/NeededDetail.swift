internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What an expectation has to know of each single statement, so that it cannot be told from counts by shape.
///
/// An expectation without one is exact, however many statements were only counted.
enum NeededDetail: Sendable {
  /// The same read for several keys.
  case repetitions(threshold: Int)
  /// The same read with the same parameters.
  case duplicates
  /// Rows that were looked at, but for those of some tables, by their names in lower case.
  case fullScans(except: Set<String>)
  case automaticIndexes
  /// Which relationships were loaded for one parent at a time.
  case lazyLoads
  /// How often a relationship was loaded in one way.
  case loads(of: String, CountRange)
  /// Which inserts came from one line.
  case rowByRowInserts
  /// Which statements wrote outside of any transaction.
  case autocommitWrites
  /// The order of some statements.
  case order([StatementShape])
}

/// The statements of a recording that were only counted, and that an expectation would have to know one by one.
struct OnlyCounted {
  private let recording: Recording
  private let need: NeededDetail
  /// Those that may matter.
  let statements: [DroppedShape]

  init(_ recording: Recording, _ need: NeededDetail, ignoring ignored: ShapeSet) {
    self.recording = recording
    self.need = need
    let evidence = recording.storage.evidence
    let judge = CountedJudge(recording, need)
    statements = evidence.dropped.filter { !ignored.contains(evidence.shape(of: $0)) && judge.mayMatter($0) }
  }

  /// The findings of what was kept, with what has to be said of what was not.
  func judging(_ found: [Finding], of expectation: String) -> [Finding] {
    guard !statements.isEmpty else { return found }
    guard let first = found.first else { return need.isBrokenByMore ? [blind(expectation)] : [] }
    guard !need.mayBeMended(by: first) else { return [blind(expectation)] }
    let note = "  \(count.counted("more statement")) that may belong to it \(count == 1 ? "was" : "were") only counted"
    return [first.adding([note])] + found.dropFirst()
  }

  private var count: Int { statements.reduce(0) { $0 + $1.statements.count } }

  private func blind(_ expectation: String) -> Finding {
    let evidence = recording.storage.evidence
    var counts: [UInt32: Int] = [:]
    for entry in statements { counts[entry.shape, default: 0] += entry.statements.count }
    let lines = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { shape, count in
      StatementSummary.line(count: count, sql: evidence.shape(shape).normalizedSQL, numbers: [])
    }
    let others = lines.count > 5 ? ["  and \((lines.count - 5).counted("more shape"))"] : []
    return Finding(
      kind: .blind,
      headline: """
        \(expectation) cannot be checked: of \(count.counted("statement")) that may break it only the number is known, since \
        they came after the first \(evidence.records.count.counted("statement")).
        """,
      details: lines.prefix(5) + others + [
        "  fix: record less at once: expectDatabase around the part that matters, or fixtures in withoutDatabaseRecording"
      ], count: count)
  }
}

extension NeededDetail {
  /// Whether more statements may break what holds so far.
  fileprivate var isBrokenByMore: Bool {
    if case .order = self { return false }
    return true
  }

  /// Whether more statements may mend what was found.
  fileprivate func mayBeMended(by finding: Finding) -> Bool {
    switch self {
    case .order: true
    case .loads(_, let range): !range.isExceeded(by: finding.count)
    default: false
    }
  }
}

/// Whether statements of which only the number is known may change what an expectation says.
private struct CountedJudge {
  private let evidence: StatementEvidence
  private let need: NeededDetail
  /// Executions of each shape, kept and counted, by database.
  private var totals: [Key: Int] = [:]
  /// Whether two writes or more may have been committed by themselves, one of them without a record.
  private var mayHaveAutocommitWrites = false

  private struct Key: Hashable {
    var database: Int
    var shape: UInt32
  }

  init(_ recording: Recording, _ need: NeededDetail) {
    evidence = recording.storage.evidence
    self.need = need
    guard !evidence.dropped.isEmpty else { return }
    for (record, connection) in zip(evidence.records, evidence.connectionIndices) where isRelevant(record) {
      totals[Key(database: evidence.databaseNumbers[Int(connection)], shape: record.shape), default: 0] += 1
    }
    for entry in evidence.dropped { totals[key(entry), default: 0] += relevantCount(entry) }
    let alone = evidence.writes.transactions.filter { $0.mode == .autocommit && $0.writes > 0 }
    let kept = alone.count { transaction in
      transaction.firstStatement.map { evidence.shape(at: $0).kind.isWrite } ?? false
    }
    let others = alone.count { $0.firstStatement == nil }
    mayHaveAutocommitWrites = others > 0 && kept + others + evidence.writes.overflow.autocommitWrites >= 2
  }

  private func isRelevant(_ record: StatementRecord) -> Bool {
    if case .rowByRowInserts = need { return record.error == 0 && (0...1).contains(record.rowsChanged) }
    return record.error == 0
  }

  private func relevantCount(_ entry: DroppedShape) -> Int {
    if case .rowByRowInserts = need { return Int(entry.statements.ofSingleRows) }
    return entry.statements.count - entry.statements.failures
  }

  private func key(_ entry: DroppedShape) -> Key {
    Key(database: evidence.databaseNumbers[Int(entry.connection)], shape: entry.shape)
  }

  func mayMatter(_ entry: DroppedShape) -> Bool {
    let shape = evidence.shape(of: entry)
    let schema = evidence.connections[Int(entry.connection)].schema
    let count = relevantCount(entry)
    let total = totals[key(entry)] ?? count
    guard count > 0 else { return false }
    switch need {
    case .repetitions(let threshold):
      guard shape.kind == .select, !shape.loaderHint.keyPredicates.isEmpty, total >= threshold else { return false }
      if hasDeclaredLoads || !Relationship.candidates(for: shape, in: schema).isEmpty { return true }
      let own = Relationship.ownKey(for: shape, in: schema)
      if let own, mayHaveList(of: own.owner, besides: entry) { return true }
      let hint = shape.loaderHint
      return total >= max(Analysis.repeatedReadThreshold, threshold) && !hint.hasKeyList && !hint.hasOtherConditions
    case .duplicates:
      return shape.kind == .select && !shape.tables.isEmpty && total >= 2
    case .fullScans(let allowed):
      guard shape.mayScanNeedlessly else { return false }
      let tables = QueryPlan(of: shape, in: schema)?.scannedTables(of: shape) ?? shape.tables.map(\.name)
      return !tables.isEmpty && !tables.contains { allowed.contains($0.lowercased()) }
    case .automaticIndexes:
      guard shape.kind.isQuery, shape.tables.contains(where: { $0.role == .read }) else { return false }
      return QueryPlan(of: shape, in: schema)?.hasAutomaticIndex ?? shape.mayJoin(in: schema)
    case .lazyLoads:
      guard shape.kind == .select else { return false }
      return hasDeclaredLoads || !Relationship.candidates(for: shape, in: schema).isEmpty
    case .loads(let relationship, _):
      guard shape.kind == .select else { return false }
      let child = relationship.split(separator: ".").first?.lowercased()
      return hasDeclaredLoads || shape.tables.contains { $0.name.lowercased() == child }
        || Relationship.candidates(for: shape, in: schema).contains {
          $0.label.lowercased() == relationship.lowercased()
        }
    case .rowByRowInserts:
      return shape.kind == .insert && total >= 2
    case .autocommitWrites:
      return shape.kind.isWrite && mayHaveAutocommitWrites
    case .order(let shapes):
      return ShapeSet(shapes).contains(shape)
    }
  }

  /// Whether other reads of a table may have had its rows.
  private func mayHaveList(of table: String, besides entry: DroppedShape) -> Bool {
    func isList(_ shape: UInt32) -> Bool {
      guard shape != entry.shape, evidence.shape(shape).kind == .select else { return false }
      return evidence.shape(shape).tables.contains { $0.name.lowercased() == table.lowercased() }
    }
    return evidence.records.contains { ($0.knownRows ?? 2) >= 2 && isList($0.shape) }
      || evidence.dropped.contains { isList($0.shape) }
  }

  private var hasDeclaredLoads: Bool { !evidence.declaredLoads.isEmpty }
}

extension StatementShape {
  /// Whether it can be a full scan that an index would spare: one query with a condition.
  var mayScanNeedlessly: Bool {
    guard kind.isQuery, !tables.isEmpty else { return false }
    let words = normalizedSQL.split(separator: " ").map { $0.trimmingPrefix("(") }
    guard words.count(where: { $0 == "SELECT" }) <= 1, words.first != "WITH" else { return false }
    return words.contains("WHERE") || words.contains("LIMIT")
  }

  /// Whether it may join: what is no table that is known may be a view of several.
  fileprivate func mayJoin(in schema: SchemaFacts) -> Bool {
    if tables.count(where: { $0.role == .read }) >= 2 { return true }
    let words = normalizedSQL.split(separator: " ").map { $0.trimmingPrefix("(") }
    if words.contains("JOIN") || words.count(where: { $0 == "SELECT" }) >= 2 { return true }
    return tables.contains { $0.role == .read && schema.table($0.name) == nil }
  }
}
