internal import CCallStacks
internal import DatabaseSupport
package import Synchronization

/// One scope in which statements are collected, or in which they are left out on purpose.
///
/// Scopes form trees along the task: what an inner scope sees, the outer ones see too.
package final class RecordingScope: @unchecked Sendable {  // `end` is an atomic.
  package enum Role: Sendable {
    case recording
    /// A fixture's statements: counted apart.
    case excluded
    /// Statements that no recording takes, kept for those that may be meant.
    case unattributed
  }

  /// The scope of the current task; read inside of the callback of each statement, never at installation.
  @TaskLocal package static var current: RecordingScope?

  package let id: UInt32
  package let role: Role
  package let label: String
  /// The test that it was opened for, where the test framework tells it.
  package let test: String?
  /// The name of the test that it, or a scope around it, was opened for.
  package let owningTest: String?
  package let parent: RecordingScope?
  package let store: RecordingTree
  /// The suite that it runs in, of those that ask for something.
  let suite: RecordedSuite?
  /// No statement of the scope comes before it; a little early, since not all sources read the same clock.
  package let startSequence: UInt64
  /// Nanoseconds of the monotonic clock; 0 where the scope is made for a statement that began before.
  package let start: UInt64
  /// What its tree had of pools when it began.
  let poolMark: PoolLog.Mark

  private let depth: Int
  /// Where it began: what is around an outermost recording is the same for all that it sees.
  private let root: UInt64
  /// Of the scope, or of the one around it, that one test had opened.
  private let testName: TestName?
  private let knownTest = OnceReference<KnownTest>()
  /// Nanoseconds of the monotonic clock when it was finished; `UInt64.max` before. It lives as long as the scope.
  package let end: UnsafeMutablePointer<Atomic<UInt64>>
  private let excluded = Atomic<Int>(0)
  private let lost = Locked<[ObservedConnection]>([])
  private let paused = Atomic<Bool>(false)
  private let unattributedAtStart: Int

  private static let lastID = Atomic<UInt32>(0)

  /// Opens a scope inside of `parent`, or an outermost one.
  ///
  /// - Parameter testName: Of the test that opens it, with its case, where no other one can run inside of the scope.
  package init(
    role: Role, label: String = "", test: String? = nil, testName: TestName? = nil,
    parent: RecordingScope? = RecordingScope.current?.unfinished, detailLimit: Int
  ) {
    end = .allocate(capacity: 1)
    end.initialize(to: Atomic(UInt64.max))
    id = Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
    self.role = role
    self.label = label
    self.test = test
    owningTest = test ?? parent?.owningTest
    self.testName = testName ?? parent?.testName
    self.parent = parent
    depth = parent.map { $0.depth + 1 } ?? 0
    store = parent?.store ?? RecordingTree(detailLimit: detailLimit)
    suite = parent == nil ? RecordedSuite.current : parent?.suite
    startSequence = role == .unattributed ? 0 : store.upcomingSequence(slack: 2_000)
    poolMark = parent == nil ? PoolLog.Mark() : store.pools.mark
    unattributedAtStart = UnattributedStatements.shared.count
    start = role == .unattributed ? 0 : monotonicNanoseconds()
    if let parent { store.register(id, parent: parent.id) }
    // Before the first statement that a recording asks about, and never in a callback of a database.
    _ = ExecutorCheck.hasPassed
    _ = ChainCheck.hasPassed
    root = role == .recording && parent == nil ? dcs_open_root() : 0
    if role != .unattributed { RecordingActivity.shared.begin(self) }
  }

  deinit { end.deallocate() }

  /// Whether it takes no more statements.
  package var isFinished: Bool {
    end.pointee.load(ordering: .acquiring) != UInt64.max
  }

  /// This scope, or the nearest one around it that still takes statements.
  package var unfinished: RecordingScope? {
    if !isFinished { return self }
    var scope = parent
    while let candidate = scope, candidate.isFinished { scope = candidate.parent }
    return scope
  }

  /// Whether a fixture's work stands still, while the test that it is for runs.
  var isPaused: Bool { paused.load(ordering: .acquiring) }

  /// Calls `body`, a part of the scope that is no fixture's: work without a task meanwhile is of the scope around this one.
  package func pausing<R>(_ body: () throws -> R) rethrows -> R {
    paused.store(true, ordering: .releasing)
    defer { paused.store(false, ordering: .releasing) }
    return try body()
  }

  /// This scope, or the nearest one around it that still takes statements and does not stand still.
  var awake: RecordingScope? {
    var scope: RecordingScope? = self
    while let candidate = scope, candidate.isFinished || candidate.isPaused { scope = candidate.parent }
    return scope
  }

  /// The nearest recording scope: this one, or the one around a fixture.
  package var recording: RecordingScope? {
    var scope: RecordingScope? = self
    while let candidate = scope, candidate.role == .excluded { scope = candidate.parent }
    return scope
  }

  /// The test that the current task, which is in this scope, belongs to, with its case.
  ///
  /// To ask the test framework takes longer than all else that is kept of a lease: only where the scope does not tell. What it
  /// tells stays the same, and is kept.
  package var runningTest: String? {
    if let known = knownTest.value { return known.name }
    guard let testName else { return CurrentTest.name.map { store.pools.shared($0) } ?? owningTest }
    let name = (testName.text ?? owningTest).map { store.pools.shared($0) }
    return knownTest.setIfNil(KnownTest(name)).name
  }

  private final class KnownTest: Sendable {
    let name: String?

    init(_ name: String?) { self.name = name }
  }

  /// Closes the scope; idempotent.
  package func finish() {
    let now = monotonicNanoseconds()
    let (closed, _) = end.pointee.compareExchange(expected: UInt64.max, desired: now, ordering: .acquiringAndReleasing)
    guard closed else { return }
    dcs_close_root(root)
    if role != .unattributed { RecordingActivity.shared.end(self) }
  }

  /// Gives the records back; for the outermost scope, after its evidence was taken.
  package func discard() {
    if parent == nil { store.discard() }
  }

  /// Statements on a connection were missed that belonged to the scope.
  func note(lost connection: ObservedConnection) {
    var scope: RecordingScope? = self
    while let current = scope {
      current.lost.withLock { lost in
        if !lost.contains(where: { $0 === connection }) { lost.append(connection) }
      }
      scope = current.parent
    }
  }

  /// Connections whose statements are known to have been missed.
  package var lostConnections: [ObservedConnection] { lost.withLock { $0 } }

  func countExcluded() {
    var scope: RecordingScope? = self
    while let current = scope {
      current.excluded.wrappingAdd(1, ordering: .relaxed)
      scope = current.parent
    }
  }

  /// Statements left out by fixtures inside of this scope.
  package var excludedCount: Int {
    excluded.load(ordering: .relaxed)
  }

  /// Statements of the process that belonged to no recording since this scope began.
  package var unattributedCount: Int {
    max(0, UnattributedStatements.shared.count - unattributedAtStart)
  }

  /// The statements of this scope and of those inside of it, so far.
  package func evidence() -> StatementEvidence {
    store.evidence(of: self, until: min(end.pointee.load(ordering: .acquiring), monotonicNanoseconds()))
  }

  /// Whether it is `scope` or inside of it.
  package func isInside(_ scope: RecordingScope) -> Bool {
    var candidate: RecordingScope? = self
    while let current = candidate {
      if current === scope { return true }
      candidate = current.parent
    }
    return false
  }

  /// The innermost scope that both are, or are inside of.
  func commonAncestor(with other: RecordingScope) -> RecordingScope? {
    guard store === other.store else { return nil }
    var left: RecordingScope? = self
    var right: RecordingScope? = other
    while let a = left, let b = right {
      if a === b { return a }
      if a.depth >= b.depth { left = a.parent } else { right = b.parent }
    }
    return nil
  }
}
