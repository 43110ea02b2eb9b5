/// Row changes by table, and by the scope and session flush that they were made in.
///
/// It grows with the number of tables, never with the number of rows.
package struct ChangeTally: Sendable {
  package struct Key: Hashable, Sendable {
    /// Of the recording; 0: none.
    package var scope: UInt32
    /// Number of the session flush; 0: none.
    package var flush: UInt32
    /// Number of the table on its connection.
    package var table: UInt32

    package init(scope: UInt32 = 0, flush: UInt32 = 0, table: UInt32) {
      self.scope = scope
      self.flush = flush
      self.table = table
    }
  }

  package struct Entry: Sendable {
    package var key: Key
    package var rows: RowTally
  }

  package private(set) var entries: ContiguousArray<Entry> = []
  private var latest = 0
  /// Made when there are more entries than are quickly searched.
  private var index: [Key: Int] = [:]

  private static let searchLimit = 16

  package init() {}

  package var isEmpty: Bool { entries.isEmpty }

  package mutating func add(_ rows: RowTally, for key: Key) {
    if latest < entries.count, entries[latest].key == key {
      entries[latest].rows += rows
      return
    }
    if let known = position(of: key) {
      latest = known
      entries[known].rows += rows
      return
    }
    latest = entries.count
    entries.append(Entry(key: key, rows: rows))
    if !index.isEmpty {
      index[key] = latest
    } else if entries.count > Self.searchLimit {
      for (position, entry) in entries.enumerated() { index[entry.key] = position }
    }
  }

  package mutating func add(_ other: ChangeTally) {
    for entry in other.entries { add(entry.rows, for: entry.key) }
  }

  package mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    if !index.isEmpty { index = [:] }
    latest = 0
  }

  private func position(of key: Key) -> Int? {
    index.isEmpty ? entries.firstIndex { $0.key == key } : index[key]
  }
}
