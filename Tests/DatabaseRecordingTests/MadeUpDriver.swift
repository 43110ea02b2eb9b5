import CStatementLog
@testable import DatabaseInstrumentation
@testable import DatabaseRecording
import DatabaseSupport

/// A driver of a database that does not exist: what the pure parts are tested with.
final class MadeUpDriver: Sendable {
  let connection: ObservedConnection
  private static let lastID = Locked<UInt64>(1_000_000)

  /// - Parameter tables: `CREATE TABLE` statements.
  init(_ tables: String...) {
    let schema = SchemaFacts()
    for table in tables { schema.note(table) }
    let id = Self.lastID.withLock { id in
      id += 1
      return id
    }
    connection = ObservedConnection(
      info: ConnectionInfo(id: id, name: "made up", file: nil), database: ObservedDatabase(schema: schema))
  }

  @discardableResult
  @inline(never) func run(
    _ sql: String, key: UInt64 = 0, rows: UInt32 = 1, changed: Int32 = 0, error: StatementError? = nil,
    parent: StatementSlot? = nil
  ) -> StatementSlot? {
    guard let slot = begin(sql, key: key, parent: parent) else { return nil }
    var outcome = StatementOutcome(duration: 1_000, error: error)
    outcome.counts.rowsReturned = rows
    outcome.counts.hasRows = true
    outcome.counts.rowsChanged = changed
    outcome.counts.steps = 10
    slot.log.end(slot, outcome)
    return slot
  }

  /// Leaves the statement open.
  @inline(never) func begin(_ sql: String, key: UInt64 = 0, parent: StatementSlot? = nil) -> StatementSlot? {
    let shape = StatementShape(sql)
    let beginning = StatementBeginning(
      shape: ShapeTable.shared.number(of: shape), start: monotonicNanoseconds(), thread: 1, flags: [.hasCounters],
      transaction: 0, parent: parent, isRead: shape.kind == .select)
    return connection.begin(beginning) { _ in .madeUp(key, of: sql) }
  }
}

extension ValueHashes {
  /// As if each column of the key were compared with as many values as there are in the text.
  static func madeUp(_ key: UInt64, of sql: String) -> ValueHashes {
    guard key != 0 else { return .unknown }
    let word = UInt32(truncatingIfNeeded: key)
    var counts: UInt16 = 0
    for (column, key) in StatementValues(sql, shape: StatementShape(sql), dialect: .sqlite).keys.enumerated() {
      counts |= UInt16(min(key.values.count, KeyHashes.most)) << UInt16(5 * column)
    }
    return ValueHashes(parameters: key, keys: KeyHashes((word, word, word), counts: counts))
  }
}

/// Records `body`, as the functions of the face do.
func record(
  detailLimit: Int = 1_000, fileID: String = #fileID, line: Int = #line, test: String = #function,
  _ body: () throws -> Void
) rethrows -> Recording {
  let recorder = DatabaseRecorder(
    "", test: test, at: CodeLocation(fileID: fileID, filePath: fileID, line: line, column: 1), detailLimit: detailLimit)
  try recorder.bind(body)
  return recorder.finish()
}

/// A loop over the numbers from 1 that the optimiser leaves one: it likes to take the first round out.
@_optimize(none)
func repeating(_ count: Int, _ body: (Int) -> Void) {
  for number in 1...count { body(number) }
}
