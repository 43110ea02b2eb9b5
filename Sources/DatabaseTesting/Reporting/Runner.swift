internal import Foundation

#if canImport(Testing)
  internal import Testing
#endif

/// Which test framework listens.
///
/// `swift test` runs XCTest and Swift Testing in two processes, one after the other; Xcode runs both in one. A running
/// `@Test` is known by its task; where the task is lost, the process tells.
enum Runner {
  case swiftTesting
  case xctest
  case none

  static var current: Runner {
    #if canImport(Testing)
      if isInsideOfSwiftTest { return .swiftTesting }
    #endif
    return currentXCTestName == nil ? ofProcess : .xctest
  }

  /// Whether a `@Test` is running in this task.
  static var isInsideOfSwiftTest: Bool {
    #if canImport(Testing)
      Test.current != nil
    #else
      false
    #endif
  }

  /// The name of the `@Test` that is running in this task, `listsAuthors(count:)`, or of XCTest's test that is running in this process,
  /// `AuthorTests.testListsAuthors`.
  static var currentTestName: String? {
    #if canImport(Testing)
      if let test = Test.current { return test.name }
    #endif
    return currentXCTestName
  }

  /// The name of XCTest's test that is running in this process, `AuthorTests.testListsAuthors`: it runs one after the other.
  static var currentXCTestName: String? {
    #if canImport(XCTest)
      TestObserver.shared.runningTest
    #else
      nil
    #endif
  }

  static let ofProcess: Runner = {
    let arguments = CommandLine.arguments
    if let index = arguments.firstIndex(of: "--testing-library"), arguments[index...].contains("swift-testing") {
      return .swiftTesting
    }
    let environment = ProcessInfo.processInfo.environment
    let isTestBundle =
      arguments.first?.hasSuffix(".xctest") == true || environment["XCTestConfigurationFilePath"] != nil
    return isTestBundle || arguments.contains { $0.hasSuffix(".xctest") } ? .xctest : .none
  }()
}
