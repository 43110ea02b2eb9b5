internal import DatabaseInstrumentation

extension Analysis {
  /// Spans that were begun in the scope and never ended, all in one finding.
  func unfinishedSpans() -> [Finding] {
    let spans = recording.spans
    let open = spans.unfinished
    guard let first = open.first else { return [] }
    let names = open.count == 1 ? first.shownName : "\(first.shownName) and \(open.count - 1) more"
    var details = open.prefix(10).map { "  \($0.description)" }
    if open.count > 10 { details.append("  and \(open.count - 10) more") }
    details.append("  fix: use withSpan, which ends its span also when the body throws")
    return [
      Finding(
        kind: .unfinishedSpan,
        headline:
          "Expected every span to be ended, \(open.count) of \(spans.count) \(open.count == 1 ? "is" : "are") still open: \(names).",
        details: details, count: open.count)
    ]
  }
}
