internal import DatabaseSupport

#if GRDB
  public import DatabaseInstrumentation
  public import GRDB
  internal import SQLiteInstrumentation

  /// GRDB's `DatabasePool` behind monitors: which reader was taken where, how many at one time, which connection stayed open.
  ///
  /// ```swift
  /// let library = try MonitoredDatabasePool(path: path, name: "library")
  /// let count = try await library.read { try Book.fetchCount($0) }
  /// print(library.readers.statistics, library.peakReaders)
  /// ```
  ///
  /// An access is a lease: it begins when GRDB hands the connection over, and the time before counts as waiting. `.peakLeases`,
  /// `.balancedCheckouts` and `.noLeaks` read it in tests, spans and metrics in production. GRDB allows no other types as
  /// `DatabaseReader`: where one is asked for, by a `ValueObservation` for example, pass ``base``; what runs there is not
  /// monitored. An app that hands its pool on as a reader or writer goes on as it is: see `DatabasePool.watched(name:)`.
  public final class MonitoredDatabasePool: Sendable {
    /// The pool itself.
    public let base: DatabasePool
    /// The readers: their leases, events and statistics.
    public let readers: PoolMonitor
    /// The one connection that writes.
    public let writer: PoolMonitor

    private let peak = Locked(0)
    private let numbers = Locked<[ConnectionKey: Int]>([:])

    private enum ConnectionKey: Hashable {
      case instrumented(UInt64)
      case address(UInt)
    }

    /// Wraps a pool that is open.
    ///
    /// - Parameters:
    ///   - base: The pool. Its accesses that do not go through the wrapper are not seen.
    ///   - name: What messages and metrics call it; its writer is called the same with `.writer` behind.
    public init(_ base: DatabasePool, name: String) {
      self.base = base
      readers = PoolMonitor(name: name, size: PoolSize(base.configuration.maximumReaderCount))
      writer = PoolMonitor(name: "\(name).writer", size: 1)
    }

    /// Opens a pool whose connections are instrumented.
    ///
    /// - Throws: What GRDB throws when it cannot open the file.
    public convenience init(path: String, configuration: Configuration = Configuration(), name: String) throws {
      try self.init(DatabasePool(path: path, configuration: configuration.instrumented(name: name)), name: name)
    }

    /// How many readers were in use at one time, at most.
    public var peakReaders: Int { peak.withLock { $0 } }

    /// Closes the pool. Each monitor then has the connections that outlive it, such as one with a statement that is still open.
    public func close() throws { try base.close() }
  }

  extension MonitoredDatabasePool {
    /// Reads from the database, as `DatabasePool.read` does.
    public func read<T>(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function, _ value: (Database) throws -> T
    ) throws -> T {
      let access = Access(
        self, readers, CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
      return try access.run { try base.read { db in try access.within(db, value) } }
    }

    /// Reads from the database, as `DatabasePool.read` does.
    public func read<T: Sendable>(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function, _ value: @Sendable (Database) throws -> T
    ) async throws -> T {
      let access = Access(
        self, readers, CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
      return try await access.run { try await base.read { db in try access.within(db, value) } }
    }

    /// Writes in a transaction, as `DatabasePool.write` does.
    public func write<T>(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function, _ updates: (Database) throws -> T
    ) throws -> T {
      let access = Access(
        self, writer, CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
      return try access.run { try base.write { db in try access.within(db, updates) } }
    }

    /// Writes in a transaction, as `DatabasePool.write` does.
    public func write<T: Sendable>(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function, _ updates: @Sendable (Database) throws -> T
    ) async throws -> T {
      let access = Access(
        self, writer, CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
      return try await access.run { try await base.write { db in try access.within(db, updates) } }
    }

    /// Uses the writer without a transaction, as `DatabasePool.writeWithoutTransaction` does.
    public func writeWithoutTransaction<T>(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function, _ updates: (Database) throws -> T
    ) throws -> T {
      let access = Access(
        self, writer, CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
      return try access.run { try base.writeWithoutTransaction { db in try access.within(db, updates) } }
    }

    /// Uses the writer without a transaction, as `DatabasePool.writeWithoutTransaction` does.
    public func writeWithoutTransaction<T: Sendable>(
      fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
      function: StaticString = #function, _ updates: @Sendable (Database) throws -> T
    ) async throws -> T {
      let access = Access(
        self, writer, CheckoutSite(fileID: fileID, filePath: filePath, line: line, column: column, function: function))
      return try await access.run { try await base.writeWithoutTransaction { db in try access.within(db, updates) } }
    }
  }

  extension MonitoredDatabasePool {
    /// One access: the wait for a connection, and the lease.
    private struct Access: Sendable {
      let pool: MonitoredDatabasePool
      let monitor: PoolMonitor
      let site: CheckoutSite
      let began = monotonicNanoseconds()
      private let hasBegun = Flag()
      /// Whether all connections are out, as far as is known here: GRDB opens another one otherwise.
      private let waits: Bool

      init(_ pool: MonitoredDatabasePool, _ monitor: PoolMonitor, _ site: CheckoutSite) {
        (self.pool, self.monitor, self.site) = (pool, monitor, site)
        waits = !monitor.size.allows(monitor.statistics.leased + 1)
        if waits { monitor.observer.waitBegan() }
      }

      func run<T>(_ body: () throws -> T) throws -> T {
        do {
          return try body()
        } catch {
          noteFailure(error)
          throw error
        }
      }

      func run<T>(_ body: () async throws -> T) async throws -> T {
        do {
          return try await body()
        } catch {
          noteFailure(error)
          throw error
        }
      }

      /// The connection is here.
      func within<T>(_ db: Database, _ body: (Database) throws -> T) throws -> T {
        hasBegun.isSet.withLock { $0 = true }
        let observer = monitor.observer
        if waits { observer.waitEnded() }
        let waited = Duration.nanoseconds(Int64(clamping: monotonicNanoseconds() &- began))
        let lease = observer.checkedOut(pool.number(of: db, in: monitor), waited: waited, site: site)
        pool.noteReaders()
        defer { observer.checkedIn(lease) }
        return try body(db)
      }

      private func noteFailure(_ error: any Error) {
        if hasBegun.isSet.withLock({ $0 }) { return }
        monitor.observer.checkoutFailed(error is CancellationError ? .cancelled : .openFailed, wasWaiting: waits)
      }
    }

    private final class Flag: Sendable {
      let isSet = Locked(false)
    }

    private func noteReaders() {
      let count = readers.statistics.leased
      peak.withLock { $0 = max($0, count) }
    }

    private func number(of db: Database, in monitor: PoolMonitor) -> Int {
      guard let connection = db.sqliteConnection else { return 0 }
      let id = SQLiteInstrumentor.number(of: connection)
      let key = id.map(ConnectionKey.instrumented) ?? .address(UInt(bitPattern: connection))
      if let known = numbers.withLock({ $0[key] }) { return known }
      let number = monitor.observer.connected(databaseConnection: id)
      numbers.withLock { $0[key] = number }
      if let id { DatabaseRegistry.shared.whenClosed(id) { monitor.observer.closed(number) } }
      return number
    }
  }
#endif
