import DatabaseSupport
import DatabaseTesting
import Foundation

private let kept = Locked<FakePool<SQLitePoolConnection>.Lease?>(nil)

/// Ends the process well, but for a connection that nobody gave back.
func leakAtExit() -> Never {
  let pool = FakePool.sqlite(size: 2, name: "main")
  do {
    try pool.withConnectionImmediately { try $0.execute("SELECT 1") }
    let lease = try pool.checkoutImmediately()
    kept.withLock { $0 = lease }
  } catch {
    print("no connection: \(error)")
  }
  print("the program ends")
  exit(0)
}
