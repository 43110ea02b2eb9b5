import DatabaseTesting
import Testing

/// What every expectation says when it fails, as a whole, beside a program that it lets pass.
///
/// To be read from top to bottom, as somebody would who has never seen the package. What is measured is written as `…`: times, steps,
/// the numbers of connections and of lines.
struct Message: Sendable, CustomTestStringConvertible {
  var expectations: [DatabaseExpectation]
  var passes: @Sendable (Library) throws -> Void
  var fails: @Sendable (Library) throws -> Void
  var text: String

  init(
    _ expectations: DatabaseExpectation..., passes: @escaping @Sendable (Library) throws -> Void,
    fails: @escaping @Sendable (Library) throws -> Void, _ text: String
  ) {
    self.expectations = expectations
    self.passes = passes
    self.fails = fails
    self.text = text
  }

  var testDescription: String { expectations.map(\.name).joined(separator: ", ") }

  /// To be read in this order.
  static let all =
    howMany + whichOnes + loading + writing + cost + failing + composed + threads + besideNoQueries + logged
}
