/// A lease as its monitor keeps it, shared with the recording that it belongs to.
///
/// A recording keeps one for each checkout: it fills a block of 128 bytes, and shares what others have, too. One that nobody
/// else saw is used again for a later lease.
package final class LiveLease: @unchecked Sendable {
  // Changed under the monitor's lock alone, and once it is shared only in how it ended, which is read under that lock, too.
  // Hence no access can overlap another one, and is not checked for it: a checkout would pay for twelve.
  @exclusivity(unchecked) package private(set) var id = 0
  @exclusivity(unchecked) package private(set) var connection = 0
  @exclusivity(unchecked) package private(set) var checkedOutAt: UInt64 = 0
  /// Nanoseconds of the monotonic clock, to find the statements of the lease.
  @exclusivity(unchecked) package private(set) var began: UInt64 = 0
  @exclusivity(unchecked) package private(set) var origin: CheckoutOrigin?
  @exclusivity(unchecked) package private(set) var owner: RecordingScope?
  @exclusivity(unchecked) package private(set) var test: String?
  /// Keeps the monitor as long as the lease is not over, or somebody has this.
  @exclusivity(unchecked) package private(set) var monitor: PoolMonitor?

  @exclusivity(unchecked) private var databaseNumber = LiveLease.none
  @exclusivity(unchecked) private var endTime = LiveLease.none
  @exclusivity(unchecked) private var monotonicEndTime = LiveLease.none
  @exclusivity(unchecked) private var count: UInt32 = 0
  @exclusivity(unchecked) private var isShared = false
  @exclusivity(unchecked) private var isReportedAsHeld = false
  /// Whether `owner` is no more than the creator of the pool, since no task told whose it is.
  @exclusivity(unchecked) package private(set) var isAssumed = false
  @exclusivity(unchecked) private var state = LeaseRecord.State.leased

  /// Stands for a number that is not there.
  private static let none = UInt64.max

  init() {}

  /// A lease of which nothing but this is known.
  init(observed id: Int, connection: Int, databaseConnection: UInt64, began: UInt64, origin: CheckoutOrigin?) {
    self.id = id
    self.connection = connection
    self.began = began
    checkedOutAt = began
    self.origin = origin
    databaseNumber = databaseConnection
  }

  /// A lease begins; call under the monitor's lock.
  @inline(__always)
  func begin(
    _ id: Int, on record: PooledConnectionRecord, at time: UInt64, began: UInt64, of monitor: PoolMonitor,
    by owner: RecordingScope?, isAssumed: Bool, test: String?, from origin: CheckoutOrigin?
  ) {
    self.isAssumed = isAssumed
    isReportedAsHeld = false
    self.id = id
    connection = record.id
    count = UInt32(clamping: record.checkoutCount)
    checkedOutAt = time
    self.began = began
    self.monitor = monitor
    if let owner { self.owner = owner }
    if let test { self.test = test }
    self.origin = origin
    databaseNumber = record.databaseConnection ?? Self.none
    endTime = Self.none
    monotonicEndTime = Self.none
    state = .leased
  }

  /// Call under the monitor's lock.
  func end(_ state: LeaseRecord.State, at time: UInt64, monotonic: UInt64) {
    self.state = state
    endTime = time
    monotonicEndTime = monotonic
  }

  /// What became of its detached connection; call under the monitor's lock.
  func settle(_ state: LeaseRecord.State) { self.state = state }

  /// - Returns: Whether nobody has been told yet that it is held for too long; call under the monitor's lock.
  func reportAsHeld() -> Bool {
    defer { isReportedAsHeld = true }
    return !isReportedAsHeld
  }

  /// Somebody else has it from now on; call under the monitor's lock.
  func share() { isShared = true }

  /// Lets go what keeps others, once the lease is over; call under the monitor's lock.
  ///
  /// - Returns: Whether it can be used again, since nobody else has it.
  func clear() -> Bool {
    guard !isShared else { return false }
    monitor = nil
    if owner != nil { owner = nil }
    if test != nil { test = nil }
    return true
  }

  package var checkoutCount: Int { Int(count) }

  package var databaseConnection: UInt64? { databaseNumber == Self.none ? nil : databaseNumber }

  /// As it is now; call under the lock of its monitor.
  func record(of pool: String, at time: UInt64) -> LeaseRecord {
    isShared = true
    return LeaseRecord(
      id: id, pool: pool, connection: connection, checkoutCount: checkoutCount, checkedOutAt: checkedOutAt,
      endedAt: endTime == Self.none ? nil : endTime, state: state, test: test, entry: self,
      heldUntil: max(time, checkedOutAt), monotonicEnd: monotonicEndTime == Self.none ? nil : monotonicEndTime)
  }

  /// As it is now; `nil` once it is over and was never shared.
  package var record: LeaseRecord? { monitor?.record(of: self) }
}
