internal import DatabaseInstrumentation
internal import DatabaseSupport

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

  /// Nothing was seen, and nothing could be.
  var wasGivenNothing: Finding {
    Finding(
      kind: .blind,
      headline: "\(expectation) cannot be checked: nothing was seen. \(recording.storage.ungiven[0])",
      details: Unseen(recording).lines + [
        "  fix: instrument the connection, or write \(expectation).allowingNoQueries where there is none"
      ])
  }

  /// Nobody took a connection from a pool that is watched.
  func sawNoPool(_ need: DatabaseExpectation.PoolNeed) -> Finding {
    let pools = recording.storage.pools.madePools
    guard pools.isEmpty else {
      return Finding(
        kind: .blind,
        headline: "\(expectation) saw no checkout, so it proves nothing.",
        details: pools.prefix(5).map { "  pool \"\($0.name)\" was made here and gave no connection" } + [
          "  fix: call the code under test inside of the scope, or write \(expectation).allowingNoQueries if none is right"
        ])
    }
    let span = need == .checkoutOrSpan ? ", and no library began a span" : ""
    return Finding(
      kind: .blind,
      headline: "\(expectation) cannot be checked: no pool was watched.",
      details: [
        "  no connection was taken here from a pool that is watched\(span)"
      ] + recording.storage.pools.unattributedNotes.map { "  \($0)" } + [
        "  fix: \(WatchingPools.advice)",
        "  or write \(expectation).allowingNoQueries where nothing is to be taken; .closedConnections needs no pool",
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
    details += recording.storage.ungiven.map { "  \($0)" }
    details += Unseen(recording).lines
    details += UnwatchedClients.lines
    details.append(
      "  fix: call the code under test inside of the scope, or write \(expectation).allowingNoQueries if none is right")
    return Finding(
      kind: .blind,
      headline: "\(expectation) saw no query, so it proves nothing.",
      details: details
    )
  }
}
