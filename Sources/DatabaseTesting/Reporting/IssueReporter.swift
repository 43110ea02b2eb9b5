internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import DatabaseSupport
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
  /// - Parameters:
  ///   - file: The path of `location`, as XCTest wants it.
  ///   - ending: How the scope ended.
  static func report(
    _ findings: [Finding], of recording: Recording, at location: CodeLocation, file: StaticString,
    ending: ScopeEnding = .completed
  ) {
    let name = Runner.currentTestName
    let testCase = Runner.currentTestCase.map { "[\($0)]" } ?? ""
    let test = [location.fileID, Runner.currentTestPath ?? "", testCase].filter { !$0.isEmpty }.joined(separator: " ")
    // What did not run to its end says nothing of a finding that it did not have.
    let findings = BaselineRun.shared.judge(
      findings, test: test, isNamed: name != nil && ending == .completed, isExpected: isExpected(at: location))
    if !findings.isEmpty { FailureAttachment.record(recording, at: location) }
    // What is about another line than the test's own, such as a leak, is an issue of its own at that line.
    for finding in findings {
      guard let place = finding.place else { continue }
      let text = text(for: [finding], of: recording, ending: ending)
      let isFailure = report(text, at: place.location, file: place.file ?? file, fallback: location)
      if isFailure { note([finding], of: recording, at: location) }
    }
    let others = findings.filter { $0.place == nil }
    guard !others.isEmpty else { return }
    let text = text(for: others, of: recording, ending: ending)
    let isFailure = report(text, at: location, file: file, fallback: location)
    if isFailure { note(others, of: recording, at: location) }
  }

  /// What failed the test, for those who read of it elsewhere than in the output.
  private static func note(_ findings: [Finding], of recording: Recording, at location: CodeLocation) {
    GitHubAnnotation.write(findings, test: location)
    RunReport.note(findings, of: recording)
  }

  /// Reports what a suite can be told to have done and none of its tests can, each as an issue of its own.
  static func report(_ findings: [Finding], ofSuiteAt location: CodeLocation) {
    GitHubAnnotation.write(findings, test: location)
    for finding in findings {
      _ = report(
        finding.message, at: finding.place?.location ?? location, file: finding.place?.file ?? "", fallback: location)
    }
  }

  /// Reports one message as one issue.
  static func report(_ message: String, at location: CodeLocation, file: StaticString) {
    _ = report(message, at: location, file: file, fallback: location)
  }

  /// Whether a finding is expected by a `withKnownIssue` around the scope: a warning is recorded, which it hears of, and which
  /// fails nothing.
  private static func isExpected(at location: CodeLocation) -> (Finding) -> Bool {
    { finding in
      #if canImport(Testing) && compiler(>=6.3)
        guard Runner.isInsideOfSwiftTest else { return false }
        let issue = Issue.record(
          "recorded in the baseline: \(finding.message)", severity: .warning, sourceLocation: SourceLocation(location))
        return isKnown(issue)
      #else
        return false
      #endif
    }
  }

  /// - Parameter fallback: The line for XCTest where the path of `location` is known only at run time.
  /// - Returns: Whether it fails anything: not inside of `withKnownIssue`.
  private static func report(
    _ message: String, at location: CodeLocation, file: StaticString, fallback: CodeLocation
  ) -> Bool {
    FailureLog.$isReporting.withValue(true) { send(message, at: location, file: file, fallback: fallback) }
  }

  private static func send(
    _ message: String, at location: CodeLocation, file: StaticString, fallback: CodeLocation
  ) -> Bool {
    var isFailure = true
    switch Runner.current {
    case .swiftTesting:
      isFailure = recordIssue(message, at: location)
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
    return isFailure
  }

  /// All messages, the worst first; after the error that the test threw, which is told of elsewhere.
  static func text(for findings: [Finding], of recording: Recording, ending: ScopeEnding = .completed) -> String {
    var parts = findings.map(\.message)
    if case .threw(let type) = ending, !parts.isEmpty { parts[0] = "Besides the \(type) that was thrown: \(parts[0])" }
    if !recording.label.isEmpty, !parts.isEmpty { parts[0] = "\(recording.label.singleLine): \(parts[0])" }
    return parts.joined(separator: "\n\n")
  }

  /// - Returns: Whether it fails anything.
  @discardableResult
  static func recordIssue(_ message: String, at location: CodeLocation) -> Bool {
    #if canImport(Testing)
      return !isKnown(Issue.record(Comment(rawValue: message), sourceLocation: SourceLocation(location)))
    #else
      return true
    #endif
  }

  #if canImport(Testing)
    /// Whether an issue fails its test: no warning, and not expected by a `withKnownIssue`.
    static func isFailure(_ issue: Issue) -> Bool {
      #if compiler(>=6.3)
        return issue.severity >= .error && !isKnown(issue)
      #else
        return !isKnown(issue)
      #endif
    }

    /// Swift Testing does not hand out whether an issue is known, of a warning not at all: it is looked for by reflection.
    private static func isKnown(_ issue: Issue) -> Bool {
      let context = Mirror(reflecting: issue).children.first { $0.label == "knownIssueContext" }?.value
      return context.map { Mirror(reflecting: $0).children.first != nil } ?? false
    }
  #endif

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
