/// A lease as its monitor keeps it, shared with the recording that it belongs to.
package final class LeaseEntry: @unchecked Sendable {  // What changes is touched under the monitor's lock alone.
  package let id: Int
  package let connection: Int
  package let checkoutCount: Int
  package let checkedOutAt: UInt64
  /// Nanoseconds of the monotonic clock, to find the statements of the lease.
  package let began: UInt64
  package let site: CheckoutSite?
  package let stack: StackTrace?
  package let owner: RecordingScope?
  package let test: String?
  package let monitor: PoolMonitor
  package let databaseConnection: UInt64?

  var state: LeaseRecord.State = .leased
  var endedAt: UInt64?
  var ended: UInt64?

  init(
    id: Int, connection: Int, checkoutCount: Int, checkedOutAt: UInt64, began: UInt64, site: CheckoutSite?,
    stack: StackTrace?, owner: RecordingScope?, test: String?, monitor: PoolMonitor, databaseConnection: UInt64?
  ) {
    self.id = id
    self.connection = connection
    self.checkoutCount = checkoutCount
    self.checkedOutAt = checkedOutAt
    self.began = began
    self.site = site
    self.stack = stack
    self.owner = owner
    self.test = test
    self.monitor = monitor
    self.databaseConnection = databaseConnection
  }

  /// As it is now; call under the monitor's lock.
  func record(at time: UInt64) -> LeaseRecord {
    LeaseRecord(
      id: id, pool: monitor.name, connection: connection, checkoutCount: checkoutCount, checkedOutAt: checkedOutAt,
      endedAt: endedAt, state: state, callSite: site?.callSite ?? stack?.callSite(), test: test, entry: self,
      heldUntil: max(time, checkedOutAt))
  }

  /// As it is now.
  package var record: LeaseRecord { monitor.record(of: self) }

  /// When it ended by the monotonic clock; `nil` while it runs.
  package var monotonicEnd: UInt64? { monitor.synchronized { ended } }
}
