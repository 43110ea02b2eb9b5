internal import CStatementLog
internal import DatabaseSupport

/// Puts what other libraries told beside what the hooks saw, each statement once, with what all of them know.
///
/// One statement can be told of up to five times: by an endpoint on the way to the server, by the hooks, by its driver's span, by a log
/// message, and by the span of the ORM around it. The first of these that there is counts, and takes from the others what it does not
/// know.
struct ForeignStatements {
  /// A statement as a source told it.
  struct Candidate {
    var record: StatementRecord
    var connection: Int32
    var source: Source
    var end: UInt64
    /// The connections of those for which it stands.
    var stands: Set<Int32> = []
  }

  enum Source {
    case wire
    /// A driver whose connections pass an endpoint.
    case client
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
    var known = candidates.filter { $0.source == .wire }
    merge(candidates.filter { $0.source == .client }, into: &known, when: Self.isInside)
    // Of several recordings that send the same at once, one may have been given what another one's driver was waiting for.
    let left = known.filter { $0.source == .client }
    known.removeAll { $0.source == .client }
    merge(left, into: &known, when: { $1.stands.isEmpty })
    known += candidates.filter { $0.source == .hooks }
    merge(candidates.filter { $0.source == .driverSpan }, into: &known, when: Self.isInside)
    merge(candidates.filter { $0.source == .log }, into: &known, when: Self.follows)
    merge(
      candidates.filter { $0.source == .ormSpan }, into: &known, key: operation,
      when: { $0.record.start <= $1.record.start && $1.record.start <= $0.end })
    // As above: what the log told of may have been given as one that another recording sent in the same words.
    let late = known.filter { $0.source == .ormSpan }
    known.removeAll { $0.source == .ormSpan }
    merge(
      late, into: &known, key: operation,
      when: { $1.source == .wire && !$1.stands.isEmpty && !$1.stands.contains($0.connection) })
    return known.sorted { $0.record.sequence < $1.record.sequence }
  }

  /// A driver's span is around what the hooks see, and those around what passes on the way.
  private static func isInside(_ span: Candidate, _ hook: Candidate) -> Bool {
    span.record.start <= hook.record.start && hook.record.start <= span.end
  }

  /// A message is written right before its statement is sent, perhaps inside of the span of it.
  private static func follows(_ message: Candidate, _ statement: Candidate) -> Bool {
    statement.record.start >= message.record.start
      || (statement.source == .driverSpan && message.record.start <= statement.end)
  }

  private func merge(
    _ candidates: [Candidate], into known: inout [Candidate], when matches: (Candidate, Candidate) -> Bool
  ) {
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
    merge(candidates, into: &known, key: { [Key.text(text($0.record.shape))] }, when: matches)
  }

  private enum Key: Hashable {
    case text(String)
    case operation(StatementKind, String)
  }

  private func operation(_ candidate: Candidate) -> [Key] {
    let shape = shapes[Int(candidate.record.shape)]
    return Set(shape.tables.map { $0.name.lowercased() }).sorted().map { Key.operation(shape.kind, $0) }
  }

  /// Adds the candidates that no better one stands for; each better one stands for one, and takes what it does not know.
  private func merge(
    _ candidates: [Candidate], into known: inout [Candidate], key: (Candidate) -> [Key],
    when matches: (Candidate, Candidate) -> Bool
  ) {
    guard !candidates.isEmpty else { return }
    guard !known.isEmpty else { return known = candidates }
    var waiting: [Key: [Int]] = [:]
    for index in known.indices.sorted(by: { known[$0].record.start < known[$1].record.start }) {
      for key in key(known[index]) { waiting[key, default: []].append(index) }
    }
    var claimed: Set<Int> = []
    for candidate in candidates.sorted(by: { $0.record.start < $1.record.start }) {
      var better: Int?
      for key in key(candidate) where better == nil {
        guard let place = waiting[key]?.firstIndex(where: { !claimed.contains($0) && matches(candidate, known[$0]) })
        else { continue }
        better = waiting[key]?.remove(at: place)
      }
      guard let better else {
        known.append(candidate)
        continue
      }
      claimed.insert(better)
      // The endpoint runs on a thread of its own: where the client sent it from, the client tells.
      if known[better].source == .wire, known[better].stands.isEmpty {
        known[better].record.stack = candidate.record.stack
        if candidate.source == .log { known[better].record.takeThread(of: candidate.record) }
      }
      known[better].stands.insert(candidate.connection)
      known[better].record.learn(from: candidate.record)
      if candidate.source == .client { known[better].record.takeThread(of: candidate.record) }
    }
  }
}

extension StatementRecord {
  /// Takes where the client's thread was: the endpoint runs on another one.
  fileprivate mutating func takeThread(of other: StatementRecord) {
    let all: Flags = [.mainThread, .sharedThread, .unknownExecutor]
    flags.subtract(all)
    flags.formUnion(other.flags.intersection(all))
    thread = other.thread
  }

  /// Takes what another source knows of the same statement and this one does not.
  fileprivate mutating func learn(from other: StatementRecord) {
    if stack == 0 { stack = other.stack }
    if load == 0 { load = other.load }
    if parameters == 0, !flags.contains(.unknownValues) {
      parameters = other.parameters
      keyWords = other.keyWords
      keyCounts = other.keyCounts
      flags.formUnion(other.flags.intersection(.unknownValues))
    }
    flags.formUnion(other.flags.intersection(.insertsOneRow))
    if flags.isDisjoint(with: [.hasCounters, .knowsRows]), other.flags.contains(.knowsRows) {
      rowsReturned = other.rowsReturned
      flags.insert(.knowsRows)
    }
    // How it ended: a message does not say, and a span that goes on does not know yet.
    guard flags.contains(.fromLog), other.duration != Self.unknown else { return }
    duration = other.duration
    error = other.error
    flags.remove(.fromLog)
  }
}
