import Testing

@testable import DatabaseInstrumentation

/// What a statement text does to a ledger, as SQLite would answer it: `+n` changes n rows, `!n` fails after n rows and
/// takes them back, `f` fails after one row and keeps it, `x` is rolled back by the database.
private struct Script {
  var ledger = TransactionLedger()
  var finished: [TransactionRecord] = []
  var inAutocommit = true

  mutating func run(_ steps: String...) {
    for step in steps { run(one: step) }
  }

  mutating func run(one step: String) {
    var ending = TransactionLedger.Ending(control: TransactionControl(step), beganInAutocommit: inAutocommit)
    switch ending.control {
    case .begin, .savepoint: inAutocommit = false
    case .commit, .rollback: inAutocommit = true
    default: break
    }
    if step == "RELEASE outermost" || step == "x" { inAutocommit = true }
    ending.inAutocommit = inAutocommit
    if let count = Int(step.dropFirst()), step.first == "+" || step.first == "!" {
      ending.isWrite = true
      ledger.add(RowTally(inserted: RowCount(count)), for: ChangeTally.Key(table: 0))
      if step.first == "!" { (ending.hasFailed, ending.keepsChanges) = (true, false) }
    }
    if step == "f" {
      (ending.isWrite, ending.hasFailed) = (true, true)
      ledger.add(RowTally(inserted: RowCount(1)), for: ChangeTally.Key(table: 0))
    }
    if step == "x" { (ending.isWrite, ending.hasFailed) = (true, true) }
    finished += ledger.end(ending)
  }
}

extension ChangeTally {
  fileprivate var inserted: Int { entries.reduce(0) { $0 + $1.rows.inserted.count } }
}

@Suite struct TransactionLedgerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var steps: [String]
    var executed: Int
    var durable: Int
    var outcome = TransactionRecord.Outcome.committed
    var testDescription: String { steps.joined(separator: "; ") }
  }

  @Test(arguments: [
    Case(steps: ["BEGIN", "+1", "COMMIT"], executed: 1, durable: 1),
    Case(steps: ["BEGIN", "SAVEPOINT a", "+1", "ROLLBACK TO a", "+1", "COMMIT"], executed: 2, durable: 1),
    Case(steps: ["BEGIN", "+1", "ROLLBACK"], executed: 1, durable: 0, outcome: .rolledBack),
    Case(steps: ["+3"], executed: 3, durable: 3),
    Case(steps: ["!2"], executed: 2, durable: 0, outcome: .rolledBack),
    Case(steps: ["f"], executed: 1, durable: 1),
    Case(steps: ["BEGIN", "+1", "!5", "f", "COMMIT"], executed: 7, durable: 2),
    Case(steps: ["BEGIN", "+1", "x"], executed: 1, durable: 0, outcome: .rolledBack),
    Case(steps: ["SAVEPOINT outermost", "+1", "RELEASE outermost"], executed: 1, durable: 1),
    Case(
      steps: ["SAVEPOINT outermost", "+1", "ROLLBACK TO outermost", "+2", "RELEASE outermost"], executed: 3, durable: 2),
    Case(
      steps: ["BEGIN", "SAVEPOINT a", "+1", "SAVEPOINT A", "+2", "ROLLBACK TO a", "COMMIT"], executed: 3, durable: 1),
    Case(
      steps: ["BEGIN", "SAVEPOINT a", "+1", "SAVEPOINT b", "+2", "RELEASE a", "ROLLBACK TO a", "COMMIT"], executed: 3,
      durable: 3),
    Case(
      steps: ["BEGIN", "SAVEPOINT a", "+1", "SAVEPOINT b", "+2", "RELEASE b", "ROLLBACK TO a", "+4", "COMMIT"],
      executed: 7, durable: 4),
    Case(
      steps: ["BEGIN", "SAVEPOINT a", "SAVEPOINT \"B\"", "+1", "ROLLBACK TRANSACTION TO SAVEPOINT b", "+2", "COMMIT"],
      executed: 3, durable: 2),
  ])
  func executedAndDurableAreToldApart(_ test: Case) throws {
    var script = Script()
    for step in test.steps { script.run(one: step) }
    #expect(script.finished.count == 1)
    let record = try #require(script.finished.first)
    #expect(record.executed.inserted == test.executed)
    #expect(record.durable.inserted == test.durable)
    #expect(record.outcome == test.outcome)
    #expect(!script.ledger.isOpen)
  }

  @Test func anOpenTransactionShowsWhatItHasNotUndone() throws {
    var script = Script()
    script.run("BEGIN IMMEDIATE", "+1", "SAVEPOINT a", "+2", "ROLLBACK TO a")
    let open = try #require(script.ledger.current)
    #expect(open.mode == .immediate)
    #expect(open.outcome == .open)
    #expect(open.executed.inserted == 3)
    #expect(open.durable.inserted == 1)
  }

  @Test func aCommitThatFailsLeavesTheTransactionOpen() throws {
    var ledger = TransactionLedger()
    _ = ledger.end(.init(control: .begin(.deferred), beganInAutocommit: true, inAutocommit: false))
    ledger.add(RowTally(inserted: RowCount(1)), for: .init(table: 0))
    _ = ledger.end(.init(isWrite: true, beganInAutocommit: false, inAutocommit: false))
    var commit = TransactionLedger.Ending(control: .commit, beganInAutocommit: false, inAutocommit: false)
    commit.hasFailed = true
    #expect(ledger.end(commit).isEmpty)
    #expect(ledger.isOpen)
    let committed = ledger.end(.init(control: .commit, beganInAutocommit: false, inAutocommit: true))
    #expect(committed.first?.outcome == .committed)
  }

  @Test func aCommitThatReachesNoDatabaseIsARollback() throws {
    var ledger = TransactionLedger()
    _ = ledger.end(.init(control: .begin(.deferred), beganInAutocommit: true, inAutocommit: false))
    ledger.add(RowTally(inserted: RowCount(1)), for: .init(table: 0))
    _ = ledger.end(.init(isWrite: true, beganInAutocommit: false, inAutocommit: false))
    var commit = TransactionLedger.Ending(control: .commit, beganInAutocommit: false, inAutocommit: true)
    commit.reachedDatabase = false
    let record = try #require(ledger.end(commit).first)
    #expect(record.outcome == .rolledBack)
    #expect(record.isRolledBackByDatabase)
    #expect(record.durable.isEmpty)
  }

  @Test func aTransactionThatWasOpenBeforeIsKnownInPart() throws {
    var ledger = TransactionLedger()
    ledger.add(RowTally(inserted: RowCount(2)), for: .init(table: 0))
    _ = ledger.end(.init(isWrite: true, beganInAutocommit: false, inAutocommit: false))
    // A savepoint that was made before: all that was seen is inside of it.
    _ = ledger.end(.init(control: .rollbackTo("earlier"), beganInAutocommit: false, inAutocommit: false))
    let record = try #require(
      ledger.end(.init(control: .commit, beganInAutocommit: false, inAutocommit: true)).first)
    #expect(record.mode == .unseen)
    #expect(record.begin == nil)
    #expect(record.executed.inserted == 2)
    #expect(record.durable.inserted == 0)
  }

  @Test func anEndThatNobodySawIsUnknown() throws {
    var ledger = TransactionLedger()
    _ = ledger.end(.init(control: .begin(.deferred), beganInAutocommit: true, inAutocommit: false))
    ledger.add(RowTally(inserted: RowCount(1)), for: .init(table: 0))
    let records = ledger.end(.init(isWrite: true, beganInAutocommit: true, inAutocommit: true))
    #expect(records.map(\.outcome) == [.unknown, .committed])
  }

  @Test func aSourceThatTellsNoAutocommitIsFollowedByItsStatements() {
    var ledger = TransactionLedger()
    #expect(ledger.end(.init(control: .begin(.deferred))).isEmpty)
    ledger.add(RowTally(inserted: RowCount(1)), for: .init(table: 0))
    #expect(ledger.end(.init(isWrite: true)).isEmpty)
    #expect(ledger.end(.init(control: .savepoint("a"))).isEmpty)
    #expect(ledger.end(.init(control: .release("a"))).isEmpty)
    #expect(ledger.end(.init(control: .commit)).map(\.outcome) == [.committed])
  }

  @Test func aClosedConnectionRollsBack() {
    var script = Script()
    script.run("BEGIN", "+1")
    let record = script.ledger.close(in: 0)
    #expect(record?.outcome == .rolledBack)
    #expect(record?.isRolledBackByDatabase == true)
  }

  @Test func memoryIsBoundedByTablesAndNotByRows() {
    var script = Script()
    script.run("BEGIN")
    for _ in 0..<10_000 { script.run("SAVEPOINT a", "+1", "RELEASE a") }
    #expect(script.ledger.current?.executed.entries.count == 1)
    #expect(script.ledger.current?.durable.inserted == 10_000)
    #expect(script.ledger.current?.participants.count == 1)
  }

  @Test(arguments: [
    ("BEGIN", TransactionControl.begin(.deferred)), ("begin transaction", .begin(.deferred)),
    (" /* x */ BEGIN EXCLUSIVE TRANSACTION", .begin(.exclusive)), ("END TRANSACTION", .commit), ("COMMIT;", .commit),
    ("ROLLBACK", .rollback), ("ROLLBACK TRANSACTION", .rollback), ("rollback to Sp", .rollbackTo("sp")),
    ("ROLLBACK TO SAVEPOINT [a b]", .rollbackTo("a b")), ("SAVEPOINT \"it\"\"s\"", .savepoint("it\"s")),
    ("SAVEPOINT 'one'", .savepoint("one")), ("RELEASE a", .release("a")), ("RELEASE SAVEPOINT `a`", .release("a")),
    ("RELEASE savepoint", .release("savepoint")),
  ])
  func controlStatementsAreRead(_ sql: String, _ control: TransactionControl) {
    #expect(TransactionControl(sql) == control)
  }

  @Test(arguments: ["", "SELECT 1", "SAVEPOINT", "ROLLBACK TO", "-- only a comment"])
  func othersAreNot(_ sql: String) {
    #expect(TransactionControl(sql) == nil)
  }
}
