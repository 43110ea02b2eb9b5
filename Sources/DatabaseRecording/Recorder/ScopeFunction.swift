internal import DatabaseInstrumentation

/// The function of the test that a recording belongs to: where it is on the call stack of a statement, the whole way from
/// the test to the statement is known.
package struct ScopeFunction: Sendable {
  private let location: CodeLocation
  /// `LibraryTests.listsAuthors(count:)`.
  private let test: String?
  /// The stack that opened the scope; `nil` where the test framework did, so that no function of the test is on it.
  private let opening: StackTrace?

  /// - Parameters:
  ///   - test: The name of the test, where the test framework tells it.
  ///   - isWholeTest: Whether the test framework opened the scope, around the test.
  ///   - location: Where the scope was opened.
  package init(test: String?, isWholeTest: Bool, at location: CodeLocation) {
    self.location = location
    self.test = test
    PackageCheckouts.add(testAt: location.filePath)
    opening = isWholeTest ? nil : StackTrace.capture()
  }

  /// Whether the function is on a stack, around all frames of a database library.
  ///
  /// Inside of them, what is written in the function is a closure that the library calls, perhaps for several lines of it.
  func isOn(_ stack: StackTrace) -> Bool {
    // Read here, since most recordings never ask.
    let (module, test) = (location.module, test.map(Self.baseName))
    let opener = opening?.appFrames.first { $0.module == module }?.function.map(Self.baseName)
    return stack.framesAroundLibraries.contains { frame in
      guard frame.isAppCode, frame.module == module, let name = frame.function.map(Self.baseName) else { return false }
      return name == test || name == opener
    }
  }

  private static func baseName(_ function: String) -> String {
    let name = function.prefix { $0 != "(" && $0 != "<" }
    return String(name.split(separator: ".").last ?? name)
  }
}
