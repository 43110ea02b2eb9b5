/// One kind of change to one table, for ``DatabaseExpectation/flush(order:)``.
public struct FlushStep: Sendable, Hashable, CustomStringConvertible {
  enum Operation: String { case insert, update, delete }

  let operation: Operation
  let table: String

  /// Rows that are inserted.
  public static func insert(_ table: String) -> FlushStep { FlushStep(operation: .insert, table: table) }

  /// Rows that are updated.
  public static func update(_ table: String) -> FlushStep { FlushStep(operation: .update, table: table) }

  /// Rows that are deleted.
  public static func delete(_ table: String) -> FlushStep { FlushStep(operation: .delete, table: table) }

  /// `insert author`.
  public var description: String { "\(operation.rawValue) \(table)" }
}
