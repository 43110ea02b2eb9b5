internal import Synchronization

/// How the test framework calls the running test, where a test framework is there to ask.
package enum CurrentTest {
  /// A closure that is a generic value itself is wrapped once more at each access, until calling it overflows the stack.
  private struct Provider: Sendable { var name: (@Sendable () -> String?)? }

  private static let provider = Locked(Provider())
  /// So that who has no test framework does not pay for the lock with each checkout.
  private static let isProvided = Atomic(false)

  package static var name: String? {
    isProvided.load(ordering: .acquiring) ? provider.withLock { $0.name }?() : nil
  }

  package static func provide(_ name: @escaping @Sendable () -> String?) {
    provider.withLock { $0.name = name }
    isProvided.store(true, ordering: .releasing)
  }
}
