internal import DatabaseSupport

/// How a test and its case are called, made when it is first asked for: a case is called by its arguments.
package final class TestName: Sendable {
  private let make: @Sendable () -> String?
  private let made = OnceReference<Made>()

  private final class Made: Sendable {
    let text: String?

    init(_ text: String?) { self.text = text }
  }

  /// - Parameter make: Tells the name of one test and case, whoever calls it; `nil` where there is none.
  package init(_ make: @escaping @Sendable () -> String?) { self.make = make }

  /// The same each time.
  package var text: String? { (made.value ?? made.setIfNil(Made(make()))).text }
}
