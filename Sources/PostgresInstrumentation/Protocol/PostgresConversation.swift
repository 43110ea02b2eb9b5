/// What the messages of one connection mean, in both directions.
///
/// The client may send far ahead: what it asks for stands in a queue until the server has answered it. A statement begins when
/// it is asked for, or when the one before it has ended; it ends with the server's answer. After an error the server leaves out
/// what was asked for until the next Sync, and so that never began.
struct PostgresConversation {
  private var client = PostgresMessageReader(.frontend)
  private var server = PostgresMessageReader(.backend)
  private var queue = PostgresQueue()
  private var statements = PostgresStatements()
  private let split: @Sendable (String) -> [String]
  private var lastID = 0
  private var isCopyIn = false
  private var hasStarted = false
  private var state: PostgresTransactionState?
  /// Why nothing more is read; the bytes go on being handed over.
  private(set) var problem: PostgresProtocolError?

  /// - Parameter split: Cuts a text into the statements that it holds.
  init(split: @escaping @Sendable (String) -> [String]) { self.split = split }

  /// Whether a transaction is open, and all that was asked for is answered.
  var isAtRestInTransaction: Bool {
    state == .open && queue.steps.isEmpty && client.isBetweenMessages && problem == nil
  }

  /// The client sent bytes.
  mutating func clientSent(_ bytes: UnsafeRawBufferPointer, _ tell: (PostgresEvent) -> Void) {
    guard problem == nil else { return }
    do throws(PostgresProtocolError) {
      var rest = bytes[...]
      while let message = try client.next(&rest) { try ask(message, tell) }
    } catch {
      stop(error, tell)
    }
  }

  /// The server sent bytes.
  mutating func serverSent(_ bytes: UnsafeRawBufferPointer, _ tell: (PostgresEvent) -> Void) {
    guard problem == nil else { return }
    do throws(PostgresProtocolError) {
      var rest = bytes[...]
      while let message = try server.next(&rest) { try answer(message, tell) }
    } catch {
      stop(error, tell)
    }
  }

  /// The connection is closed: what still runs ends without an answer.
  mutating func close(_ tell: (PostgresEvent) -> Void) {
    let left = queue.endAll() + statements.closePortals()
    for (id, rows) in left { tell(.ended(id: id, PostgresOutcome(rows: rows))) }
  }

  private mutating func stop(_ problem: PostgresProtocolError, _ tell: (PostgresEvent) -> Void) {
    self.problem = problem
    close(tell)
  }
}

// MARK: - What the client asks for

extension PostgresConversation {
  private mutating func ask(
    _ message: PostgresMessage, _ tell: (PostgresEvent) -> Void
  ) throws(PostgresProtocolError) {
    var fields = PostgresFields(message.body)
    switch UnicodeScalar(message.kind) {
    case "\0": try start(&fields, tell)
    case "Q":
      let text = message.isWhole ? fields.string() : nil
      queue.append(.query(text.map(split) ?? [nil]))
    case "P":
      let name = fields.string() ?? ""
      let text = message.isWhole ? fields.string() : nil
      var types: [UInt32] = []
      for _ in 0..<max(0, fields.int16() ?? 0) {
        guard let type = fields.int32() else { break }
        types.append(UInt32(truncatingIfNeeded: type))
      }
      let statement = PostgresStatements.Prepared(name: name, text: text, types: types)
      statements.propose(statement)
      queue.append(.parse(statement))
    case "B":
      let portal = fields.string() ?? ""
      let prepared = statements.prepared(fields.string() ?? "")
      let bound = PostgresStatements.Portal(
        number: statements.nextPortal(), name: portal, statement: prepared,
        parameters: message.isWhole ? PostgresStatements.parameters(&fields, types: prepared?.types ?? []) : [])
      statements.propose(bound)
      queue.append(.bind(bound))
    case "D":
      let isStatement = fields.byte() == UInt8(ascii: "S")
      let name = fields.string() ?? ""
      let described = isStatement ? statements.prepared(name) : statements.portal(name)?.statement
      queue.append(.describe(described, isStatement: isStatement))
    case "E": queue.append(.execute(statements.portal(fields.string() ?? "") ?? .unknown))
    case "C":
      let isStatement = fields.byte() == UInt8(ascii: "S")
      queue.append(.close(name: fields.string() ?? "", isStatement: isStatement))
    case "S": queue.append(.sync)
    case "F": queue.append(.functionCall)
    default: return
    }
    begin(tell)
  }

  private mutating func start(
    _ fields: inout PostgresFields, _ tell: (PostgresEvent) -> Void
  ) throws(PostgresProtocolError) {
    let version = fields.int32() ?? 0
    switch version {
    case 80_877_102:
      tell(.cancelRequest)
      client.didStart()
    case 80_877_103, 80_877_104: server.expectEncryption()
    case 0x3_0000...0x3_FFFF:
      var (user, database, application): (String?, String?, String?)
      while let key = fields.string(), !key.isEmpty, let value = fields.string() {
        switch key {
        case "user": user = value
        case "database": database = value
        case "application_name": application = value
        default: break
        }
      }
      client.didStart()
      hasStarted = true
      tell(.startup(user: user, database: database ?? user, application: application))
    default: throw .version(version)
    }
  }

  /// Begins the statement at the head of the queue, where one is asked for that nothing stands before.
  private mutating func begin(_ tell: (PostgresEvent) -> Void) {
    guard let next = queue.next() else { return }
    let id: Int
    switch next {
    case .text(let text):
      id = nextID()
      tell(.began(id: id, text: text, prepared: nil, parameters: []))
    case .portal(let portal):
      // A portal that was left with rows goes on.
      if let running = statements.resume(portal) {
        queue.didBegin(running.id, rows: running.rows)
        return
      }
      id = nextID()
      tell(
        .began(
          id: id, text: portal.statement?.text, prepared: portal.statement?.nameIfAny, parameters: portal.parameters))
    }
    queue.didBegin(id, rows: 0)
  }

  private mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }
}

// MARK: - What the server answers

extension PostgresConversation {
  private mutating func answer(
    _ message: PostgresMessage, _ tell: (PostgresEvent) -> Void
  ) throws(PostgresProtocolError) {
    guard hasStarted else { return try answerBeforeStart(message, tell) }
    var fields = PostgresFields(message.body)
    switch UnicodeScalar(message.kind) {
    case "D": queue.countRow()
    case "1": if case .parse(let statement)? = try queue.pop("1") { statements.accept(statement) }
    case "2":
      if case .bind(let portal)? = try queue.pop("2") { accept(portal, tell) }
    case "3":
      guard case .close(let name, let isStatement)? = try queue.pop("3") else { break }
      if isStatement { statements.remove(statement: name) } else { end(portal: name, tell) }
    case "t":
      var types: [UInt32] = []
      for _ in 0..<max(0, fields.int16() ?? 0) { types.append(UInt32(truncatingIfNeeded: fields.int32() ?? 0)) }
      queue.describeParameters { statements.note(types, of: $0) }
    case "T", "n": try queue.described()
    case "C", "I": try complete(tag: fields.string() ?? "", tell)
    case "s":
      guard let (id, rows, portal) = try queue.suspend() else { break }
      statements.suspend(portal, id: id, rows: rows)
    case "G": isCopyIn = true
    case "W": throw .unexpected(message.kind)
    case "E": fail(PostgresFailure(message.body), tell)
    case "V": try queue.answeredFunction()
    case "Z": try ready(fields.byte(), tell)
    default: return
    }
    begin(tell)
  }

  private mutating func answerBeforeStart(
    _ message: PostgresMessage, _ tell: (PostgresEvent) -> Void
  ) throws(PostgresProtocolError) {
    switch UnicodeScalar(message.kind) {
    // `S` and `G` to a request for encryption. `N` says no, and the client goes on or leaves.
    case "S" where message.length == 0, "G" where message.length == 0: throw .encrypted
    case "E": tell(.failed(PostgresFailure(message.body)))
    default: break
    }
  }

  private mutating func accept(_ portal: PostgresStatements.Portal, _ tell: (PostgresEvent) -> Void) {
    end(portal: portal.name, tell)
    statements.accept(portal)
  }

  private mutating func end(portal name: String, _ tell: (PostgresEvent) -> Void) {
    if let left = statements.remove(portal: name) { tell(.ended(id: left.id, PostgresOutcome(rows: left.rows))) }
  }

  private mutating func complete(tag: String, _ tell: (PostgresEvent) -> Void) throws(PostgresProtocolError) {
    guard let (id, rows, _) = try queue.complete() else { return }
    tell(.ended(id: id, PostgresOutcome(tag: tag, rows: rows, isCopyIn: isCopyIn)))
    isCopyIn = false
  }

  private mutating func fail(_ failure: PostgresFailure, _ tell: (PostgresEvent) -> Void) {
    isCopyIn = false
    switch queue.fail() {
    case .statement(let id, let rows): tell(.ended(id: id, PostgresOutcome(rows: rows, failure: failure)))
    case .neverBegan(let statement, let parameters):
      let id = nextID()
      tell(.began(id: id, text: statement?.text, prepared: statement?.nameIfAny, parameters: parameters))
      tell(.ended(id: id, PostgresOutcome(rows: 0, failure: failure)))
    case .commit: tell(.commitFailed(failure))
    case .nothing: tell(.failed(failure))
    }
    statements.forgetProposals(keeping: queue)
  }

  private mutating func ready(_ state: UInt8?, _ tell: (PostgresEvent) -> Void) throws(PostgresProtocolError) {
    if let (id, rows) = queue.ready() { tell(.ended(id: id, PostgresOutcome(rows: rows))) }
    if queue.steps.isEmpty { statements.forgetProposals(keeping: queue) }
    guard let state = state.flatMap(PostgresTransactionState.init(rawValue:)) else { return }
    self.state = state
    // Portals live as long as their transaction.
    if state == .idle {
      for (id, rows) in statements.closePortals() { tell(.ended(id: id, PostgresOutcome(rows: rows))) }
    }
    tell(.transaction(state))
  }
}
