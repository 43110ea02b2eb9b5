package import Tracing

/// A span as it was when the evidence was taken.
package final class SpanEvidence: Sendable {
  /// The same for each picture that is taken of one span.
  package let identity: UInt64
  /// Its place in the order of the whole recording tree, among the statements.
  package let sequence: UInt64
  package let scope: UInt32
  package let kind: SpanKind
  package let parent: SpanEvidence?
  /// Whether this package began it.
  package let isOwn: Bool
  /// Nanoseconds of the monotonic clock.
  package let start: UInt64
  /// Index into the store's stacks, plus 1; 0: not captured.
  let stack: UInt32
  package let state: SpanState

  private init(_ span: LiveSpan, parent: SpanEvidence?) {
    identity = span.identity
    sequence = span.sequence
    scope = span.scope
    kind = span.kind
    self.parent = parent
    isOwn = span.isOwn
    start = span.start
    stack = span.stack
    state = span.snapshot
  }

  /// Spans with those that they are inside of, each taken once.
  static func of(_ spans: [LiveSpan]) -> [SpanEvidence] {
    var taken: [UInt64: SpanEvidence] = [:]
    return spans.map { span in
      var path: [LiveSpan] = []
      var next: LiveSpan? = span
      while let current = next, taken[current.identity] == nil {
        path.append(current)
        next = current.parent
      }
      var evidence = next.flatMap { taken[$0.identity] }
      for current in path.reversed() {
        let made = SpanEvidence(current, parent: evidence)
        taken[current.identity] = made
        evidence = made
      }
      return evidence ?? SpanEvidence(span, parent: nil)
    }
  }
}
