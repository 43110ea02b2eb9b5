internal import DatabaseRecording
internal import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

/// The record of this process in the folder that `DATABASE_TESTING_REPORT` names, where it names one.
enum RunReport {
  private static let writer: RunRecordWriter? = {
    guard let folder = ProcessInfo.processInfo.environment["DATABASE_TESTING_REPORT"], !folder.isEmpty else {
      return nil
    }
    return RunRecordWriter(folder: StartFolder.path(folder), run: .current(folder: StartFolder.url)) {
      FileHandle.standardError.write(Data("\($0)\n".utf8))
    }
  }()

  /// Runs what becomes one line of the record.
  ///
  /// - Parameter body: Takes the list of what fails in it; `nil` where no record is written, and inside of another line.
  static func line<R>(_ body: (FailureLog?) throws -> R) rethrows -> R {
    guard let log = failuresOfNewLine else { return try body(nil) }
    return try FailureLog.$current.withValue(log) { try body(log) }
  }

  /// The asynchronous form.
  static func line<R>(_ body: (FailureLog?) async throws -> R) async rethrows -> R {
    guard let log = failuresOfNewLine else { return try await body(nil) }
    return try await FailureLog.$current.withValue(log) { try await body(log) }
  }

  /// A list for what fails in a line that begins; `nil` where no record is written, and inside of another line.
  static var failuresOfNewLine: FailureLog? {
    writer != nil && FailureLog.current == nil ? FailureLog() : nil
  }

  /// Adds a test that ended; of a recording inside of another nothing, since the outer one has its statements.
  ///
  /// - Parameters:
  ///   - failures: What failed of it.
  ///   - isOnlyCase: Whether the framework knows no cases of one test.
  static func add(_ recording: Recording, test name: String, failures: FailureLog?, isOnlyCase: Bool = false) {
    add(recording, name: name, call: nil, failures, testCase: isOnlyCase ? onlyCase : currentCase)
  }

  /// Adds one call that recorded by itself, outside of any test that is recorded as a whole.
  ///
  /// Outside of any test the place of the call is its name.
  static func add(_ recording: Recording, call: String, failures: FailureLog?) {
    add(recording, name: Runner.currentTestName, call: call, failures, testCase: currentCase)
  }

  private static func add(
    _ recording: Recording, name: String?, call: String?, _ failures: FailureLog?, testCase: String?
  ) {
    guard let writer, recording.isOutermost else { return }
    let started = Date().timeIntervalSince1970 - recording.age
    var test = RunRecord.Test(recording, name: name, started: started, call: call, folder: StartFolder.url.path)
    test.suite = Runner.currentSuitePath
    test.displayName = Runner.currentDisplayName
    test.case = testCase
    if keepsArguments { test.arguments = Runner.currentArguments }
    test.failures = failures?.problems
    if call != nil {
      test.id = lineNumbers.next()
      recording.storage.reported.withLock { $0 = test }
    }
    writer.write(test)
  }

  /// Notes expectations that failed: in the line that is being recorded, else in that of a recording which has ended.
  static func note(_ findings: [Finding], of recording: Recording) {
    guard writer != nil || FailureLog.current != nil else { return }
    let problems = findings.map { RunRecord.Problem($0, in: recording, folder: StartFolder.url.path) }
    if let log = FailureLog.current {
      for problem in problems { log.add(problem) }
      return
    }
    let test = recording.storage.reported.withLock { reported -> RunRecord.Test? in
      guard var test = reported as? RunRecord.Test else { return nil }
      test.failures = (test.failures ?? []) + problems
      reported = test
      return test
    }
    if let test { writer?.write(test) }
  }

  /// Arguments are values of whoever wrote the test, which are in no file unless somebody says so.
  private static let keepsArguments = DatabaseEnvironment.isOn("DATABASE_TESTING_ARGUMENTS", default: false)

  private static let lineNumbers = LineNumbers()

  /// Of a test without parameters.
  private static let onlyCase = "only"

  private static var currentCase: String? {
    Runner.isParameterized.flatMap { $0 ? Runner.currentTestCase : onlyCase }
  }
}

/// Numbers for the lines of this process, from 1.
private final class LineNumbers: Sendable {
  private let last = Locked(0)

  func next() -> Int {
    last.withLock {
      $0 += 1
      return $0
    }
  }
}
