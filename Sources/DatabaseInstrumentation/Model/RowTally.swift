/// What a statement does to a row.
package enum RowOperation: UInt8, Sendable, CaseIterable {
  case insert, update, delete
}

/// Row changes of one kind to one table.
package struct RowCount: Sendable, Hashable {
  package var count = 0
  /// Those of triggers and of foreign key actions, among `count`.
  package var indirect = 0
  /// Positions in the order of all changes of the process; meaningless while `count` is 0.
  package var first = UInt64.max
  package var last: UInt64 = 0

  package init(_ count: Int = 0, indirect: Int = 0, first: UInt64 = .max, last: UInt64 = 0) {
    self.count = count
    self.indirect = indirect
    self.first = first
    self.last = last
  }

  package static func += (left: inout RowCount, right: RowCount) {
    guard right.count != 0 else { return }
    left.count += right.count
    left.indirect += right.indirect
    left.first = min(left.first, right.first)
    left.last = max(left.last, right.last)
  }
}

/// Row changes to one table.
package struct RowTally: Sendable, Hashable {
  package var inserted: RowCount
  package var updated: RowCount
  package var deleted: RowCount
  /// A bit for each column that updates changed, where that was asked for; the highest stands for all beyond.
  package var updatedColumns: UInt64

  package init(
    inserted: RowCount = RowCount(), updated: RowCount = RowCount(), deleted: RowCount = RowCount(),
    updatedColumns: UInt64 = 0
  ) {
    self.inserted = inserted
    self.updated = updated
    self.deleted = deleted
    self.updatedColumns = updatedColumns
  }

  package var isEmpty: Bool { inserted.count == 0 && updated.count == 0 && deleted.count == 0 }

  package subscript(operation: RowOperation) -> RowCount {
    get {
      switch operation {
      case .insert: inserted
      case .update: updated
      case .delete: deleted
      }
    }
    set {
      switch operation {
      case .insert: inserted = newValue
      case .update: updated = newValue
      case .delete: deleted = newValue
      }
    }
  }

  /// Takes back what was counted before.
  static func -= (left: inout RowTally, right: RowTally) {
    for operation in RowOperation.allCases {
      left[operation].count -= right[operation].count
      left[operation].indirect -= right[operation].indirect
    }
  }

  package static func += (left: inout RowTally, right: RowTally) {
    left.inserted += right.inserted
    left.updated += right.updated
    left.deleted += right.deleted
    left.updatedColumns |= right.updatedColumns
  }
}
