internal import DatabaseRecording
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

  /// Adds a test that ended; of a recording inside of another nothing, since the outer one has its statements.
  ///
  /// - Parameter isOnlyCase: Whether the framework knows no cases of one test.
  static func add(_ recording: Recording, test name: String, isOnlyCase: Bool = false) {
    add(recording, name: name, call: nil, testCase: isOnlyCase ? onlyCase : currentCase)
  }

  /// Adds one call that recorded by itself, outside of any test that is recorded as a whole.
  ///
  /// XCTest does not tell which test is running: there the place of the call is its name.
  static func add(_ recording: Recording, call: String) {
    add(recording, name: Runner.currentTestName, call: call, testCase: currentCase)
  }

  private static func add(_ recording: Recording, name: String?, call: String?, testCase: String?) {
    guard let writer, recording.isOutermost else { return }
    let started = Date().timeIntervalSince1970 - recording.age
    var test = RunRecord.Test(recording, name: name, started: started, call: call)
    test.suite = Runner.currentSuitePath
    test.displayName = Runner.currentDisplayName
    test.case = testCase
    writer.write(test)
  }

  /// Of a test without parameters.
  private static let onlyCase = "only"

  private static var currentCase: String? {
    Runner.isParameterized.flatMap { $0 ? Runner.currentTestCase : onlyCase }
  }
}
