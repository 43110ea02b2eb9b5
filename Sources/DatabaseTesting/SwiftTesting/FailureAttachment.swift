internal import DatabaseRecording
internal import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

#if canImport(Testing)
  internal import Testing
#endif

/// What a failing test of Swift Testing carries: what it asked of the database, as text and as a drawing.
enum FailureAttachment {
  /// Whether somebody keeps attachments: they are asked for in the arguments of the process, or Xcode runs it.
  static let areKept = areKept(
    by: CommandLine.arguments, environment: ProcessInfo.processInfo.environment)

  static func areKept(by arguments: [String], environment: [String: String]) -> Bool {
    // What reads the stream of events is told of attachments as well.
    let options = ["attachments-path", "experimental-attachments-path", "event-stream-output-path"]
    let isAsked = arguments.contains { argument in
      options.contains { argument == "--\($0)" || argument.hasPrefix("--\($0)=") || argument == "--experimental-\($0)" }
    }
    return isAsked || environment["XCTestConfigurationFilePath"] != nil || environment["XCTestSessionIdentifier"] != nil
  }

  /// The cases that carry theirs: a second recording of one case that fails has none.
  private static let carrying = Locked<Set<String>>([])

  /// Attaches both to the test that is running, once; nothing outside of one, as in XCTest, and nothing where nobody keeps it.
  static func record(_ recording: Recording, at location: CodeLocation) {
    #if canImport(Testing)
      guard areKept, let test = Test.current else { return }
      let testCase = Runner.currentTestPath ?? test.name
      let key = "\(location.fileID) \(testCase) \(Runner.currentTestCase ?? Runner.currentArguments?.description ?? "")"
      guard carrying.withLock({ $0.insert(key).inserted }) else { return }
      let waterfall = Waterfall(RunRecord.Test(recording, name: test.name))
      let contents = [
        ("timeline.txt", "\(recording)\n"), ("waterfall.svg", waterfall.svg(title: test.name)),
      ]
      for (content, text) in contents {
        Attachment.record(
          text, named: name(for: test.name, of: content), sourceLocation: SourceLocation(location))
      }
    #endif
  }

  /// `savesOnce()` becomes `savesOnce-timeline.txt`: whatever a test is called, it names a file.
  static func name(for test: String, of content: String) -> String {
    let base = test.prefix { $0 != "(" }.unicodeScalars.map { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" ? Character(scalar) : "-"
    }
    var name = String(base.prefix(60))
    while name.utf8.count > 200 { name.removeLast() }
    return "\(name.isEmpty ? "test" : name)-\(content)"
  }
}
