internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import Foundation

#if canImport(Testing)
  internal import Testing
#endif
#if canImport(XCTest)
  internal import XCTest
#endif

/// Hands findings to the test framework that runs, whichever it is.
///
/// The two do not hear each other on every toolchain: `Issue.record` in an XCTestCase and `XCTFail` in a `@Test` pass
/// silently. So one place decides.
enum IssueReporter {
  /// Reports all findings of one scope as one issue.
  ///
  /// - Parameter file: The path of `location`, as XCTest wants it.
  static func report(_ findings: [Finding], of recording: Recording, at location: CodeLocation, file: StaticString) {
    let name = Runner.currentTestName
    let test = [location.fileID, name ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    let findings = BaselineRun.shared.judge(findings, test: test, isNamed: name != nil)
    if !findings.isEmpty { FailureAttachment.record(recording, at: location) }
    GitHubAnnotation.write(findings, test: location)
    // What is about another line than the test's own, such as a leak, is an issue of its own at that line.
    for finding in findings {
      guard let place = finding.place else { continue }
      report(text(for: [finding], of: recording), at: place.location, file: place.file ?? file, fallback: location)
    }
    let others = findings.filter { $0.place == nil }
    guard !others.isEmpty else { return }
    report(text(for: others, of: recording), at: location, file: file, fallback: location)
  }

  /// Reports what a suite can be told to have done and none of its tests can, each as an issue of its own.
  static func report(_ findings: [Finding], ofSuiteAt location: CodeLocation) {
    GitHubAnnotation.write(findings, test: location)
    for finding in findings {
      report(
        finding.message, at: finding.place?.location ?? location, file: finding.place?.file ?? "", fallback: location)
    }
  }

  /// Reports one message as one issue.
  static func report(_ message: String, at location: CodeLocation, file: StaticString) {
    report(message, at: location, file: file, fallback: location)
  }

  /// - Parameter fallback: The line for XCTest where the path of `location` is known only at run time.
  private static func report(
    _ message: String, at location: CodeLocation, file: StaticString, fallback: CodeLocation
  ) {
    switch Runner.current {
    case .swiftTesting:
      recordIssue(message, at: location)
      if !Runner.isInsideOfSwiftTest { writeToStandardError(message, location) }
    case .xctest:
      #if canImport(XCTest)
        XCTFail(message, file: file, line: UInt((location.filePath == "\(file)" ? location : fallback).line))
      #else
        writeToStandardError(message, location)
      #endif
    case .none:
      writeToStandardError(message, location)
    }
  }

  /// All messages, the worst first.
  static func text(for findings: [Finding], of recording: Recording) -> String {
    var parts = findings.map(\.message)
    if !recording.label.isEmpty, !parts.isEmpty { parts[0] = "\(recording.label.singleLine): \(parts[0])" }
    return parts.joined(separator: "\n\n")
  }

  static func recordIssue(_ message: String, at location: CodeLocation) {
    #if canImport(Testing)
      Issue.record(Comment(rawValue: message), sourceLocation: SourceLocation(location))
    #endif
  }

  /// Outside of a test nobody may be listening: what was found must not be lost.
  private static func writeToStandardError(_ message: String, _ location: CodeLocation) {
    let line = "\(location.filePath):\(location.line): error: outside of a test: \(message)\n"
    FileHandle.standardError.write(Data(line.utf8))
  }
}

#if canImport(Testing)
  extension SourceLocation {
    init(_ location: CodeLocation) {
      let fileID = location.fileID.contains("/") ? location.fileID : "Unknown/\(location.fileID)"
      self.init(
        fileID: fileID, filePath: location.filePath, line: max(1, location.line), column: max(1, location.column))
    }
  }

  extension CodeLocation {
    init(_ location: SourceLocation) {
      self.init(fileID: location.fileID, filePath: location.filePath, line: location.line, column: location.column)
    }
  }
#endif
