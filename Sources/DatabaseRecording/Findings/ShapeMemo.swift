internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What is worked out once for each shape on each database, and asked for with every statement.
///
/// A class, since its two parts belong together: a copy would share one of them.
final class ShapeMemo<Value> {
  private let evidence: StatementEvidence
  private let places = HashIndex()
  private var values: [Value] = []

  init(_ evidence: StatementEvidence) {
    self.evidence = evidence
  }

  /// What is known of the shape of a statement on the database that it ran on.
  func value(at index: Int, _ make: () -> Value) -> Value {
    let key =
      UInt64(evidence.records[index].shape) << 32
      | UInt64(evidence.databaseNumbers[Int(evidence.connectionIndices[index])])
    // Every key has a hash of its own.
    let product = key &* 0x9E37_79B9_7F4A_7C15
    let hash = product ^ (product >> 32)
    if let known = places[hash] { return values[Int(known)] }
    let value = make()
    places.insert(UInt32(values.count), for: hash)
    values.append(value)
    return value
  }
}
