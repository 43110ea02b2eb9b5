internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What ran meanwhile and is not in the recording, in words: the evidence beside a recording that saw little.
struct Unseen {
  private let recording: Recording

  init(_ recording: Recording) {
    self.recording = recording
  }

  var lines: [String] { outer + unattributed }

  private var outer: [String] {
    let count = recording.storage.evidence.outerStatements
    guard count > 0 else { return [] }
    let label = recording.storage.outerLabel.flatMap { $0.isEmpty ? nil : " \"\($0)\"" } ?? ""
    return [
      """
        \(count.counted("statement")) ran meanwhile without a task's context (asyncRead, DispatchQueue, a detached task) on \
      a connection opened outside of this scope: counted for the recording\(label) around it.
      """
    ]
  }

  private var unattributed: [String] {
    let count = recording.unattributedCount
    guard count > 0 else { return [] }
    var lines = [
      "  \(count.counted("statement")) of this process ran meanwhile and belonged to no recording:"
    ]
    let samples = recording.storage.unattributed
    for sample in samples.prefix(5) {
      let sql = sample.shown.normalizedSQL.singleLine
      lines.append("    \(sql)  on \(sample.connection), \(sample.reason.text)")
    }
    if count > min(5, samples.count) && samples.count > 5 { lines.append("    …") }
    return lines
  }
}

extension UnattributedStatement.Reason {
  fileprivate var text: String {
    switch self {
    case .noTask: "without a task's context, on a connection opened outside of any recording"
    case .afterTheRecording: "after its recording had ended"
    case .sharedLog: "logged without a task's context while several tests ran"
    case .sharedConnection: "without a task's context, on a database that several recordings use"
    }
  }
}
