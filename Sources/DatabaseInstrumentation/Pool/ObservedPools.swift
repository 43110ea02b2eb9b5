internal import DatabaseSupport

/// Pools that are watched from the outside: by what runs on the connections to their file, without a word from the pool.
package final class ObservedPools: Sendable {
  package static let shared = ObservedPools()

  package struct Pool: Sendable {
    /// What messages call it.
    package let name: String
    weak let owner: (any AnyObject & Sendable)?
  }

  /// By the path of the file.
  private let pools = Locked<[String: Pool]>([:])

  /// Watches the connections to a file for as long as `owner`, the pool, is there.
  package func add(_ owner: some AnyObject & Sendable, file: String, name: String) {
    pools.withLock { pools in
      pools = pools.filter { $0.value.owner != nil }
      pools[file] = Pool(name: name, owner: owner)
    }
  }

  /// Those that are there, and those whose pool is gone and whose connections may still be in a recording.
  package var all: [String: Pool] { pools.withLock { $0 } }
}

extension LeaseRecord {
  /// A lease that no pool told of.
  ///
  /// - Parameters:
  ///   - connection: Its number among those of the pool.
  ///   - databaseConnection: Its number in the process.
  ///   - began: Nanoseconds of the monotonic clock, as `ended`, which is `nil` where it still runs.
  package init(
    observed id: Int, pool: String, connection: Int, databaseConnection: UInt64, checkoutCount: Int, began: UInt64,
    ended: UInt64?, stack: StackTrace?, test: String?
  ) {
    let entry = LiveLease(
      id, on: connection, databaseConnection: databaseConnection, checkouts: checkoutCount, at: began, began: began,
      of: nil, by: nil, isAssumed: false, test: test, from: stack.map { CheckoutOrigin($0) })
    self.init(
      id: id, pool: pool, connection: connection, checkoutCount: checkoutCount, checkedOutAt: began, endedAt: ended,
      state: ended == nil ? .leased : .returned, test: test, entry: entry, heldUntil: monotonicNanoseconds(),
      monotonicEnd: ended)
  }
}
