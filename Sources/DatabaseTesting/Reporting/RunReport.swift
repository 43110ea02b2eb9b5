internal import DatabaseRecording
internal import Foundation

/// The record of this process in the folder that `DATABASE_TESTING_REPORT` names, where it names one.
enum RunReport {
  private static let writer: RunRecordWriter? = {
    guard let folder = ProcessInfo.processInfo.environment["DATABASE_TESTING_REPORT"], !folder.isEmpty else {
      return nil
    }
    return RunRecordWriter(folder: folder) { FileHandle.standardError.write(Data("\($0)\n".utf8)) }
  }()

  /// Adds a test that ended; of a recording inside of another nothing, since the outer one has its statements.
  static func add(_ recording: Recording, test name: String) {
    guard let writer, recording.isOutermost else { return }
    writer.write(RunRecord.Test(recording, name: name))
  }
}
