internal import Synchronization

/// One database, however many connections it has: a file, or a single in-memory connection.
package final class DatabaseIdentity: Sendable {
  /// What is known of its tables.
  package let schema: SchemaFacts

  private let use = Locked(Use())
  private let opened = Locked(Opened())

  fileprivate struct Use {
    /// The innermost scope that all users of the database are inside of.
    var lineage: RecordingScope?
    var isShared = false
    /// Of each tree of recordings that uses the database and has not ended, the innermost scope that its users are inside of.
    var running: [RecordingScope] = []
    /// Whether a tree used it that has ended.
    var wasUsed = false
  }

  private struct Opened {
    weak var monitor: PoolMonitor?
    /// Of a file, whose next connection has the same one; that of a single connection ends with it.
    var kept: PoolMonitor?
  }

  private static let files = Locked<[String: WeakIdentity]>([:])
  /// How many there may be before those that are gone are taken out: twice what was left the last time.
  private static let fileLimit = Atomic<Int>(256)

  private struct WeakIdentity: Sendable {
    weak let identity: DatabaseIdentity?
  }

  package init(schema: SchemaFacts = SchemaFacts()) {
    self.schema = schema
  }

  /// The identity of a file, as long as one of its connections, or a recording of them, is alive.
  package static func of(file: String, schema: () -> SchemaFacts) -> DatabaseIdentity {
    files.withLock { files in
      if let known = files[file]?.identity { return known }
      if files.count > fileLimit.load(ordering: .relaxed) {
        files = files.filter { $0.value.identity != nil }
        fileLimit.store(max(256, 2 * files.count), ordering: .relaxed)
      }
      let identity = DatabaseIdentity(schema: schema())
      files[file] = WeakIdentity(identity: identity)
      return identity
    }
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
    if running.count == 1 { return running[0].unfinished }
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
    guard let scope = owner.unfinished else { return .finished }
    return .scope(scope)
  }
}

extension DatabaseIdentity.Use {
  fileprivate mutating func note(_ scope: RecordingScope) {
    forgetEnded()
    for index in running.indices {
      guard let common = running[index].commonAncestor(with: scope) else { continue }
      running[index] = common
      return
    }
    running.append(scope)
  }

  fileprivate mutating func forgetEnded() {
    guard running.contains(where: { $0.unfinished == nil }) else { return }
    running.removeAll { $0.unfinished == nil }
    wasUsed = true
  }
}
