internal import CStatementLog

extension RecordingTree {
  /// The statements that the hooks saw, and those that endpoints saw and that other libraries told of by spans and log messages, each once.
  ///
  /// - Parameter superseded: Is given the connections that a driver told of and an endpoint saw: what passed on the way is what counts.
  func merged(
    _ found: [(record: StatementRecord, connection: Int32)], with spans: [SpanEvidence],
    connections: inout [ObservedConnection], superseded: inout Set<Int32>
  ) -> [(record: StatementRecord, connection: Int32)] {
    let told = statements(of: spans)
    let isSeenTwice =
      connections.contains { $0.isOnWire }
      && connections.contains { !$0.isOnWire && $0.info.system.dialect == .postgreSQL }
    guard !told.isEmpty || isSeenTwice || found.contains(where: { $0.record.flags.contains(.fromLog) }) else {
      return found.sorted { $0.record.sequence < $1.record.sequence }
    }
    let sources = connections.map { connection -> ForeignStatements.Source in
      if connection.isOnWire { return .wire }
      return isSeenTwice && connection.info.system.dialect == .postgreSQL ? .client : .hooks
    }
    var candidates = found.map { record, connection in
      let isRunning = record.duration == StatementRecord.unknown
      return ForeignStatements.Candidate(
        record: record, connection: connection,
        source: record.flags.contains(.fromLog) ? .log : sources[Int(connection)],
        end: isRunning ? UInt64.max : record.start &+ record.duration)
    }
    var indices: [ObjectIdentifier: Int32] = [:]
    for (span, statement) in told {
      let connection = connection(for: statement.place)
      let index = indices[ObjectIdentifier(connection)] ?? Int32(connections.count)
      if indices.updateValue(index, forKey: ObjectIdentifier(connection)) == nil { connections.append(connection) }
      if !statement.isOfAnORM { WatchedClients.note(hooksOf: statement.place.system) }
      if statement.shape.kind == .ddl, let sql = statement.sql { connection.database.schema.note(sql) }
      candidates.append(
        ForeignStatements.Candidate(
          record: record(of: span, statement), connection: index,
          source: statement.isOfAnORM ? .ormSpan : .driverSpan, end: span.state.end ?? UInt64.max))
    }
    let merged = ForeignStatements(shapes: ShapeTable.shared.shapes).deduplicated(candidates)
    superseded = merged.reduce(into: []) { $0.formUnion($1.stands) }
    let used = Set(merged.map(\.connection))
    // A connection of which every statement was seen better elsewhere is none of this recording's.
    let kept = connections.indices.filter { used.contains(Int32($0)) || $0 < connections.count - indices.count }
    let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { (Int32($0.element), Int32($0.offset)) })
    connections = kept.map { connections[$0] }
    return merged.map { ($0.record, places[$0.connection] ?? 0) }
  }

  private func statements(of spans: [SpanEvidence]) -> [(span: SpanEvidence, statement: SpanStatement)] {
    guard spans.contains(where: { !$0.isOwn }) else { return [] }
    let rules = DatabaseSpanRule.all
    return spans.compactMap { span in
      guard !span.isOwn, let statement = SpanStatement(span.state, rules: rules) else { return nil }
      return (span, statement)
    }
  }

  private func record(of span: SpanEvidence, _ statement: SpanStatement) -> StatementRecord {
    var record = StatementRecord(
      start: span.start, shape: ShapeTable.shared.number(of: statement.shape), scope: span.scope)
    record.sequence = span.sequence
    record.stack = span.stack
    record.take(statement.values)
    if let end = span.state.end { record.duration = end > span.start ? end - span.start : 0 }
    if let rows = statement.rows {
      record.rowsReturned = UInt32(clamping: rows)
      record.flags.insert(.knowsRows)
    }
    if let error = statement.error { record.error = keep(error) }
    if statement.isOfAnORM { record.flags.insert(.fromORM) }
    if let sql = statement.sql, statement.shape.kind == .insert,
      InsertedRows.isOne(in: sql, dialect: statement.place.system.dialect)
    {
      record.flags.insert(.insertsOneRow)
    }
    return record
  }

  private func connection(for place: SpanStatement.Place) -> ObservedConnection {
    connection(for: place) {
      let name = place.namespace ?? place.address ?? place.system.rawValue
      return ObservedConnection(
        info: ConnectionInfo(
          id: InstrumentedConnection.nextID(), name: name, file: nil, system: place.system, namespace: place.namespace,
          serverAddress: place.address),
        database: ObservedDatabase.of(file: "\(place)") {
          LibrarySchemas.facts(system: place.system, address: place.address, name: name)
        }, isBound: false)
    }
  }
}
