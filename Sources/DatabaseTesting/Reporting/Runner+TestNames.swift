internal import DatabaseInstrumentation

#if canImport(Testing)
  internal import Testing
#endif

extension Runner {
  /// Leases are told the name of their test from now on.
  static let tellTestNames: Void = CurrentTest.provide { currentTestNameWithCase }

  /// `transfers(amount:)`, and of a parameterised test with its arguments: `transfers(amount:) [7]`.
  static var currentTestNameWithCase: String? {
    #if canImport(Testing)
      guard let name = Test.current?.name else { return nil }
      guard let testCase = Test.Case.current, testCase.isParameterized else { return name }
      let arguments = argumentValues(in: testCase)
      return arguments.isEmpty ? name : "\(name) [\(arguments.joined(separator: ", "))]"
    #else
      return nil
    #endif
  }

  #if canImport(Testing)
    /// Swift Testing prints the arguments of a case but does not hand them out: they are looked for by reflection, and
    /// left out where it keeps them elsewhere.
    private static func argumentValues(in testCase: Test.Case) -> [String] {
      var found: [String] = []
      func search(_ value: Any, depth: Int) {
        guard depth < 5 else { return }
        for child in Mirror(reflecting: value).children {
          if child.label == "value" {
            found.append(String(describing: child.value))
          } else if child.label == "arguments" || child.label == "_kind" || child.label == nil
            || child.label == "parameterized"
          {
            search(child.value, depth: depth + 1)
          }
        }
      }
      search(testCase, depth: 0)
      return found
    }
  #endif
}
