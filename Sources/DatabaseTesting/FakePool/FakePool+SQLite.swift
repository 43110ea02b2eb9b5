internal import DatabaseSupport

#if SQLite
  public import DatabaseInstrumentation
  public import SQLiteInstrumentation

  extension FakePool where Connection == SQLitePoolConnection {
    /// A pool of real SQLite connections to one database in memory.
    ///
    /// ```swift
    /// let pool = FakePool.sqlite(size: 2)
    /// try await pool.withConnection { try $0.execute("CREATE TABLE account (balance)") }
    /// ```
    ///
    /// Their statements are recorded, and belong to their lease (`Recording.statements(in:)`). The database is gone with
    /// its last connection. What a lease left open is rolled back on return, or committed as the options say.
    ///
    /// - Parameters:
    ///   - size: The connections that it keeps.
    ///   - name: What messages and metrics call it.
    ///   - configure: Changes the options.
    public static func sqlite(
      size: PoolSize = 5, name: String = "sqlite", configure: (inout FakePoolOptions) -> Void = { _ in }
    ) -> FakePool {
      var options = FakePoolOptions(size: size)
      configure(&options)
      return sqlite(uri: "file:fake-pool-\(nextDatabase())?mode=memory&cache=shared", options: options, name: name)
    }

    /// A pool of real SQLite connections to a database file.
    ///
    /// - Parameters:
    ///   - path: The file; made when it is not there.
    ///   - options: How the pool behaves.
    ///   - name: What messages and metrics call it.
    public static func sqlite(
      path: String, options: FakePoolOptions = FakePoolOptions(), name: String = "sqlite"
    ) -> FakePool {
      sqlite(uri: path, options: options, name: name)
    }

    private static func sqlite(uri: String, options: FakePoolOptions, name: String) -> FakePool {
      var driver = FakePoolDriver { try SQLitePoolConnection.open(uri) }
      driver.ping = { try $0.execute("SELECT 1") }
      driver.reset = { connection, policy in
        guard connection.isInTransaction else { return }
        switch policy {
        case .rollback: try connection.execute("ROLLBACK")
        case .commit: try connection.execute("COMMIT")
        case .none: break
        }
      }
      driver.close = { $0.close() }
      driver.identity = { $0.id }
      return FakePool(driver: driver, options: options, name: name)
    }
  }

  private let lastDatabase = Locked(0)

  private func nextDatabase() -> Int {
    lastDatabase.withLock { last in
      last += 1
      return last
    }
  }
#endif
