public import DatabaseInstrumentation

extension DatabaseExpectation {
  /// How often a relationship is loaded in one way.
  ///
  /// ```swift
  /// @Test(.database(.loads(.selectIn, of: "book.authorId", 1)))
  /// ```
  ///
  /// ```text
  /// Expected 1 selectIn load of book.authorId, found none.
  ///   11×  lazy book.authorId    #2 … #12
  ///        at Library.swift:42 in Library.books(of:)
  ///   fix: load them together: SELECT … FROM book WHERE authorId IN (…)
  /// ```
  ///
  /// - Parameters:
  ///   - strategy: The way.
  ///   - relationship: Child table and key column, in any case: `book.authorId`.
  ///   - count: An integer or a range of integers.
  public static func loads(_ strategy: LoadStrategy, of relationship: String, _ count: some ExpectedCount) -> Self {
    let count = count.expectedCount
    let name = #".loads(.\#(strategy), of: "\#(relationship)", \#(count.source))"#
    return DatabaseExpectation(
      name: name, needsQueries: false, problem: count.problem, needs: .loads(of: relationship, count),
      wantsNumber: count.allowsSome
    ) {
      recording, _ in
      let found = recording.loads.filter {
        $0.strategy == strategy && $0.relationship.lowercased() == relationship.lowercased()
      }
      guard !count.contains(found.count) else { return [] }
      var details = LoadReport(recording.loads, in: recording.storage.evidence).lines
      if !count.isExceeded(by: found.count), let fix = fix(recording, of: relationship, by: strategy) {
        details.append("  fix: \(fix)")
      }
      let noun = count.noun("load", "loads")
      let number = found.isEmpty ? "none" : String(found.count)
      return [
        Finding(
          kind: .load,
          headline: "Expected \(count) \(strategy) \(noun) of \(relationship), found \(number).",
          details: details, count: found.count, relationship: relationship, isFinal: count.isExceeded(by: found.count))
      ]
    }
  }

  /// How what was loaded for one parent at a time is loaded in another way.
  private static func fix(_ recording: Recording, of relationship: String, by strategy: LoadStrategy) -> String? {
    let lazy = recording.loads.first { load in
      load.relationship.lowercased() == relationship.lowercased()
        && (load.strategy == .lazy || load.strategy == .immediate) && !load.statementNumbers.isEmpty
    }
    return lazy.flatMap { Fix($0, in: recording.storage.evidence).text(by: strategy) }
  }

  /// No relationship is loaded for one parent at a time, be it one parent only.
  ///
  /// Stricter than ``noNPlusOne``: a single lazy load breaks it. Immediate loads count as well.
  ///
  /// ```text
  /// Expected no lazy loads, found 1.
  ///   1×  lazy book.authorId    #2
  ///        at Library.swift:42 in Library.books(of:)
  ///   fix: load it with its parent: Author.including(all: Author.books)
  /// ```
  public static var noLazyLoads: Self {
    DatabaseExpectation(name: ".noLazyLoads", needsQueries: true, needs: .lazyLoads) { recording, ignored in
      let evidence = recording.storage.evidence
      let found = recording.loads.filter { load in
        guard load.strategy == .lazy || load.strategy == .immediate, let number = load.statementNumbers.first else {
          return false
        }
        return !ignored.contains(evidence.shape(at: number - 1))
      }
      guard let first = found.first?.statementNumbers.first else { return [] }
      let place = evidence.callSite(at: first - 1)
      return [
        Finding(
          kind: .load, headline: "Expected no lazy loads, found \(found.count).",
          details: LoadReport(found, in: evidence).lines
            + ["  fix: \(Fix(found[0], in: evidence).text(forOne: found.count == 1))"],
          count: found.count, relationship: found.first?.relationship, callSite: place?.site,
          statements: found.flatMap(\.statementNumbers).map { ExecutedStatement(evidence: evidence, index: $0 - 1) },
          isFinal: true)
      ]
    }
  }
}

/// Loads by way and relationship, in words.
struct LoadReport {
  let lines: [String]

  init(_ loads: [RelationshipLoad], in evidence: StatementEvidence) {
    var groups: [(name: String, numbers: [Int], count: Int)] = []
    for load in loads {
      let name = "\(load.strategy) \(load.relationship)"
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].numbers += load.statementNumbers
        groups[index].count += 1
      } else {
        groups.append((name, load.statementNumbers, 1))
      }
    }
    lines = groups.flatMap { group in
      ["  \(group.count)×  \(group.name)    \(NumberList(group.numbers))"]
        + (group.numbers.min().map { SiteLines(evidence, at: $0 - 1).lines } ?? [])
    }
  }
}
