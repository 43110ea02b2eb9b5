import DatabaseTesting
import TestSupport
import Testing

/// Random transactions against what SQLite and a plain model make of them.
@Suite struct TransactionPropertyTests {
  /// No row is touched twice, so that a comparison of the database before and after tells all that lasted.
  @Test(.needs(.rowChanges)) func contentsAgreeWithTheDatabaseBeforeAndAfter() throws {
    var random = SplitMix(seed: 1)
    for round in 0..<2_000 {
      let world = try World(random: &random)
      let script = RandomTransaction(touchingRowsTwice: false, random: &random)
      try world.check(script, "round \(round)", oracle: .database)
    }
  }

  @Test(.needs(.rowChanges)) func contentsAgreeWithAModelWhereRowsAreTouchedTwice() throws {
    var random = SplitMix(seed: 2)
    for round in 0..<2_000 {
      let world = try World(random: &random)
      let script = RandomTransaction(touchingRowsTwice: true, random: &random)
      try world.check(script, "round \(round)", oracle: .model)
    }
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A statement on one table, with the rows it means to touch in order. The last row of a failing one cannot be written.
private struct Write {
  enum Kind: CaseIterable { case insert, update, delete }
  enum Failure: CaseIterable { case none, abort, fail, ignore, rollback }

  var kind: Kind
  var table: Int
  var keys: [Int]
  var failure = Failure.none

  var sql: String {
    let table = World.tables[table]
    switch kind {
    case .insert:
      let clause = failure == .none ? "" : "OR \("\(failure)".uppercased()) "
      // A NULL is refused by `x`, and the row left out by IGNORE.
      let rows = keys.map { "(\($0), 0)" } + (failure == .none ? [] : ["(-1, NULL)"])
      return "INSERT \(clause)INTO \(table) (id, x) VALUES \(rows.joined(separator: ", "))"
    case .update:
      return "UPDATE \(table) SET x = x + 1 WHERE id IN (\(keys.map(String.init).joined(separator: ", ")))"
    case .delete:
      return "DELETE FROM \(table) WHERE id IN (\(keys.map(String.init).joined(separator: ", ")))"
    }
  }
}

private struct RandomTransaction {
  enum Step {
    case write(Write)
    case sql(String)
  }

  var steps: [Step] = []

  init(touchingRowsTwice: Bool, random: inout SplitMix) {
    var untouched = World.tables.indices.map { _ in Set(1...World.rows) }
    var nextKey = World.rows + 1
    func existing(_ table: Int, _ random: inout SplitMix) -> [Int] {
      let count = Int.random(in: 0...4, using: &random)
      if touchingRowsTwice { return (0..<count).map { _ in Int.random(in: 1...(nextKey + 2), using: &random) } }
      let keys = Array(untouched[table].sorted().shuffled(using: &random).prefix(count))
      untouched[table].subtract(keys)
      return keys
    }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: break
    case 1: steps.append(.sql("SAVEPOINT outermost"))
    default: steps.append(.sql(["BEGIN", "BEGIN IMMEDIATE", "begin exclusive"].randomElement(using: &random)!))
    }
    let names = ["a", "b", "\"A\"", "outermost"]
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let table = Int.random(in: 0..<World.tables.count, using: &random)
      let name = names.randomElement(using: &random)!
      switch Int.random(in: 0..<12, using: &random) {
      case 0: steps.append(.sql("SAVEPOINT \(name)"))
      case 1: steps.append(.sql("RELEASE \(name)"))
      case 2: steps.append(.sql("ROLLBACK TO \(name)"))
      case 3: steps.append(.sql("SELECT count(*) FROM \(World.tables[table])"))
      case 4...7:
        let count = Int.random(in: 1...4, using: &random)
        var write = Write(kind: .insert, table: table, keys: Array(nextKey..<(nextKey + count)))
        nextKey += count
        if Bool.random(using: &random) {
          write.failure =
            Int.random(in: 0..<40, using: &random) == 0
            ? .rollback : [.none, .abort, .fail, .ignore].randomElement(using: &random)!
        }
        steps.append(.write(write))
      case 8...9: steps.append(.write(Write(kind: .update, table: table, keys: existing(table, &random))))
      default: steps.append(.write(Write(kind: .delete, table: table, keys: existing(table, &random))))
      }
    }
    steps.append(.sql(Int.random(in: 0..<3, using: &random) == 0 ? "ROLLBACK" : "COMMIT"))
  }
}

private final class World {
  enum Oracle { case database, model }

  static let tables = ["t", "w", "archive.t", "scratch"]
  static let names = ["t", "w", "archive.t", "temp.scratch"]
  static let rows = 12

  let database: SQLiteDatabase
  private var model: [[Int: Int]]

  init(random: inout SplitMix) throws {
    model = Self.tables.map { _ in Dictionary(uniqueKeysWithValues: (1...Self.rows).map { ($0, 0) }) }
    database = try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(
        """
        ATTACH ':memory:' AS archive;
        CREATE TABLE t (id INTEGER PRIMARY KEY, x NOT NULL);
        CREATE TABLE w (id INTEGER PRIMARY KEY, x NOT NULL) WITHOUT ROWID;
        CREATE TABLE archive.t (id INTEGER PRIMARY KEY, x NOT NULL);
        CREATE TEMP TABLE scratch (id INTEGER PRIMARY KEY, x NOT NULL);
        """)
      for table in Self.tables {
        let values = (1...Self.rows).map { "(\($0), 0)" }.joined(separator: ", ")
        try database.execute("INSERT INTO \(table) VALUES \(values)")
      }
      return database
    }
  }

  func check(_ script: RandomTransaction, _ name: String, oracle: Oracle) throws {
    let before = try contents()
    let recording = recordDatabase {
      for step in script.steps {
        switch step {
        case .sql(let sql): try? database.execute(sql)
        case .write(let write): try? database.execute(write.sql)
        }
      }
      // What a failing COMMIT or an outermost savepoint left open.
      try? database.execute("COMMIT")
    }
    let found = recording.flushes.reduce(into: Sum()) { sum, flush in
      sum.add(flush)
    }
    let text = script.steps.map { step in
      switch step {
      case .sql(let sql): sql
      case .write(let write): write.sql
      }
    }.joined(separator: "; ")
    let model = Model.run(script, on: before)
    let after = try contents()
    #expect(model.contents == after, "the model is wrong in \(name): \(text)")
    let expected = oracle == .database ? Self.difference(before, after) : model.durable
    #expect(found.lasting == expected, "\(name): \(text)")
    #expect(found.executed == model.executed, "\(name): \(text)")
    #expect(found.isComplete)
  }

  private func contents() throws -> [[Int: Int]] {
    try withoutDatabaseRecording {
      try Self.tables.map { table in
        let rows = try database.rows("SELECT id * 1000 + x FROM \(table)")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0 / 1000, $0 % 1000) })
      }
    }
  }

  private static func difference(_ before: [[Int: Int]], _ after: [[Int: Int]]) -> RowChanges {
    var changes = RowChanges()
    for (index, name) in names.enumerated() {
      let (old, new) = (before[index], after[index])
      let inserted = new.keys.filter { old[$0] == nil }.count
      let deleted = old.keys.filter { new[$0] == nil }.count
      let updated = new.filter { old[$0.key] != nil && old[$0.key] != $0.value }.count
      if inserted > 0 { changes.inserted[name] = inserted }
      if deleted > 0 { changes.deleted[name] = deleted }
      if updated > 0 { changes.updated[name] = updated }
    }
    return changes
  }
}

private struct Sum {
  var lasting = RowChanges()
  var executed = RowChanges()
  var isComplete = true

  mutating func add(_ flush: Flush) {
    lasting = lasting + RowChanges(inserted: flush.inserted, updated: flush.updated, deleted: flush.deleted)
    executed = executed + flush.executed
    isComplete = isComplete && flush.isComplete
  }
}

extension RowChanges {
  static func + (left: RowChanges, right: RowChanges) -> RowChanges {
    RowChanges(
      inserted: left.inserted.merging(right.inserted, uniquingKeysWith: +),
      updated: left.updated.merging(right.updated, uniquingKeysWith: +),
      deleted: left.deleted.merging(right.deleted, uniquingKeysWith: +))
  }
}

/// Transactions as copies of whole databases: nothing in it keeps account of changes by savepoint.
private struct Model {
  struct State {
    var contents: [[Int: Int]]
    var durable = RowChanges()
  }

  var now: State
  var executed = RowChanges()
  /// The states before each open savepoint; the first is that of the transaction.
  var saved: [(name: String?, state: State)] = []

  var contents: [[Int: Int]] { now.contents }
  var durable: RowChanges { now.durable }

  static func run(_ script: RandomTransaction, on contents: [[Int: Int]]) -> Model {
    var model = Model(now: State(contents: contents))
    for step in script.steps {
      switch step {
      case .sql(let sql): model.control(sql)
      case .write(let write): model.write(write)
      }
    }
    model.control("COMMIT")
    return model
  }

  private mutating func control(_ sql: String) {
    let words = sql.lowercased().replacing("\"", with: "").split(separator: " ").map(String.init)
    switch words[0] {
    case "begin": if saved.isEmpty { saved = [(nil, now)] }
    case "commit": saved = []
    case "rollback" where words.count == 1:
      if let first = saved.first { now = first.state }
      saved = []
    case "savepoint": saved.append((words[1], now))
    case "release":
      if let index = saved.lastIndex(where: { $0.name == words[1] }) { saved.removeSubrange(index...) }
    case "rollback":
      if let index = saved.lastIndex(where: { $0.name == words[2] }) {
        saved.removeSubrange((index + 1)...)
        now = saved[index].state
      }
    default: break
    }
  }

  private mutating func write(_ write: Write) {
    let before = now
    let name = World.names[write.table]
    var changes = RowChanges()
    var seen: Set<Int> = []
    for key in write.keys where seen.insert(key).inserted {
      let old = now.contents[write.table][key]
      switch write.kind {
      case .insert:
        if old != nil { continue }
        now.contents[write.table][key] = 0
        changes.inserted[name, default: 0] += 1
      case .update:
        guard let old else { continue }
        now.contents[write.table][key] = old + 1
        changes.updated[name, default: 0] += 1
      case .delete:
        guard old != nil else { continue }
        now.contents[write.table][key] = nil
        changes.deleted[name, default: 0] += 1
      }
    }
    executed = executed + changes
    now.durable = now.durable + changes
    switch write.failure {
    case .none, .ignore, .fail: break
    case .abort: now = before
    case .rollback:
      now = saved.first?.state ?? before
      saved = []
    }
  }
}
