/// Everything that one scope saw, immutable: what a finished recording is made of.
package final class StatementEvidence: Sendable {
  /// Nanoseconds of the monotonic clock at which the scope began.
  package let origin: UInt64
  /// In the order in which they began.
  package let records: [StatementRecord]
  package let connectionIndices: [Int32]
  package let connections: [ConnectionEvidence]
  package let stacks: [StackTrace]
  package let errors: [StatementError]
  /// Statements past the limit of details, by shape.
  package let dropped: [UInt32: DroppedStatements]
  /// Statements that meanwhile ran without a task on connections of an outer scope.
  package let outerStatements: Int
  package let shapes: [StatementShape]

  init(
    origin: UInt64, records: [StatementRecord], connectionIndices: [Int32], connections: [ConnectionEvidence],
    stacks: [StackTrace], errors: [StatementError], dropped: [UInt32: DroppedStatements], outerStatements: Int
  ) {
    self.origin = origin
    self.records = records
    self.connectionIndices = connectionIndices
    self.connections = connections
    self.stacks = stacks
    self.errors = errors
    self.dropped = dropped
    self.outerStatements = outerStatements
    shapes = ShapeTable.shared.shapes
  }

  /// All statements that were kept one by one.
  package var statements: [ExecutedStatement] {
    records.indices.map { ExecutedStatement(evidence: self, index: $0) }
  }

  package func shape(at index: Int) -> StatementShape {
    shapes[Int(records[index].shape)]
  }

  package func connection(at index: Int) -> ConnectionEvidence {
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

  package func stack(at index: Int) -> StackTrace? {
    let stack = records[index].stack
    return stack == 0 ? nil : stacks[Int(stack) - 1]
  }
}
