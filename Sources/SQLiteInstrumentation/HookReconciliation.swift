package import DatabaseInstrumentation
internal import DatabaseSupport

/// What SQLite's update hook told of one statement, against the counts that SQLite keeps: what of it is known.
///
/// The [update hook](https://www.sqlite.org/c3ref/update_hook.html) tells a table and what became of a row, also where a
/// trigger or a foreign key action changed it. It says nothing of tables `WITHOUT ROWID`, of a `DELETE` of all rows, and of
/// rows that `REPLACE` removes. Of these [`sqlite3_total_changes()`](https://www.sqlite.org/c3ref/total_changes.html) counts
/// all but the last, and [`sqlite3_changes()`](https://www.sqlite.org/c3ref/changes.html) those that are the statement's own:
/// where the numbers agree, everything is known.
package struct HookReconciliation {
  /// Row changes of one table.
  package struct Change: Hashable {
    package var table: TableName
    /// Of the table, where the source counted it.
    package var number: UInt32?
    package var rows: RowTally

    package init(table: TableName, number: UInt32?, rows: RowTally) {
      self.table = table
      self.number = number
      self.rows = rows
    }
  }

  package struct Reading {
    /// Rows, with those marked that the statement did not change itself.
    package var changes: [Change]
    package var isComplete: Bool
    /// Whether what the statement did was kept when it failed.
    package var keepsChanges = true
  }

  package var shape: StatementShape
  /// `sqlite3_changes()`; -1: not known yet.
  package var changed = 0
  /// By how much `sqlite3_total_changes()` grew.
  package var total = 0
  package var hasFailed = false
  /// Whether it says `FAIL`, with which a failing statement keeps what it did before.
  package var saysFail = false
  /// Whether it ended before its last row.
  package var isUnfinished = false
  /// Whether nobody can have taken the hook away.
  package var isHookCertain = true
  package var time: UInt64 = 0
  /// Without marks.
  package var told: [Change] = []

  package init(_ shape: StatementShape) {
    self.shape = shape
  }

  package func reading(_ facts: WritingFacts) -> Reading {
    let events = told.reduce(0) { $0 + $1.rows.count }
    // A virtual table may write when its transaction ends.
    guard shape.kind.isWrite else { return Reading(changes: told, isComplete: events == total) }
    let clauses = ConflictClauses(shape.normalizedSQL)
    let own = ownTable
    let direct = directOperations(clauses)
    let ownEvents = own.map { index in direct.reduce(0) { $0 + told[index].rows[$1].count } } ?? 0

    if isUnfinished || (hasFailed && (changed <= 0 || total < changed)) {
      return withoutCount(facts, own, direct, events: events, ownEvents: ownEvents)
    }
    if events == 0, total == 0 { return Reading(changes: [], isComplete: true) }
    // A table has a rowid or not: of the statement's own changes all are told, or none.
    if ownEvents == 0, changed > 0 {
      let untold = untold(facts)
      let isAll = total - events == changed && !clauses.mayUpdate && untold.isCertain
      return Reading(
        changes: marked(own: nil, direct: [:]) + untold.changes, isComplete: isAll && !clauses.mayReplace)
    }
    var reading = Reading(changes: told, isComplete: false)
    if let counts = split(ownEvents, own, direct) {
      reading.changes = marked(own: own, direct: counts)
      reading.isComplete = events == total && !clauses.mayReplace && !isAmbiguous
    }
    return reading
  }

  /// A statement whose own changes SQLite did not count: one that failed and was undone, or with `RETURNING` not read to its end.
  private func withoutCount(
    _ facts: WritingFacts, _ own: Int?, _ direct: [RowOperation], events: Int, ownEvents: Int
  ) -> Reading {
    var reading = Reading(changes: told, isComplete: false, keepsChanges: !hasFailed)
    if ownEvents > 0, let own {
      // Its table tells all, and what else was counted is told of other tables.
      reading.changes = marked(own: own, direct: Dictionary(uniqueKeysWithValues: direct.map { ($0, Int.max) }))
      reading.isComplete = total == events - ownEvents && !isAmbiguous
      if ConflictClauses(shape.normalizedSQL).mayReplace { reading.isComplete = false }
    } else if events == 0, total == 0 {
      // It may have written before it failed to where nothing is told of.
      let tables = shape.tables.first { $0.role == .written }.map(facts.tables(named:)) ?? []
      reading.isComplete = isHookCertain && hasFailed && !tables.isEmpty && tables.allSatisfy(\.hasRowid)
    } else if saysFail, events == total {
      reading = Reading(changes: marked(own: nil, direct: [:]), isComplete: true)
    }
    return reading
  }

  /// What the statement does to rows of its own table.
  private func directOperations(_ clauses: ConflictClauses) -> [RowOperation] {
    switch shape.kind {
    case .insert: clauses.mayUpdate ? [.insert, .update] : [.insert]
    case .update: [.update]
    default: [.delete]
    }
  }

  private var written: TableReference? { shape.tables.first { $0.role == .written } }

  private var candidates: [Int] {
    guard let written else { return [] }
    return told.indices.filter { index in
      let table = told[index].table
      return table.name.asciiLowercased == written.name.asciiLowercased
        && (written.schema.map { $0.asciiLowercased == table.database.asciiLowercased } ?? true)
    }
  }

  /// Where SQLite looks for a name: first among temporary tables, then in the main database.
  private var ownTable: Int? {
    let found = candidates
    for database in ["temp", "main"] {
      if let index = found.first(where: { told[$0].table.database == database }) { return index }
    }
    return found.first
  }

  /// Whether the table may be one of several attached databases.
  private var isAmbiguous: Bool {
    let databases = Set(candidates.map { told[$0].table.database })
    return databases.count > 1 && !databases.contains("temp") && !databases.contains("main")
  }

  /// How many of the told changes of the statement's table are its own, by operation; `nil` where that cannot be said.
  private func split(_ ownEvents: Int, _ own: Int?, _ direct: [RowOperation]) -> [RowOperation: Int]? {
    guard changed >= 0, ownEvents >= changed else { return nil }
    guard let own else { return [:] }
    let used = direct.filter { told[own].rows[$0].count > 0 }
    if used.count <= 1 { return used.isEmpty ? [:] : [used[0]: changed] }
    guard ownEvents == changed else { return nil }
    return Dictionary(uniqueKeysWithValues: used.map { ($0, told[own].rows[$0].count) })
  }

  private func marked(own: Int?, direct: [RowOperation: Int]) -> [Change] {
    told.indices.map { index in
      var change = told[index]
      for operation in RowOperation.allCases {
        let count = change.rows[operation].count
        change.rows[operation].indirect = count - min(count, index == own ? direct[operation] ?? 0 : 0)
      }
      return change
    }
  }

  /// The statement's own changes, as SQLite counts them.
  private func untold(_ facts: WritingFacts) -> (changes: [Change], isCertain: Bool) {
    guard let written else { return ([], false) }
    let known = facts.tables(named: written)
    let table = known.first?.table ?? TableName(database: written.schema?.asciiLowercased ?? "main", name: written.name)
    let count = RowCount(changed, first: time, last: time)
    let rows: RowTally
    switch shape.kind {
    case .insert: rows = RowTally(inserted: count)
    case .update: rows = RowTally(updated: count)
    default: rows = RowTally(deleted: count)
    }
    return ([Change(table: table, number: nil, rows: rows)], known.count <= 1)
  }
}

extension RowTally {
  fileprivate var count: Int { inserted.count + updated.count + deleted.count }
}
