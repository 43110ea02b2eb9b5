internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// UPDATE or DELETE without a condition that touched several rows.
///
/// A table that is filled again, and several that are emptied together, are meant to be.
struct UnconditionalWrites {
  private let recording: Recording

  init(_ recording: Recording) { self.recording = recording }

  func faults(_ groups: [[ExecutedStatement]], _ limits: AuditLimits) -> [AuditFault] {
    let all = groups.filter { isUnconditional($0[0]) }
    let emptied = Set(all.filter { $0[0].kind == .delete }.compactMap { table(of: $0[0])?.lowercased() })
    return all.compactMap { statements in
      guard let table = table(of: statements[0]), !limits.exceptions.contains(table.lowercased()) else { return nil }
      let touching = statements.filter { ($0.rowsChanged ?? 0) >= 2 }
      guard let first = touching.first else { return nil }
      let isDelete = first.kind == .delete
      if isDelete, emptied.count > 1 || isFilledAgain(table, after: first) { return nil }
      let rows = touching.reduce(0) { $0 + ($1.rowsChanged ?? 0) }
      return AuditFault(
        kind: .unconditionalWrite, statements: touching,
        what: "\(isDelete ? "deletes" : "changes") \(rows.counted("row")) of \(table), and has no condition",
        facts: [rows.counted("row") + " changed"],
        cure: ["  fix: a WHERE; if all rows are meant, .ignoring(_:because:)"])
    }
  }

  private func isUnconditional(_ statement: ExecutedStatement) -> Bool {
    guard statement.kind == .update || statement.kind == .delete, statement.error == nil else { return false }
    let terms = StatementTerms(statement.sql)
    return !terms.hasCondition && !terms.hasLimit && terms.selects == 0
      && statement.shape.tables.filter { $0.role == .read }.isEmpty
  }

  private func table(of statement: ExecutedStatement) -> String? {
    let written = statement.shape.tables.filter { $0.role == .written }
    guard written.count == 1, written[0].schema?.lowercased() != "temp" else { return nil }
    let name = written[0].name
    let question = "SELECT 1 FROM sqlite_temp_master WHERE lower(name) = lower('\(name.replacing("'", with: "''"))')"
    let schema = statement.evidence.schema(at: statement.index)
    return schema.answers(to: SchemaFacts.Question(sql: question))?.isEmpty == false ? nil : name
  }

  private func isFilledAgain(_ table: String, after delete: ExecutedStatement) -> Bool {
    recording.inserts.on(table).contains { $0.index > delete.index }
  }
}

/// Transactions that read first and then write, on a database that several connections use: where another connection has written in
/// between, or holds the lock, SQLite fails them at once, without waiting for its busy timeout.
struct LockUpgrades {
  private let recording: Recording

  init(_ recording: Recording) { self.recording = recording }

  var faults: [AuditFault] {
    let evidence = recording.storage.evidence
    let shared = Dictionary(grouping: evidence.connections.indices) { evidence.databaseNumbers[$0] }
      .filter { $0.value.count > 1 && evidence.connections[$0.value[0]].info.file != nil }
    guard !shared.isEmpty else { return [] }
    var groups: [(shape: StatementShape, statements: [ExecutedStatement])] = []
    for transaction in evidence.writes.transactions {
      guard transaction.mode == .deferred, transaction.beganInside, transaction.writes > 0,
        shared[evidence.databaseNumbers[Int(transaction.connection)]] != nil, let begin = transaction.beginStatement,
        let last = transaction.lastStatement, begin < last
      else { continue }
      let own = (begin + 1...last).filter {
        evidence.connectionIndices[$0] == transaction.connection && evidence.kinds[$0].isQuery
          && evidence.records[$0].error == 0
      }.map { ExecutedStatement(evidence: evidence, index: $0) }
      guard let first = own.first, first.kind == .select, !first.shape.tables.isEmpty,
        let write = own.first(where: { $0.kind.isWrite })
      else { continue }
      if let index = groups.firstIndex(where: { $0.shape == write.shape }) {
        groups[index].statements += [first, write]
      } else {
        groups.append((write.shape, [first, write]))
      }
    }
    return groups.map { shape, statements in
      let (read, write) = (statements[0], statements[1])
      return AuditFault(
        kind: .lockUpgrade, statements: statements.filter { $0.shape == shape },
        what: "asks for the write lock in a transaction that began by reading",
        facts: [], evidence: ["       after #\(read.number) \(read.sql), on \(write.connection), which is not alone"],
        cure: ["  fix: BEGIN IMMEDIATE for a transaction that writes"])
    }
  }
}
