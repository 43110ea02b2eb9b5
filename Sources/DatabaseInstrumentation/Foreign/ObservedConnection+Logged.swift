internal import CStatementLog
internal import DatabaseSupport

extension ObservedConnection {
  /// A log message told of a statement: neither its duration nor its rows are known, nor whether it failed.
  ///
  /// - Parameter values: The bound values in order; `nil` where the message does not have them.
  package func note(logged sql: String, values: [String]?, dialect: SQLDialect) {
    // What migrations define before any recording is known ever after.
    guard RecordingActivity.shared.isRecording || sql.mayDefine else { return }
    let (number, shape) = ShapeTable.shared.number(of: sql, dialect: dialect)
    if shape.kind == .ddl { database.schema.note(sql) }
    guard RecordingActivity.shared.isRecording else { return }
    if dialect == .postgreSQL || info.system == .otherSQL {
      _ = SeenStatements.shared.tell(sql, values: values, database: info.name)
    }
    var flags = CurrentThread.flags.union(.fromLog)
    if shape.kind == .insert, InsertedRows.isOne(in: sql, dialect: dialect) { flags.insert(.insertsOneRow) }
    let beginning = StatementBeginning(
      shape: number, start: monotonicNanoseconds(), thread: CurrentThread.number, flags: flags, transaction: 0,
      parent: nil, isRead: shape.kind == .select)
    let slot = begin(beginning) { _ in
      ValueHashes(.of(sql, shape: shape, dialect: dialect), bound: values) { $0.standsForSeveralValues }
    }
    guard let slot else { return }
    var outcome = StatementOutcome(duration: 0)
    outcome.counts.hasDuration = false
    slot.log.end(slot, outcome)
  }
}

extension String {
  /// Whether it may be DDL, looked at for every statement.
  var mayDefine: Bool {
    let first = drop { $0 == " " || $0 == "\n" || $0 == "\t" }.prefix(6).uppercased()
    return first == "CREATE" || first.hasPrefix("ALTER") || first.hasPrefix("DROP") || first.hasPrefix("--")
      || first.hasPrefix("/*")
  }

  /// Whether values that differ are printed like this: `Data` by its length, `Date` by its second.
  var standsForSeveralValues: Bool {
    if hasSuffix(" bytes") { return dropLast(6).allSatisfy { $0.isNumber } }
    // 2026-11-30 13:18:02 +0000
    guard hasSuffix(" +0000") else { return false }
    let rest = dropLast(6)
    return rest.utf8.count >= 19 && rest.allSatisfy { $0.isNumber || $0 == "-" || $0 == ":" || $0 == " " }
  }
}

/// How many rows an insert has in its text.
enum InsertedRows {
  private static let memo = TextMemo<Bool>()

  /// Whether it inserts the one row that its `VALUES` have, or the one of `DEFAULT VALUES`.
  static func isOne(in sql: String, dialect: SQLDialect) -> Bool {
    memo.meaning(of: sql) { sql in
      var sql = sql
      return sql.withUTF8 { count(in: $0, dialect: dialect) == 1 }
    }
  }

  private static func isValues(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    word.count == 6 && String(decoding: word, as: UTF8.self).uppercased() == "VALUES"
  }

  /// - Returns: `nil` where the rows are those of a query.
  private static func count(in sql: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) -> Int? {
    var tokenizer = SQLTokenizer(sql, dialect: dialect)
    var depth = 0
    var rows: Int?
    while true {
      let token = tokenizer.next()
      switch token.kind {
      case .end: return rows.map { max($0, 1) }
      case .open:
        if depth == 0, let known = rows { rows = known + 1 }
        depth += 1
      case .close: depth -= 1
      case .keyword where depth == 0, .word where depth == 0:
        // What stands behind the rows ends them.
        if let known = rows, known > 0 { return known }
        if isValues(sql[token.start..<token.end]) { rows = 0 }
      default: break
      }
    }
  }
}
