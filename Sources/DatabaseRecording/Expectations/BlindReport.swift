internal import DatabaseInstrumentation

/// A recording that proves nothing, in words.
struct BlindReport {
  let recording: Recording
  let expectation: String

  init(_ recording: Recording, expectation: String) {
    self.recording = recording
    self.expectation = expectation
  }

  /// Statements are known to have been missed.
  var knownBlind: Finding {
    Finding(
      kind: .blind,
      headline: "\(expectation) cannot be checked: the recording is blind. \(recording.storage.blindness[0])",
      details: recording.storage.blindness.dropFirst().map { "  \($0)" } + Unseen(recording).lines
    )
  }

  /// A pool was made, and nobody took a connection from it.
  var sawNoCheckout: Finding {
    let pools = recording.storage.pools.madePools
    return Finding(
      kind: .blind,
      headline: "\(expectation) saw no checkout, so it proves nothing.",
      details: pools.prefix(5).map { "  pool \"\($0.name)\" was made here and gave no connection" } + [
        "  fix: call the code under test inside of the scope, or write \(expectation).allowingNoQueries if none is right"
      ])
  }

  /// Nothing was seen, although the expectation is about something.
  var sawNothing: Finding {
    var details: [String] = []
    let others = recording.statements.count
    if others > 0, let uncounted = Uncounted(recording).text { details.append("  \(uncounted)") }
    if recording.excludedCount > 0 {
      details.append("  \(recording.excludedCount.counted("statement")) ran in withoutDatabaseRecording.")
    }
    details += Unseen(recording).lines
    details.append(
      "  fix: call the code under test inside of the scope, or write \(expectation).allowingNoQueries if none is right")
    return Finding(
      kind: .blind,
      headline: "\(expectation) saw no query, so it proves nothing.",
      details: details
    )
  }
}
