internal import DatabaseSupport
package import Synchronization

/// One database, however many connections it has: a file, or a single in-memory connection.
package final class ObservedDatabase: @unchecked Sendable {  // `schemaVersion` is an atomic.
  /// What is known of its tables.
  package let schema: SchemaFacts

  private let use = Locked(Use())
  private let opened = Locked(Opened())

  fileprivate struct Use {
    /// The innermost scope that all users of the database are inside of.
    var lineage: RecordingScope?
    /// What one of its connections said last of its tables.
    var learned: SchemaFacts?
    /// Of each tree of recordings that uses the database and has not ended, the innermost scope that its users are inside of.
    var running: [RecordingScope] = []
    /// When the last of these trees used it for the first time.
    var latestUser: UInt64 = 0
    // What takes a byte stands at the end: every connection of a database in memory has one of these.
    var isShared = false
    /// Whether a tree used it that has ended.
    var wasUsed = false
  }

  private struct Opened {
    weak var monitor: PoolMonitor?
    /// Of a file, whose next connection has the same one; that of a single connection ends with it.
    var kept: PoolMonitor?
  }

  /// Changes with its tables: a source that asks for them asks again. It lives as long as the identity.
  package let schemaVersion: UnsafeMutablePointer<Atomic<UInt64>>
  /// How many there may be before those that are gone are taken out: twice what was left the last time.
  private static let knownLimit = Atomic<Int>(256)

  private static let known = Locked<[Key: Known]>([:])

  /// What makes two connections have one database.
  package enum Key: Hashable, Sendable {
    /// A path, or an address.
    case place(String)
    /// A file, whatever its path is now.
    case file(device: UInt64, inode: UInt64, born: UInt64)
    /// Something that another database may be called by once its last connection is closed.
    case open(UInt64, isName: Bool)
  }

  private struct Known: Sendable {
    weak var identity: ObservedDatabase?
    /// Of connections that are open.
    var count = 0
  }

  package init(schema: SchemaFacts = SchemaFacts()) {
    self.schema = schema
    schemaVersion = .allocate(capacity: 1)
    schemaVersion.initialize(to: Atomic(0))
  }

  deinit { schemaVersion.deallocate() }

  /// The identity of a file or a place, as long as one of its connections, or a recording of them, is alive.
  package static func of(file: String, schema: () -> SchemaFacts) -> ObservedDatabase {
    of(.place(file), schema: schema)
  }

  /// The identity that goes with a key; ``closed(_:)`` is to be called for each connection that asked.
  ///
  /// - Parameter isAlone: Whether no other connection has the database for certain, so that an earlier one by this key is gone.
  package static func of(_ key: Key, isAlone: Bool = false, schema: () -> SchemaFacts) -> ObservedDatabase {
    known.withLock { known in
      if !isAlone, let identity = known[key]?.identity {
        known[key]?.count += 1
        return identity
      }
      if known.count > knownLimit.load(ordering: .relaxed) {
        known = known.filter { $0.value.identity != nil }
        knownLimit.store(max(256, 2 * known.count), ordering: .relaxed)
      }
      let identity = ObservedDatabase(schema: schema())
      known[key] = Known(identity: identity, count: 1)
      return identity
    }
  }

  /// A connection that asked for its identity by a key was closed.
  func closed(_ key: Key) {
    Self.known.withLock { known in
      guard let count = known[key]?.count, known[key]?.identity === self else { return }
      known[key]?.count = count - 1
      // A file keeps its identity for its next connection.
      if case .open = key, count == 1 { known[key] = nil }
    }
  }

  /// One of its connections was asked for its tables.
  func learn(_ facts: SchemaFacts, listing: () -> SchemaListing) {
    let isNew = use.withLock { use in
      defer { use.learned = facts }
      return use.learned !== facts
    }
    if isNew { schema.take(listing()) }
  }

  enum Owner {
    case scope(RecordingScope)
    case finished
    case shared
  }

  /// The monitor of its connections, made with the first of them.
  func monitor(of connection: ConnectionInfo) -> PoolMonitor {
    opened.withLock { opened in
      if let known = opened.monitor { return known }
      let monitor = PoolMonitor(databaseNamed: connection.name)
      opened.monitor = monitor
      if connection.file != nil { opened.kept = monitor }
      return monitor
    }
  }

  /// A scope uses a connection of the database.
  ///
  /// Users that share an outer scope widen the ownership to it. Users that share none make the database shared for good:
  /// whose a statement without a task is cannot be known any more.
  func noteUse(by scope: RecordingScope) {
    use.withLock { use in
      guard scope.recording != nil else { return }
      use.note(scope)
      guard !use.isShared else { return }
      guard let lineage = use.lineage else {
        use.lineage = scope
        return
      }
      if let common = lineage.commonAncestor(with: scope) {
        use.lineage = common
      } else {
        use.lineage = nil
        use.isShared = true
      }
    }
  }

  /// Whether a recording has used it that is not inside of `scope`.
  func isUsed(outside scope: RecordingScope) -> Bool {
    use.withLock { use in
      guard let lineage = use.lineage, !use.isShared else { return use.isShared }
      return lineage.commonAncestor(with: scope) !== scope
    }
  }

  /// When the last tree of recordings began to use it, in nanoseconds of the monotonic clock.
  var latestUser: UInt64 { use.withLock { $0.latestUser } }

  /// Who may be meant by a statement that carries no task and that no recording takes.
  enum Users {
    /// One tree that runs; others may have ended.
    case one
    case several
    /// None that runs.
    case none
  }

  var users: Users {
    use.withLock { use in
      use.forgetEnded()
      switch use.running.count {
      case 0: return .none
      case 1: return .one
      default: return .several
      }
    }
  }

  /// Whose a statement is that carries no task, on a connection that was opened outside of any recording.
  ///
  /// Where one tree of recordings is the only one that ever used the database, it is its. Where none did, it is of the one tree
  /// that runs. After a recording that used it has ended, it may be work that the recording left behind.
  ///
  /// - Parameter mayBeNew: Whether it may be of a recording although none has used the database.
  /// - Returns: `nil` where that cannot be known.
  func ownerOfUnboundWork(mayBeNew: Bool) -> RecordingScope? {
    let (running, wasUsed) = use.withLock { use in
      use.forgetEnded()
      return (use.running, use.wasUsed)
    }
    guard !wasUsed else { return nil }
    if running.count == 1 { return running[0].awake }
    guard mayBeNew, running.isEmpty, let scope = RecordingActivity.shared.onlyScope else { return nil }
    // From now on it is in use: what comes after that recording is not the next one's.
    noteUse(by: scope)
    return scope
  }

  /// Whose a statement is that carries no task, on a connection that was opened in `bound`.
  func owner(of bound: RecordingScope) -> Owner {
    let (lineage, isShared) = use.withLock { ($0.lineage, $0.isShared) }
    if isShared { return .shared }
    var owner = bound
    if let lineage, lineage !== bound, bound.commonAncestor(with: lineage) === lineage { owner = lineage }
    guard let scope = owner.awake else { return .finished }
    return .scope(scope)
  }
}

extension ObservedDatabase.Use {
  fileprivate mutating func note(_ scope: RecordingScope) {
    forgetEnded()
    for index in running.indices {
      guard let common = running[index].commonAncestor(with: scope) else { continue }
      running[index] = common
      return
    }
    running.append(scope)
    latestUser = monotonicNanoseconds()
  }

  fileprivate mutating func forgetEnded() {
    guard running.contains(where: { $0.unfinished == nil }) else { return }
    running.removeAll { $0.unfinished == nil }
    wasUsed = true
  }
}
