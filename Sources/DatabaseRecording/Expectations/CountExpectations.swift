public import DatabaseInstrumentation

extension DatabaseExpectation {
  /// How many queries (selects, inserts, updates, deletes) a scope sends.
  ///
  /// ```swift
  /// @Test(.database(.queries(...2)))
  /// ```
  ///
  /// BEGIN and COMMIT, pragmas, and reads of the schema are no queries.
  ///
  /// ```text
  /// Expected up to 2 queries, found 3.
  ///   2×  SELECT * FROM book WHERE authorId = ?    #2, #3
  ///        at Library.swift:42 in Library.authorsWithBooks()
  ///   1×  SELECT * FROM author    #1
  ///        at Library.swift:40 in Library.authorsWithBooks()
  ///   Not counted: 2 transaction.
  ///   2 of them load book.authorId one author at a time: #2, #3
  ///   fix: load them together: SELECT … FROM book WHERE authorId IN (…)
  /// ```
  ///
  /// There is a fix where a loop is proved, as ``noNPlusOne``, ``noDuplicateQueries`` and ``batchedInserts`` do it. Else whether
  /// the code is wrong or the number only the test's author knows.
  ///
  /// - Parameters:
  ///   - count: An integer or a range of integers.
  ///   - table: Count only the statements that read or write this table.
  ///   - database: Count only what ran on connections of this name, which is the file's unless they were given another.
  public static func queries(
    _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    counting("queries", count, on: table, in: database, nouns: ("query", "queries"), \.queries)
  }

  /// How many selects a scope sends. See ``queries(_:on:in:)``.
  public static func selects(
    _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    counting("selects", count, on: table, in: database, nouns: ("select", "selects"), \.selects)
  }

  /// How many inserts a scope sends, `REPLACE` included. See ``queries(_:on:in:)``.
  public static func inserts(
    _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    counting("inserts", count, on: table, in: database, nouns: ("insert", "inserts"), \.inserts)
  }

  /// How many updates a scope sends. See ``queries(_:on:in:)``.
  public static func updates(
    _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    counting("updates", count, on: table, in: database, nouns: ("update", "updates"), \.updates)
  }

  /// How many deletes a scope sends. See ``queries(_:on:in:)``.
  public static func deletes(
    _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    counting("deletes", count, on: table, in: database, nouns: ("delete", "deletes"), \.deletes)
  }

  /// How many inserts, updates and deletes a scope sends. See ``queries(_:on:in:)``.
  public static func writes(
    _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    counting("writes", count, on: table, in: database, nouns: ("write", "writes"), \.writes)
  }

  /// How many statements of one kind a scope sends: `.statements(.ddl, 1)`.
  ///
  /// - Parameters:
  ///   - kind: The kind, `.transaction` or `.pragma` for example.
  ///   - count: An integer or a range of integers.
  ///   - table: Count only the statements that read or write this table.
  ///   - database: Count only what ran on connections of this name, which is the file's unless they were given another.
  public static func statements(
    _ kind: StatementKind, _ count: some ExpectedCount, on table: String? = nil, in database: String? = nil
  ) -> Self {
    let noun = "\(kind.rawValue) statement"
    return counting(
      "statements(.\(kind.rawValue),", count, on: table, in: database, nouns: (noun, noun + "s"), kind: kind
    ) {
      $0.statements(of: kind)
    }
  }

  /// No query at all: `.queries(0)`.
  public static var noQueries: Self {
    counting("noQueries", 0, on: nil, nouns: ("query", "queries"), \.queries)
  }

  /// No insert, update or delete is executed, whether or not it lasts.
  ///
  /// A write that is rolled back is still a write that ran; ``noDurableWrites`` allows those.
  ///
  /// A scope that sent no query at all proves nothing and fails, unless ``allowingNoQueries`` says that this is right, or
  /// ``noQueries`` beside it.
  public static var noWrites: Self {
    counting("noWrites", 0, on: nil, nouns: ("write", "writes"), needsQueries: true, \.writes)
  }

  private static func counting(
    _ function: String, _ expected: some ExpectedCount, on table: String?, in database: String? = nil,
    nouns: (String, String), needsQueries: Bool = false, kind: StatementKind? = nil,
    _ select: @escaping @Sendable (Recording) -> StatementCollection
  ) -> Self {
    let count = expected.expectedCount
    let on = (table.map { ", on: \"\($0)\"" } ?? "") + (database.map { ", in: \"\($0)\"" } ?? "")
    let name: String
    if function.hasPrefix("no") {
      name = ".\(function)"
    } else if function.hasSuffix(",") {
      name = ".\(function) \(count.source)\(on))"
    } else {
      name = ".\(function)(\(count.source)\(on))"
    }
    let isOfAllQueries = (function == "noQueries" || function == "queries") && table == nil && database == nil
    return DatabaseExpectation(
      name: name, needsQueries: needsQueries, problem: count.problem, wantsNumber: count.allowsSome,
      demandsNoQueries: isOfAllQueries && !count.allowsSome
    ) {
      recording, _ in
      // Ignored statements count in totals.
      var found = select(recording)
      if let table { found = found.on(table) }
      if let database { found = found.on(database: database) }
      guard !count.contains(found.count) else { return [] }
      return [
        CountReport(
          recording, found, expected: count, nouns: nouns, table: table, database: database, kind: kind,
          isOfAllWrites: function == "noWrites"
        ).finding
      ]
    }
  }
}
