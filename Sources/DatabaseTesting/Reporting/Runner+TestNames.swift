internal import DatabaseInstrumentation
internal import DatabaseSupport

#if canImport(Testing)
  internal import Testing
#endif

internal import DatabaseInstrumentation

extension Runner {
  /// Leases are told the name of their test from now on.
  static let tellTestNames: Void = CurrentTest.provide({ currentTestNameWithCase }, isInTask: { isInsideOfSwiftTest })

  /// `transfers(amount:)`, and of a parameterised test with its arguments: `transfers(amount:) [7]`.
  private static var currentTestNameWithCase: String? {
    #if canImport(Testing)
      Test.current.map { nameWithCase(of: $0, Test.Case.current) }
    #else
      nil
    #endif
  }

  /// The name of the test that runs in this task, with its case; `nil` where another test or case may run within the task,
  /// as where a trait puts something around a suite.
  static var testName: TestName? {
    #if canImport(Testing)
      if let test = Test.current {
        return Test.Case.current.map { testCase in TestName { nameWithCase(of: test, testCase) } }
      }
    #endif
    if let name = currentXCTestName { return TestName { name } }
    return ofProcess == .none ? TestName { nil } : nil
  }

  /// The `@Test` that is running in this task with the suites around it, `AuthorTests/Inner/listsAuthors(count:)`, or XCTest's test that is
  /// running in this process.
  static var currentTestPath: String? {
    #if canImport(Testing)
      guard let test = Test.current else { return currentXCTestName }
      // Swift Testing does not hand the suites out: they are looked for by reflection.
      let names = Mirror(reflecting: test.id).children.first { $0.label == "nameComponents" }?.value as? [String]
      guard let names, names.last == test.name else { return test.name }
      return names.joined(separator: "/")
    #else
      return currentXCTestName
    #endif
  }

  /// The suites around the `@Test` that is running in this task: `AuthorTests/Inner`; `nil` where there is none.
  static var currentSuitePath: String? {
    guard let parts = currentTestPath?.split(separator: "/"), parts.count > 1 else { return nil }
    return parts.dropLast().joined(separator: "/")
  }

  /// What the `@Test` that is running in this task is called in its source beside its name.
  static var currentDisplayName: String? {
    #if canImport(Testing)
      Test.current?.displayName
    #else
      nil
    #endif
  }

  /// Whether the `@Test` that is running in this task has parameters; `nil` where no case of one is running.
  static var isParameterized: Bool? {
    #if canImport(Testing)
      Test.Case.current.map(\.isParameterized)
    #else
      nil
    #endif
  }

  /// What tells the case that is running from the others of its test, and is the same in each process: a hash of what Swift Testing
  /// knows its arguments by; `nil` where there is one case, and where an argument has nothing that can be relied on.
  static var currentTestCase: String? {
    #if canImport(Testing)
      guard let testCase = Test.Case.current, testCase.isParameterized else { return nil }
      // Not handed out either.
      let kind = child(of: testCase, "_kind").flatMap { child(of: $0, "parameterized") }
      guard let kind, let arguments = child(of: kind, "arguments") as? any Collection else { return nil }
      let isStable = child(of: kind, "isStable") as? Bool ?? false
      var bytes: [UInt8] = []
      for argument in arguments {
        guard let id = child(of: argument, "id").flatMap({ child(of: $0, "bytes") }) as? [UInt8],
          let value = child(of: argument, "value"), isStable || describesItself(value)
        else { return nil }
        bytes += Array("\(id.count):".utf8) + id
      }
      // Tells cases with equal arguments apart.
      if let number = child(of: kind, "discriminator") as? Int, number > 0 { bytes += Array("#\(number)".utf8) }
      let digits = String(bytes.withUnsafeBufferPointer { Fingerprint.of($0) }, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    #else
      return nil
    #endif
  }

  /// The arguments of the case that is running, as Swift Testing prints them; `nil` where it has none.
  static var currentArguments: [String]? {
    #if canImport(Testing)
      guard let testCase = Test.Case.current, testCase.isParameterized else { return nil }
      let arguments = argumentValues(in: testCase).map { String($0.prefix(200)) }
      return arguments.isEmpty ? nil : arguments
    #else
      return nil
    #endif
  }

  #if canImport(Testing)
    private static func child(of value: Any, _ label: String) -> Any? {
      Mirror(reflecting: value).children.first { $0.label == label }?.value
    }

    /// Whether the description of a value, by which Swift Testing knows what cannot be encoded, is the same each time: it was written
    /// for tests, or is the name of a case. Others may have an address, or the members of a set in any order.
    private static func describesItself(_ value: Any) -> Bool {
      if value is any CustomTestStringConvertible || value is any Encodable || value is any RawRepresentable {
        return true
      }
      let mirror = Mirror(reflecting: value)
      return mirror.displayStyle == .enum && mirror.children.isEmpty
    }

    private static func nameWithCase(of test: Test, _ testCase: Test.Case?) -> String {
      guard let testCase, testCase.isParameterized else { return test.name }
      let arguments = argumentValues(in: testCase)
      return arguments.isEmpty ? test.name : "\(test.name) [\(arguments.joined(separator: ", "))]"
    }

    /// Swift Testing prints the arguments of a case but does not hand them out: they are looked for by reflection, and
    /// left out where it keeps them elsewhere.
    private static func argumentValues(in testCase: Test.Case) -> [String] {
      var found: [String] = []
      func search(_ value: Any, depth: Int) {
        guard depth < 5 else { return }
        for child in Mirror(reflecting: value).children {
          if child.label == "value" {
            found.append(
              (child.value as? any CustomTestStringConvertible)?.testDescription ?? String(describing: child.value))
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
