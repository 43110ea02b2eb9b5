@testable import DatabaseInstrumentation
@testable import DatabaseRecording

/// A driver of a database that does not exist: what the pure parts are tested with.
final class MadeUpDriver: Sendable {
  let connection: ConnectionEvidence
  private static let lastID = Locked<UInt64>(1_000_000)
  private let transaction = Locked<UInt32>(0)

  /// - Parameter tables: `CREATE TABLE` statements.
  init(_ tables: String...) {
    let schema = SchemaFacts()
    for table in tables { schema.note(table) }
    let id = Self.lastID.withLock { id in
      id += 1
      return id
    }
    connection = ConnectionEvidence(
      info: ConnectionInfo(id: id, name: "made up", file: nil), database: DatabaseIdentity(schema: schema))
  }

  @discardableResult
  @inline(never) func run(
    _ sql: String, key: UInt64 = 0, rows: UInt32 = 1, changed: Int32 = 0, error: StatementError? = nil,
    while body: () -> Void = {}
  ) -> StatementSlot? {
    let shape = StatementShape(sql)
    if sql.hasPrefix("BEGIN") { transaction.withLock { $0 += 1 } }
    let beginning = StatementBeginning(
      shape: ShapeTable.shared.number(of: shape), start: monotonicNanoseconds(), thread: 1, flags: [.hasCounters],
      transaction: transaction.withLock { $0 }, parent: nil, isRead: shape.kind == .select, isKeyLookup: true)
    let slot = connection.begin(beginning) { key }
    body()
    if let slot {
      slot.log.end(
        slot,
        StatementOutcome(
          duration: 1_000, rowsReturned: rows, rowsChanged: changed, steps: 10, fullScanSteps: 0, sorts: 0,
          automaticIndexRows: 0, transaction: beginning.transaction, isUnfinished: false, endsInAutocommit: true,
          error: error))
    }
    return slot
  }
}

/// Records `body`, as the functions of the face do.
func record(
  detailLimit: Int = 1_000, fileID: String = #fileID, line: Int = #line, test: String = #function, _ body: () -> Void
) -> Recording {
  let recorder = DatabaseRecorder(
    "", test: test, at: CodeLocation(fileID: fileID, filePath: fileID, line: line, column: 1), detailLimit: detailLimit)
  recorder.bind(body)
  return recorder.finish()
}
