internal import CStatementLog
public import DatabaseInstrumentation
package import DatabaseSupport

/// What a scope asked of the database: finished, immutable evidence.
///
/// It is a value: spans that end, connections that close or get another name and leases that come back afterwards do not change it.
///
/// ```swift
/// let recording = try recordDatabase { _ = try library.publish(draft) }
/// #expect(recording.inserts.on("book").count == 1)
/// #expect(recording.findings.isEmpty)
/// print(recording)                                    // a readable timeline
/// ```
public struct Recording: Sendable, CustomStringConvertible {
  package let storage: Storage

  package final class Storage: Sendable {
    let label: String
    let location: CodeLocation
    let function: ScopeFunction
    let evidence: StatementEvidence
    let basis: AnalysisBasis
    let excludedCount: Int
    let unattributedCount: Int
    let unattributed: [UnattributedStatement]
    /// Statements that are not counted, and may be meant to be.
    let taskless: TasklessStatements?
    let blindness: [String]
    /// Why what sees nothing by itself saw nothing here: it was given no connection, perhaps rightly.
    let ungiven: [String]
    /// Of the scope around this one, if any.
    let outerLabel: String?
    let pools: PoolSnapshot
    let findings = Locked<[Finding]?>(nil)
    /// What a report keeps of a recording that expectations may still be made of.
    package let reported = Locked<(any Sendable)?>(nil)

    init(
      label: String, location: CodeLocation, function: ScopeFunction, evidence: StatementEvidence, excludedCount: Int,
      unattributedCount: Int, unattributed: [UnattributedStatement], taskless: TasklessStatements?, blindness: [String],
      ungiven: [String], outerLabel: String?, pools: PoolSnapshot
    ) {
      self.label = label
      self.location = location
      self.function = function
      self.evidence = evidence
      basis = AnalysisBasis(evidence)
      self.excludedCount = excludedCount
      self.unattributedCount = unattributedCount
      self.unattributed = unattributed
      self.taskless = taskless
      self.blindness = blindness
      self.ungiven = ungiven
      self.outerLabel = outerLabel
      self.pools = pools
    }
  }

  /// After the sources were asked for what they missed, which they know only as long as somebody listens.
  ///
  /// - Parameter intervals: What ran meanwhile and no recording took.
  init(
    scope: RecordingScope, label: String, location: CodeLocation, function: ScopeFunction,
    beside intervals: [UnattributedInterval]
  ) {
    let seen = scope.evidence()
    let doubtful = seen.doubtful(in: scope)
    seen.noteUnattributed(doubtful)
    let evidence = seen.removing(doubtful)
    let problems = evidence.records.isEmpty && evidence.dropped.isEmpty ? StatementDemand.shared.problems : []
    var blindness = Self.blindness(of: evidence, in: scope)
    var ungiven: [String] = []
    // Nearly always there is none, and this is done for each test of a suite.
    if !problems.isEmpty {
      blindness = problems.filter { !$0.takesConnections }.map(\.text) + blindness
      ungiven = problems.filter(\.takesConnections).map(\.text)
    }
    storage = Storage(
      label: label,
      location: location,
      function: function,
      evidence: evidence,
      excludedCount: scope.excludedCount,
      unattributedCount: scope.unattributedCount,
      unattributed: scope.unattributedCount == 0 ? [] : scope.unattributedStatements(),
      taskless: scope.unattributedCount == 0 && evidence.outerStatements == 0
        ? nil : TasklessStatements(of: scope, beside: evidence, seen: seen, doubtful: doubtful, in: intervals),
      blindness: blindness,
      ungiven: ungiven,
      outerLabel: scope.parent?.recording?.label,
      pools: PoolSnapshot(scope: scope, evidence: evidence)
    )
  }

  package init(storage: Storage) {
    self.storage = storage
  }

  /// The same recording, as if it had seen something else.
  func seeing(_ evidence: StatementEvidence) -> Recording {
    Recording(
      storage: Storage(
        label: storage.label, location: storage.location, function: storage.function, evidence: evidence,
        excludedCount: storage.excludedCount, unattributedCount: storage.unattributedCount, unattributed: [],
        taskless: nil, blindness: storage.blindness, ungiven: storage.ungiven, outerLabel: storage.outerLabel,
        pools: storage.pools))
  }

  private static func blindness(of evidence: StatementEvidence, in scope: RecordingScope) -> [String] {
    var reasons: [String] = []
    let ofSpans = evidence.spans.isEmpty ? 0 : evidence.records.count { $0.flags.contains(.fromORM) }
    if ofSpans > 0 {
      reasons.append(
        """
        Of \(ofSpans.counted("statement")) only a span of the ORM tells, and it has none for what it sends in transactions, futures \
        and raw SQL. Give its database a logger with a RecordingLogHandler.
        """)
    }
    let lost = scope.lostConnections
    if evidence.connections.isEmpty, lost.isEmpty { return reasons }
    let used = evidence.connections.filter(\.hasLostStatements).map { ($0.info, $0.loss) }
    let unused = lost.map { ($0.info, $0.loss) }
      .filter { lost in !used.contains { $0.0.id == lost.0.id } }
    for (connection, loss) in used + unused {
      reasons.append(
        loss.map { "Connection \(connection): \($0)" } ??

          """
          Connection \(connection) lost its trace: something replaced SQLite's trace callback, and its statements were \
          not seen. Trace with SQLiteInstrumentor.trace (GRDB: db.sharedTrace), or link SQLite as a shared library, where both \
          work.
          """)
    }
    return reasons
  }

  /// Whether no other recording was around it.
  package var isOutermost: Bool { storage.outerLabel == nil }

  /// What the scope was called; empty when it was given no name.
  public var label: String { storage.label }

  /// Every statement, in the order in which they began.
  public var statements: StatementCollection { StatementCollection(storage.evidence) { _ in true } }

  /// The selects, inserts, updates and deletes: what expectations call queries.
  public var queries: StatementCollection { StatementCollection(storage.evidence) { $0.isQuery } }

  /// Whether there was nothing at all, spans of others included.
  var isEmpty: Bool { storage.evidence.isEmpty }

  /// Whether there was any statement.
  var hasStatements: Bool { !storage.evidence.records.isEmpty || !storage.evidence.dropped.isEmpty }

  /// Whether there was any of them.
  var hasQueries: Bool {
    storage.evidence.kinds.contains(where: \.isQuery)
      || storage.evidence.dropped.contains { storage.evidence.shape(of: $0).kind.isQuery }
  }

  /// The selects.
  public var selects: StatementCollection { statements(of: .select) }

  /// The inserts, `REPLACE` included.
  public var inserts: StatementCollection { statements(of: .insert) }

  /// The updates.
  public var updates: StatementCollection { statements(of: .update) }

  /// The deletes.
  public var deletes: StatementCollection { statements(of: .delete) }

  /// The inserts, updates and deletes.
  public var writes: StatementCollection { StatementCollection(storage.evidence) { $0.isWrite } }

  /// The statements of one kind, `.transaction` or `.ddl` for example.
  public func statements(of kind: StatementKind) -> StatementCollection {
    StatementCollection(storage.evidence) { $0 == kind }
  }

  /// The connections that statements of this recording ran on.
  public var connections: [ConnectionInfo] { storage.evidence.connections.map(\.info) }

  /// The relationships that were loaded, and how; of a load through a pivot table the key of the pivot.
  public var loads: [RelationshipLoad] { storage.evidence.loads }

  /// What is wrong with what was recorded: N+1 queries, duplicate queries, failures. Worst first.
  ///
  /// Computed when it is first read, in time linear in the number of statements.
  public var findings: [Finding] {
    if let known = storage.findings.withLock({ $0 }) { return known }
    let found = Analysis(self).standardFindings()
    return storage.findings.withLock { findings in
      if findings == nil { findings = found }
      return findings ?? found
    }
  }

  /// Statements of the process that meanwhile belonged to no recording: they carry no task-local value, and their
  /// database is used by several recordings, or was by one before.
  public var unattributedCount: Int { storage.unattributedCount }

  /// Statements of fixtures inside of `withoutDatabaseRecording(_:)`.
  public var excludedCount: Int { storage.excludedCount }

  /// Statements that were counted by shape without being kept one by one, past the limit of details.
  public var droppedCount: Int { storage.evidence.dropped.reduce(0) { $0 + $1.statements.count } }

  /// Whether it is known that statements were missed, so that nothing can be concluded from this recording.
  public var isBlind: Bool { !storage.blindness.isEmpty }

  /// The statements as lines of a timeline, nested ones indented, with what was not recorded at the end.
  public var description: String { Timeline(recording: self).text }
}

extension RecordingScope {
  fileprivate func unattributedStatements() -> [UnattributedStatement] {
    UnattributedStatements.shared.samples(from: start, to: UInt64.max)
  }
}
