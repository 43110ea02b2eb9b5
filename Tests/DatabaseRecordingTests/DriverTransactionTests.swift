import DatabaseInstrumentation
import DatabaseRecording
import Testing

/// A driver that tells of its transactions.
private struct Driver {
  let connection: InstrumentedConnection

  struct Failure: Error {}

  init(_ system: DatabaseSystem = .postgreSQL, name: String = #function, tells: Bool = false) {
    connection = InstrumentedConnection(name, system: system, tellsTransactions: tells)
  }

  @inline(never) func run(_ sql: String, changed: Int? = nil, fails: Bool = false) {
    let statement = connection.statements.willExecute(sql, parameters: [])
    if fails { statement.didFail(Failure(), status: "23505") } else { statement.didExecute(rowsChanged: changed) }
  }

  func insert(_ changed: Int? = 1, fails: Bool = false) {
    run("INSERT INTO book (id) VALUES (1)", changed: changed, fails: fails)
  }
}

@Suite struct DriverTransactionTests {
  private func kinds(_ recording: Recording, _ expectation: DatabaseExpectation) -> [Finding.Kind] {
    recording.check(expectation).map(\.kind)
  }

  @Test func aTransactionThatCommits() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.insert(2)
      driver.run("COMMIT")
    }
    #expect(
      recording.check(
        .commits(1), .rollbacks(0), .writesInTransactions, .closedTransactions, .flush(inserted: ["book": 3])
      ).isEmpty)
    #expect(kinds(recording, .commits(2)) == [.count])
    #expect(kinds(recording, .noDurableWrites) == [.flush])
    #expect(kinds(recording, .flush(inserted: ["book": 2])) == [.flush])
    #expect(recording.flushes.map(\.inserted) == [["book": 3]])
  }

  @Test func aTransactionThatRollsBack() {
    let driver = Driver()
    let recording = record {
      driver.run("START TRANSACTION")
      driver.insert()
      driver.run("ROLLBACK")
    }
    #expect(recording.check(.commits(0), .rollbacks(1), .noDurableWrites, .flush(inserted: ["book": 0])).isEmpty)
    #expect(kinds(recording, .commits(1)) == [.count])
  }

  @Test func aTransactionThatIsLeftOpen() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
    }
    #expect(kinds(recording, .closedTransactions) == [.openTransaction])
    #expect(recording.check(.noDurableWrites, .commits(0)).isEmpty)
  }

  @Test func oneThatIsClosedWithItsConnectionIsRolledBack() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.connection.close()
    }
    #expect(recording.check(.closedTransactions, .noDurableWrites, .rollbacks(1)).isEmpty)
  }

  @Test func byCalls() {
    let driver = Driver()
    let recording = record {
      driver.connection.transactions.didBegin()
      driver.insert()
      driver.connection.transactions.didMakeSavepoint("a")
      driver.insert()
      driver.connection.transactions.didRollBack(to: "a")
      driver.connection.transactions.didRelease("a")
      driver.connection.transactions.didCommit()
      driver.connection.transactions.didBegin()
      driver.insert()
      driver.connection.transactions.didRollBack()
    }
    #expect(recording.check(.commits(1), .rollbacks(1), .flush(inserted: ["book": 1]), .writesInTransactions).isEmpty)
    #expect(recording.statements.count == 3)
  }

  @Test func savepoints() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.run("SAVEPOINT a")
      driver.insert(5)
      driver.run(#"ROLLBACK TO SAVEPOINT "a""#)
      driver.insert()
      driver.run("RELEASE SAVEPOINT a")
      driver.run("COMMIT")
    }
    #expect(recording.check(.commits(1), .flush(inserted: ["book": 2])).isEmpty)
  }

  @Test func afterAFailurePostgreSQLRollsBackWhatIsCommitted() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.insert(fails: true)
      driver.run("COMMIT")
    }
    #expect(recording.check(.commits(0), .rollbacks(1), .noDurableWrites).isEmpty)
  }

  @Test func aSavepointSavesItFromThat() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.run("SAVEPOINT a")
      driver.insert(fails: true)
      driver.run("ROLLBACK TO a")
      driver.run("COMMIT")
    }
    #expect(recording.check(.commits(1), .flush(inserted: ["book": 1])).isEmpty)
  }

  @Test func inMySQLAFailureUndoesItsStatementAlone() {
    let driver = Driver(.mySQL)
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.insert(fails: true)
      driver.run("COMMIT")
    }
    #expect(recording.check(.commits(1), .flush(inserted: ["book": 1])).isEmpty)
  }

  @Test func inMySQLADefinitionCommits() {
    let driver = Driver(.mySQL, tells: true)
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.run("CREATE TABLE other (id INT)")
      driver.run("ROLLBACK")
    }
    #expect(recording.check(.flush(inserted: ["book": 1])).isEmpty)
    #expect(kinds(recording, .noDurableWrites) == [.flush])
  }

  @Test(arguments: ["ABORT", "abort transaction", "ROLLBACK WORK", " \n/* over */ rollback"]) func otherWords(
    sql: String
  ) {
    let driver = Driver()
    let recording = record {
      driver.run("begin work")
      driver.insert()
      driver.run(sql)
    }
    #expect(recording.check(.rollbacks(1), .noDurableWrites).isEmpty)
  }

  @Test func aChainedCommitBeginsTheNext() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      driver.insert()
      driver.run("COMMIT AND CHAIN")
      driver.insert()
      driver.run("COMMIT")
    }
    #expect(recording.check(.commits(2), .writesInTransactions, .closedTransactions).isEmpty)
  }

  @Test func writesOutsideOfAnyWhereAllAreTold() {
    let driver = Driver(tells: true)
    let recording = record {
      driver.insert()
      driver.insert()
    }
    #expect(recording.check(.commits(2), .flush(inserted: ["book": 2])).isEmpty)
    #expect(kinds(recording, .writesInTransactions) == [.autocommitWrites])
    // Of a driver that has told of none nobody knows.
    let silent = Driver()
    #expect(kinds(record { silent.insert() }, .commits(1)) == [.blind])
  }

  @Test func aTransactionThatBeganBeforeTheRecording() {
    let driver = Driver(tells: true)
    driver.run("BEGIN")
    let recording = record {
      driver.insert()
      driver.insert()
    }
    driver.run("ROLLBACK")
    #expect(recording.check(.writesInTransactions, .closedTransactions, .commits(0)).isEmpty)
  }

  @Test func whatADriverCannotKnowIsBlind() {
    let driver = Driver(tells: true)
    driver.connection.define(
      """
      CREATE TABLE author (id BIGINT PRIMARY KEY, name TEXT);
      CREATE TABLE book (id BIGINT, author_id BIGINT REFERENCES author (id) ON DELETE CASCADE ON UPDATE CASCADE)
      """)
    func flush(_ sql: String, _ changed: Int?) -> Recording { record { driver.run(sql, changed: changed) } }
    let cascade = flush("DELETE FROM author WHERE id = 1", 1)
    #expect(kinds(cascade, .flush(deleted: ["author": 1])) == [.blind])
    #expect(cascade.check(.flush(deleted: ["author": 1])).first?.message.contains("SQLITE") == false)
    #expect(kinds(flush("UPDATE author SET id = 2 WHERE id = 1", 1), .flush(updated: ["author": 1])) == [.blind])
    #expect(flush("UPDATE author SET name = 'x' WHERE id = 1", 1).check(.flush(updated: ["author": 1])).isEmpty)
    #expect(flush("DELETE FROM book WHERE id = 1", 1).check(.flush(deleted: ["book": 1])).isEmpty)
    #expect(flush("DELETE FROM author WHERE id = 1", 0).check(.noDurableWrites).isEmpty)
    #expect(kinds(flush("DELETE FROM other", 1), .flush(deleted: ["other": 1])) == [.blind])
    #expect(kinds(flush("INSERT INTO book (id) VALUES (1)", nil), .flush(inserted: ["book": 1])) == [.blind])
    #expect(
      kinds(flush("INSERT INTO book (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2", 1), .noDurableWrites)
        == [.blind])
    #expect(kinds(flush("TRUNCATE book", nil), .flush(deleted: ["book": 0])) == [.blind])
  }

  @Test func twoConnectionsAreTwoTransactions() {
    let (one, other) = (Driver(name: "pool"), Driver(name: "pool"))
    let recording = record {
      one.run("BEGIN")
      other.run("BEGIN")
      one.insert()
      other.insert()
      one.run("COMMIT")
      other.run("ROLLBACK")
    }
    #expect(recording.check(.commits(1), .rollbacks(1), .flush(inserted: ["book": 1])).isEmpty)
  }

  @Test func aFlushOfAnORMInATransaction() {
    let driver = Driver()
    let recording = record {
      driver.run("BEGIN")
      FlushHooks.withFlush("session", new: ["book": 1]) { driver.insert() }
      driver.run("COMMIT")
    }
    #expect(recording.findings.isEmpty)
    #expect(recording.flushes.compactMap(\.session) == ["session"])
    #expect(recording.flushes.map(\.inserted) == [["book": 1], ["book": 1]])
  }
}
