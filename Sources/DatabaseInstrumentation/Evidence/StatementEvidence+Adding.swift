internal import CStatementLog
internal import DatabaseSupport

extension StatementEvidence {
  /// The same evidence with some statements of another one in their places: what it would be if they belonged to it.
  ///
  /// - Parameters:
  ///   - other: Where they are.
  ///   - chosen: Their positions there, ascending.
  ///   - shift: What makes a sequence number of the other one's tree one of this tree.
  func adding(_ chosen: [Int], of other: StatementEvidence, shift: Int64) -> StatementEvidence {
    var stacks = stacks
    let stack = stacks.add(other.stacks)
    var (errors, connections) = (errors, connections)
    var places: [ObjectIdentifier: Int32] = [:]
    for (place, connection) in connections.enumerated() { places[connection.id] = Int32(place) }
    func place(of connection: ConnectionSnapshot) -> Int32 {
      let id = connection.id
      if let known = places[id] { return known }
      connections.append(connection)
      places[id] = Int32(connections.count - 1)
      return Int32(connections.count - 1)
    }
    var all = records.indices.map { (record: records[$0], connection: connectionIndices[$0], own: $0, other: -1) }
    for index in chosen {
      var record = other.records[index]
      record.sequence = UInt64(clamping: Int64(clamping: record.sequence) + shift)
      if record.parent != 0 { record.parent = UInt64(clamping: Int64(clamping: record.parent) + shift) }
      record.stack = stack(record.stack)
      record.load = 0
      if record.error != 0 {
        errors.append(other.errors[Int(record.error) - 1])
        record.error = UInt32(errors.count)
      }
      all.append((record, place(of: other.connection(at: index)), -1, index))
    }
    all.sort { ($0.record.sequence, $0.other) < ($1.record.sequence, $1.other) }
    var (ownPlaces, otherPlaces) = ([Int](repeating: 0, count: records.count), [Int: Int]())
    for (place, entry) in all.enumerated() {
      if entry.own >= 0 { ownPlaces[entry.own] = place } else { otherPlaces[entry.other] = place }
    }
    var writes = writes
    writes.transactions = writes.transactions.map { $0.moved { ownPlaces[$0] } }
    for var transaction in other.writes.transactions {
      guard let first = transaction.firstStatement, otherPlaces[first] != nil else { continue }
      transaction.connection = place(of: other.connections[Int(transaction.connection)])
      writes.transactions.append(transaction.moved { otherPlaces[$0] })
    }
    writes.transactions.sort { $0.start < $1.start }
    return StatementEvidence(
      origin: origin, records: all.map(\.record), connectionIndices: all.map(\.connection), connections: connections,
      stacks: stacks, errors: errors, declaredLoads: declaredLoads, spans: spans, dropped: dropped,
      outerStatements: outerStatements, writes: writes)
  }
}

extension TransactionEvidence {
  /// The same transaction where its statements have other positions.
  func moved(_ place: (Int) -> Int?) -> TransactionEvidence {
    var moved = self
    moved.firstStatement = firstStatement.flatMap(place)
    moved.lastStatement = lastStatement.flatMap(place)
    moved.beginStatement = beginStatement.flatMap(place)
    return moved
  }
}
