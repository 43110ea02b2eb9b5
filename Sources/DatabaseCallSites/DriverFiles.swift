internal import DatabaseSupport
internal import Synchronization

/// Source files in the app's own tests that are a driver: what an app copies to stand between its database library and a client.
///
/// Code in them is none of the app's, so that a call site is the line that called it.
package enum DriverFiles {
  private static let paths = Locked<Set<String>>([])
  private static let hasSome = Atomic<Bool>(false)

  /// Says that a file is one.
  ///
  /// - Parameter path: As the compiler knows it, `#filePath`.
  package static func add(_ path: String) {
    paths.withLock { _ = $0.insert(path) }
    hasSome.store(true, ordering: .relaxed)
  }

  /// Whether a file is one. Costs one load where there is none.
  static func contain(_ path: String) -> Bool {
    hasSome.load(ordering: .relaxed) && paths.withLock { $0.contains(path) }
  }
}
