/// A session in which one text is asked: it logs in, asks, and leaves. It takes what the server sends, and says what to send.
struct PostgresQuestion {
  enum Action: Sendable, Hashable {
    case send([UInt8])
    /// The rows of all results, without those that have no columns.
    case answered([[String?]])
    /// Why not, in words that follow "because".
    case failed(String)
  }

  private enum Step { case login, proof(SCRAM), ready, rows }

  /// What is kept of an answer: more is taken for none.
  private static let longestAnswer = 64 << 20

  private let user: String
  private let database: String
  private let password: String?
  private let sql: String
  private let nonce: String
  private var step = Step.login
  private var pending: [UInt8] = []
  private var taken = 0
  private var rows: [[String?]] = []
  /// Whether one of several queries was answered: then the failure of a later one leaves out what it would have told.
  private var hasAnswer = false
  private var isOver = false

  /// Of a session.
  static let end: [UInt8] = message("X", [])

  /// - Parameters:
  ///   - password: `nil` where there is none to give.
  ///   - nonce: Made for this session alone, of printable characters without a comma.
  init(_ sql: String, user: String, database: String, password: String?, nonce: String) {
    self.sql = sql
    self.user = user
    self.database = database
    self.password = password
    self.nonce = nonce
  }

  /// What is sent first.
  var start: [UInt8] {
    var body = Self.bytes(of: 0x3_0000)
    for text in [
      "user", user, "database", database, "application_name", "swift-database-testing", "client_encoding", "UTF8",
    ] {
      body += Array(text.utf8) + [0]
    }
    body.append(0)
    return Self.bytes(of: body.count + 4) + body
  }

  mutating func received(_ bytes: UnsafeRawBufferPointer) -> [Action] {
    guard !isOver else { return [] }
    pending.append(contentsOf: bytes)
    var actions: [Action] = []
    var start = 0
    while !isOver, pending.count - start >= 5 {
      let length = pending[(start + 1)..<(start + 5)].reduce(0) { $0 << 8 | Int($1) }
      guard length >= 4, taken + length <= Self.longestAnswer else {
        actions.append(fail("its answer is no protocol of PostgreSQL's, or too long"))
        break
      }
      guard pending.count - start > length else { break }
      let body = Array(pending[(start + 5)..<(start + 1 + length)])
      let kind = UnicodeScalar(pending[start])
      start += length + 1
      taken += length
      if let action = take(kind, body) { actions.append(action) }
    }
    pending.removeFirst(start)
    return actions
  }

  /// The connection was closed.
  mutating func closed() -> Action? { isOver ? nil : fail("it closed the connection") }

  /// It took too long.
  mutating func timedOut(after seconds: Int) -> Action? { isOver ? nil : fail("it did not answer within \(seconds) s") }

  private mutating func fail(_ reason: String) -> Action {
    isOver = true
    return .failed(reason)
  }

  private mutating func take(_ kind: UnicodeScalar, _ body: [UInt8]) -> Action? {
    var fields = PostgresFields(body)
    switch (kind, step) {
    case ("R", .login), ("R", .proof): return logIn(&fields)
    case ("E", _):
      let failure = PostgresFailure(body)
      if hasAnswer { return nil }
      return fail("it says: \(failure.fixedText) (\(failure.sqlState))")
    case ("Z", .ready):
      step = .rows
      return .send(Self.message("Q", Array(sql.utf8) + [0]))
    case ("Z", .rows):
      isOver = true
      return .answered(rows)
    case ("D", .rows):
      var row: [String?] = []
      for _ in 0..<max(0, fields.int16() ?? 0) {
        guard let length = fields.int32() else { break }
        row.append(fields.data(length).map { String(decoding: $0, as: UTF8.self) })
      }
      rows.append(row)
      return nil
    case ("C", .rows):
      if fields.string()?.hasPrefix("SELECT") == true { hasAnswer = true }
      return nil
    default: return nil
    }
  }
}

// MARK: - Logging in

extension PostgresQuestion {
  private mutating func logIn(_ fields: inout PostgresFields) -> Action? {
    let request = fields.int32()
    if request == 0 {
      step = .ready
      return nil
    }
    guard let password else { return fail("it asks for a password, and none was given") }
    switch (request, step) {
    case (3, .login): return prove(Array(password.utf8) + [0])
    case (5, .login):
      guard let salt = fields.data(4) else { return fail("its answer is no protocol of PostgreSQL's, or too long") }
      let inner = MD5.hash(Array((password + user).utf8))
      return prove(Array("md5\(MD5.hash(Array(inner.utf8) + salt))".utf8) + [0])
    case (10, .login):
      var isOffered = false
      while let mechanism = fields.string(), !mechanism.isEmpty {
        if mechanism == SCRAM.mechanism { isOffered = true }
      }
      guard isOffered else { return fail("it takes no \(SCRAM.mechanism)") }
      let scram = SCRAM(password: password, nonce: nonce)
      step = .proof(scram)
      let first = Array(scram.first.utf8)
      return prove(Array(SCRAM.mechanism.utf8) + [0] + Self.bytes(of: first.count) + first)
    case (11, .proof(var scram)):
      guard let answer = scram.final(answering: fields.rest) else {
        return fail("its answer is no protocol of PostgreSQL's, or too long")
      }
      step = .proof(scram)
      return prove(Array(answer.utf8))
    case (12, .proof(let scram)):
      return scram.isProved(by: fields.rest) ? nil : fail("it does not know the password itself")
    default: return fail("it asks for a way of proving who one is that the endpoint does not know")
    }
  }

  private func prove(_ body: [UInt8]) -> Action { .send(Self.message("p", body)) }

  private static func message(_ kind: UnicodeScalar, _ body: [UInt8]) -> [UInt8] {
    [UInt8(ascii: kind)] + bytes(of: body.count + 4) + body
  }

  private static func bytes(of number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }
}
