internal import DatabaseSupport

/// `DATABASE_TESTING_DISABLE_POOLING=1` has pools that this package makes open a connection for each checkout.
enum PoolingSwitch {
  @TaskLocal static var forced: Bool?

  static var isOff: Bool { forced ?? DatabaseEnvironment.isPoolingDisabled }
}
