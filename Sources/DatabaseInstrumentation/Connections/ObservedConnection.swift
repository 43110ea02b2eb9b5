internal import CStatementLog
internal import DatabaseSupport
internal import Synchronization

/// What the toolkit knows of one connection, and how it finds the recording that a statement on it belongs to.
///
/// A driver makes one when a connection opens, and tells it of each statement.
package final class ObservedConnection: Sendable {
  package var info: ConnectionInfo { told.withLock { $0.info } }
  /// Shared by all connections to the same file.
  package let database: ObservedDatabase

  /// Its transactions, and what they wrote.
  package let transactions = TransactionMonitor()

  /// By which the database is known, where that has to be told when the connection closes.
  private let key: ObservedDatabase.Key?
  private let bound: RecordingScope?
  private let cache = Locked(Cache())
  /// Whether a test opened it outside of any recording.
  private let isOpenedByTest: Bool
  /// Whether it stands for all connections of which log messages tell.
  let isOfLog: Bool
  /// Whether it stands for what an endpoint on the way to the server saw, which others may have told of as well.
  let isOnWire: Bool
  private let isLost = Atomic<Bool>(false)
  private let isClosed = Atomic<Bool>(false)
  private let told: Locked<Told>

  private struct Cache {
    var scope: UInt32 = 0
    var log: StatementLog?
  }

  private struct Told {
    var info: ConnectionInfo
    /// The stack that opened it.
    var opening: StackTrace?
    /// The statements that were not finalized when its close began; `nil` where no close began.
    var held: [StatementShape]?
    var loss: String?
    var schemas = SchemaTimeline()
    /// What the observer of the process keeps of it.
    var observation: (any Observation)?
  }

  /// - Parameters:
  ///   - info: Its name and file.
  ///   - database: From `ObservedDatabase.of(file:)`.
  ///   - isBound: Whether it belongs to the recording it is made in; not where it only stands for what spans tell of.
  ///   - key: What the identity was asked for with.
  ///   - isOfLog: Whether it stands for all connections of which log messages tell.
  ///   - isOnWire: Whether it stands for what an endpoint on the way to the server saw.
  package init(
    info: ConnectionInfo, database: ObservedDatabase, isBound: Bool = true, key: ObservedDatabase.Key? = nil,
    isOfLog: Bool = false, isOnWire: Bool = false
  ) {
    self.isOfLog = isOfLog
    self.isOnWire = isOnWire
    told = Locked(Told(info: info, observation: ProcessObserver.listening?.connectionOpened()))
    self.key = key
    self.database = database
    // A fixture without a recording around it is nobody's.
    bound = isBound ? RecordingScope.current?.unfinished.flatMap { $0.recording == nil ? nil : $0 } : nil
    isOpenedByTest = bound == nil && CurrentTest.isInTask
    if let bound { database.noteUse(by: bound) }
    if isBound { DatabaseRegistry.shared.add(info, database) }
  }

  deinit { DatabaseRegistry.shared.remove(info) }

  /// Gives the connection another name, by which it is shown from now on.
  package func rename(_ name: String) {
    let info = told.withLock { told in
      told.info = told.info.named(name)
      return told.info
    }
    if !isClosed.load(ordering: .relaxed) { DatabaseRegistry.shared.add(info, database) }
  }

  /// What the observer of the process keeps of it, made when that is first asked for.
  package func observation(otherwise make: () -> any Observation) -> any Observation {
    told.withLock { told in
      if let known = told.observation { return known }
      let made = make()
      told.observation = made
      return made
    }
  }

  /// The connection was asked for its tables.
  ///
  /// - Parameters:
  ///   - facts: What it said, which statements from `since` on, in nanoseconds of the monotonic clock, are judged by.
  ///   - listing: The same; asked for where the database did not have it already.
  package func learn(_ facts: SchemaFacts, since: UInt64, listing: () -> SchemaListing) {
    let isNew = told.withLock { $0.schemas.add(facts, since: since) }
    if isNew { database.learn(facts, listing: listing) }
  }

  /// What was defined so far holds for the statements that ran so far.
  package func keepDefinitions() {
    let facts = database.schema.copy
    database.schema.stopTelling()
    let now = monotonicNanoseconds()
    told.withLock { told in
      _ = told.schemas.add(facts, since: 0)
      _ = told.schemas.add(nil, since: now)
    }
  }

  /// What is known of its tables now.
  package var schema: SchemaFacts { told.withLock { $0.schemas.latest } ?? database.schema }

  /// What it said of its tables so far.
  var schemas: SchemaTimeline { told.withLock { $0.schemas } }

  /// Files a statement that begins where it belongs.
  ///
  /// - Returns: `nil` when no recording takes it.
  package func begin(_ statement: StatementBeginning, values: (Bool) -> ValueHashes) -> StatementSlot? {
    guard let place = running ?? place(shape: statement.shape, time: statement.start) else { return nil }
    var statement = statement
    if place.isViaConnection { statement.flags.insert(.viaConnection) }
    // One line for all statements: it is on the stacks by which they are told apart.
    return place.log.begin(&statement, in: place.scope.id, values: values)
  }

  /// Where a statement goes.
  package typealias Place = (log: StatementLog, scope: RecordingScope, isViaConnection: Bool)

  /// The recording of the current task, where the statement before belonged to it as well: the common case.
  package var running: Place? {
    guard let scope = RecordingScope.current, scope.role == .recording, !scope.isFinished,
      let log = cache.withLock({ $0.scope == scope.id ? $0.log : nil })
    else { return nil }
    return (log, scope, false)
  }

  /// Where a statement belongs that begins at `time`; `nil` where no recording takes it, which is counted.
  package func place(shape: UInt32, time: UInt64) -> Place? {
    destination(shape: shape, time: time).map { (log(of: $0.scope), $0.scope, $0.isViaConnection) }
  }

  /// Files a statement that could not be prepared.
  package func fail(toPrepare shape: UInt32, at time: UInt64, error: StatementError, flags: StatementRecord.Flags) {
    guard let (scope, isViaConnection) = destination(shape: shape, time: time) else { return }
    let flags = isViaConnection ? flags.union(.viaConnection) : flags
    log(of: scope).append(failedToPrepare: shape, at: time, error: error, flags: flags, in: scope)
  }

  /// Its source tells of opening and closing exactly: a recording that it was opened in may ask whether it is closed.
  package func noteOpening() {
    DirectConnections.shared.opened(info, of: database)
    guard let bound, bound.role == .recording else { return }
    let stack = StackTrace.capture()
    told.withLock { $0.opening = stack }
    bound.store.pools.add(self, in: bound)
  }

  /// The stack that opened it, where ``noteOpening()`` was told.
  package var openingStack: StackTrace? { told.withLock { $0.opening } }

  /// Its close begins, which may be refused; or a statement is not finalized then.
  package func noteClosing(holding statement: StatementShape?) {
    told.withLock { told in
      if let statement { told.held?.append(statement) } else { told.held = [] }
    }
  }

  /// The statements that were not finalized when its close began, as its database understands them; `nil` where no close began.
  /// Those that a virtual table keeps for itself are left out.
  package var heldAtClose: [StatementShape]? {
    guard let held = told.withLock({ $0.held }) else { return nil }
    let schema = schema
    // SQLite's modules write the names of their own tables as strings: `FROM 'main'.'note_data'`.
    return held.filter { !$0.normalizedSQL.contains("?.") }.map { $0.shown(in: schema) }
  }

  /// Whether it has not been closed.
  package var isOpen: Bool { !isClosed.load(ordering: .relaxed) }

  /// Work was done on the connection that its source did not see.
  ///
  /// - Parameters:
  ///   - scope: The recording whose it was; `nil`: that of the task, else that of the connection.
  ///   - reason: What happened, a sentence; `nil` where something replaced SQLite's trace callback.
  ///   - isLasting: Whether recordings that use the connection later are concerned.
  package func markLost(
    in scope: RecordingScope? = nil, because reason: String? = nil, isLasting: Bool = true
  ) {
    if isLasting { isLost.store(true, ordering: .relaxed) }
    if let reason { told.withLock { if $0.loss == nil { $0.loss = reason } } }
    (scope ?? RecordingScope.current?.unfinished ?? bound?.unfinished)?.note(lost: self)
  }

  /// Whether a recording may ask for work on the connection: it was opened there, or used, or no other recording could mean it.
  ///
  /// - Parameter isAlone: Whether no other recording runs.
  package func concerns(_ scope: RecordingScope, isAlone: Bool) -> Bool {
    isBound(inside: scope) || scope.store.hasLog(for: self) || (isAlone && bound == nil && !isOpenedByTest)
  }

  /// Why statements were missed, where its source said so.
  package var loss: String? { told.withLock { $0.loss } }

  /// Whether statements on it are known to have been missed.
  package var hasLostStatements: Bool {
    isLost.load(ordering: .relaxed)
  }

  package func markClosed() {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    if let key { database.closed(key) }
    DatabaseRegistry.shared.remove(info)
    DirectConnections.shared.closed(info.id)
    transactions.close(in: (RecordingScope.current?.unfinished ?? bound?.unfinished)?.id ?? 0)
    let log = cache.withLock { cache in
      defer { cache = Cache() }
      return cache.log
    }
    log?.giveBackRoom()
  }

  /// Whether it was opened inside of a recording, or of its fixture.
  var isBound: Bool { bound != nil }

  /// Whether the connection was opened inside of `scope`.
  package func isBound(inside scope: RecordingScope) -> Bool {
    guard let bound else { return false }
    return bound.commonAncestor(with: scope) === scope
  }

  /// Where work that is no statement belongs, such as an incremental write to a blob.
  package var logOfTask: (log: StatementLog, scope: UInt32)? {
    if let scope = RecordingScope.current?.unfinished {
      return scope.role == .recording ? (log(of: scope), scope.id) : nil
    }
    guard RecordingScope.current == nil, let scope = ownerWithoutTask, scope.role == .recording else { return nil }
    return (log(of: scope), scope.id)
  }

  /// Work in the task of a test that nobody records is that test's.
  private var ownerOfUnboundWork: RecordingScope? {
    guard RecordingActivity.shared.isRecording, !CurrentTest.isInTask else { return nil }
    return database.ownerOfUnboundWork(mayBeNew: !isOpenedByTest)
  }

  private var ownerWithoutTask: RecordingScope? {
    guard let bound else { return ownerOfUnboundWork }
    return if case .scope(let scope) = database.owner(of: bound) { scope } else { nil }
  }

  /// Whether what has no task may be of any recording that runs: a log and a shared endpoint do not know their users.
  private var isUntold: Bool { isOfLog || (isOnWire && bound == nil) }

  private func destination(shape: UInt32, time: UInt64) -> (scope: RecordingScope, isViaConnection: Bool)? {
    var reason = UnattributedStatement.Reason.noTask
    var mayBeMeant = true
    if let current = RecordingScope.current {
      if let scope = current.unfinished {
        if cache.withLock({ $0.scope }) != scope.id { database.noteUse(by: scope) }
        if scope.role == .recording { return (scope, false) }
        scope.countExcluded()
        return nil
      }
      reason = .afterTheRecording
      mayBeMeant = false
    } else if let bound {
      switch database.owner(of: bound) {
      case .scope(let scope) where scope.role == .recording: return (scope, true)
      case .scope(let fixture):
        fixture.countExcluded()
        return nil
      case .finished: reason = .afterTheRecording
      case .shared: reason = .sharedConnection
      }
    } else if isUntold {
      if let only = LogUse.onlyScope {
        if only.role == .recording { return (only, true) }
        only.countExcluded()
        return nil
      }
      reason = isOfLog ? .sharedLog : .sharedConnection
    } else if let owner = ownerOfUnboundWork {
      if owner.role == .recording { return (owner, true) }
      owner.countExcluded()
      return nil
    }
    let users = database.users
    if isUntold {} else if case .none = users {} else if reason == .noTask { reason = .sharedConnection }
    UnattributedStatements.shared.add(
      UnattributedStatement(shape: shape, connection: info, time: time, reason: reason, schema: schema))
    guard mayBeMeant, RecordingActivity.shared.isRecording, !CurrentTest.isInTask else { return nil }
    if isUntold { return UnattributedStatements.shared.scope(isOfOne: false).map { ($0, false) } }
    switch users {
    case .none: return nil
    case .one: return UnattributedStatements.shared.scope(isOfOne: true).map { ($0, false) }
    case .several: return UnattributedStatements.shared.scope(isOfOne: false).map { ($0, false) }
    }
  }

  private func log(of scope: RecordingScope) -> StatementLog {
    cache.withLock { cache in
      if cache.scope == scope.id, let log = cache.log { return log }
      let log = scope.store.log(for: self, in: scope.id)
      cache = Cache(scope: scope.id, log: log)
      return log
    }
  }
}

extension ObservedConnection {
  /// Whether the rows that are known are all that changed: where rows that were replaced are not told, none may be.
  func tellsAll(_ rows: [TableRows]) -> Bool {
    let writing = database.schema.writing
    guard writing.isNeeded else { return true }
    if rows.allSatisfy({ writing.neverReplaces($0.table) }) { return true }
    database.schema.prepare()
    return rows.allSatisfy { writing.neverReplaces($0.table) }
  }
}
