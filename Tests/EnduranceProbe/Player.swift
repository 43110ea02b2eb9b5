import DatabaseSupport
import DatabaseTesting
import TestSupport

/// Sends statements, and keeps a table of its own beside SQLite's.
struct Player {
  private var generator: SeededGenerator
  private let database: SQLiteDatabase
  private let shared: SQLiteDatabase?
  let length: Int
  private var model = Model()
  /// What the table was like before each open savepoint, the transaction first.
  private var before: [Model] = []
  private var sent = Sent()

  /// Rows of the table, and what lasts of all changes.
  private struct Model {
    var ids: Set<Int> = []
    var inserted = 0
    var updated = 0
    var deleted = 0
  }

  private struct Sent: Equatable {
    var selects = 0
    var inserts = 0
    var updates = 0
    var deletes = 0
    var failures = 0
    var excluded = 0
    var sharedReads = 0

    var queries: Int { selects + inserts + updates + deletes }
  }

  init(seed: UInt64, database: SQLiteDatabase, shared: SQLiteDatabase?) {
    generator = SeededGenerator(seed: seed)
    self.database = database
    self.shared = shared
    length = Int.random(in: 5...120, using: &generator)
  }

  mutating func step() throws {
    let id = Int.random(in: 1...60, using: &generator)
    switch Int.random(in: 0..<17, using: &generator) {
    case 0...3: try insert([id])
    case 4: try insert(Array(id..<(id + Int.random(in: 2...5, using: &generator))))
    case 5: try update(upTo: id)
    case 6: try delete(upTo: id / 4)
    case 7...9: try select(id)
    case 10: readShared(id)
    case 11: try begin()
    case 12: try savepoint()
    case 13: try undo()
    case 14: try commit()
    case 15: fail()
    default: try exclude(id)
    }
  }

  private mutating func insert(_ ids: [Int]) throws {
    sent.inserts += 1
    let values = ids.map { "(\($0), 0)" }.joined(separator: ", ")
    let mustFail = ids.contains(where: model.ids.contains)
    do {
      try database.execute("INSERT INTO t VALUES \(values)")
      if mustFail { throw Wrong("a row was inserted twice") }
      model.ids.formUnion(ids)
      model.inserted += ids.count
    } catch let failure as SQLiteFailure {
      guard mustFail else { throw failure }
      sent.failures += 1
    }
  }

  private mutating func update(upTo id: Int) throws {
    sent.updates += 1
    try database.execute("UPDATE t SET x = x + 1 WHERE id <= \(id)")
    model.updated += model.ids.count { $0 <= id }
  }

  private mutating func delete(upTo id: Int) throws {
    sent.deletes += 1
    // Not one without a condition, of which SQLite tells no rows to every hook.
    try database.execute("DELETE FROM t WHERE id <= \(id)")
    let gone = model.ids.filter { $0 <= id }
    model.deleted += gone.count
    model.ids.subtract(gone)
  }

  private mutating func select(_ id: Int) throws {
    sent.selects += 1
    let found = try database.rows("SELECT id FROM t WHERE id >= ? ORDER BY id", id)
    let wanted = model.ids.filter { $0 >= id }.sorted()
    if found != wanted { throw Wrong("SQLite has \(found), and the model \(wanted)") }
  }

  private mutating func readShared(_ id: Int) {
    guard let shared else { return }
    sent.sharedReads += 1
    sent.selects += 1
    _ = try? shared.rows("SELECT id FROM shared WHERE id = ?", id)
  }

  private mutating func begin() throws {
    guard before.isEmpty else { return }
    try database.execute("BEGIN")
    before = [model]
  }

  private mutating func savepoint() throws {
    guard !before.isEmpty, before.count < 4 else { return }
    try database.execute("SAVEPOINT s\(before.count)")
    before.append(model)
  }

  /// The innermost savepoint, or the transaction.
  private mutating func undo() throws {
    guard let last = before.popLast() else { return }
    let name = "s\(before.count)"
    try database.execute(before.isEmpty ? "ROLLBACK" : "ROLLBACK TO \(name); RELEASE \(name)")
    model = last
  }

  private mutating func commit() throws {
    guard before.popLast() != nil else { return }
    try database.execute(before.isEmpty ? "COMMIT" : "RELEASE s\(before.count)")
  }

  /// Cannot be prepared, and is no query.
  private mutating func fail() {
    sent.failures += 1
    _ = try? database.execute("SELECT missing FROM t")
  }

  private mutating func exclude(_ id: Int) throws {
    sent.excluded += 1
    try withoutDatabaseRecording { _ = try database.rows("SELECT id FROM t WHERE id = ?", id) }
  }

  /// Everything that the recording says, against what was sent.
  func compare(with recording: Recording) throws -> Run.Done {
    let said = Sent(
      selects: recording.selects.count, inserts: recording.inserts.count, updates: recording.updates.count,
      deletes: recording.deletes.count, failures: recording.statements.count { $0.error != nil },
      excluded: recording.excludedCount, sharedReads: recording.selects.on("shared").count)
    if said != sent { throw Wrong("sent \(sent), recorded \(said)\n\(recording)") }
    if recording.isBlind { throw Wrong("blind: \(recording)") }
    // A transaction that is open still has not changed anything that lasts.
    let lasting = before.first ?? model
    let findings = recording.check(
      .flush(inserted: ["t": lasting.inserted], updated: ["t": lasting.updated], deleted: ["t": lasting.deleted]),
      .queries(sent.queries), .fails(sent.failures))
    if !findings.isEmpty { throw Wrong("\(findings.map(\.message))\n\(recording)") }
    return Run.Done(programs: 1, statements: recording.statements.count, failures: sent.failures)
  }
}
