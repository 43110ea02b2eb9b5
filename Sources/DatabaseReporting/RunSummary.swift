package import DatabaseRunRecords

/// What a run did to its databases, added up one test at a time: it keeps numbers, not executions.
package struct RunSummary: Sendable {
  /// One line of the record.
  package struct Line: Sendable, Equatable {
    package var identity: TestIdentity
    /// The number of the test, the same for each of its calls.
    package var test: Int
    package var queries: Int
    package var statements: Int
    package var steps: Int?
    /// Nanoseconds that its statements took.
    package var time: Int
    package var findings: Int
    package var isBlind: Bool
    /// Seconds since 1970.
    package var started: Double
    /// `nil` where it is not known whether it failed.
    package var failures: Int?
    /// The suites around it.
    package var suite: String?
    package var displayName: String?
    /// Tells a case of a parameterised test from the others.
    package var caseLabel: String?
  }

  package struct Shape: Sendable, Equatable {
    package var sql: String
    package var executions = 0
    package var tests = 0
    package var time = 0
    package var steps: Int?
  }

  /// What was found, in one line of the app by any number of tests.
  package struct Problem: Sendable, Equatable {
    package var kind: String
    /// Of the test that has most of it.
    package var headline: String
    package var site: String?
    /// Those that have it, as indices of ``RunSummary/lines``.
    package var tests: [Int] = []
    /// Those of them that fail because of it.
    package var failed: Set<Int> = []
    /// The worst case: the test that has most of it, and what the record says of it there.
    package var worst: Int
    package var detail: RunRecord.Problem
    /// The statement, and the one that returned what it was sent for.
    package var sql: String?
    /// How many of its statements that is.
    package var sqlCount = 0
    package var parentSQL: String?
  }

  private struct ShapeKey: Hashable {
    var fingerprint: String
    var sql: String
  }

  private struct ProblemKey: Hashable {
    var kind: String
    var subject: String
    var site: String?
  }

  /// A test that recorded by calls of its own.
  private struct Caller: Hashable {
    var identity: TestIdentity
    var suite: String?
    var testCase: String?
  }

  private struct LoadKey: Hashable {
    var strategy: String
    var relationship: String
  }

  package private(set) var lines: [Line] = []
  /// The runs that the lines are of, as far as their files know them.
  package var runs: [RunDescription] = []
  /// Without counting the calls of one test one by one.
  package private(set) var testCount = 0
  /// The tests that recorded by calls of their own, by their numbers.
  private var callers: [Caller: Int] = [:]
  package private(set) var queries = 0
  package private(set) var statements = 0
  package private(set) var steps: Int?
  package private(set) var time = 0
  package private(set) var excluded = 0
  package private(set) var dropped = 0
  private var shapesByKey: [ShapeKey: Shape] = [:]
  private var problemsByKey: [ProblemKey: Problem] = [:]
  private var loadsByKey: [LoadKey: Int] = [:]

  package init() {}

  package mutating func add(_ test: RunRecord.Test) {
    let identity = TestIdentity(test)
    let spent = test.executions.reduce(0) { $0.adding(Int(clamping: $1.duration ?? 0).asCount) }
    let number = self.number(of: test, identity)
    lines.append(
      Line(
        identity: identity, test: number, queries: test.queries.asCount, statements: test.statements.asCount,
        steps: test.steps?.asCount, time: spent, findings: test.problems.count, isBlind: test.isBlind,
        started: test.started ?? 0, failures: test.failures?.count, suite: test.suite, displayName: test.displayName,
        caseLabel: test.caseLabel))
    queries = queries.adding(test.queries.asCount)
    statements = statements.adding(test.statements.asCount)
    if let more = test.steps?.asCount { steps = (steps ?? 0).adding(more) }
    time = time.adding(spent)
    excluded = excluded.adding(test.excluded.asCount)
    dropped = dropped.adding(test.dropped.asCount)
    addShapes(test)
    for (problem, isFailure) in test.problems { add(problem, isFailure: isFailure, of: test) }
    for load in test.loads {
      let key = LoadKey(strategy: load.strategy, relationship: load.relationship)
      loadsByKey[key, default: 0] += load.statements.count
    }
  }

  /// The number of the test that a line is of, a new one or that of an earlier call.
  private mutating func number(of test: RunRecord.Test, _ identity: TestIdentity) -> Int {
    var caller = Caller(identity: identity, suite: test.suite, testCase: test.case)
    caller.identity.call = nil
    // A call that is named by its place may be of any number of tests.
    let isNamed = test.call != nil && test.name != "\(test.file):\(test.line)"
    if isNamed, let known = callers[caller] { return known }
    testCount += 1
    if isNamed { callers[caller] = testCount }
    return testCount
  }

  private mutating func add(_ found: RunRecord.Problem, isFailure: Bool, of test: RunRecord.Test) {
    let line = lines.count - 1
    // Headlines hold numbers that differ from test to test.
    let subject = found.relationship ?? (found.site == nil ? found.headline : "")
    let key = ProblemKey(kind: found.kind, subject: subject, site: found.site)
    var problem =
      problemsByKey[key]
      ?? Problem(kind: found.kind, headline: found.headline, site: found.site, worst: line, detail: found)
    if problem.tests.isEmpty || found.count > problem.detail.count {
      problem.headline = found.headline
      problem.worst = line
      problem.detail = found
      (problem.sql, problem.sqlCount) = test.mostFrequent(of: found.statements)
      problem.parentSQL = found.parent.flatMap(test.sql)
    }
    problem.tests.append(line)
    if isFailure { problem.failed.insert(line) }
    problemsByKey[key] = problem
  }

  private mutating func addShapes(_ test: RunRecord.Test) {
    var found = test.shapes.map { Shape(sql: $0.sql, tests: 1) }
    for execution in test.executions where found.indices.contains(execution.shape) {
      found[execution.shape].executions += 1
      found[execution.shape].time = found[execution.shape].time.adding(Int(clamping: execution.duration ?? 0).asCount)
      guard let steps = execution.steps?.asCount else { continue }
      found[execution.shape].steps = (found[execution.shape].steps ?? 0).adding(steps)
    }
    for (shape, new) in zip(test.shapes, found) {
      let key = ShapeKey(fingerprint: shape.fingerprint, sql: shape.sql)
      var sum = shapesByKey[key] ?? Shape(sql: shape.sql)
      sum.executions = sum.executions.adding(new.executions)
      sum.tests += 1
      sum.time = sum.time.adding(new.time)
      if let more = new.steps { sum.steps = (sum.steps ?? 0).adding(more) }
      shapesByKey[key] = sum
    }
  }

  /// The tests with the most of something first, those with the same in the order of their names; without those that have none.
  ///
  /// - Returns: Indices of ``lines``.
  package func most(_ number: (Line) -> Int) -> [Int] {
    lines.indices.filter { number(lines[$0]) > 0 }.sorted {
      (number(lines[$1]), lines[$0].identity) < (number(lines[$0]), lines[$1].identity)
    }
  }

  /// Those that were executed most first.
  package var shapes: [Shape] {
    shapesByKey.values.sorted { ($1.executions, $1.time, $0.sql) < ($0.executions, $0.time, $1.sql) }
  }

  /// What fails tests first, then by what it is, an N+1 before a statement that failed, then those that the most tests have.
  package var problems: [Problem] {
    func rank(_ problem: Problem) -> (Int, Int, Int) {
      (problem.failed.isEmpty ? 1 : 0, ProblemKind(problem.kind).rank, -problem.tests.count)
    }
    func rest(_ problem: Problem) -> (Int, String, String, String) {
      (-problem.detail.count, problem.kind, problem.headline, problem.site ?? "")
    }
    return problemsByKey.values.sorted { left, right in
      rank(left) == rank(right) ? rest(left) < rest(right) : rank(left) < rank(right)
    }
  }

  /// How many tests failed, and how many are known not to have, of all lines or of some: a test with several calls is one.
  package func outcome(of indices: some Sequence<Int>) -> (failed: Int, passed: Int) {
    var (failed, unknown, passed): (Set<Int>, Set<Int>, Set<Int>) = ([], [], [])
    for line in indices.lazy.map({ lines[$0] }) {
      guard let failures = line.failures else {
        unknown.insert(line.test)
        continue
      }
      if failures > 0 { failed.insert(line.test) } else { passed.insert(line.test) }
    }
    return (failed.count, passed.subtracting(failed).subtracting(unknown).count)
  }

  /// How many statements loaded which relationship in which way, the most first.
  package var loads: [(strategy: String, relationship: String, statements: Int)] {
    loadsByKey.map { ($0.key.strategy, $0.key.relationship, $0.value) }.sorted {
      ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1)
    }
  }

  /// The tests of which statements are known to be missing.
  package var blind: [TestIdentity] { lines.filter(\.isBlind).map(\.identity) }
}
