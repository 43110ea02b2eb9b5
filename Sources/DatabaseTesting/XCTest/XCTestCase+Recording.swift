#if canImport(XCTest)
  internal import DatabaseInstrumentation
  internal import DatabaseRecording
  internal import DatabaseSupport
  internal import XCTest

  extension XCTestCase {
    /// `LibraryTests.testListsAuthors`, which Apple's XCTest calls `-[LibraryTests testListsAuthors]`.
    var plainName: String { Self.plainName(name) }

    static func plainName(_ name: String) -> String {
      guard name.hasPrefix("-["), name.hasSuffix("]") else { return name }
      let parts = name.dropFirst(2).dropLast().split(separator: " ")
      guard parts.count == 2 else { return name }
      return "\(parts[0].split(separator: ".").last ?? parts[0]).\(parts[1])"
    }

    /// How the test ended, as its run tells.
    var endingOfRun: ScopeEnding {
      guard let run = testRun else { return .completed }
      if run.hasBeenSkipped { return .left }
      return run.unexpectedExceptionCount > 0 ? .threw("error") : .completed
    }

    /// Judges what the test was recorded to do, tells XCTest what is wrong, and adds the test to the record of the run.
    func finish(
      _ recording: Recording, expecting expectations: [DatabaseExpectation], ending: ScopeEnding, failures: FailureLog?
    ) {
      let place = TestClassName.of(type(of: self)).place
      let findings = BaselineRun.shared.judge(
        recording.check(expectations, isInherited: true, ending: ending), test: "\(place.fileID) \(plainName)",
        isNamed: ending == .completed)
      if !findings.isEmpty {
        FailureLog.$isReporting.withValue(true) { report(findings, of: recording, ending) }
        RunReport.note(findings, of: recording)
      }
      RunReport.add(recording, test: plainName, failures: failures, isOnlyCase: true)
    }

    private func report(_ findings: [Finding], of recording: Recording, _ ending: ScopeEnding) {
      // To find the line takes longer than most tests.
      let location = location(in: recording)
      GitHubAnnotation.write(findings, test: location)
      for finding in findings {
        guard let place = finding.place else { continue }
        report(IssueReporter.text(for: [finding], of: recording, ending: ending), at: place.location)
      }
      let others = findings.filter { $0.place == nil }
      if !others.isEmpty { report(IssueReporter.text(for: others, of: recording, ending: ending), at: location) }
    }

    private func report(_ message: String, at location: CodeLocation) {
      #if canImport(ObjectiveC)
        var issue = XCTIssue(type: .assertionFailure, compactDescription: message)
        issue.sourceCodeContext = XCTSourceCodeContext(
          location: XCTSourceCodeLocation(filePath: location.filePath, lineNumber: location.line))
        record(issue)
      #else
        recordFailure(withDescription: message, inFile: location.filePath, atLine: location.line, expected: true)
      #endif
    }

    /// XCTest does not tell where a test method is written: the line of it that the first statement was issued from is
    /// the best place, and where it awaits what sends statements, the line on which it begins.
    private func location(in recording: Recording) -> CodeLocation {
      let method = String(plainName.split(separator: ".").last ?? "")
      let type = TestClassName.of(type(of: self))
      return recording.location(ofMethod: method, type: type.name, module: type.module) ?? type.place
    }
  }

  /// The name of a class and of its module, which take a while to find out.
  struct TestClassName: Sendable {
    let module: String
    let name: String
    /// The file that the class is in most likely.
    let place: CodeLocation

    private static let known = Locked<[ObjectIdentifier: TestClassName]>([:])

    static func of(_ type: XCTestCase.Type) -> TestClassName {
      let id = ObjectIdentifier(type)
      if let known = known.withLock({ $0[id] }) { return known }
      let found = TestClassName(String(reflecting: type))
      known.withLock { $0[id] = found }
      return found
    }

    private init(_ type: String) {
      module = String(type.prefix { $0 != "." })
      name = type.split(separator: ".").last.map(String.init) ?? type
      place = CodeLocation(fileID: "\(module)/\(name).swift", filePath: "\(name).swift", line: 1, column: 1)
    }
  }
#endif
