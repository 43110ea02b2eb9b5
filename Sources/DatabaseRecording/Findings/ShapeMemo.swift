/// What is worked out once for each shape on each database, and asked for with every statement.
///
/// A table by shape, since a shape runs on few databases: hashing would be most of the work of an analysis.
struct ShapeMemo<Value> {
  private var known: [[(database: ObjectIdentifier, value: Value)]]

  /// - Parameter count: The number of shapes.
  init(count: Int) {
    known = Array(repeating: [], count: count)
  }

  mutating func value(of shape: UInt32, on database: ObjectIdentifier, _ make: () -> Value) -> Value {
    for entry in known[Int(shape)] where entry.database == database { return entry.value }
    let value = make()
    known[Int(shape)].append((database, value))
    return value
  }
}
