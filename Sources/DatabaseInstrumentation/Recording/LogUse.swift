internal import DatabaseSupport
internal import Synchronization

/// Who uses a library that logs its statements: a message without a task does not say whose it is, nor does the logger that it came
/// through, which may be that of whoever opened the connection.
package enum LogUse {
  /// Whether a test that nobody records has used such a library: then no message without a task is certain to be a recording's.
  private static let isUsedUnrecorded = Atomic<Bool>(false)

  /// The current task sent a message through a handler that looks for statements, or made one.
  package static func note() {
    guard RecordingActivity.shared.isRecording else { return }
    if let scope = RecordingScope.current {
      scope.store.noteLogUse()
    } else if CurrentTest.isInTask {
      isUsedUnrecorded.store(true, ordering: .relaxed)
    }
  }

  /// Whose a message without a task is: of the recording that runs alone; `nil` where several may be meant, or none.
  static var onlyScope: RecordingScope? {
    guard !CurrentTest.isInTask, !isUsedUnrecorded.load(ordering: .relaxed) else { return nil }
    return RecordingActivity.shared.onlyScope
  }
}
