internal import DatabaseInstrumentation
internal import DatabaseSupport

extension DatabaseExpectation {
  /// A statement runs, so many times.
  ///
  /// ```swift
  /// .executes("SELECT * FROM book WHERE authorId = ?", times: 1)
  /// ```
  ///
  /// ```text
  /// Expected SELECT * FROM book WHERE authorId = ? once, found 3 times: #2, #3, #4.
  ///        at Library.swift:42 in Library.books(of:)
  /// ```
  ///
  /// It is compared by shape: values, white space, comments, the case of keywords and quotes around names do not count.
  ///
  /// - Parameters:
  ///   - sql: The statement.
  ///   - times: An integer or a range of integers.
  ///   - database: Count only what ran on connections of this name, which is the file's unless they were given another.
  public static func executes(_ sql: String, times: some ExpectedCount, in database: String? = nil) -> Self {
    let place = database.map { ", in: \"\($0)\"" } ?? ""
    return executes(
      ".executes(\"\(shown(sql))\", times: \(times.expectedCount.source)\(place))", sql, times, in: database)
  }

  private static func executes(_ name: String, _ sql: String, _ times: some ExpectedCount, in database: String?) -> Self
  {
    let count = times.expectedCount
    return text(name, [sql], problem: count.problem, wantsNumber: count.allowsSome) { recording in
      var found = recording.statements.matching(sql)
      if let database { found = found.on(database: database) }
      guard !count.contains(found.count) else { return [] }
      return [
        TextReport(recording).wrongCount(
          of: sql, found, expected: count.times, isExceeded: count.isExceeded(by: found.count))
      ]
    }
  }

  /// A statement runs at least once. See ``executes(_:times:in:)``.
  public static func executes(_ sql: String) -> Self { executes(".executes(\"\(shown(sql))\")", sql, 1..., in: nil) }

  /// A statement never runs.
  ///
  /// A scope that sent no query at all proves nothing and fails, unless ``allowingNoQueries`` says that this is right.
  ///
  /// ```text
  /// Expected DELETE FROM book never, found once: #4.
  ///        at Library.swift:61 in Library.clear()
  /// ```
  ///
  /// - Parameter sql: The statement, compared by shape as in ``executes(_:times:in:)``.
  public static func neverExecutes(_ sql: String) -> Self {
    text(".neverExecutes(\"\(shown(sql))\")", [sql], needsQueries: true) { recording in
      let found = recording.statements.matching(sql)
      return found.isEmpty
        ? []
        : [
          TextReport(recording).wrongCount(of: sql, found, expected: "never", isExceeded: true)
        ]
    }
  }

  /// Statements run one after the other, with any others before, between and after them.
  ///
  /// ```text
  /// Expected 2 statements in order, the 2nd did not follow: INSERT INTO book (title) VALUES (?).
  ///   #3  SELECT id FROM author
  ///        INSERT INTO book (title) VALUES (?)    ran before, at #1
  /// ```
  ///
  /// - Parameter statements: The statements, each compared by shape as in ``executes(_:times:in:)``.
  public static func executes(inOrder statements: [String]) -> Self {
    text(
      ".executes(inOrder: \(statements.map(shown)))", statements, needs: .order(statements.map { StatementShape($0) })
    ) {
      recording in
      TextReport(recording).outOfOrder(statements).map { [$0] } ?? []
    }
  }

  /// Statements all run, in whatever order; one that is named twice runs at least twice.
  ///
  /// ```text
  /// Expected 2 statements in any order, 1 of them did not run.
  ///   missing  DELETE FROM book
  /// ```
  ///
  /// - Parameter statements: The statements, each compared by shape as in ``executes(_:times:in:)``.
  public static func executes(inAnyOrder statements: [String]) -> Self {
    text(".executes(inAnyOrder: \(statements.map(shown)))", statements) { recording in
      TextReport(recording).missing(statements).map { [$0] } ?? []
    }
  }

  /// What a name shows of the SQL that a test has: without its values.
  private static func shown(_ sql: String) -> String { StatementShape(sql).normalizedSQL }

  private static func text(
    _ name: String, _ statements: [String], needsQueries: Bool = false, problem: String? = nil,
    needs need: NeededDetail? = nil, wantsNumber: Bool = false, _ check: @escaping @Sendable (Recording) -> [Finding]
  ) -> Self {
    let isEmpty = statements.isEmpty || statements.contains { StatementShape($0).normalizedSQL.isEmpty }
    let problem = problem ?? (isEmpty ? "there is no statement in it; write the SQL that is meant." : nil)
    return DatabaseExpectation(
      name: name, needsQueries: needsQueries, problem: problem, needs: need, wantsNumber: wantsNumber
    ) { recording, _ in
      check(recording)
    }
  }
}

extension CountRange {
  /// `once`, `never`, `3 times`, `up to 3 times`.
  var times: String {
    switch description {
    case "1": "once"
    case "at least 1": "at least once"
    case "up to 1": "at most once"
    case "no": "never"
    default: "\(description) times"
    }
  }
}

/// What ran instead of the statements that were expected, in words.
struct TextReport {
  private let recording: Recording

  init(_ recording: Recording) {
    self.recording = recording
  }

  func wrongCount(
    of sql: String, _ found: StatementCollection, expected: String, isExceeded: Bool
  ) -> Finding {
    let numbers = found.map(\.number)
    let list = numbers.isEmpty ? "" : ": \(NumberList(numbers))"
    let place = numbers.first.flatMap { recording.storage.evidence.callSite(at: $0 - 1) }
    let shape = StatementShape(sql)
    return Finding(
      kind: .text,
      headline: "Expected \(shape.normalizedSQL) \(expected), found \(times(found.count))\(list).",
      details: SiteLines(place).lines + (found.isEmpty ? near(shape) : []), count: found.count,
      callSite: place?.site, statements: Array(found), isFinal: isExceeded)
  }

  func outOfOrder(_ expected: [String]) -> Finding? {
    var position = 0
    var lines: [String] = []
    let statements = Array(recording.statements)
    for (offset, sql) in expected.enumerated() {
      let wanted = ShapeSet([StatementShape(sql)])
      guard let next = statements[position...].firstIndex(where: { wanted.contains($0.shape) }) else {
        let earlier = statements[..<position].last { wanted.contains($0.shape) }
        let text = StatementShape(sql).normalizedSQL
        lines.append("       \(text)    " + (earlier.map { "ran before, at #\($0.number)" } ?? "did not run"))
        if earlier == nil { lines += near(StatementShape(sql)) }
        if recording.droppedCount > 0 {
          lines.append(
            "  \(recording.droppedCount.counted("statement")) came later, and were counted without their order.")
        }
        return Finding(
          kind: .text,
          headline:
            "Expected \(expected.count.counted("statement")) in order, the \(ordinal(offset + 1)) did not follow: \(text).",
          details: lines)
      }
      lines.append("  #\(statements[next].number)  \(statements[next].sql)")
      position = next + 1
    }
    return nil
  }

  func missing(_ expected: [String]) -> Finding? {
    var wanted: [(shape: StatementShape, count: Int)] = []
    for shape in expected.map({ StatementShape($0) }) {
      if let index = wanted.firstIndex(where: { ShapeSet([$0.shape]).contains(shape) }) {
        wanted[index].count += 1
      } else {
        wanted.append((shape, 1))
      }
    }
    let short = wanted.compactMap { want -> (shape: StatementShape, missing: Int)? in
      let found = recording.statements.matching(where: ShapeSet([want.shape]).contains).count
      return found < want.count ? (want.shape, want.count - found) : nil
    }
    guard !short.isEmpty else { return nil }
    let count = short.reduce(0) { $0 + $1.missing }
    return Finding(
      kind: .text,
      headline: "Expected \(expected.count.counted("statement")) in any order, \(count) of them did not run.",
      details: short.flatMap { ["  missing  \($0.shape.normalizedSQL)"] + near($0.shape) }, count: count)
  }

  /// Statements of the kind that ran on the same tables, perhaps one of which was meant; where there is none, all queries.
  private func near(_ shape: StatementShape) -> [String] {
    let tables = Set(shape.tables.map { $0.name.lowercased() })
    let others = recording.statements.countsByShape.filter { entry in
      entry.shape.kind == shape.kind && entry.shape.tables.contains { tables.contains($0.name.lowercased()) }
    }
    if !others.isEmpty { return InsteadLines(others).lines }
    return (shape.kind.isQuery ? InsteadLines(recording).lines : []) + Unseen(recording).lines
  }

  private func times(_ count: Int) -> String {
    count == 0 ? "never" : count == 1 ? "once" : "\(count) times"
  }

  private func ordinal(_ number: Int) -> String {
    switch (number % 10, number % 100) {
    case (1, let rest) where rest != 11: "\(number)st"
    case (2, let rest) where rest != 12: "\(number)nd"
    case (3, let rest) where rest != 13: "\(number)rd"
    default: "\(number)th"
    }
  }
}
