/// Which recordings use a pool: whether what was taken without a task can be told to be its creator's.
struct PoolUsers: Sendable {
  /// Whether a recording that is not of the creator's tree took a connection, or a test without a recording.
  private(set) var hasOthers = false
  /// The innermost suite around all of them; `nil` where there is none, or nobody used the pool yet.
  private(set) var suite: RecordedSuite?
  private var isOfManySuites = false
  /// The number of the scope that came last: mostly the next one, too.
  private var last: UInt32 = 0

  /// A task of `scope` asks for a connection.
  @inline(__always)
  mutating func note(_ scope: RecordingScope, beside creator: RecordingScope?) {
    if scope.id != last { add(scope, beside: creator) }
  }

  /// A test without a recording asks for a connection.
  mutating func noteStranger() {
    hasOthers = true
    isOfManySuites = true
    suite = nil
  }

  @inline(never)
  private mutating func add(_ scope: RecordingScope, beside creator: RecordingScope?) {
    let isFirst = last == 0
    last = scope.id
    if scope.store !== creator?.store { hasOthers = true }
    if isOfManySuites { return }
    suite = isFirst ? scope.suite : scope.suite.flatMap { suite?.commonAncestor(with: $0) }
    isOfManySuites = suite == nil
  }
}

/// How a pool came to be, as far as that tells whose it is.
enum PoolMaking: Sendable {
  /// In the course of a test, or where there is none.
  case ordinary
  /// In a test's fixture, which may be everybody's.
  case fixture
  /// As a global or static variable, by whoever was the first to touch it.
  case global

  /// Now, in the current task.
  ///
  /// - Parameter scope: The recording of the task.
  static func current(in scope: RecordingScope?) -> PoolMaking {
    guard let scope else { return .ordinary }
    if StackTrace.capture(maximumDepth: 256).isInsideOfGlobalInitializer { return .global }
    return scope.role == .excluded ? .fixture : .ordinary
  }
}
