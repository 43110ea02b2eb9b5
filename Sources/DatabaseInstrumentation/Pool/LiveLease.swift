/// A lease as its monitor keeps it, shared with the recording that it belongs to.
///
/// A recording keeps one for each checkout: it fills a block of 128 bytes, and shares what others have, too.
package final class LiveLease: @unchecked Sendable {  // Changed and read under its monitor's lock.
  package let id: Int
  package let connection: Int
  package let checkedOutAt: UInt64
  /// Nanoseconds of the monotonic clock, to find the statements of the lease.
  package let began: UInt64
  package let origin: CheckoutOrigin?
  package let owner: RecordingScope?
  package let test: String?
  /// Kept as long as the lease is not over, or somebody has this.
  package let monitor: PoolMonitor?
  private let databaseNumber: UInt64
  private var endTime = LiveLease.none
  private var monotonicEnd = LiveLease.none
  private let checkouts: UInt32
  /// Whether `owner` is no more than the creator of the pool, since no task told whose it is.
  package let isAssumed: Bool
  private var state = LeaseRecord.State.leased
  private var isReportedAsHeld = false

  /// Stands for a number that is not there.
  private static let none = UInt64.max

  /// A lease that begins; `monitor` is `nil` for one of which no pool told.
  init(
    _ id: Int, on connection: Int, databaseConnection: UInt64?, checkouts: Int, at time: UInt64, began: UInt64,
    of monitor: PoolMonitor?, by owner: RecordingScope?, isAssumed: Bool, test: String?, from origin: CheckoutOrigin?
  ) {
    self.id = id
    self.connection = connection
    checkedOutAt = time
    self.began = began
    self.origin = origin
    self.owner = owner
    self.test = test
    self.monitor = monitor
    databaseNumber = databaseConnection ?? Self.none
    self.checkouts = UInt32(clamping: checkouts)
    self.isAssumed = isAssumed
  }

  /// Call under the monitor's lock.
  func end(_ state: LeaseRecord.State, at time: UInt64, monotonic: UInt64) {
    self.state = state
    endTime = time
    monotonicEnd = monotonic
  }

  /// What became of its detached connection; call under the monitor's lock.
  func settle(_ state: LeaseRecord.State) { self.state = state }

  /// - Returns: Whether nobody has been told yet that it is held for too long; call under the monitor's lock.
  func reportAsHeld() -> Bool {
    defer { isReportedAsHeld = true }
    return !isReportedAsHeld
  }

  package var databaseConnection: UInt64? { databaseNumber == Self.none ? nil : databaseNumber }

  /// As it is now; call under the lock of its monitor.
  func record(of pool: String, at time: UInt64) -> LeaseRecord {
    LeaseRecord(
      id: id, pool: pool, connection: connection, checkoutCount: Int(checkouts), checkedOutAt: checkedOutAt,
      endedAt: endTime == Self.none ? nil : endTime, state: state, test: test, entry: self,
      heldUntil: max(time, checkedOutAt), monotonicEnd: monotonicEnd == Self.none ? nil : monotonicEnd)
  }

  /// As it is now.
  package var record: LeaseRecord? { monitor?.record(of: self) }
}
