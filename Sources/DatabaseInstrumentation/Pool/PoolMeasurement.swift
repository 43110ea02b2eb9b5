/// What a transition of a pool measured, in nanoseconds.
package enum PoolMeasurement: Sendable {
  case nothing
  /// How long a lease had its connection.
  case use(UInt64)
  /// How long a connection took to open.
  case create(UInt64)
  /// How long a caller waited.
  case wait(UInt64)
}
