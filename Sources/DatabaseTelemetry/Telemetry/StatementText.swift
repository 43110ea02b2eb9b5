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
    var room = limit - mark.utf8.count
    var end = text.startIndex
    while end < text.endIndex {
      let next = text.index(after: end)
      room -= text.utf8.distance(from: end, to: next)
      if room < 0 { break }
      end = next
    }
    return text[..<end] + mark
  }
}
