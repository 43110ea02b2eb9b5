/// Numbers of rows, by table.
///
/// Tables of attached databases and temporary ones are written with their database: `archive.book`, `temp.draft`.
public struct RowChanges: Sendable, Hashable, CustomStringConvertible {
  /// Rows inserted, by table; no entry is 0.
  public var inserted: [String: Int]
  /// Rows updated, by table; no entry is 0.
  public var updated: [String: Int]
  /// Rows deleted, by table; no entry is 0.
  public var deleted: [String: Int]

  /// Creates them; entries of 0 are left out.
  public init(inserted: [String: Int] = [:], updated: [String: Int] = [:], deleted: [String: Int] = [:]) {
    self.inserted = inserted.filter { $0.value != 0 }
    self.updated = updated.filter { $0.value != 0 }
    self.deleted = deleted.filter { $0.value != 0 }
  }

  /// Whether no row was changed.
  public var isEmpty: Bool { inserted.isEmpty && updated.isEmpty && deleted.isEmpty }

  /// `inserted author 1, book 2; deleted page 3`, or `nothing`.
  public var description: String {
    let parts = [("inserted", inserted), ("updated", updated), ("deleted", deleted)].compactMap { name, rows in
      rows.isEmpty
        ? nil : "\(name) " + rows.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
    return parts.isEmpty ? "nothing" : parts.joined(separator: "; ")
  }
}

extension RowChanges {
  package init(_ rows: [TableRows], counting: (RowCount) -> Int = { $0.count }) {
    self.init()
    for entry in rows { add(entry.rows, to: entry.table.qualified, counting: counting) }
  }

  package mutating func add(_ rows: RowTally, to table: String, counting: (RowCount) -> Int = { $0.count }) {
    let (inserts, updates, deletes) = (counting(rows.inserted), counting(rows.updated), counting(rows.deleted))
    if inserts != 0 { inserted[table, default: 0] += inserts }
    if updates != 0 { updated[table, default: 0] += updates }
    if deletes != 0 { deleted[table, default: 0] += deletes }
  }
}
