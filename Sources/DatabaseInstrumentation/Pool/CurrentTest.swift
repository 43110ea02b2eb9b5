/// How the test framework calls the running test, where a test framework is there to ask.
package enum CurrentTest {
  /// In an object of its own: a closure that is a generic value is wrapped anew at each access.
  private final class Provider: Sendable {
    let name: @Sendable () -> String?

    init(_ name: @escaping @Sendable () -> String?) { self.name = name }
  }

  private static let provider = OnceReference<Provider>()

  /// With its case; asked anew each time.
  package static var name: String? { provider.value?.name() }

  /// Only the first one is asked.
  package static func provide(_ name: @escaping @Sendable () -> String?) { provider.setIfNil(Provider(name)) }
}
