internal import CStatementLog
package import DatabaseSupport

/// Everything that one scope saw, immutable: what a finished recording is made of.
package final class StatementEvidence: Sendable {
  /// Nanoseconds of the monotonic clock at which the scope began.
  package let origin: UInt64
  /// In the order in which they began.
  package let records: [StatementRecord]
  package let connectionIndices: [Int32]
  package let connections: [ConnectionSnapshot]
  /// Of each connection the number of its database: several may have one.
  package let databaseNumbers: [Int]
  package let stacks: RecordedStacks
  package let errors: GrowingList<StatementError>
  /// What ORMs declared around statements.
  package let declaredLoads: GrowingList<DeclaredLoad>
  /// The spans that libraries began meanwhile, in that order.
  package let spans: [SpanEvidence]
  /// Statements past the limit of details, by shape and connection.
  package let dropped: [DroppedShape]
  /// Statements that meanwhile ran without a task on connections of an outer scope.
  package let outerStatements: Int
  /// What transactions and flushes wrote.
  package let writes: WriteEvidence
  /// Whether there is nothing at all, spans of others included.
  package let isEmpty: Bool
  private let shapes: ShapesOfProcess
  /// Shapes with words of which the schema has said whether they are names.
  private let decided = Locked<[UInt32: StatementShape]>([:])
  /// The kind of each record: it is asked for again and again.
  package let kinds: ContiguousArray<StatementKind>

  let sharedCode = Locked(SharedCode())
  private let inference = Locked<LoadInference?>(nil)

  init(
    origin: UInt64, records: [StatementRecord], connectionIndices: [Int32], connections: [ConnectionSnapshot],
    stacks: RecordedStacks, errors: GrowingList<StatementError>, declaredLoads: GrowingList<DeclaredLoad>,
    spans: [SpanEvidence], dropped: [DroppedShape], outerStatements: Int, writes: WriteEvidence
  ) {
    self.origin = origin
    self.records = records
    self.connectionIndices = connectionIndices
    self.connections = connections
    var numbers: [ObjectIdentifier: Int] = [:]
    databaseNumbers = connections.map { connection in
      let (id, next) = (ObjectIdentifier(connection.database), numbers.count)
      if let known = numbers[id] { return known }
      numbers[id] = next
      return next
    }
    self.stacks = stacks
    self.errors = errors
    self.declaredLoads = declaredLoads
    self.spans = spans
    self.dropped = dropped
    self.outerStatements = outerStatements
    self.writes = writes
    isEmpty =
      records.isEmpty && dropped.isEmpty && spans.isEmpty && writes.flushes.isEmpty && writes.transactions.isEmpty
      && !writes.hasOverflow
    shapes = ShapesOfProcess(list: ShapeTable.shared.shapes)
    var kinds = ContiguousArray<StatementKind>()
    kinds.reserveCapacity(records.count)
    for record in records { kinds.append(shapes[Int(record.shape)].kind) }
    self.kinds = kinds
  }

  /// What a scope saw in which there was nothing at all.
  ///
  /// - Parameter origin: When it began, in nanoseconds of the monotonic clock.
  init(ofNothingSince origin: UInt64) {
    self.origin = origin
    (records, connectionIndices, connections, databaseNumbers, spans, dropped, kinds) = ([], [], [], [], [], [], [])
    (stacks, errors, declaredLoads) = (RecordedStacks(), GrowingList(), GrowingList())
    isEmpty = true
    (outerStatements, writes, shapes) = (0, WriteEvidence(), ShapesOfProcess(list: ShapeTable.shared.shapes))
  }

  /// All statements that were kept one by one.
  package var statements: [ExecutedStatement] {
    records.indices.map { ExecutedStatement(evidence: self, index: $0) }
  }

  package func shape(at index: Int) -> StatementShape {
    let number = records[index].shape
    let shape = shapes[Int(number)]
    return shape.isDoubtful ? shown(shape, number) { schema(at: index) } : shape
  }

  package func shape(of dropped: DroppedShape) -> StatementShape { shape(dropped.shape) }

  /// The shape of a number, as the database that it ran on understands it.
  package func shape(_ number: UInt32) -> StatementShape {
    let shape = shapes[Int(number)]
    guard shape.isDoubtful else { return shape }
    return shown(shape, number) {
      records.firstIndex { $0.shape == number }.map { self.schema(at: $0) }
        ?? dropped.first { $0.shape == number }.map { connections[Int($0.connection)].schema }
    }
  }

  private func shown(_ shape: StatementShape, _ number: UInt32, schema: () -> SchemaFacts?) -> StatementShape {
    if let known = decided.withLock({ $0[number] }) { return known }
    let made = schema().map { shape.shown(in: $0) } ?? shape
    decided.withLock { $0[number] = made }
    return made
  }

  package func connection(at index: Int) -> ConnectionSnapshot {
    connections[Int(connectionIndices[index])]
  }

  /// The position of the record with a sequence number.
  ///
  /// - Complexity: O(log *n*).
  package func index(ofSequence sequence: UInt64) -> Int? {
    let index = records.partitioningIndex { $0.sequence >= sequence }
    guard index < records.endIndex, records[index].sequence == sequence else { return nil }
    return index
  }

  /// What is known of the tables that a statement found.
  package func schema(at index: Int) -> SchemaFacts { connection(at: index).schema(at: records[index].start) }

  package func stack(at index: Int) -> StackTrace? {
    let stack = records[index].stack
    return stack == 0 ? nil : stacks[Int(stack) - 1]
  }

  /// The relationships that were loaded, in the order in which that began.
  package var loads: [RelationshipLoad] { inferred.loads }

  /// The first load of a statement.
  package func load(at index: Int) -> RelationshipLoad? {
    let inferred = inferred
    return inferred.loadOfStatement[index].map { inferred.loads[$0] }
  }

  /// What an ORM declared around a statement.
  package func declaredLoad(at index: Int) -> DeclaredLoad? {
    let load = records[index].load
    return load == 0 ? nil : declaredLoads[Int(load) - 1]
  }

  private var inferred: LoadInference {
    inference.withLock { known in
      if let known { return known }
      let made = LoadInference(self)
      known = made
      return made
    }
  }

  /// Whether two stacks are one call in the source, as far as is known: not of every execution.
  func isSamePlace(_ a: UInt32, _ b: UInt32) -> Bool {
    a == b || a == 0 || b == 0 || StackPlaces.areEqual(stacks[Int(a) - 1], stacks[Int(b) - 1])
  }
}

/// All shapes of the process, of other recordings as well and before any schema was asked: no part of what a recording shows of itself.
private struct ShapesOfProcess: Sendable, CustomReflectable {
  let list: GrowingList<StatementShape>

  subscript(number: Int) -> StatementShape { list[number] }

  var customMirror: Mirror { Mirror(self, children: ["count": list.count]) }
}
