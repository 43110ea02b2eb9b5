#if PostgreSQL
  internal import DatabaseInstrumentation
  internal import DatabaseSQL
  internal import NIOCore

  /// What is recorded of one connection of a client; it is used on the event loop of that connection alone.
  final class PostgresSession {
    private let server: PostgresServer
    private let name: String?
    private let scope: RecordingScope?
    private let definitions: [String]
    private let keys: PostgresKeys
    private let countsRows: Bool
    /// As whom the client is connected to which database, until the definitions of that are asked for.
    private var unread: (user: String, database: String)?
    private var conversation = PostgresConversation(split: PostgresText.statements)
    private var connection: InstrumentedConnection?
    private var running: [Int: ExecutingStatement] = [:]
    /// Whose the statements are, where the endpoint is no recording's.
    private var attribution = PostgresAttribution()
    /// What the transaction's session had changed before it; `nil` where that was not asked.
    private var rowsBefore: [PostgresRowCount.Table]?
    /// Whether nothing but its settings was asked for within the transaction.
    private var isFresh = false
    private var wasIdle = true
    /// On which its statements are seen.
    private var way: SeenStatements.Way? {
      didSet { if let way { SeenStatements.shared.opened(way) } }
    }

    /// - Parameters:
    ///   - name: What messages call its connection; `nil` for the name of the database.
    ///   - scope: The recording that the endpoint was made in.
    ///   - definitions: DDL of tables that are there already; empty where they are to be read.
    ///   - keys: Reads them.
    ///   - countsRows: Whether the server is asked before each commit which rows were changed.
    init(
      _ server: PostgresServer, name: String?, scope: RecordingScope?, definitions: [String], keys: PostgresKeys,
      countsRows: Bool
    ) {
      self.countsRows = countsRows
      self.keys = keys
      self.server = server
      self.name = name
      self.scope = scope
      self.definitions = definitions
    }

    func clientSent(_ bytes: UnsafeRawBufferPointer) {
      conversation.clientSent(bytes) { noteInScope($0) }
      checkReading()
    }

    func serverSent(_ bytes: UnsafeRawBufferPointer) {
      conversation.serverSent(bytes) { noteInScope($0) }
      checkReading()
    }

    /// Has the definitions of its database read, once the client has named that.
    ///
    /// - Returns: When they are; `nil` where there is nothing to read.
    func readKeys(on loop: any EventLoop) -> EventLoopFuture<Void>? {
      guard let (user, database) = unread, let connection else { return nil }
      unread = nil
      guard definitions.isEmpty, connection.evidence.database.schema.mayLackTables else { return nil }
      return keys.read(database, as: user, for: connection, on: loop)
    }

    func close() {
      conversation.close { noteInScope($0) }
      connection?.close()
      connection = nil
      if let way { SeenStatements.shared.closed(way) }
      way = nil
    }

    /// Whether the client's session is to be asked which rows were changed: before the first statement of a transaction, and before a
    /// commit that comes alone.
    func mayCountRows(before bytes: UnsafeRawBufferPointer) -> Bool {
      guard countsRows, connection != nil else { return false }
      guard conversation.isAtRestInTransaction else {
        isFresh = false
        return false
      }
      if rowsBefore != nil { return PostgresRowCount.isCommitAlone(bytes) }
      guard isFresh, let word = PostgresRowCount.firstWord(bytes) else {
        isFresh = false
        return false
      }
      // Its isolation is set before anything is asked.
      if word == "SET" { return false }
      isFresh = false
      return !["COMMIT", "END", "ROLLBACK", "ABORT"].contains(word)
    }

    /// What the session was asked was answered.
    func note(_ answer: PostgresRowCount.Answer) {
      switch answer {
      case .tables(let tables):
        guard let before = rowsBefore else { return rowsBefore = tables }
        connection?.transactions.didChange(
          PostgresRowCount.difference(tables, since: before).map { table in
            TransactionHooks.ChangedTable(
              schema: table.schema, name: table.name, inserted: table.inserted, updated: table.updated,
              deleted: table.deleted)
          })
      case .failed(let failure):
        lose(
          "The endpoint asked in the client's session which rows were changed, which failed (\(failure.sqlState)) and undid the transaction."
        )
      }
    }

    /// What passes an endpoint that was made in a recording is that recording's, whoever else uses the database.
    private func noteInScope(_ event: PostgresEvent) {
      guard let scope else { return attribution.follow(event, on: way) { note($0, $1) } }
      if case .began(_, let text?, _, let parameters) = event, let way {
        SeenStatements.shared.settle(text, values: parameters.map(\.seen), on: way, in: scope)
      }
      note(event, PostgresAttribution.Owner(scope: scope))
    }

    private func note(_ event: PostgresEvent, _ owner: PostgresAttribution.Owner) {
      if case .transaction(let state) = event {
        isFresh = state == .open && (wasIdle || isFresh)
        wasIdle = state == .idle
        if wasIdle { rowsBefore = nil }
      }
      owner.run {
        switch event {
        case .startup(let user, let database, _):
          let user = user ?? "postgres"
          open(database ?? user)
          unread = (user, database ?? user)
        case .began(let id, let text?, _, let parameters):
          running[id] = connection?.statements.willExecute(
            text, parameters: parameters.isEmpty ? nil : parameters.map(\.text), at: owner.time)
        case .began(_, nil, _, _):
          lose("A statement ran whose text is not known: it was prepared by PREPARE in SQL, or is longer than 8 MB.")
        case .ended(let id, let outcome): end(id, outcome, owner)
        case .commitFailed(let failure):
          connection?.statements.willExecute("COMMIT").didFail(
            PostgresServerError(), status: failure.sqlState, message: failure.fixedText)
        case .failed, .transaction, .cancelRequest: break
        }
      }
    }

    private func end(_ id: Int, _ outcome: PostgresOutcome, _ owner: PostgresAttribution.Owner) {
      guard let statement = running.removeValue(forKey: id) else { return }
      if let failure = outcome.failure {
        statement.didFail(PostgresServerError(), status: failure.sqlState, message: failure.fixedText)
        guard !owner.rivals.isEmpty else { return }
        let reason = "A statement failed that several recordings sent at once, alike: whose it was is not known."
        for rival in owner.rivals.compactMap(\.unfinished) {
          connection?.evidence.markLost(in: rival, because: reason, isLasting: false)
        }
      } else if let time = owner.time {
        statement.didExecute(at: time)
      } else {
        // Of statements that are alike it is not known which of them read or changed how many.
        let isCertain = owner.isCertain
        statement.didExecute(
          rowsReturned: isCertain ? outcome.rows : nil, rowsChanged: isCertain ? outcome.changed : nil)
      }
    }

    private func open(_ database: String) {
      guard connection == nil else { return }
      var (host, port): (String?, Int?)
      switch server.address {
      case .host(let name, let number): (host, port) = (name, number)
      case .unixSocket(let path): host = path
      }
      connection = InstrumentedConnection(
        name ?? database, system: .postgreSQL, namespace: database, serverAddress: host, serverPort: port,
        tellsTransactions: true, isOnWire: true)
      for ddl in definitions { connection?.define(ddl) }
      way = SeenStatements.Way(id: ObjectIdentifier(keys), database: database, name: name ?? database)
    }

    private func checkReading() {
      guard let problem = conversation.problem else { return }
      lose("The endpoint could not read what client and server said: \(problem.text).")
    }

    private func lose(_ reason: String) { connection?.evidence.markLost(in: scope?.unfinished, because: reason) }
  }

  /// Stands for what the server reported: its code tells what it was.
  private struct PostgresServerError: Error {}

  enum PostgresText {
    /// The statements of a text, as they are written.
    static func statements(_ sql: String) -> [String] { StatementShape.texts(in: sql, dialect: .postgreSQL) }
  }

  extension PostgresParameter {
    /// What tells one value from another: the text, or what stands for the bytes of a binary one.
    fileprivate var text: String? {
      guard let bytes else { return nil }
      if let readable { return readable }
      var text = "\(type):"
      text.reserveCapacity(text.utf8.count + bytes.count * 2)
      for byte in bytes { text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) }
      return text
    }
  }

  extension PostgresProtocolError {
    fileprivate var text: String {
      switch self {
      case .length(let length, let kind): "a message \(Self.letter(kind)) of \(length) bytes"
      case .message(let kind): "a message \(Self.letter(kind)), which the protocol does not have"
      case .encrypted: "it is encrypted"
      case .version(let number): "version \(number >> 16).\(number & 0xFFFF) of the protocol"
      case .unexpected(let kind): "an answer \(Self.letter(kind)) to nothing that was asked"
      }
    }

    private static func letter(_ kind: UInt8) -> String {
      (0x21...0x7E).contains(kind) ? "'\(Character(UnicodeScalar(kind)))'" : "\(kind)"
    }
  }
#endif
