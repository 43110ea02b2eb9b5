/// Statements that make sense, and some that make none.
struct RandomSQL {
  var dice: Dice
  private var savepoints = 0

  init(seed: UInt64) {
    dice = Dice(seed: seed &* 31 &+ 7)
  }

  static let schema = [
    "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER CHECK (n < 900))",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) ON DELETE CASCADE, note TEXT)",
    "CREATE TABLE pair (a INTEGER, b TEXT, c BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID",
    "CREATE INDEX child_parent ON child (parent)",
    "CREATE TRIGGER log_parent AFTER INSERT ON parent BEGIN INSERT INTO child (parent, note) VALUES (new.id, new.name); END",
    "CREATE VIEW both AS SELECT parent.name, child.note FROM parent JOIN child ON child.parent = parent.id",
    "CREATE VIRTUAL TABLE search USING fts5 (body)",
  ]

  private mutating func number() -> Int { dice.roll(40) }
  private mutating func table() -> String { dice.pick(["parent", "child", "pair", "extra", "both", "search"]) }

  mutating func statement() -> String {
    switch dice.roll(34) {
    case 0...5: return insert()
    case 6...8: return update()
    case 9...10: return delete()
    case 11...17: return select()
    case 18: return dice.pick(["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN DEFERRED"])
    case 19...20: return dice.pick(["COMMIT", "END", "ROLLBACK"])
    case 21: return "SAVEPOINT s\(dice.roll(3))"
    case 22: return "RELEASE s\(dice.roll(3))"
    case 23: return "ROLLBACK TO s\(dice.roll(3))"
    case 24: return "CREATE TABLE \(dice.pick(["", "IF NOT EXISTS "]))extra (x\(dice.pick(["", ", y DEFAULT 7"])))"
    case 25: return dice.pick(["DROP TABLE extra", "ALTER TABLE extra ADD COLUMN z", "DROP TABLE IF EXISTS missing"])
    case 26: return dice.pick(["CREATE INDEX IF NOT EXISTS i ON child (note)", "DROP INDEX IF EXISTS i", "REINDEX"])
    case 27:
      return "PRAGMA "
        + dice.pick([
          "user_version", "user_version = \(number())", "table_info(child)", "foreign_key_check", "foreign_keys",
        ])
    case 28:
      return dice.pick(["SELEC 1", "SELECT * FROM missing", "INSERT INTO parent VALUES (1)", "", "-- nothing", ";"])
    case 29: return "EXPLAIN QUERY PLAN SELECT * FROM child WHERE parent = \(number())"
    case 30: return "SELECT fails(\(number()))"
    case 31: return "SELECT stops(\(number())), id FROM parent"
    case 32: return dice.pick(["ANALYZE", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA integrity_check"])
    default: return "SELECT count(*), total(n) FROM parent"
    }
  }

  private mutating func insert() -> String {
    let conflict = dice.pick(["", "", " OR IGNORE", " OR REPLACE", " OR FAIL", " OR ABORT", " OR ROLLBACK"])
    switch dice.roll(6) {
    case 0:
      return "INSERT\(conflict) INTO parent (id, name, n) VALUES (\(number()), 'name \(number())', \(number() * 25))"
    case 1:
      return
        "INSERT\(conflict) INTO parent (name, n) VALUES ('a\(number())', 1), ('b\(number())', 2), ('c\(number())', 3)"
    case 2: return "INSERT\(conflict) INTO child (parent, note) VALUES (\(number()), 'note')"
    case 3: return "INSERT\(conflict) INTO pair VALUES (\(number()), 'b\(dice.roll(3))', x'00ff') RETURNING a, b"
    case 4: return "INSERT INTO search (body) VALUES ('some words \(number())')"
    default: return "INSERT\(conflict) INTO child (parent, note) SELECT id, name FROM parent WHERE n < \(number())"
    }
  }

  private mutating func update() -> String {
    switch dice.roll(4) {
    case 0: return "UPDATE parent SET n = n + \(number()) WHERE id < \(number())"
    case 1: return "UPDATE child SET parent = \(number()) WHERE id = \(number())"
    case 2: return "UPDATE pair SET b = b || 'x' WHERE a > \(number())"
    default: return "INSERT INTO parent (id, name) VALUES (\(number()), 'up') ON CONFLICT DO UPDATE SET n = 1"
    }
  }

  private mutating func delete() -> String {
    dice.pick([
      "DELETE FROM parent WHERE id = \(number())", "DELETE FROM child WHERE parent > \(number())", "DELETE FROM pair",
      "DELETE FROM child", "DELETE FROM search WHERE body MATCH 'words'", "DELETE FROM extra",
    ])
  }

  private mutating func select() -> String {
    switch dice.roll(8) {
    case 0: return "SELECT * FROM \(table()) LIMIT \(dice.roll(9))"
    case 1: return "SELECT * FROM both WHERE note LIKE 'a%' ORDER BY 1, 2"
    case 2: return "SELECT name FROM parent WHERE id = \(number())"
    case 3:
      return "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < \(number())) SELECT * FROM c"
    case 4: return "SELECT body FROM search WHERE search MATCH 'words' ORDER BY rank"
    case 5: return "SELECT parent, count(*) FROM child GROUP BY parent ORDER BY 2 DESC, 1"
    case 6: return "SELECT value FROM json_each('[1, 2, \(number())]')"
    default: return "SELECT a, hex(c) FROM pair WHERE a IN (SELECT id FROM parent)"
    }
  }
}
