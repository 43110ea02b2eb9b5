import Testing

@testable import PostgresInstrumentation

/// The session of the endpoint's own, in which it asks for definitions.
@Suite struct QuestionTests {
  private static let accepted = Wire.message("R", Wire.int32(0)) + Wire.message("S", Wire.text("a") + Wire.text("b"))

  private static func row(_ values: [String?]) -> [UInt8] {
    let fields = values.flatMap { value in value.map { Wire.int32($0.utf8.count) + Array($0.utf8) } ?? Wire.int32(-1) }
    return Wire.message("D", Wire.int16(values.count) + fields)
  }

  private static let rows =
    Wire.complete("SET") + Wire.columns + row(["CREATE TABLE a (id integer)"]) + row(["CREATE TABLE b (id integer)"])
    + Wire.complete("SELECT 2")

  /// Plays what the server sends, cut in pieces, and says in short words what came of it.
  private func told(_ server: [UInt8], password: String? = nil, piece: Int = .max, isClosed: Bool = false) -> [String] {
    var question = PostgresQuestion("ASK", user: "ada", database: "library", password: password, nonce: "nonce")
    var words: [String] = []
    func note(_ action: PostgresQuestion.Action) {
      switch action {
      case .send(let bytes):
        let body = String(decoding: bytes.dropFirst(5), as: UTF8.self)
        words.append("\(Character(UnicodeScalar(bytes[0]))) \(body.split(separator: "\0").joined(separator: " "))")
      case .answered(let rows): words.append("answered \(rows.map { $0.map { $0 ?? "NULL" }.joined(separator: "|") })")
      case .failed(let reason): words.append("failed: \(reason)")
      }
    }
    server.withUnsafeBytes { all in
      for start in stride(from: 0, to: all.count, by: min(piece, max(all.count, 1))) {
        let part = all[start..<(piece > all.count - start ? all.count : start + piece)]
        for action in question.received(UnsafeRawBufferPointer(rebasing: part)) { note(action) }
      }
    }
    if isClosed, let action = question.closed() { note(action) }
    return words
  }

  @Test func itNamesItself() {
    let start = PostgresQuestion("", user: "ada", database: "library", password: nil, nonce: "").start
    #expect(start.count == start.prefix(4).reduce(0) { $0 << 8 | Int($1) })
    let words = String(decoding: start.dropFirst(8), as: UTF8.self).split(separator: "\0")
    #expect(words.prefix(4) == ["user", "ada", "database", "library"])
  }

  struct Case: Sendable {
    var server: [UInt8]
    var password: String?
    var expected: [String]
  }

  static let cases: [Case] = [
    Case(
      server: accepted + Wire.ready() + rows + Wire.ready(),
      expected: ["Q ASK", #"answered ["CREATE TABLE a (id integer)", "CREATE TABLE b (id integer)"]"#]),
    Case(
      server: Wire.message("R", Wire.int32(3)) + accepted + Wire.ready() + Wire.ready(), password: "secret",
      expected: ["p secret", "Q ASK", "answered []"]),
    Case(
      server: Wire.message("R", Wire.int32(5) + [1, 2, 3, 4]) + accepted + Wire.ready() + Wire.ready(),
      password: "secret",
      // md5(md5("secret" + "ada") + salt), as `md5sum` says.
      expected: [
        "p md5\(MD5.hash(Array(MD5.hash(Array("secretada".utf8)).utf8) + [1, 2, 3, 4]))", "Q ASK", "answered []",
      ]),
    Case(
      server: Wire.message("R", Wire.int32(3)),
      expected: ["failed: it asks for a password, and none was given"]),
    Case(
      server: Wire.error("28P01"), password: "wrong", expected: ["failed: it says: invalid password (28P01)"]),
    Case(
      server: Wire.message("R", Wire.int32(7)), password: "secret",
      expected: ["failed: it asks for a way of proving who one is that the endpoint does not know"]),
    Case(
      server: Wire.message("R", Wire.int32(10) + Wire.text("SCRAM-SHA-512") + [0]), password: "secret",
      expected: ["failed: it takes no SCRAM-SHA-256"]),
    Case(
      server: accepted + Wire.ready() + Wire.error("55P03") + Wire.ready(),
      expected: ["Q ASK", "failed: it says: lock not available (55P03)"]),
    // The views wait for somebody; the tables are known.
    Case(
      server: accepted + Wire.ready() + rows + Wire.error("55P03") + Wire.ready(),
      expected: ["Q ASK", #"answered ["CREATE TABLE a (id integer)", "CREATE TABLE b (id integer)"]"#]),
    Case(
      server: [UInt8(ascii: "R"), 0xff, 0xff, 0xff, 0xff],
      expected: ["failed: its answer is no protocol of PostgreSQL's, or too long"]),
  ]

  @Test(arguments: 0..<10) func whatComesOfIt(number: Int) {
    let example = Self.cases[number]
    for piece in [Int.max] + Array(1...40) {
      #expect(told(example.server, password: example.password, piece: piece) == example.expected, "pieces of \(piece)")
    }
  }

  @Test func itProvesItsPasswordAndAsksTheServerToDoSo() {
    let offer = Wire.message("R", Wire.int32(10) + Wire.text("SCRAM-SHA-256-PLUS") + Wire.text("SCRAM-SHA-256") + [0])
    let first = Wire.message("R", Wire.int32(11) + Array("r=nonce+more,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1".utf8))
    let words = told(offer + first + Wire.message("R", Wire.int32(12) + Array("v=AAAA".utf8)), password: "secret")
    #expect(words.count == 3)
    #expect(words[0].hasPrefix("p SCRAM-SHA-256 "))
    #expect(words[1].hasPrefix("p c=biws,r=nonce+more,p="))
    #expect(words[2] == "failed: it does not know the password itself")
  }

  @Test func whatEndsTooEarly() {
    #expect(told(Self.accepted, isClosed: true) == ["failed: it closed the connection"])
    #expect(
      told(Wire.error("28000"), isClosed: true) == ["failed: it says: invalid authorization specification (28000)"])
    var question = PostgresQuestion("", user: "", database: "", password: nil, nonce: "")
    #expect(question.timedOut(after: 5) == .failed("it did not answer within 5 s"))
    #expect(question.closed() == nil)
  }
}
