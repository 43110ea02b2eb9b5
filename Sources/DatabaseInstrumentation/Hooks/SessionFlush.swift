internal import DatabaseSupport
internal import Synchronization

/// One flush of an ORM's session: what it announced, and what its statements wrote. The token of ``FlushHooks``.
public final class SessionFlush: Sendable {
  /// What the ORM calls it.
  public let name: String
  /// The rows that it is going to write, by table.
  public let announced: RowChanges

  package let number: UInt32
  package let scope: RecordingScope?
  /// What the observer of the process keeps of it.
  package let observation: (any Observation)?
  private let state = Locked(State())

  private struct State {
    var kept: [TableName: RowTally] = [:]
    var isUnknown = false
    var isFlushed = false
    var isFinished = false
    /// What the function that sends its statements threw.
    var error: (any Error)?
  }

  @TaskLocal static var bound: TaskDeclaration<SessionFlush>?
  private static let lastNumber = Atomic<UInt32>(0)

  /// The flush around the current task; costs one load of a number where no ORM declares any.
  package static var current: SessionFlush? {
    StatementDemand.shared.hasDetours ? bound?.subject : nil
  }

  init(_ name: String, announced: RowChanges) {
    self.name = name
    self.announced = announced
    number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    scope = RecordingScope.current?.unfinished
    observation = ProcessObserver.current?.flushAnnounced(name, announced)
    if let scope { scope.store.add(self, in: scope) }
  }

  deinit { tellOfEnd(nil) }

  /// Runs `body`, whose statements are the flush's, in this task and its children.
  ///
  /// - Returns: What `body` returns.
  public func perform<R>(_ body: () throws -> R) rethrows -> R {
    do {
      return try Self.$bound.withValue(TaskDeclaration(self), operation: body)
    } catch {
      note(error)
      throw error
    }
  }

  /// Runs `body`, whose statements are the flush's, in this task and its children.
  ///
  /// - Returns: What `body` returns.
  public func perform<R>(_ body: () async throws -> R) async rethrows -> R {
    do {
      return try await Self.$bound.withValue(TaskDeclaration(self), operation: body)
    } catch {
      note(error)
      throw error
    }
  }

  private func note(_ error: any Error) {
    state.withLock { if $0.error == nil { $0.error = error } }
  }

  private func tellOfEnd(_ ending: FlushEnding?) {
    if let observation { ProcessObserver.current?.flushEnded(observation, ending) }
  }

  /// All statements of the flush were sent, the transaction is still open. What comes later is not compared with what was
  /// announced.
  public func didFlush() {
    state.withLock { $0.isFlushed = true }
  }

  /// The session's objects are in their final state: the flush is over.
  public func didFinishExecution() {
    let error = state.withLock { state in
      state.isFlushed = true
      state.isFinished = true
      return state.error
    }
    tellOfEnd(error.map(FlushEnding.threw) ?? .executed)
  }

  /// As it stands: what its statements wrote and did not take back themselves, by table.
  var evidence: WriteEvidence.Session {
    state.withLock { state in
      WriteEvidence.Session(
        flush: self, kept: state.kept, isFinished: state.isFinished, isUnknown: state.isUnknown)
    }
  }

  func add(_ rows: RowTally, to table: TableName) {
    state.withLock { state in
      guard !state.isFlushed else { return }
      state.kept[table, default: RowTally()] += rows
    }
  }

  /// A savepoint took back what statements of it had written.
  func remove(_ rows: RowTally, from table: TableName) {
    state.withLock { state in
      guard !state.isFlushed else { return }
      state.kept[table, default: RowTally()] -= rows
    }
  }

  /// A driver tells how many rows a statement of it changed.
  func add(_ rowsChanged: Int?, by shape: StatementShape) {
    let written = shape.tables.filter { $0.role == .written }
    guard let rowsChanged, let table = written.first, written.count == 1 else { return markUnknown() }
    let count = RowCount(rowsChanged)
    let rows =
      switch shape.kind {
      case .insert: RowTally(inserted: count)
      case .update: RowTally(updated: count)
      default: RowTally(deleted: count)
      }
    add(rows, to: TableName(database: table.schema?.asciiLowercased ?? "main", name: table.name))
  }

  /// A statement of it wrote rows that its source does not tell.
  func markUnknown() {
    state.withLock { $0.isUnknown = true }
  }
}
