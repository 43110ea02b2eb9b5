internal import CStatementLog
internal import DatabaseSupport

/// For authors of drivers: tells of each statement before and after it runs.
///
/// ```swift
/// let statement = connection.statements.willExecute("SELECT * FROM book WHERE author_id = $1", parameters: ["7"])
/// do {
///   let rows = try await send()
///   statement.didExecute(rowsReturned: rows.count)
/// } catch let error as PostgresError {
///   statement.didFail(error, status: error.sqlState)
///   throw error
/// }
/// ```
///
/// Without a recording and without an active instrumentor it does next to nothing. Nothing here throws, and nothing waits.
public struct StatementHooks: Sendable {
  let connection: InstrumentedConnection

  /// A statement is about to be sent.
  ///
  /// It belongs to the recording of the current task, else to the one in which the connection was made, and its span is a
  /// child of the current one.
  ///
  /// - Parameters:
  ///   - sql: The text as it is sent.
  ///   - parameters: The bound values as text, in order; `nil` stands for NULL. They are hashed, to tell the runs of one
  ///     statement apart, and go no further unless a configuration says so. Leave it out where they are not known; what the
  ///     text has as literals is read from there.
  ///   - batchSize: How many sets of parameters are sent with the statement in one go; `nil` where it is no batch.
  ///   - enclosing: The statement that is still being read while this one runs, if any: then a load is *immediate*.
  /// - Returns: A token; call ``ExecutingStatement/didExecute(rowsReturned:rowsChanged:)`` or
  ///   ``ExecutingStatement/didFail(_:status:message:)`` on it.
  public func willExecute(
    _ sql: String, parameters: [String?]? = nil, batchSize: Int? = nil, inside enclosing: ExecutingStatement? = nil
  ) -> ExecutingStatement {
    willExecute(sql, parameters: parameters, batchSize: batchSize, inside: enclosing, at: nil)
  }

  /// - Parameter start: When it was sent, in nanoseconds of the monotonic clock; `nil`: it is about to be.
  package func willExecute(
    _ sql: String, parameters: [String?]?, batchSize: Int? = nil, inside enclosing: ExecutingStatement? = nil,
    at start: UInt64?
  ) -> ExecutingStatement {
    let evidence = connection.evidence
    let isRecording = RecordingActivity.shared.isRecording
    let observer = ProcessObserver.listening
    guard isRecording || observer != nil else {
      // What migrations define before any recording is known ever after.
      if sql.mayDefine, ShapeTable.shared.number(of: sql, dialect: connection.info.system.dialect).shape.kind == .ddl {
        evidence.database.schema.note(sql)
      }
      // A transaction may go on into a recording.
      return ExecutingStatement(
        slot: nil, observation: nil, transaction: DriverStatement(sql, shape: nil, on: connection))
    }
    let dialect = connection.info.system.dialect
    let (number, shape) = ShapeTable.shared.number(of: sql, dialect: dialect)
    if shape.kind == .ddl { evidence.database.schema.note(sql) }
    let transaction = DriverStatement(sql, shape: shape, on: connection)
    var told: UInt64?
    if !evidence.isOnWire, dialect == .postgreSQL, SeenStatements.shared.isWanted {
      let info = connection.info
      told = SeenStatements.shared.tell(sql, values: parameters, database: info.namespace ?? info.name)
    }

    var slot: StatementSlot?
    if isRecording {
      var flags = CurrentThread.flags.union(transaction?.flags ?? [])
      if shape.kind == .insert, (batchSize ?? 1) <= 1, InsertedRows.isOne(in: sql, dialect: dialect) {
        flags.insert(.insertsOneRow)
      }
      let beginning = StatementBeginning(
        shape: number, start: start ?? monotonicNanoseconds(), thread: CurrentThread.number, flags: flags,
        transaction: 0, parent: enclosing?.slot, isRead: shape.kind == .select)
      slot = evidence.begin(beginning) { _ in
        ValueHashes(.of(sql, shape: shape, dialect: dialect), bound: parameters)
      }
    }
    let observation = observer?.statementBegan(
      shape, on: evidence, inside: enclosing?.observation, batchSize: batchSize, text: { sql },
      parameters: { parameters })
    let flush = shape.kind.isWrite ? SessionFlush.current : nil
    return ExecutingStatement(
      slot: slot, observation: observation, transaction: transaction, flush: flush.map { ($0, shape) }, told: told,
      start: start)
  }

  /// Runs `body` as one statement: what it throws is its failure.
  ///
  /// - Parameters:
  ///   - sql: The text as it is sent.
  ///   - parameters: The bound values as text, in order, as for
  ///     ``willExecute(_:parameters:batchSize:inside:)``.
  ///   - batchSize: How many sets of parameters are sent in one go; `nil` where it is no batch.
  ///   - body: Sends it, and sets on its argument what it learns of the outcome.
  /// - Returns: What `body` returns.
  public func withStatement<R>(
    _ sql: String, parameters: [String?]? = nil, batchSize: Int? = nil, _ body: (inout StatementResult) throws -> R
  ) rethrows -> R {
    let statement = willExecute(sql, parameters: parameters, batchSize: batchSize)
    var result = StatementResult(statement: statement)
    do {
      let value = try body(&result)
      statement.didExecute(rowsReturned: result.rowsReturned, rowsChanged: result.rowsChanged)
      return value
    } catch {
      statement.didFail(error, status: result.status)
      throw error
    }
  }

  /// Runs `body` as one statement: what it throws is its failure.
  ///
  /// - Parameters:
  ///   - sql: The text as it is sent.
  ///   - parameters: The bound values as text, in order, as for
  ///     ``willExecute(_:parameters:batchSize:inside:)``.
  ///   - batchSize: How many sets of parameters are sent in one go; `nil` where it is no batch.
  ///   - body: Sends it, and sets on its argument what it learns of the outcome.
  /// - Returns: What `body` returns.
  public func withStatement<R>(
    _ sql: String, parameters: [String?]? = nil, batchSize: Int? = nil,
    _ body: (inout StatementResult) async throws -> R
  ) async rethrows -> R {
    let statement = willExecute(sql, parameters: parameters, batchSize: batchSize)
    var result = StatementResult(statement: statement)
    do {
      let value = try await body(&result)
      statement.didExecute(rowsReturned: result.rowsReturned, rowsChanged: result.rowsChanged)
      return value
    } catch {
      statement.didFail(error, status: result.status)
      throw error
    }
  }
}

/// What a driver learns of a statement while it runs.
public struct StatementResult: Sendable {
  /// The token of the statement, for those that run inside of it.
  public let statement: ExecutingStatement
  /// Rows that were read; `nil`: unknown.
  public var rowsReturned: Int?
  /// Rows that were inserted, updated or deleted; `nil`: unknown.
  public var rowsChanged: Int?
  /// The database's code of a failure, an SQLSTATE for example.
  public var status: String?
}
