internal import DatabaseSupport
internal import Synchronization

/// Between those that know whose a statement is, and an endpoint on the way to the server that many recordings share, which knows what
/// it did.
package final class SeenStatements: Sendable {
  package static let shared = SeenStatements()

  private let state = Locked(State())
  /// Endpoints that are open and belong to no recording.
  private let endpoints = Atomic<Int>(0)
  /// The databases to which connections go through endpoints, those of recordings among them.
  private let ways = Locked(Ways())

  /// A database behind an endpoint.
  package struct Way: Sendable, Hashable {
    /// Of the endpoint.
    package var id: ObjectIdentifier
    package var database: String
    /// What messages call it.
    package var name: String

    package init(id: ObjectIdentifier, database: String, name: String) {
      self.id = id
      self.database = database
      self.name = name
    }

    fileprivate func isCalled(_ name: String) -> Bool { name == database || name == self.name }
  }

  private struct Ways {
    /// How many connections are open.
    var open: [Way: Int] = [:]
    /// The databases to which connections were ever opened, by what they are called. A name that was one's means no other database, also
    /// once the last of its connections is closed.
    var databases: [String: Set<String>] = [:]

    /// Whether who calls a database by this name may mean the one on the way: by its own name, which no other way has that is open, or by
    /// one that is no other database's where there is no other way.
    func mayMean(_ way: Way, by name: String) -> Bool {
      if way.isCalled(name) { return !open.keys.contains { $0 != way && $0.isCalled(name) } }
      return !isOfAnother(than: way, name) && open.keys.allSatisfy { $0 == way }
    }

    /// Whether a name cannot mean the database on the way.
    func isOfAnother(than way: Way, _ name: String) -> Bool {
      guard !way.isCalled(name), let called = databases[name] else { return false }
      return called.contains { $0 != way.database }
    }
  }

  /// A connection was opened to a database behind an endpoint.
  package func opened(_ way: Way) {
    ways.withLock { ways in
      ways.open[way, default: 0] += 1
      for name in [way.database, way.name] { ways.databases[name, default: []].insert(way.database) }
    }
  }

  /// Such a connection was closed.
  package func closed(_ way: Way) {
    ways.withLock { ways in
      let count = ways.open[way] ?? 0
      ways.open[way] = count > 1 ? count - 1 : nil
    }
  }

  fileprivate struct State {
    var awaited = AwaitedStatements()
    var scopes: [UInt32: RecordingScope] = [:]
    /// Spans of clients that have not ended, of which some are statements.
    var spans: [(span: LiveSpan, scope: RecordingScope, isTaken: Bool)] = []
  }

  /// Whose a statement is that the endpoint saw.
  package struct Owner: Sendable {
    /// `nil`: nobody's.
    package var scope: RecordingScope?
    /// Recordings that may be meant as well, with the owner; empty where it is certain.
    package var rivals: [RecordingScope]
    /// Whether another one may be meant, be it one without a task.
    package var isCertain: Bool
  }

  /// An endpoint that belongs to no recording begins or ends.
  package func change(endpoints: Int) {
    let (_, count) = self.endpoints.wrappingAdd(endpoints, ordering: .relaxed)
    // Another one may have begun meanwhile, of which somebody told already.
    if count <= 0 { state.withLock { if !isWanted { $0 = State() } } }
  }

  /// Whether anybody asks.
  package var isWanted: Bool { endpoints.load(ordering: .relaxed) > 0 }

  /// A log or a driver tells of a statement of the current task that is about to be sent to PostgreSQL.
  ///
  /// - Parameters:
  ///   - values: As text; `nil` where they are not known.
  ///   - database: What the teller calls it.
  /// - Returns: By what ``end(_:)`` calls it.
  func tell(_ sql: String, values: [String?]?, database: String) -> UInt64? {
    guard isWanted, RecordingActivity.shared.isRecording else { return nil }
    let scope = RecordingScope.current?.unfinished
    let (shape, _) = ShapeTable.shared.number(of: sql, dialect: .postgreSQL)
    let hashes = values?.map { value -> UInt64? in
      value?.standsForSeveralValues == true ? nil : Self.hash(of: value)
    }
    let time = monotonicNanoseconds()
    return state.withLock { state in
      if let scope { state.scopes[scope.id] = scope }
      return state.awaited.tell(shape, values: hashes, scope: scope?.id, database: database, time: time)
    }
  }

  /// A statement that a driver told of has ended.
  func end(_ id: UInt64) { state.withLock { $0.awaited.withdraw(id) } }

  /// A span began that may stand for a statement, once it says so.
  func note(_ span: LiveSpan, in scope: RecordingScope) {
    guard isWanted else { return }
    state.withLock { $0.spans.append((span, scope, false)) }
  }

  /// An endpoint saw a statement.
  ///
  /// Where there are several ways, who told of it has to call its database by the name that it has on this one alone.
  ///
  /// - Parameters:
  ///   - way: On which it was seen.
  ///   - values: As text, as far as they can be read; an element for each.
  ///   - open: The recording whose transaction is open on the connection.
  ///   - takesDoubtful: Whether it is decided now whose it is, although several may be meant.
  /// - Returns: `nil` where nobody told of it.
  package func claim(
    _ sql: String, values: [SeenValue], on way: Way, inside open: RecordingScope?, takesDoubtful: Bool = true
  ) -> Owner? {
    guard RecordingActivity.shared.isRecording else { return nil }
    let ways = ways.withLock { $0 }
    func isMeant(_ database: String) -> Bool { ways.mayMean(way, by: database) }
    let (shape, _) = ShapeTable.shared.number(of: sql, dialect: .postgreSQL)
    let hashes = values.map(Self.hash)
    let time = monotonicNanoseconds()
    return state.withLock { state in
      state.forgetEnded()
      let scopes = state.scopes
      let owner = state.awaited.claim(
        shape, values: hashes, inside: open?.id, takesDoubtful: takesDoubtful, time: time, isMeant: isMeant,
        isRunning: { scopes[$0]?.isFinished == false })
      let byLog = owner.map { owner in
        Owner(
          scope: owner.scope.flatMap { state.scopes[$0] },
          rivals: owner.rivals.compactMap { $0.flatMap { state.scopes[$0] } },
          isCertain: owner.rivals.isEmpty)
      }
      let bySpan = state.claimSpan(shape, of: byLog?.scope ?? open, isMeant)
      return byLog ?? bySpan
    }
  }

  /// An endpoint that belongs to a recording saw a statement: what was told of it stands for none that another endpoint sees.
  ///
  /// Whose it is is known, so that other ways to a database of that name do not matter.
  package func settle(_ sql: String, values: [SeenValue], on way: Way, in recording: RecordingScope) {
    guard isWanted else { return }
    let ways = ways.withLock { $0 }
    let (shape, _) = ShapeTable.shared.number(of: sql, dialect: .postgreSQL)
    let hashes = values.map(Self.hash)
    state.withLock { state in
      let scopes = state.scopes
      state.awaited.settle(
        shape, values: hashes, isMeant: { !ways.isOfAnother(than: way, $0) },
        isOwn: { scopes[$0]?.store === recording.store })
    }
  }

  private static func hash(of value: SeenValue) -> UInt64? {
    switch value {
    case .unknown: nil
    case .known(let text): hash(of: text)
    }
  }

  private static func hash(of value: String?) -> UInt64 {
    // NULL differs from the text of it.
    guard let value else { return 2 }
    return Fingerprint.of(value) ^ UInt64(value.utf8.count)
  }
}

/// A value as an endpoint sees it.
package enum SeenValue: Sendable, Hashable {
  /// `nil` for NULL.
  case known(String?)
  case unknown
}

extension SeenStatements.State {
  fileprivate mutating func forgetEnded() {
    if !spans.isEmpty { spans.removeAll { $0.scope.isFinished || $0.span.snapshot.end != nil } }
    if scopes.count > 64 { scopes = scopes.filter { !$0.value.isFinished } }
  }

  /// The spans that are open and stand for such a statement.
  ///
  /// - Parameter scope: Whose it is, where that is known otherwise: then its span is another word for the same statement.
  /// - Returns: Nobody where several may be meant: a span is around its statement in time, and would not be if it were another one's.
  fileprivate mutating func claimSpan(
    _ shape: UInt32, of scope: RecordingScope?, _ isMeant: (String) -> Bool
  ) -> SeenStatements.Owner? {
    guard spans.contains(where: { !$0.isTaken }) else { return nil }
    let rules = DatabaseSpanRule.all.filter { !$0.isOfAnORM }
    let candidates = spans.indices.filter { index in
      guard !spans[index].isTaken, scope == nil || spans[index].scope === scope,
        let statement = SpanStatement(spans[index].span.snapshot, rules: rules), let sql = statement.sql,
        isMeant(statement.place.namespace ?? "")
      else { return false }
      return ShapeTable.shared.number(of: sql, dialect: .postgreSQL).number == shape
    }
    guard let first = candidates.first else { return nil }
    let scopes = candidates.map { spans[$0].scope }
    guard scopes.allSatisfy({ $0 === scopes[0] }) else {
      return SeenStatements.Owner(scope: nil, rivals: scopes, isCertain: false)
    }
    spans[first].isTaken = true
    return SeenStatements.Owner(scope: scopes[0], rivals: [], isCertain: true)
  }
}
