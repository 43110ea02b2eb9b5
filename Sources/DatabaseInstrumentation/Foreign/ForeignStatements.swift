internal import CStatementLog
internal import DatabaseSupport

/// Puts what other libraries told beside what the hooks saw, each statement once.
///
/// One statement can be told of up to four times: by the hooks, by its driver's span, by a log message, and by the span of
/// the ORM around it. The first of these that there is counts.
struct ForeignStatements {
  /// A statement as a source told it.
  struct Candidate {
    var record: StatementRecord
    var connection: Int32
    var source: Source
    var end: UInt64
  }

  enum Source {
    case hooks
    case driverSpan
    case log
    case ormSpan
  }

  private let shapes: GrowingList<StatementShape>

  init(shapes: GrowingList<StatementShape>) {
    self.shapes = shapes
  }

  /// - Parameter candidates: In any order.
  /// - Returns: Each statement once, in the order of their sequence numbers.
  func deduplicated(_ candidates: [Candidate]) -> [Candidate] {
    let hooks = candidates.filter { $0.source == .hooks }
    let driver = unclaimed(candidates.filter { $0.source == .driverSpan }, by: hooks, when: Self.isInside)
    let told = hooks + driver
    let logged = unclaimed(candidates.filter { $0.source == .log }, by: told, when: Self.follows)
    let known = told + logged
    let orm = unclaimed(
      candidates.filter { $0.source == .ormSpan }, by: known, key: operation,
      when: { $0.record.start <= $1.record.start && $1.record.start <= $0.end })
    return (known + orm).sorted { $0.record.sequence < $1.record.sequence }
  }

  /// A driver's span is around what the hooks see.
  private static func isInside(_ span: Candidate, _ hook: Candidate) -> Bool {
    span.record.start <= hook.record.start && hook.record.start <= span.end
  }

  /// A message is written right before its statement is sent, perhaps inside of the span of it.
  private static func follows(_ message: Candidate, _ statement: Candidate) -> Bool {
    statement.record.start >= message.record.start
      || (statement.source == .driverSpan && message.record.start <= statement.end)
  }

  private func unclaimed(
    _ candidates: [Candidate], by better: [Candidate], when matches: (Candidate, Candidate) -> Bool
  ) -> [Candidate] {
    // A log message does not tell its dialect, and where that is guessed more counts as a value.
    var texts: [UInt32: String] = [:]
    func text(_ number: UInt32) -> String {
      if let known = texts[number] { return known }
      let sql = shapes[Int(number)].normalizedSQL
      let text =
        sql.utf8.contains(UInt8(ascii: "\"")) ? StatementShape(sql, dialect: .guessed(from: sql)).normalizedSQL : sql
      texts[number] = text
      return text
    }
    return unclaimed(candidates, by: better, key: { [Key.text(text($0.record.shape))] }, when: matches)
  }

  private enum Key: Hashable {
    case text(String)
    case operation(StatementKind, String)
  }

  private func operation(_ candidate: Candidate) -> [Key] {
    let shape = shapes[Int(candidate.record.shape)]
    return Set(shape.tables.map { $0.name.lowercased() }).sorted().map { Key.operation(shape.kind, $0) }
  }

  /// The candidates that no better one stands for; each better one stands for one.
  private func unclaimed(
    _ candidates: [Candidate], by better: [Candidate], key: (Candidate) -> [Key],
    when matches: (Candidate, Candidate) -> Bool
  ) -> [Candidate] {
    guard !candidates.isEmpty, !better.isEmpty else { return candidates }
    var waiting: [Key: [Int]] = [:]
    for index in better.indices.sorted(by: { better[$0].record.start < better[$1].record.start }) {
      for key in key(better[index]) { waiting[key, default: []].append(index) }
    }
    var claimed: Set<Int> = []
    return candidates.sorted { $0.record.start < $1.record.start }.filter { candidate in
      for key in key(candidate) {
        guard let place = waiting[key]?.firstIndex(where: { !claimed.contains($0) && matches(candidate, better[$0]) })
        else { continue }
        claimed.insert(waiting[key]?.remove(at: place) ?? 0)
        return false
      }
      return true
    }
  }
}
