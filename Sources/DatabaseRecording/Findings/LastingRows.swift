internal import DatabaseInstrumentation

/// What a recording wrote so that it lasts, as a developer counts it: rows of a virtual table are its own, and not those of the
/// tables that it keeps its content in.
struct LastingRows {
  private(set) var changes: RowChanges
  /// Without rows of temporary tables, which last no longer than their connection.
  private(set) var durable: RowChanges

  init(_ recording: Recording) {
    let evidence = recording.storage.evidence
    changes = RowChanges()
    durable = RowChanges()
    var indices: [Int32: [Int]] = [:]
    for transaction in evidence.writes.transactions {
      let schema = evidence.connections[Int(transaction.connection)].schema
      let virtuals = schema.virtualTables
      let isShadow = { (rows: TableRows) in virtuals.contains { $0.keepsContent(in: rows.table.name) } }
      let lasting = transaction.lasting.filter { !isShadow($0) }
      add(lasting)
      guard !virtuals.isEmpty, lasting.count < transaction.lasting.count, let first = transaction.firstStatement,
        let last = transaction.lastStatement
      else { continue }
      if indices.isEmpty { indices = Self.writes(of: evidence) }
      for index in indices[transaction.connection] ?? [] where index >= first && index <= last {
        add(evidence, index, to: virtuals)
      }
    }
    add(evidence.writes.overflowDurable)
  }

  private static func writes(of evidence: StatementEvidence) -> [Int32: [Int]] {
    var found: [Int32: [Int]] = [:]
    for (index, kind) in evidence.kinds.enumerated() where kind.isWrite && evidence.records[index].error == 0 {
      found[evidence.connectionIndices[index], default: []].append(index)
    }
    return found
  }

  private mutating func add(_ rows: [TableRows]) {
    for entry in rows {
      changes.add(entry.rows, to: entry.table.qualified)
      if entry.table.database != "temp" { durable.add(entry.rows, to: entry.table.qualified) }
    }
  }

  /// Of a virtual table SQLite counts the rows, and tells none.
  private mutating func add(_ evidence: StatementEvidence, _ index: Int, to virtuals: [VirtualTable]) {
    let count = Int(evidence.records[index].rowsChanged)
    let shape = evidence.shape(at: index)
    guard count > 0, let target = shape.tables.first(where: { $0.role == .written }),
      let table = virtuals.first(where: { $0.name.lowercased() == target.name.lowercased() })
    else { return }
    let rows =
      switch shape.kind {
      case .insert: RowTally(inserted: RowCount(count))
      case .update: RowTally(updated: RowCount(count))
      default: RowTally(deleted: RowCount(count))
      }
    changes.add(rows, to: table.name)
    durable.add(rows, to: table.name)
  }
}
