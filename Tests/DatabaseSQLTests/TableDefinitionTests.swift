import DatabaseSQL
import Testing

@Suite struct TableDefinitionTests {
  @Test(arguments: [
    ("CREATE TABLE book (id, title)", "book(id,title)"),
    ("create temp table if not exists main.book (id integer primary key)", "book(id) pk(id)"),
    ("CREATE TEMPORARY TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL) WITHOUT ROWID", "book(id) pk(id)"),
    (#"CREATE TABLE "my ""book""" ("a b" TEXT, `c` INT, [d e] BLOB, 'f' REAL)"#, #"my "book"(a b,c,d e,f)"#),
    (
      "CREATE TABLE [book] (id, authorId INTEGER REFERENCES author(id) ON DELETE CASCADE, t)",
      "book(id,authorId,t) authorId->author(id)"
    ),
    ("CREATE TABLE book (authorId INTEGER NOT NULL REFERENCES author)", "book(authorId) authorId->author()"),
    (
      "CREATE TABLE book (a CONSTRAINT fk REFERENCES \"author\"(\"id\") DEFERRABLE INITIALLY DEFERRED, b)",
      "book(a,b) a->author(id)"
    ),
    (
      "CREATE TABLE t (a, b, PRIMARY KEY (a DESC, b COLLATE NOCASE),"
        + " FOREIGN KEY (a, b) REFERENCES p(x, y) ON UPDATE SET NULL)",
      "t(a,b) pk(a,b) a,b->p(x,y)"
    ),
    (
      "CREATE TABLE t (a, b, CONSTRAINT k PRIMARY KEY (a), CONSTRAINT f FOREIGN KEY (b) REFERENCES 'p')",
      "t(a,b) pk(a) b->p()"
    ),
    ("CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES p(x) FOREIGN KEY (a) REFERENCES q(y))", "t(a) a->p(x) a->q(y)"),
    (
      "CREATE TABLE t (a DEFAULT (lower('x, y')), b VARCHAR(20, 3) CHECK (b IN (1, 2)),"
        + " c GENERATED ALWAYS AS (a || b) STORED)",
      "t(a,b,c)"
    ),
    (
      "CREATE TABLE t (-- first, one\n a /* , x */, b DEFAULT -1, c DEFAULT 'REFERENCES p(x)',"
        + " UNIQUE (a, b), CHECK (a > 1))",
      "t(a,b,c)"
    ),
    (
      "CREATE TABLE t (key TEXT, desc TEXT, end INT, action INT, temp, first, no)",
      "t(key,desc,end,action,temp,first,no)"
    ),
    ("CREATE TABLE t (parentId REFERENCES t(id), id)", "t(parentId,id) parentId->t(id)"),
  ])
  func createTable(_ sql: String, _ expected: String) {
    #expect(TableDefinition(createTable: sql).map(describe) == expected)
  }

  @Test(arguments: [
    "", "SELECT 1", "CREATE TABLE t AS SELECT * FROM u", "CREATE VIRTUAL TABLE t USING fts5(a)",
    "CREATE INDEX i ON t(a)",
    "CREATE VIEW v (a) AS SELECT 1", "CREATE TABLE t", "CREATE TABLE t (a", "CREATE TABLE t ()", "CREATE TABLE (a)",
    "DROP TABLE t", "ALTER TABLE t ADD a", "CREATE", "CREATE TABLE", "INSERT INTO t VALUES ('CREATE TABLE t (a)')",
  ])
  func whatIsNoTableDefinition(_ sql: String) {
    #expect(TableDefinition(createTable: sql) == nil)
  }

  private static let keyWithActions: ForeignKeyDefinition = {
    var key = ForeignKeyDefinition(columns: ["a", "b"], parentTable: "p", parentColumns: ["c", "d"])
    key.hasActions = true
    return key
  }()

  @Test(arguments: [
    (
      "ALTER TABLE t ADD COLUMN c REFERENCES p(id)",
      SchemaChange.add(
        columns: ["c"],
        foreignKeys: [ForeignKeyDefinition(columns: ["c"], parentTable: "p", parentColumns: ["id"])], table: "t")
    ),
    (
      "alter table main.\"t\" add c integer default 0 references \"p\";",
      .add(columns: ["c"], foreignKeys: [ForeignKeyDefinition(columns: ["c"], parentTable: "p")], table: "t")
    ),
    (
      "ALTER TABLE ONLY public.t ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES p (c, d) ON DELETE CASCADE",
      .add(foreignKeys: [keyWithActions], table: "t")
    ),
    (
      "ALTER TABLE IF EXISTS t ADD COLUMN IF NOT EXISTS c integer, ADD COLUMN d text, ADD FOREIGN KEY (c) REFERENCES p",
      .add(
        columns: ["c", "d"], foreignKeys: [ForeignKeyDefinition(columns: ["c"], parentTable: "p")], table: "t")
    ),
    ("ALTER TABLE only ADD a", .add(columns: ["a"], table: "only")),
    ("ALTER TABLE t ADD COLUMN c", .add(columns: ["c"], table: "t")),
    ("ALTER TABLE t ADD a", .add(columns: ["a"], table: "t")),
    (#"ALTER TABLE "t" ADD "Ada's" TEXT DEFAULT 'x'"#, .add(columns: ["Ada's"], table: "t")),
    ("ALTER TABLE t RENAME COLUMN a TO b", .renameColumn("a", to: "b", table: "t")),
    ("ALTER TABLE t RENAME a TO \"b\"", .renameColumn("a", to: "b", table: "t")),
    ("ALTER TABLE t RENAME TO u", .rename(table: "t", to: "u")),
    ("DROP TABLE IF EXISTS main.t", .drop(table: "t")),
    ("DROP TABLE t", .drop(table: "t")),
  ])
  func schemaChanges(_ sql: String, _ change: SchemaChange) {
    #expect(SchemaChange(sql) == change)
  }

  @Test(arguments: [
    "ALTER TABLE t DROP COLUMN a", "ALTER TABLE t RENAME a", "ALTER TABLE t RENAME COLUMN a TO",
    "ALTER TABLE t ADD COLUMN", "ALTER TABLE", "DROP TABLE", "DROP INDEX i", "SELECT 1", "",
  ])
  func whatChangesNoTableAndNoForeignKey(_ sql: String) {
    #expect(SchemaChange(sql) == nil)
  }

  private func describe(_ table: TableDefinition) -> String {
    var text = "\(table.name)(\(table.columns.joined(separator: ",")))"
    if !table.primaryKey.isEmpty { text += " pk(\(table.primaryKey.joined(separator: ",")))" }
    for key in table.foreignKeys {
      text +=
        " \(key.columns.joined(separator: ","))->\(key.parentTable)(\(key.parentColumns.joined(separator: ",")))"
    }
    return text
  }
}
