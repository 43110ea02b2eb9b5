internal import CStatementLog

extension StatementEvidence {
  /// Statements without a task that the recording took because it was the only one to have used their database, where others
  /// have used it since: it may be their work as well.
  package func doubtful(in scope: RecordingScope) -> [Int] {
    let isDoubtful = connections.map { $0.isOpenedOutside && $0.database.isUsed(outside: scope) }
    guard isDoubtful.contains(true) else { return [] }
    return records.indices.filter {
      records[$0].flags.contains(.viaConnection) && isDoubtful[Int(connectionIndices[$0])]
    }
  }

  /// The same evidence without some of its statements, as if they had been nobody's.
  ///
  /// - Parameter chosen: Their positions, ascending.
  package func removing(_ chosen: [Int]) -> StatementEvidence {
    guard !chosen.isEmpty else { return self }
    let removed = Set(chosen)
    let kept = records.indices.filter { !removed.contains($0) }
    let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    var writes = writes
    writes.transactions = writes.transactions.compactMap { transaction in
      // Of a transaction nobody knows what another one's statements wrote in it.
      if let first = transaction.firstStatement, removed.contains(first) { return nil }
      return transaction.moved { places[$0] }
    }
    return StatementEvidence(
      origin: origin, records: kept.map { records[$0] }, connectionIndices: kept.map { connectionIndices[$0] },
      connections: connections, stacks: stacks, errors: errors, declaredLoads: declaredLoads, spans: spans,
      dropped: dropped, outerStatements: outerStatements, writes: writes)
  }

  /// Says of statements that they are nobody's: for other recordings that may be meant.
  package func noteUnattributed(_ chosen: [Int]) {
    for index in chosen {
      UnattributedStatements.shared.add(
        UnattributedStatement(
          shape: records[index].shape, connection: connection(at: index).info, time: records[index].start,
          reason: .sharedConnection, schema: schema(at: index)))
    }
  }
}
