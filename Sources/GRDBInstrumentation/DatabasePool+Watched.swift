#if GRDB
  internal import DatabaseInstrumentation
  internal import Foundation
  public import GRDB
  internal import SQLiteInstrumentation

  extension DatabasePool {
    /// Has recordings see the accesses of the pool as it is: the app goes on to use it, and to hand it on as any
    /// `DatabaseReader` or `DatabaseWriter`.
    ///
    /// ```swift
    /// let library = try DatabasePool(path: path).watched(name: "library")
    /// let count = try await library.read { try Book.fetchCount($0) }
    /// ```
    ///
    /// In recordings each transaction on one of its connections is a lease, and so is each statement outside of one: every
    /// `read` and `write`, observations, and snapshots, which are out for as long as they live. `.peakLeases`, `.noLeaks` and
    /// `.balancedCheckouts` read them. What cannot be seen from there is an access that sends no statement, how long it waited,
    /// and the time between two statements of `writeWithoutTransaction` or `unsafeRead`: a ``MonitoredDatabasePool`` sees those,
    /// and outside of recordings, too.
    ///
    /// - Parameter name: What messages call it.
    /// - Returns: The pool itself.
    @discardableResult
    public func watched(name: String) -> Self {
      let file = unsafeReentrantWrite { db in db.sqliteConnection.flatMap(SQLiteInstrumentor.file(of:)) }
      ObservedPools.shared.add(self, file: file ?? path, name: name)
      return self
    }
  }
#endif
