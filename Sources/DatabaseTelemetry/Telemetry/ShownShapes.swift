internal import DatabaseSupport

/// Shapes as their databases understand them, as far as that is known without a look at them: it is asked for at each execution.
final class ShownShapes: Sendable {
  private struct Key: Hashable {
    let schema: ObjectIdentifier
    let shape: ObjectIdentifier
  }

  private struct Entry {
    /// Both are kept, so that no other object gets the key.
    let schema: SchemaFacts
    let shape: StatementShape
    let version: Int
    let shown: StatementShape
  }

  private let known = Locked<[Key: Entry]>([:])
  private static let limit = 1_000

  func shown(_ shape: StatementShape, on connection: ObservedConnection) -> StatementShape {
    guard shape.isDoubtful else { return shape }
    let schema = connection.schema
    let version = schema.version
    let key = Key(schema: ObjectIdentifier(schema), shape: shape.identity)
    if let entry = known.withLock({ $0[key] }), entry.version == version { return entry.shown }
    let shown = shape.shown(in: schema.alreadyKnown)
    known.withLock { known in
      if known.count >= Self.limit { known.removeAll() }
      known[key] = Entry(schema: schema, shape: shape, version: version, shown: shown)
    }
    return shown
  }
}
