/// The stacks that the records of one evidence tell by number: of one tree of recordings, or of several.
package struct RecordedStacks: Sendable {
  private var tables: [StackTable]

  /// The bits of a number that tell the stack from others of its table.
  private static let tableShift: UInt32 = 28

  package init(_ table: StackTable) {
    tables = [table]
  }

  /// None at all.
  package init() {
    tables = []
  }

  /// A stack by its number minus 1.
  package subscript(index: Int) -> StackTrace {
    tables[index >> Int(Self.tableShift)][index & (1 << Int(Self.tableShift) - 1)]
  }

  /// Adds the stacks of others.
  ///
  /// - Returns: What one of their numbers is from now on; 0, which stands for no stack, where it does not fit.
  package mutating func add(_ others: RecordedStacks) -> @Sendable (UInt32) -> UInt32 {
    guard let table = others.tables.first, others.tables.count == 1, tables.count < 16 else { return { _ in 0 } }
    let known = tables.firstIndex { $0 === table }
    if known == nil { tables.append(table) }
    let prefix = UInt32(known ?? tables.count - 1) << Self.tableShift
    return { $0 == 0 || $0 >> Self.tableShift != 0 ? 0 : prefix | $0 }
  }
}
