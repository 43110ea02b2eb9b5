internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

extension Finding.Kind {
  /// Other rows were written than expected, or than an ORM announced.
  public static let flush = Self(rawValue: "flush")
  /// Several statements wrote outside of a transaction, each with a commit of its own.
  public static let autocommitWrites = Self(rawValue: "autocommitWrites")
  /// Rows were inserted one by one with one statement.
  public static let rowByRowInserts = Self(rawValue: "rowByRowInserts")
  /// A transaction was not ended.
  public static let openTransaction = Self(rawValue: "openTransaction")
}

extension Analysis {
  /// Session flushes that wrote something else than they announced.
  func flushMismatches() -> [Finding] {
    evidence.writes.flushes.compactMap { session -> Finding? in
      // One whose statements came as spans or log messages seems to have written nothing.
      guard !session.isUnknown, !session.kept.isEmpty || recording.unknownTransactions == nil else { return nil }
      var written = RowChanges()
      for (table, rows) in session.kept { written.add(rows, to: table.qualified) { $0.count - $0.indirect } }
      let table = RowChangeTable(announced: session.flush.announced, written: written)
      guard table.differs else { return nil }
      return Finding(
        kind: .flush,
        headline:
          "Expected flush \"\(session.flush.name)\" to write what it announced: \(table.firstDifference).",
        details: table.text(heading: ("announced", "written")), count: 1)
    }
  }

  /// Transactions that began in the recording and did not end.
  func openTransactions() -> [Finding] {
    let open = recording.transactions.filter { $0.outcome == .open && !$0.beganBefore }
    return open.enumerated().map { offset, transaction in
      let index = transaction.transaction.beginStatement
      let place = index.flatMap(evidence.callSite(at:))
      let which = open.count == 1 ? "found 1" : "found \(open.count) (\(offset + 1) of \(open.count))"
      let statement = index.map { ExecutedStatement(evidence: evidence, index: $0) }
      var details = [
        "  \(statement.map { "#\($0.number) \($0.sql)" } ?? "a transaction") on \(transaction.connection) was never ended"
      ]
      details += index.map { SiteLines(evidence, at: $0).lines } ?? []
      if !transaction.executed.isEmpty { details.append("       not committed: \(transaction.executed)") }
      details.append("  fix: COMMIT or ROLLBACK it on every path, also when an error is thrown")
      return Finding(
        kind: .openTransaction, headline: "Expected no open transactions, \(which).", details: details, count: 1,
        callSite: place?.site, statements: statement.map { [$0] } ?? [])
    }
  }

  /// Several writes outside of any transaction; one alone needs none.
  func autocommitWrites() -> [Finding] {
    let indices = evidence.writes.transactions.compactMap { transaction -> Int? in
      guard transaction.mode == .autocommit, let index = transaction.firstStatement,
        evidence.shape(at: index).kind.isWrite, !ignored.contains(evidence.shape(at: index))
      else { return nil }
      return index
    }
    // Whether one that has no record is among those that are ignored cannot be told.
    let withoutRecord = evidence.writes.transactions.count {
      $0.mode == .autocommit && $0.firstStatement == nil && !$0.executed.isEmpty
    }
    let hidden = evidence.writes.overflow.autocommitWrites + (ignored.isEmpty ? withoutRecord : 0)
    guard indices.count + hidden >= 2 else { return [] }
    var details: [String] = []
    let byShape = Dictionary(grouping: indices, by: { evidence.records[$0].shape }).values
      .sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    for indices in byShape.prefix(12) {
      let statements = indices.map { ExecutedStatement(evidence: evidence, index: $0) }
      details.append(costLine(statements))
      details += SiteLines(evidence, at: indices[0]).lines
    }
    details += StatementSummary.others(byShape.dropFirst(12).map(\.count))
    let others = recording.writes.count - indices.count - hidden
    if others > 0 { details.append("  \(others.counted("write")) ran in transactions.") }
    details += FixtureNote(recording).lines
    details.append("  fix: \(Self.fixOfAutocommits)")
    return [
      Finding(
        kind: .autocommitWrites,
        headline:
          "Expected writes in transactions, found \(indices.count + hidden) outside, each with a commit of its own.",
        details: details, count: indices.count + hidden,
        callSite: indices.first.flatMap { evidence.callSite(at: $0)?.site },
        statements: indices.map { ExecutedStatement(evidence: evidence, index: $0) })
    ]
  }

  private func costLine(_ statements: [ExecutedStatement]) -> String {
    let durations = statements.compactMap(\.duration)
    var facts: [String] = []
    if durations.count == statements.count {
      let total = durations.reduce(.zero, +)
      facts = ["\(total.readable), \((total / durations.count).readable) each with its commit"]
    }
    return StatementSummary.line(
      count: statements.count, sql: statements[0].sql, facts: facts, numbers: statements.map(\.number))
  }

  static let fixOfInserts = "insert many rows with one statement: VALUES (…), (…)"
  static let fixOfAutocommits = "write them in one transaction"

  /// Inserts of one shape from one line of a loop, each of a single row; the most of them first.
  func groupsOfInserts(threshold: Int) -> [ReadGroup] {
    let circumstances = Circumstances(self)
    return insertsByPlace(threshold: threshold).filter { circumstances.areDecisive(for: $0) }
  }

  /// Inserts of one shape with equal stacks, as far as these are known, each of a single row; the most of them first.
  func insertsByPlace(threshold: Int) -> [ReadGroup] {
    var byShape: [UInt32: [Int]] = [:]
    for index in evidence.records.indices {
      let record = evidence.records[index]
      let shape = evidence.shape(at: index)
      guard shape.kind == .insert, record.error == 0, !ignored.contains(shape) else { continue }
      // Where nobody tells the number, the text may.
      guard
        record.rowsChanged >= 0 ? record.rowsChanged <= 1 : record.flags.contains(.insertsOneRow)
      else { continue }
      byShape[record.shape, default: []].append(index)
    }
    return byShape.values
      .flatMap { ReadGroup.groups(of: $0, in: evidence) { $0.count >= threshold } }
      .filter { $0.indices.count >= threshold }
      .sorted { ($1.indices.count, $0.indices[0]) < ($0.indices.count, $1.indices[0]) }
  }

  /// The table that the inserts of a group are into.
  func tableWritten(by group: ReadGroup) -> String {
    evidence.shape(at: group.indices[0]).tables.first { $0.role == .written }?.name ?? "a table"
  }

  /// Rows that are inserted one at a time.
  func rowByRowInserts(threshold: Int) -> [Finding] {
    let groups = groupsOfInserts(threshold: threshold)
    return groups.enumerated().map { offset, group in
      let statements = group.indices.map { ExecutedStatement(evidence: evidence, index: $0) }
      let place = evidence.callSite(at: group.indices[0])
      let which = groups.count == 1 ? "" : " (\(offset + 1) of \(groups.count))"
      let table = tableWritten(by: group)
      return Finding(
        kind: .rowByRowInserts,
        headline:
          "Expected batched inserts, found \(statements.count) inserts into \(table), one row at a time\(which).",
        details: [StatementSummary(statements).line] + SiteLines(evidence, at: group.indices[0]).lines
          + FixtureNote(recording).lines
          + ["  fix: \(Self.fixOfInserts)"],
        count: statements.count, callSite: place?.site, statements: statements)
    }
  }
}
