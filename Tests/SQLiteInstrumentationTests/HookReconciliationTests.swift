import DatabaseInstrumentation
import SQLiteInstrumentation
import Testing

/// What can be known from the update hook and SQLite's counts; `Tests/UpdateHookProbe` compares it with SQLite itself.
@Suite struct HookReconciliationTests {
  private func account(
    _ sql: String, changed: Int, total: Int, _ told: [(String, RowTally)] = []
  ) -> HookReconciliation {
    var account = HookReconciliation(StatementShape(sql))
    account.changed = changed
    account.total = total
    account.told = told.enumerated().map { index, entry in
      let parts = entry.0.split(separator: ".").map(String.init)
      let table = TableName(database: parts.count > 1 ? parts[0] : "main", name: parts.last ?? "")
      return HookReconciliation.Change(table: table, number: UInt32(index), rows: entry.1)
    }
    return account
  }

  private func facts(_ definitions: String...) -> WritingFacts {
    let schema = SchemaFacts()
    for definition in definitions { schema.note(definition) }
    return schema.writing
  }

  private func inserted(_ count: Int, indirect: Int = 0) -> RowTally {
    RowTally(inserted: RowCount(count, indirect: indirect))
  }

  private func deleted(_ count: Int, indirect: Int = 0) -> RowTally {
    RowTally(deleted: RowCount(count, indirect: indirect))
  }

  @Test func whereTheNumbersAgreeAllIsKnown() {
    let reading = account("INSERT INTO t VALUES (1)", changed: 2, total: 5, [("t", inserted(3)), ("log", inserted(2))])
      .reading(facts())
    #expect(reading.isComplete)
    #expect(reading.changes.map(\.rows) == [inserted(3, indirect: 1), inserted(2, indirect: 2)])
  }

  @Test func whatIsNotToldIsTheStatementsOwnWhereItsCountIsTheDifference() {
    let reading = account("DELETE FROM t", changed: 3, total: 5, [("log", deleted(2))]).reading(facts())
    #expect(reading.isComplete)
    #expect(reading.changes.map(\.table.name) == ["log", "t"])
    #expect(reading.changes.map(\.rows.deleted.count) == [2, 3])
    #expect(reading.changes.map(\.rows.deleted.indirect) == [2, 0])
  }

  @Test(arguments: [(1, 3), (3, 1)])
  func elseSomethingIsUnknown(changed: Int, total: Int) {
    #expect(!account("DELETE FROM t", changed: changed, total: total).reading(facts()).isComplete)
    #expect(!account("DELETE FROM t", changed: changed, total: total, [("t", deleted(2))]).reading(facts()).isComplete)
  }

  @Test func replaceMayHaveRemovedRows() {
    for sql in ["REPLACE INTO t VALUES (1)", "INSERT OR REPLACE INTO t VALUES (1)"] {
      #expect(!account(sql, changed: 1, total: 1, [("t", inserted(1))]).reading(facts()).isComplete)
    }
    let function = "INSERT INTO t VALUES (replace('a', 'b', 'c'))"
    #expect(account(function, changed: 1, total: 1, [("t", inserted(1))]).reading(facts()).isComplete)
  }

  @Test func anUpsertIsToldApartOrUnknown() {
    let sql = "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET x = 1"
    let both = RowTally(inserted: RowCount(1), updated: RowCount(2))
    #expect(account(sql, changed: 3, total: 3, [("t", both)]).reading(facts()).isComplete)
    #expect(!account(sql, changed: 2, total: 3, [("t", both)]).reading(facts()).isComplete)
    #expect(!account(sql, changed: 3, total: 3).reading(facts()).isComplete)
  }

  @Test func aTableIsFoundWhereSQLiteLooksForIt() {
    let told = [("old.t", inserted(1)), ("temp.t", inserted(1)), ("main.t", inserted(1))]
    let plain = account("INSERT INTO t VALUES (1)", changed: 1, total: 3, told).reading(facts())
    #expect(plain.changes.map(\.rows.inserted.indirect) == [1, 0, 1])
    let named = account("INSERT INTO Old.T VALUES (1)", changed: 1, total: 3, told).reading(facts())
    #expect(named.changes.map(\.rows.inserted.indirect) == [0, 1, 1])
  }

  @Test func aTableThatIsNotToldIsNamedByItsDefinition() {
    let delete = account("DELETE FROM book", changed: 1, total: 1)
    let temporary = delete.reading(facts("CREATE TEMP TABLE Book (x)"))
    #expect(temporary.changes.map(\.table) == [TableName(database: "temp", name: "Book")])
    #expect(temporary.isComplete)
    #expect(!delete.reading(facts("CREATE TEMP TABLE Book (x)", "CREATE TABLE book (x)")).isComplete)
  }

  @Test func whatAFailureUndidIsKnownWhereItsTableTells() {
    var failed = account("INSERT INTO t VALUES (1)", changed: 0, total: 1, [("t", inserted(2)), ("log", inserted(1))])
    failed.hasFailed = true
    let reading = failed.reading(facts())
    #expect(reading.isComplete)
    #expect(!reading.keepsChanges)
    #expect(reading.changes.map(\.rows.inserted.indirect) == [0, 1])
    failed.total = 2
    #expect(!failed.reading(facts()).isComplete)
  }

  @Test func aFailureWithoutAChangeIsKnownWhereThatIsCertain() {
    var failed = account("INSERT INTO t VALUES (1)", changed: 0, total: 0)
    failed.hasFailed = true
    let withRowid = facts("CREATE TABLE t (x PRIMARY KEY)")
    #expect(failed.reading(withRowid).isComplete)
    #expect(!failed.reading(facts("CREATE TABLE t (x PRIMARY KEY) WITHOUT ROWID")).isComplete)
    #expect(!failed.reading(facts()).isComplete)
    failed.isHookCertain = false
    #expect(!failed.reading(withRowid).isComplete)
  }

  @Test func returningThatIsNotReadToItsEndIsKept() {
    var open = account("INSERT INTO t VALUES (1) RETURNING x", changed: -1, total: 0, [("t", inserted(2))])
    open.isUnfinished = true
    #expect(open.reading(facts()).isComplete)
    #expect(open.reading(facts()).keepsChanges)
    open.told = []
    #expect(!open.reading(facts("CREATE TABLE t (x)")).isComplete)
  }

  @Test func definitionsThatMatter() {
    let schema = SchemaFacts(reader: { .read(SchemaListing(entries: [])) })
    func names(_ name: String) -> [String] {
      schema.writing.tables(named: TableReference(name: name, role: .written)).map {
        "\($0.table.qualified) \($0.hasRowid)"
      }
    }
    schema.note("CREATE TABLE IF NOT EXISTS \"main\".Book (x)")
    // The file may have had it before.
    #expect(names("book") == [])
    schema.note("create table old.book(k primary key, rowid) without rowid")
    #expect(names("BOOK") == ["old.book false"])
    schema.note("ALTER TABLE old.book RENAME TO chapter")
    #expect(names("chapter") == ["old.chapter false"])
    schema.note("CREATE TABLE copy AS SELECT * FROM old.book")
    #expect(names("copy") == ["copy true"])
    schema.note("DROP TABLE IF EXISTS copy")
    #expect(names("copy") == [])
  }
}
