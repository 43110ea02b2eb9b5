internal import DatabaseInstrumentation

/// The spans of a recording, in the order in which they began.
///
/// ```swift
/// let request = try #require(recording.spans.named("GET /authors").first)
/// #expect(recording.spans.children(of: request).count == 2)
/// #expect(recording.spans.with("db.operation.name", "SELECT").failed.isEmpty)
/// #expect(recording.spans.unfinished.isEmpty)
/// ```
public struct SpanLog: Sendable, RandomAccessCollection, CustomStringConvertible {
  private let spans: [RecordedSpan]

  init(_ spans: [RecordedSpan]) {
    self.spans = spans
  }

  /// The position of the first span.
  public var startIndex: Int { spans.startIndex }
  /// The position after the last span.
  public var endIndex: Int { spans.endIndex }
  /// The span at a position.
  public subscript(position: Int) -> RecordedSpan { spans[position] }

  /// Those with a name.
  public func named(_ name: String) -> SpanLog { SpanLog(spans.filter { $0.name == name }) }

  /// Those with an attribute, whatever its value.
  public func with(_ attribute: String) -> SpanLog { SpanLog(spans.filter { $0[attribute] != nil }) }

  /// Those with a value of an attribute; numbers and truth values are compared as text.
  public func with(_ attribute: String, _ value: String) -> SpanLog {
    SpanLog(spans.filter { $0[attribute] == value })
  }

  /// Those with an event.
  public func withEvent(_ name: String) -> SpanLog { SpanLog(spans.filter { $0.eventNames.contains(name) }) }

  /// Those that began inside of a span, directly.
  public func children(of span: RecordedSpan) -> SpanLog {
    SpanLog(spans.filter { $0.parent?.isSame(as: span) == true })
  }

  /// Those that began inside of a span, at whatever depth.
  public func descendants(of span: RecordedSpan) -> SpanLog {
    SpanLog(
      spans.filter { candidate in
        var ancestor = candidate.parent
        while let current = ancestor, !current.isSame(as: span) { ancestor = current.parent }
        return ancestor != nil
      })
  }

  /// Those without a parent in the recording.
  public var roots: SpanLog { SpanLog(spans.filter { $0.parent == nil }) }

  /// Those that failed.
  public var failed: SpanLog { SpanLog(spans.filter(\.isFailed)) }

  /// Those that were never ended.
  public var unfinished: SpanLog { SpanLog(spans.filter { !$0.isEnded }) }

  /// One line for each span, children indented.
  public var description: String {
    spans.map { span in
      var depth = 0
      var ancestor = span.parent
      while let current = ancestor {
        depth += 1
        ancestor = current.parent
      }
      return String(repeating: "  ", count: depth) + span.description
    }
    .joined(separator: "\n")
  }
}

extension Recording {
  /// The spans that libraries began in the scope: those of database clients, of ORMs, of the app, and of an active
  /// instrumentor.
  ///
  /// Spans of tracers that were taken before the recording began are not there, unless it was a ``RecordingTracer``.
  public var spans: SpanLog {
    SpanLog(storage.evidence.spans.map { RecordedSpan($0, origin: storage.evidence.origin) })
  }
}
