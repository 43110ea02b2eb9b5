internal import DatabaseInstrumentation
internal import DatabaseSupport
public import Tracing

/// A span that a library, or this package, began while a recording ran, as it was when the recording was made.
public struct RecordedSpan: Sendable, CustomStringConvertible {
  private let evidence: SpanEvidence
  private let origin: UInt64

  private var state: SpanState { evidence.state }

  init(_ evidence: SpanEvidence, origin: UInt64) {
    self.evidence = evidence
    self.origin = origin
  }

  /// The name: `SELECT book`.
  public var name: String { state.name }

  /// The kind, `client` for a query.
  public var kind: SpanKind { evidence.kind }

  /// When it began, from the beginning of the recording.
  public var start: Duration { .nanoseconds(Int64(clamping: evidence.start) - Int64(clamping: origin)) }

  /// How long it took; `nil` where it ran on.
  public var duration: Duration? {
    state.end.map { .nanoseconds(max(0, Int64(clamping: $0) - Int64(clamping: evidence.start))) }
  }

  /// Whether it was ended.
  public var isEnded: Bool { state.end != nil }

  /// The span that it is a child of, where that began in the same recording tree.
  public var parent: RecordedSpan? { evidence.parent.map { RecordedSpan($0, origin: origin) } }

  /// The error status, and with it the description.
  public var status: SpanStatus? { state.status }

  /// Whether its status is an error, or an error was recorded on it.
  public var isFailed: Bool { state.status?.code == .error || !state.errorTypes.isEmpty }

  /// The types of the errors that were recorded on it.
  public var errorTypes: [String] { state.errorTypes }

  /// The names of its events, in their order.
  public var eventNames: [String] { state.events.map(\.name) }

  /// The names of its attributes, sorted.
  public var attributeNames: [String] {
    var names: [String] = []
    state.attributes.forEach { name, _ in names.append(name) }
    return names.sorted()
  }

  /// An attribute as text; SQL without its values, and of parameters nothing.
  public subscript(attribute: String) -> String? {
    if attribute.hasPrefix("db.query.parameter.") { return nil }
    guard let value = state.attributes[attribute]?.toSpanAttribute() else { return nil }
    let text =
      switch value {
      case .string(let value): value
      case .int32(let value): String(value)
      case .int64(let value): String(value)
      case .double(let value): String(value)
      case .bool(let value): String(value)
      default: String(describing: value)
      }
    guard attribute == "db.query.text" || attribute == "db.statement" else { return text }
    let system = self["db.system.name"] ?? self["db.system"]
    return StatementShape(text, dialect: system.map { DatabaseSystem(rawValue: $0).dialect } ?? .guessed(from: text))
      .normalizedSQL
  }

  func isSame(as other: RecordedSpan) -> Bool { identity == other.identity }

  var identity: UInt64 { evidence.identity }

  /// `SELECT book, 1.2 ms`, `request, still open`.
  public var description: String {
    var text = "\(shownName), \(duration.map(\.readable) ?? "still open")"
    if isFailed { text += ", failed" }
    if let parent { text += ", in \(parent.shownName)" }
    return text
  }

  /// The name, which may hold SQL, without its values.
  var shownName: String { SpanName(self).text.singleLine }
}
