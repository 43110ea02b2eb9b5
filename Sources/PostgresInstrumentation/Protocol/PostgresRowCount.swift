/// Asks a session, within its own transaction, which rows of which tables that has changed so far, and keeps the answer from the client.
///
/// [`pg_stat_xact_user_tables`](https://www.postgresql.org/docs/current/monitoring-stats.html) knows what triggers, upserts and the actions of
/// foreign keys changed, and shows a session its own changes alone. It counts on over earlier transactions, until the server takes these over
/// between two of them: so that it is asked at the beginning and at the end of one, and the difference counts.
struct PostgresRowCount {
  struct Table: Sendable, Hashable {
    var schema: String
    var name: String
    var inserted: Int
    var updated: Int
    var deleted: Int
  }

  /// What came of it.
  enum Answer: Sendable, Hashable {
    case tables([Table])
    /// The question failed, and the transaction with it.
    case failed(PostgresFailure)
  }

  static let question: [UInt8] = {
    let sql = """
      SELECT schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_catalog.pg_stat_xact_user_tables
      WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
      """
    let length = sql.utf8.count + 5
    return [UInt8(ascii: "Q")] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + Array(sql.utf8)
      + [0]
  }()

  private var pending: [UInt8] = []
  private var tables: [Table] = []
  private var failure: PostgresFailure?
  private var isOver = false

  /// The server sent bytes.
  ///
  /// - Parameter forward: Is given what is the client's: what the server says unasked, and what stands behind the answer.
  /// - Returns: The answer, once it is complete.
  mutating func serverSent(_ bytes: UnsafeRawBufferPointer, forward: (UnsafeRawBufferPointer) -> Void) -> Answer? {
    guard !isOver else {
      forward(bytes)
      return nil
    }
    pending.append(contentsOf: bytes)
    var start = 0
    while !isOver, pending.count - start >= 5 {
      let length = max(4, pending[(start + 1)..<(start + 5)].reduce(0) { $0 << 8 | Int($1) })
      guard pending.count - start > length else { break }
      let message = Array(pending[start...(start + length)])
      start += length + 1
      switch UnicodeScalar(message[0]) {
      case "D": add(Array(message[5...]))
      case "E": failure = failure ?? PostgresFailure(Array(message[5...]))
      case "Z": isOver = true
      case "A", "N", "S": message.withUnsafeBytes(forward)
      default: break
      }
    }
    pending.removeFirst(start)
    guard isOver else { return nil }
    if !pending.isEmpty { pending.withUnsafeBytes(forward) }
    return failure.map { .failed($0) } ?? .tables(tables)
  }

  private mutating func add(_ body: [UInt8]) {
    var fields = PostgresFields(body)
    let values = (0..<max(0, fields.int16() ?? 0)).map { _ in
      fields.int32().flatMap { fields.data($0) }.map { String(decoding: $0, as: UTF8.self) }
    }
    guard values.count == 5, let schema = values[0], let name = values[1] else { return }
    let counts = values[2...].map { $0.flatMap { Int($0) } ?? 0 }
    tables.append(Table(schema: schema, name: name, inserted: counts[0], updated: counts[1], deleted: counts[2]))
  }

  /// What was changed between two answers.
  static func difference(_ tables: [Table], since before: [Table]) -> [Table] {
    tables.compactMap { table in
      var table = table
      if let old = before.first(where: { $0.schema == table.schema && $0.name == table.name }) {
        table.inserted -= old.inserted
        table.updated -= old.updated
        table.deleted -= old.deleted
      }
      return table.inserted + table.updated + table.deleted > 0 ? table : nil
    }
  }

  /// The first word of the text that a client sends, where it begins with one: `SET` has to come before any question.
  static func firstWord(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.count > 5 else { return nil }
    var text = bytes[5...]
    switch UnicodeScalar(bytes[0]) {
    case "Q": break
    case "P":
      guard let end = text.firstIndex(of: 0) else { return nil }
      text = text[(end + 1)...]
    default: return nil
    }
    let word = text.drop { $0 == 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }.prefix(while: { $0 > 0x40 })
    return String(decoding: word.prefix(16), as: UTF8.self).uppercased()
  }

  /// Whether a client sent a commit and nothing else: one text, or one statement that is prepared, bound and run, up to its Sync.
  static func isCommitAlone(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // No commit is longer.
    guard bytes.count < 256 else { return false }
    var reader = PostgresMessageReader(.frontend)
    reader.didStart()
    var rest = bytes[...]
    var kinds = ""
    var text: String?
    while !rest.isEmpty {
      guard let message = try? reader.next(&rest) else { return false }
      kinds.unicodeScalars.append(UnicodeScalar(message.kind))
      var fields = PostgresFields(message.body)
      switch UnicodeScalar(message.kind) {
      case "Q": text = fields.string()
      case "P":
        guard fields.string() == "" else { return false }
        text = fields.string()
      default: break
      }
    }
    return ["Q", "PBES", "PBDES", "PDBES"].contains(kinds) && text?.isCommit == true
  }
}

extension String {
  /// Whether it commits, and does nothing else.
  fileprivate var isCommit: Bool {
    let words = split { !$0.isLetter }.map { $0.uppercased() }
    guard allSatisfy({ $0.isLetter || $0.isWhitespace || $0 == ";" }) else { return false }
    return [["COMMIT"], ["END"], ["COMMIT", "WORK"], ["COMMIT", "TRANSACTION"], ["END", "TRANSACTION"]].contains(words)
  }
}
