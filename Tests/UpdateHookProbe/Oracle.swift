import CSQLiteForTests
import DatabaseTesting
import Glibc

/// What SQLite's preupdate hook tells, which this process otherwise goes on without.
final class Oracle: @unchecked Sendable {  // One thread.
  private(set) var executed = RowChanges()
  private(set) var indirect = RowChanges()

  private typealias Hook =
    @convention(c) (
      UnsafeMutableRawPointer?, OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int64, Int64
    ) -> Void
  private typealias SetHook =
    @convention(c) (OpaquePointer?, Hook?, UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  private typealias Depth = @convention(c) (OpaquePointer?) -> Int32

  /// SQLite's own functions, past all others of these names.
  private static let setHook = unsafeBitCast(symbol("sqlite3_preupdate_hook"), to: SetHook.self)
  private static let depth = unsafeBitCast(symbol("sqlite3_preupdate_depth"), to: Depth.self)

  private static func symbol(_ name: String) -> UnsafeMutableRawPointer {
    guard let library = dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_NOLOAD), let symbol = dlsym(library, name) else {
      fatalError("this SQLite has no preupdate hook to compare with")
    }
    return symbol
  }

  func listen(to handle: OpaquePointer?) {
    let hook: Hook = { context, handle, operation, database, table, _, _ in
      guard let context, let database, let table else { return }
      let oracle = Unmanaged<Oracle>.fromOpaque(context).takeUnretainedValue()
      oracle.note(
        operation, String(cString: database), String(cString: table), isIndirect: Oracle.depth(handle) > 0)
    }
    _ = Self.setHook(handle, hook, Unmanaged.passUnretained(self).toOpaque())
  }

  private func note(_ operation: Int32, _ database: String, _ table: String, isIndirect: Bool) {
    let name = database == "main" ? table : "\(database).\(table)"
    executed.note(operation, name)
    if isIndirect { indirect.note(operation, name) }
  }
}

extension RowChanges {
  fileprivate mutating func note(_ operation: Int32, _ table: String) {
    switch operation {
    case SQLITE_INSERT: inserted[table, default: 0] += 1
    case SQLITE_UPDATE: updated[table, default: 0] += 1
    default: deleted[table, default: 0] += 1
    }
  }

  static func + (left: RowChanges, right: RowChanges) -> RowChanges {
    RowChanges(
      inserted: left.inserted.merging(right.inserted, uniquingKeysWith: +),
      updated: left.updated.merging(right.updated, uniquingKeysWith: +),
      deleted: left.deleted.merging(right.deleted, uniquingKeysWith: +))
  }
}
