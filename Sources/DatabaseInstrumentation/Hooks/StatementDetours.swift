package import Synchronization

/// Counts who wants more of each statement than its record: active instrumentors, and ORMs that declare loads and flushes.
///
/// While there is none, a source may write records by itself, see ``LogHead``.
package enum StatementDetours {
  /// Sources read it at each statement. Never freed.
  nonisolated(unsafe) package static let count: UnsafeMutablePointer<Atomic<Int>> = {
    let count = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: 1)
    count.initialize(to: Atomic(0))
    return count
  }()

  /// Whether nobody wants more.
  static var areNone: Bool { count.pointee.load(ordering: .relaxed) == 0 }

  static func begin() { count.pointee.wrappingAdd(1, ordering: .relaxed) }

  static func end() { count.pointee.wrappingSubtract(1, ordering: .relaxed) }
}
