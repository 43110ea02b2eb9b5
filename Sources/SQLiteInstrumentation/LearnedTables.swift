internal import CSQLiteHooks
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What connections said of their tables, once for the process: the tests of a suite make the same tables each, and the plans of
/// their statements are known then as well.
final class LearnedTables: Sendable {
  static let shared = LearnedTables()

  struct Learned: Sendable {
    var facts: SchemaFacts
    var listing: SchemaListing
  }

  private let known = Locked<[UInt64: Learned]>([:])
  private static let limit = 256

  static func learned(_ listing: SchemaListing) -> Learned {
    Learned(
      facts: SchemaFacts(listing: listing) { question, entries in answers(to: question, entries: entries) },
      listing: listing)
  }

  func facts(of tables: dbh_tables) -> Learned {
    let hash = tables.hash ^ (tables.is_complete ? 0 : 1)
    if let known = known.withLock({ $0[hash] }) { return known }
    let learned = Self.learned(SchemaListing(tables))
    return known.withLock { known in
      if let earlier = known[hash] { return earlier }
      if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
      known[hash] = learned
      return learned
    }
  }
}

func tablesLearned(_ context: UnsafeMutableRawPointer?, _ tables: UnsafePointer<dbh_tables>?) {
  guard let tables, let connection = connection(context) else { return }
  connection._withUnsafeGuaranteedRef { connection in
    var learned = LearnedTables.shared.facts(of: tables.pointee)
    if tables.pointee.is_addition, let earlier = connection.schema.listing {
      learned = LearnedTables.learned(learned.listing.added(to: earlier))
    }
    connection.learn(learned.facts, since: tables.pointee.time) { learned.listing }
  }
}

func tablesTold(_ context: UnsafeMutableRawPointer?) {
  connection(context)?._withUnsafeGuaranteedRef { $0.keepDefinitions() }
}
