/// The text of a statement as a span or a log may carry it.
struct StatementText {
  private let redaction: Redaction
  private let limit: Int

  init(_ configuration: DatabaseInstrumentor.Configuration) {
    redaction = configuration.redaction
    limit = configuration.sqlTruncationLength
  }

  /// Whether the text as it was sent is needed.
  var needsSentText: Bool { redaction != .values }

  /// - Parameter sent: The text as it was sent; `nil` where the source does not have it.
  func text(_ shape: StatementShape, sent: String?, dialect: SQLDialect) -> String {
    Self.truncated(redacted(shape, sent: sent, dialect: dialect), to: limit)
  }

  private func redacted(_ shape: StatementShape, sent: String?, dialect: SQLDialect) -> String {
    switch (redaction.rule, sent) {
    case (.nothing, let sent?): sent
    case (.columns(let columns), let sent?): ColumnRedactor.redact(sent, columns: columns, dialect: dialect)
    default: shape.normalizedSQL
    }
  }

  /// At most `limit` bytes of UTF-8, cut between two characters; what was cut ends in `…`.
  static func truncated(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let mark = "…"
    let room = max(0, limit - mark.utf8.count)
    var end = text.utf8.index(text.startIndex, offsetBy: room)
    // Down to the boundary of a character: an index within one is moved to where it begins.
    if end.samePosition(in: text) == nil || !text.isCharacterBoundary(end) { end = text.characterStart(before: end) }
    return text[..<end] + mark
  }
}

extension String {
  fileprivate func isCharacterBoundary(_ position: Index) -> Bool {
    position == startIndex || position == endIndex || index(after: index(before: position)) == position
  }

  fileprivate func characterStart(before position: Index) -> Index {
    var start = position
    while start > startIndex, start.samePosition(in: unicodeScalars) == nil { start = utf8.index(before: start) }
    guard start > startIndex, !isCharacterBoundary(start) else { return start }
    return index(before: start)
  }
}
