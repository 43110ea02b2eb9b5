/// One parameter of a statement, as it is sent.
struct PostgresParameter: Sendable, Hashable {
  /// Of its type, 0 where neither client nor server told it.
  var type: UInt32
  /// Whether it is sent in the type's binary form.
  var isBinary: Bool
  /// The value; `nil` for NULL.
  var bytes: [UInt8]?

  /// The value as clients print it, so that it is the same in both forms; `nil` for NULL, and for the binary form of other types than
  /// numbers, texts, `boolean` and `uuid`.
  var readable: String? {
    guard let bytes else { return nil }
    guard isBinary else { return String(decoding: bytes, as: UTF8.self) }
    switch (type, bytes.count) {
    case (16, 1): return bytes[0] == 0 ? "false" : "true"
    case (20, 8), (21, 2), (23, 4), (26, 4):
      let bits = bytes.reduce(bytes[0] < 0x80 || type == 26 ? 0 : UInt64.max) { $0 << 8 | UInt64($1) }
      return String(Int64(bitPattern: bits))
    case (19, _), (25, _), (1042, _), (1043, _), (705, _): return String(decoding: bytes, as: UTF8.self)
    case (2950, 16):
      let digits = bytes.hexadecimal.uppercased()
      var text = ""
      for (index, digit) in digits.enumerated() {
        if [8, 12, 16, 20].contains(index) { text.append("-") }
        text.append(digit)
      }
      return text
    default: return nil
    }
  }
}

/// What the server did for a statement.
struct PostgresOutcome: Sendable, Hashable {
  /// Rows that it sent.
  var rows = 0
  /// Rows that it says it changed; `nil` for what changes none.
  var changed: Int?
  /// The words of its command tag: `INSERT`, `CREATE TABLE`. Empty where it did not come to its end.
  var command = ""
  var failure: PostgresFailure?

  /// Reads `INSERT 0 5`, `UPDATE 3`, `SELECT 12`, `CREATE TABLE`.
  ///
  /// - Parameter isCopyIn: Whether rows were copied to the server: `COPY 5` alone does not say.
  init(tag: String, rows: Int, isCopyIn: Bool) {
    self.rows = rows
    let words = tag.split(separator: " ")
    command = words.prefix { $0.first?.isNumber == false }.joined(separator: " ")
    guard words.count > 1, let count = words.last.flatMap({ Int($0) }) else { return }
    switch command {
    case "INSERT", "UPDATE", "DELETE", "MERGE": changed = count
    case "COPY":
      if isCopyIn { changed = count } else { self.rows = count }
    default: break
    }
  }

  init(rows: Int, failure: PostgresFailure? = nil) {
    self.rows = rows
    self.failure = failure
  }
}

/// Whether a transaction is open, as the server says whenever it is ready.
enum PostgresTransactionState: UInt8, Sendable, Hashable {
  case idle = 0x49
  case open = 0x54
  case failed = 0x45
}

/// What happens on a connection, in the order in which it happens.
enum PostgresEvent: Sendable, Hashable {
  /// The client names itself: before the server has let it in.
  case startup(user: String?, database: String?, application: String?)
  /// The server runs a statement. Its text is `nil` where it was prepared out of sight, or too long to be kept.
  case began(id: Int, text: String?, prepared: String?, parameters: [PostgresParameter])
  case ended(id: Int, PostgresOutcome)
  /// The commit that the end of a pipeline or of a text is failed.
  case commitFailed(PostgresFailure)
  /// An error of no statement: of authentication, of a function that was called without SQL, or one that ends the connection.
  case failed(PostgresFailure)
  case transaction(PostgresTransactionState)
  /// The client asks another connection's statement to be stopped.
  case cancelRequest
}
