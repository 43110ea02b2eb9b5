internal import DatabaseInstrumentation
internal import DatabaseSupport

extension DatabaseExpectation {
  /// No query reads a table from one end to the other to find some of its rows.
  ///
  /// ```text
  /// Expected no full scans, found 1: SELECT id FROM book WHERE title = ? looks at 12 rows of book to find 1.
  ///   1×  SELECT id FROM book WHERE title = ?    12 rows looked at, 58 steps    #2
  ///        at Library.swift:42 in Library.book(titled:)
  ///        plan: SCAN book
  ///   fix: an index, e.g. CREATE INDEX book_title ON book (title), or .noFullScans(except: ["book"])
  ///        with it SQLite says SEARCH book USING INDEX book_title (title=?); tried
  /// ```
  ///
  /// It speaks of statements with a `WHERE`, or a `LIMIT` on rows that have to be sorted first, that looked at more than
  /// twice as many rows as they returned or changed, by SQLite's own
  /// [counter](https://www.sqlite.org/c3ref/c_stmtstatus_counter.html): a query that wants most of the rows has to read
  /// them. Statements with a `SELECT` inside of another are left out, since which condition belongs to which scan cannot be
  /// told. An index is advised where SQLite uses it: its plan was asked for again with the index. Where the source does not tell what statements cost (another driver's, a log), it fails instead of passing.
  ///
  /// The plan is that of an equal statement without values, from a connection of this package; of a database in memory, from
  /// an empty one with the same tables.
  public static var noFullScans: Self { noFullScans(except: []) }

  /// No query reads a table from one end to the other, but for some tables: `.noFullScans(except: ["country"])`.
  ///
  /// - Parameter tables: Tables that are small enough, in any case. See ``noFullScans``.
  public static func noFullScans(except tables: [String]) -> Self {
    let name = tables.isEmpty ? ".noFullScans" : ".noFullScans(except: \(tables))"
    let allowed = Set(tables.map { $0.lowercased() })
    return DatabaseExpectation(name: name, needsQueries: true, needs: .fullScans(except: allowed)) {
      recording, ignored in
      recording.unknownCost(for: name) ?? ScanReport(recording, ignoring: ignored).fullScans(except: allowed)
    }
  }

  /// SQLite makes no index for one statement alone, which it does where a join lacks one.
  ///
  /// ```text
  /// Expected no automatic indexes, found 1: SELECT * FROM a JOIN b ON b.x = a.x puts 500 rows into an index for itself.
  ///   1×  SELECT * FROM a JOIN b ON b.x = a.x    500 rows indexed, 9120 steps    #2
  ///        at Library.swift:42 in Library.report()
  ///        plan: SCAN a
  ///        plan: SEARCH b USING AUTOMATIC COVERING INDEX (x=?)
  ///   fix: an index, e.g. CREATE INDEX b_x ON b (x)
  ///        with it SQLite says SEARCH b USING INDEX b_x (x=?); tried
  /// ```
  ///
  /// See [automatic indexes](https://www.sqlite.org/optoverview.html#autoindex).
  public static var noAutomaticIndexes: Self {
    DatabaseExpectation(name: ".noAutomaticIndexes", needsQueries: true, needs: .automaticIndexes) {
      recording, ignored in
      recording.unknownCost(for: ".noAutomaticIndexes")
        ?? ScanReport(recording, ignoring: ignored).automaticIndexes()
    }
  }

  /// How many instructions of SQLite's virtual machine all queries take together.
  ///
  /// The number is the same on every machine and in every run with the same data and the same version of SQLite.
  ///
  /// ```text
  /// Expected up to 100 steps, found 187.
  ///   11×  SELECT * FROM book WHERE authorId = ?    161 steps    #2 … #12
  ///        at Library.swift:42 in Library.books(of:)
  ///   1×  SELECT * FROM author    26 steps    #1
  ///        at Library.swift:36 in Library.authors()
  /// ```
  ///
  /// Where a query reads a table from one end to the other, as ``noFullScans`` says it, the message advises an index.
  ///
  /// - Parameters:
  ///   - count: An integer or a range of integers.
  ///   - table: Count only the queries that read or write this table.
  public static func steps(_ count: some ExpectedCount, on table: String? = nil) -> Self {
    cost("steps", count, on: table, noun: "step") { $0.cost?.steps }
  }

  /// How many rows all queries return together. See ``steps(_:on:)``.
  public static func rows(_ count: some ExpectedCount, on table: String? = nil) -> Self {
    cost("rows", count, on: table, noun: "row") { $0.kind == .select ? $0.rowsReturned : $0.rowsReturned ?? 0 }
  }

  private static func cost(
    _ function: String, _ expected: some ExpectedCount, on table: String?, noun: String,
    _ value: @escaping @Sendable (ExecutedStatement) -> Int?
  ) -> Self {
    let count = expected.expectedCount
    let on = table.map { ", on: \"\($0)\"" } ?? ""
    let name = ".\(function)(\(count.source)\(on))"
    return DatabaseExpectation(name: name, needsQueries: false, problem: count.problem, wantsNumber: count.allowsSome) {
      recording, _ in
      let queries = table.map { recording.queries.on($0) } ?? recording.queries
      let unknown = queries.filter { value($0) == nil && $0.error == nil }.count
      let hidden = queries.count - queries.reduce(0) { sum, _ in sum + 1 }
      guard unknown + hidden == 0 else {
        return [
          Finding(
            kind: .blind,
            headline:
              "\(name) cannot be checked: of \(unknown + hidden) of \(queries.count) queries the \(noun)s are unknown.",
            details: [
              "  fix: finish the queries inside of the scope, record less at once, or leave out a source that tells no \(noun)s"
            ])
        ]
      }
      let total = queries.reduce(0) { $0 + (value($1) ?? 0) }
      guard !count.contains(total) else { return [] }
      let on = table.map { " on \($0)" } ?? ""
      var details = lines(Array(queries), noun: noun, value) + FixtureNote(recording).lines
      if noun == "step", count.allowsSome, count.isExceeded(by: total) {
        details += ScanReport(recording, ignoring: ShapeSet()).advice(among: queries)
      }
      return [
        Finding(
          kind: .cost,
          headline:
            "Expected \(count) \(count.noun(noun, noun + "s"))\(on), found \(total == 0 ? "none" : String(total)).",
          details: details, count: total, callSite: costliest(Array(queries), value)?.callSite,
          statements: Array(queries), isFinal: count.isExceeded(by: total))
      ]
    }
  }

  private static func costliest(
    _ queries: [ExecutedStatement], _ value: (ExecutedStatement) -> Int?
  ) -> ExecutedStatement? {
    queries.max { (value($0) ?? 0, $1.number) < (value($1) ?? 0, $0.number) }
  }

  private static func lines(
    _ queries: [ExecutedStatement], noun: String, _ value: (ExecutedStatement) -> Int?
  ) -> [String] {
    guard let evidence = queries.first?.evidence else { return [] }
    var groups: [StatementShape: (order: Int, sum: Int, numbers: [Int])] = [:]
    for query in queries {
      let group = groups[query.shape] ?? (groups.count, 0, [])
      groups[query.shape] = (group.order, group.sum + (value(query) ?? 0), group.numbers + [query.number])
    }
    let costliestFirst = groups.sorted { ($1.value.sum, $0.value.order) < ($0.value.sum, $1.value.order) }
    let rest = costliestFirst.dropFirst(12)
    return costliestFirst.prefix(12)
      .flatMap { shape, group in
        let line = StatementSummary.line(
          count: group.numbers.count, sql: shape.normalizedSQL, facts: [group.sum.counted(noun)],
          numbers: group.numbers)
        return [line] + SiteLines(evidence, at: group.numbers[0] - 1).lines
      }
      + StatementSummary.others(
        rest.map(\.value.numbers.count), facts: [rest.reduce(0) { $0 + $1.value.sum }.counted(noun)])
  }
}

extension Recording {
  /// What to say where no query tells what it cost; `nil` where one does.
  func unknownCost(for name: String) -> [Finding]? {
    let queries = self.queries.filter { $0.error == nil }
    guard !queries.isEmpty, queries.allSatisfy({ $0.cost == nil }) else { return nil }
    return [
      Finding(
        kind: .blind,
        headline:
          "\(name) cannot be checked: what \(queries.count.counted("query", plural: "queries")) cost is unknown.",
        details: ["  fix: finish the queries inside of the scope; only SQLite's own hooks tell what a statement cost"])
    ]
  }
}
