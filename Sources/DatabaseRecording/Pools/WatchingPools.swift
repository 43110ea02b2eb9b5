/// How a pool is watched, by what the process has.
enum WatchingPools {
  static var advice: String {
    guard has("4GRDB12DatabasePoolC") else {
      return "put the pool into a MonitoredPool, or have it tell a PoolMonitor of its checkouts"
    }
    let isBuilt = has("19GRDBInstrumentation21MonitoredDatabasePoolC")
    return "have GRDB's pool watched, as in DatabasePool(path: path).watched(name: \"library\")"
      + (isBuilt ? "" : " (product GRDBInstrumentation, package trait GRDB)")
  }

  /// Whether a type is in the process.
  ///
  /// - Parameter name: Its mangled name.
  private static func has(_ name: String) -> Bool { _typeByName(name) != nil }
}
