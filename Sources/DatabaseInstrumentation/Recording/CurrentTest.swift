internal import DatabaseSupport

/// How the test framework calls the running test, where a test framework is there to ask.
package enum CurrentTest {
  /// In an object of its own: a closure that is a generic value is wrapped anew at each access.
  private final class Provider: Sendable {
    let name: @Sendable () -> String?
    let isInTask: @Sendable () -> Bool

    init(_ name: @escaping @Sendable () -> String?, isInTask: @escaping @Sendable () -> Bool) {
      self.name = name
      self.isInTask = isInTask
    }
  }

  private static let provider = OnceReference<Provider>()

  /// With its case; asked anew each time.
  package static var name: String? { provider.value?.name() }

  /// Whether the current task is one of a test, as far as the framework tells: XCTest's is none.
  static var isInTask: Bool { provider.value?.isInTask() ?? false }

  /// Only the first one is asked.
  package static func provide(
    _ name: @escaping @Sendable () -> String?, isInTask: @escaping @Sendable () -> Bool
  ) { provider.setIfNil(Provider(name, isInTask: isInTask)) }
}
