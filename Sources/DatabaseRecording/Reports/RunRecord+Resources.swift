internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseRunRecords

extension RunRecord.Flush {
  /// What each transaction wrote; `nil` where no source tells what transactions keep.
  ///
  /// What an ORM declared as a flush of its session is part of its transaction and is left out, so that rows add up.
  static func flushes(of recording: Recording) -> [RunRecord.Flush]? {
    let evidence = recording.storage.evidence
    let flushes = evidence.writes.transactions.filter { !$0.executed.isEmpty || !$0.isComplete }.map { transaction in
      let rows = RowChanges(transaction.lasting)
      return RunRecord.Flush(
        transaction: number(of: transaction, in: evidence),
        connection: evidence.connections[Int(transaction.connection)].info.id,
        isCommitted: transaction.outcome == .committed,
        isComplete: transaction.isComplete && transaction.outcome != .unknown,
        inserted: rows.inserted, updated: rows.updated, deleted: rows.deleted)
    }
    return flushes.isEmpty && recording.unknownTransactions != nil ? nil : flushes
  }

  /// The number that its statements carry, those that ran while it was open; a statement by itself carries none.
  private static func number(of transaction: TransactionEvidence, in evidence: StatementEvidence) -> Int? {
    guard transaction.mode != .autocommit, let first = transaction.firstStatement,
      let last = transaction.lastStatement, first <= last
    else { return nil }
    let index = (first...last).first {
      evidence.connectionIndices[$0] == transaction.connection && evidence.records[$0].transaction != 0
    }
    return index.map { Int(evidence.records[$0].transaction) }
  }
}

extension RunRecord.Lease {
  /// The checkouts of a recording; `nil` where no monitored pool was in scope.
  static func leases(of recording: Recording) -> [RunRecord.Lease]? {
    let pools = recording.storage.pools
    guard !(pools.leases.isEmpty && pools.madePools.isEmpty) else { return nil }
    let origin = recording.storage.evidence.origin
    return pools.leases.map { lease in
      let entry = lease.entry
      return RunRecord.Lease(
        pool: lease.pool, connection: entry.databaseConnection,
        start: Int64(clamping: entry.began) - Int64(clamping: origin),
        duration: lease.monotonicEnd.map { max(0, Int64(clamping: $0) - Int64(clamping: entry.began)) },
        end: lease.state == .leased ? nil : lease.state.description,
        // Symbolicated one by one, so of those alone that somebody has to look for.
        site: lease.isLeak ? lease.callSite?.description : nil)
    }
  }
}
