/// The findings that a test suite is known to have, so that only new ones fail it.
///
/// Merging is a union: in which order shards are merged, and how often, makes no difference.
package struct Baseline: Sendable, Hashable {
  package private(set) var entries: Set<BaselineEntry>

  package init(_ entries: some Sequence<BaselineEntry> = []) {
    self.entries = Set(entries)
  }

  /// Whether a finding is known; of a file that was recorded before names had their suites and cases, whichever of them it was.
  package func contains(_ entry: BaselineEntry) -> Bool {
    entries.contains(entry) || entry.older.contains(where: entries.contains)
  }

  /// Adds the entries of another run, shard or process.
  package mutating func merge(_ other: Baseline) { entries.formUnion(other.entries) }

  /// The entries of tests that ran, and no longer have the finding. What did not run is not judged.
  package func stale(seen: Set<BaselineEntry>, ran tests: Set<String>) -> [BaselineEntry] {
    let older = Set(seen.flatMap(\.older))
    let tests = tests.union(tests.map(BaselineEntry.withoutCase))
    return entries.filter { tests.contains($0.test) && !seen.contains($0) && !older.contains($0) }.sorted()
  }
}
