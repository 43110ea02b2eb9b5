internal import DatabaseSupport

/// How a statement loads a relationship, as far as its text and the foreign keys tell when it begins.
struct PlannedLoad: Sendable, Equatable {
  var strategy: LoadStrategy
  var relationship: String
}

/// What shapes load, worked out once for each of them as long as the schema stays.
///
/// Only what is known of the schema already counts: a span is made inside of SQLite's callback, where no SQL may run.
final class LoadPlanCache: Sendable {
  private struct Key: Hashable {
    var schema: ObjectIdentifier
    var shape: UInt64
  }

  private struct Entry: Sendable {
    var version: Int
    var plan: LoadPlan
  }

  private let entries = Locked<[Key: Entry]>([:])
  private static let limit = 10_000

  func load(
    _ shape: StatementShape, in schema: SchemaFacts, enclosing: StatementShape?, withJoins: Bool
  ) -> PlannedLoad? {
    let hint = shape.loaderHint
    guard !hint.keyPredicates.isEmpty || !hint.joins.isEmpty else { return nil }
    let plan = plan(shape, in: schema)
    if let lookup = plan.lookup, let relationship = lookup.toMany {
      let isNested = enclosing?.tables.contains { $0.name.lowercased() == relationship.parent.lowercased() } ?? false
      return PlannedLoad(
        strategy: lookup.isTogether ? .selectIn : isNested ? .immediate : .lazy, relationship: relationship.label)
    }
    if let label = plan.subqueries.first { return PlannedLoad(strategy: .subquery, relationship: label) }
    if withJoins, let label = plan.joins.first { return PlannedLoad(strategy: .joined, relationship: label) }
    return nil
  }

  private func plan(_ shape: StatementShape, in schema: SchemaFacts) -> LoadPlan {
    let key = Key(schema: ObjectIdentifier(schema), shape: shape.fingerprint)
    let version = schema.version
    if let known = entries.withLock({ $0[key] }), known.version == version { return known.plan }
    let plan = LoadPlan(shape, in: schema.alreadyKnown)
    entries.withLock { entries in
      if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
      entries[key] = Entry(version: version, plan: plan)
    }
    return plan
  }
}
