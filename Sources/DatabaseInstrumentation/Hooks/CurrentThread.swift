internal import CStatementLog
internal import CCallStacks

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

/// The thread that a driver's hook is called on.
enum CurrentThread {
  /// The system's number of it, as SQLite's hooks count them; 0 where it cannot be told.
  static var number: UInt32 {
    #if canImport(Darwin)
      var id: UInt64 = 0
      pthread_threadid_np(nil, &id)
      return UInt32(truncatingIfNeeded: id)
    #else
      return systemNumber.map { UInt32(truncatingIfNeeded: $0()) } ?? 0
    #endif
  }

  static var flags: StatementRecord.Flags {
    var flags: StatementRecord.Flags = dcs_is_on_main() ? .mainThread : []
    if !dcs_knows_executors() { flags.insert(.unknownExecutor) }
    return flags
  }

  #if !canImport(Darwin)
    // The function is not among those that Swift imports.
    private static let systemNumber: (@convention(c) () -> pid_t)? =
      dlsym(nil, "gettid").map { unsafeBitCast($0, to: (@convention(c) () -> pid_t).self) }
  #endif
}
