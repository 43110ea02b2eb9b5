import Testing

@testable import PostgresInstrumentation

@Suite struct PostgresConversationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let turns: [Turn]
    let expected: [String]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "simple query",
      turns: [
        .client(Wire.query("SELECT * FROM book")),
        .server(Wire.columns + Wire.rows(3) + Wire.complete("SELECT 3") + Wire.ready()),
      ],
      expected: ["1 began SELECT * FROM book", "1 ended SELECT, 3 rows", "idle"]),
    Case(
      name: "several statements in one text",
      turns: [
        .client(Wire.query("BEGIN; INSERT INTO book VALUES (1), (2); COMMIT")),
        .server(Wire.complete("BEGIN") + Wire.complete("INSERT 0 2") + Wire.complete("COMMIT") + Wire.ready()),
      ],
      expected: [
        "1 began BEGIN", "1 ended BEGIN, 0 rows", "2 began INSERT INTO book VALUES (1), (2)",
        "2 ended INSERT, 0 rows, 2 changed", "3 began COMMIT", "3 ended COMMIT, 0 rows", "idle",
      ]),
    Case(
      name: "the second of three fails",
      turns: [
        .client(Wire.query("BEGIN; INSERT INTO book VALUES (1); COMMIT")),
        .server(Wire.complete("BEGIN") + Wire.error("23505") + Wire.ready("E")),
      ],
      expected: [
        "1 began BEGIN", "1 ended BEGIN, 0 rows", "2 began INSERT INTO book VALUES (1)", "2 ended , 0 rows, 23505",
        "failed",
      ]),
    Case(
      name: "empty text",
      turns: [.client(Wire.query("")), .server(Wire.message("I") + Wire.ready())], expected: ["idle"]),
    Case(
      name: "extended query",
      turns: [
        .client(
          Wire.parse("SELECT * FROM book WHERE id = $1") + Wire.bind(["7"]) + Wire.describe(portal: "") + Wire.execute()
            + Wire.sync),
        .server(Wire.parsed + Wire.bound + Wire.columns + Wire.rows(1) + Wire.complete("SELECT 1") + Wire.ready("T")),
      ],
      expected: ["1 began SELECT * FROM book WHERE id = $1 [7]", "1 ended SELECT, 1 rows", "open"]),
    Case(
      name: "prepared once and run twice",
      turns: [
        .client(Wire.parse("UPDATE book SET title = $1", as: "s1") + Wire.describe(statement: "s1") + Wire.sync),
        .server(Wire.parsed + Wire.parameterTypes([25]) + Wire.noData + Wire.ready()),
        .client(Wire.bind(["a"], to: "s1") + Wire.execute() + Wire.sync),
        .server(Wire.bound + Wire.complete("UPDATE 4") + Wire.ready()),
        .client(Wire.bind([nil], to: "s1") + Wire.execute() + Wire.sync),
        .server(Wire.bound + Wire.complete("UPDATE 0") + Wire.ready()),
      ],
      expected: [
        "idle", "1 began UPDATE book SET title = $1 as s1 [a]", "1 ended UPDATE, 0 rows, 4 changed", "idle",
        "2 began UPDATE book SET title = $1 as s1 [NULL]", "2 ended UPDATE, 0 rows, 0 changed", "idle",
      ]),
    Case(
      name: "pipeline whose second statement fails",
      turns: [
        .client(
          Wire.parse("A") + Wire.bind() + Wire.execute() + Wire.parse("B") + Wire.bind() + Wire.execute()
            + Wire.parse("C") + Wire.bind() + Wire.execute() + Wire.sync + Wire.query("D")),
        .server(
          Wire.parsed + Wire.bound + Wire.complete("INSERT 0 1") + Wire.parsed + Wire.bound + Wire.error("23503")
            + Wire.ready("I") + Wire.complete("SELECT 0") + Wire.ready()),
      ],
      expected: [
        "1 began A", "1 ended INSERT, 0 rows, 1 changed", "2 began B", "2 ended , 0 rows, 23503", "idle", "3 began D",
        "3 ended SELECT, 0 rows", "idle",
      ]),
    Case(
      name: "what is asked for after an error, before the Sync, never runs",
      turns: [
        .client(Wire.parse("A") + Wire.bind() + Wire.execute()),
        .server(Wire.error("42601")),
        .client(Wire.parse("B") + Wire.bind() + Wire.execute() + Wire.query("C") + Wire.sync),
        .server(Wire.ready()),
        .client(Wire.query("D")), .server(Wire.complete("SELECT 0") + Wire.ready()),
      ],
      expected: ["1 began A", "1 ended , 0 rows, 42601", "idle", "2 began D", "2 ended SELECT, 0 rows", "idle"]),
    Case(
      name: "a statement that cannot be prepared",
      turns: [
        .client(Wire.parse("SELECT * FROM missing", as: "s") + Wire.describe(statement: "s") + Wire.sync),
        .server(Wire.error("42P01") + Wire.ready()),
        .client(Wire.bind(to: "s") + Wire.execute() + Wire.sync),
        .server(Wire.error("26000") + Wire.ready()),
      ],
      expected: [
        "1 began SELECT * FROM missing as s", "1 ended , 0 rows, 42P01", "idle", "2 began ?", "2 ended , 0 rows, 26000",
        "idle",
      ]),
    Case(
      name: "a portal that is read in parts",
      turns: [
        .client(Wire.parse("SELECT 1") + Wire.bind(portal: "c") + Wire.execute("c", rows: 2) + Wire.sync),
        .server(Wire.parsed + Wire.bound + Wire.rows(2) + Wire.suspended + Wire.ready("T")),
        .client(Wire.query("SELECT 2")), .server(Wire.rows(1) + Wire.complete("SELECT 1") + Wire.ready("T")),
        .client(Wire.execute("c", rows: 2) + Wire.sync),
        .server(Wire.rows(1) + Wire.complete("SELECT 1") + Wire.ready("T")),
      ],
      expected: [
        "1 began SELECT 1", "open", "2 began SELECT 2", "2 ended SELECT, 1 rows", "open", "1 ended SELECT, 3 rows",
        "open",
      ]),
    Case(
      name: "a portal that is closed with rows left, and one that its transaction closes",
      turns: [
        .client(
          Wire.parse("A") + Wire.bind(portal: "c") + Wire.execute("c", rows: 1) + Wire.close(portal: "c") + Wire.sync),
        .server(Wire.parsed + Wire.bound + Wire.rows(1) + Wire.suspended + Wire.closed + Wire.ready("T")),
        .client(Wire.parse("B") + Wire.bind(portal: "d") + Wire.execute("d", rows: 1) + Wire.sync),
        .server(Wire.parsed + Wire.bound + Wire.rows(1) + Wire.suspended + Wire.ready("I")),
      ],
      expected: ["1 began A", "1 ended , 1 rows", "open", "2 began B", "2 ended , 1 rows", "idle"]),
    Case(
      name: "the portal without a name, left with rows, is bound anew",
      turns: [
        .client(Wire.parse("A") + Wire.bind() + Wire.execute(rows: 1) + Wire.message("H")),
        .server(Wire.parsed + Wire.bound + Wire.rows(1) + Wire.suspended),
        .client(Wire.parse("B") + Wire.bind() + Wire.execute() + Wire.sync),
        .server(Wire.parsed + Wire.bound + Wire.rows(3) + Wire.complete("SELECT 3") + Wire.ready()),
      ],
      expected: ["1 began A", "2 began B", "1 ended , 1 rows", "2 ended SELECT, 3 rows", "idle"]),
    Case(
      name: "rows copied in and out",
      turns: [
        .client(Wire.query("COPY book FROM STDIN")), .server(Wire.message("G", [0, 0, 0])),
        .client(Wire.message("d", Array("1\n".utf8)) + Wire.message("c")),
        .server(Wire.complete("COPY 1") + Wire.ready()),
        .client(Wire.query("COPY book TO STDOUT")),
        .server(
          Wire.message("H", [0, 0, 0]) + Wire.message("d", [1]) + Wire.message("d", [2]) + Wire.message("c")
            + Wire.complete("COPY 2") + Wire.ready()),
        .client(Wire.query("COPY book FROM STDIN")), .server(Wire.message("G", [0, 0, 0])),
        .client(Wire.message("f", Wire.text("no"))), .server(Wire.error("57014") + Wire.ready()),
      ],
      expected: [
        "1 began COPY book FROM STDIN", "1 ended COPY, 0 rows, 1 changed", "idle", "2 began COPY book TO STDOUT",
        "2 ended COPY, 2 rows", "idle", "3 began COPY book FROM STDIN", "3 ended , 0 rows, 57014", "idle",
      ]),
    Case(
      name: "a commit that fails at the end of a pipeline",
      turns: [
        .client(Wire.parse("A") + Wire.bind() + Wire.execute() + Wire.sync),
        .server(Wire.parsed + Wire.bound + Wire.complete("INSERT 0 1") + Wire.error("23503") + Wire.ready()),
      ],
      expected: ["1 began A", "1 ended INSERT, 0 rows, 1 changed", "commit failed 23503", "idle"]),
    Case(
      name: "notices, notifications and changed settings are no answers",
      turns: [
        .client(Wire.query("SELECT 1")),
        .server(
          Wire.message("N", [0]) + Wire.message("S", Wire.text("a") + Wire.text("b")) + Wire.rows(1)
            + Wire.message("A", Wire.int32(1) + Wire.text("c") + Wire.text("p")) + Wire.complete("SELECT 1")
            + Wire.ready()),
      ],
      expected: ["1 began SELECT 1", "1 ended SELECT, 1 rows", "idle"]),
    Case(
      name: "a connection that is closed while a statement runs",
      turns: [.client(Wire.query("SELECT pg_sleep(60)"))],
      expected: ["1 began SELECT pg_sleep(60)", "1 ended , 0 rows"]),
    Case(
      name: "a commit that fails at the end of a text",
      turns: [
        .client(Wire.query("A; B")),
        .server(
          Wire.complete("INSERT 0 1") + Wire.complete("INSERT 0 1") + Wire.error("23503") + Wire.ready()),
      ],
      expected: [
        "1 began A", "1 ended INSERT, 0 rows, 1 changed", "2 began B", "2 ended INSERT, 0 rows, 1 changed",
        "commit failed 23503", "idle",
      ]),
    Case(
      name: "a function call that fails is no commit",
      turns: [.client(Wire.message("F", [0])), .server(Wire.error("42883") + Wire.ready())],
      expected: ["failed ERROR 42883", "idle"]),
    Case(
      name: "a function call",
      turns: [.client(Wire.message("F", [0])), .server(Wire.message("V", [0]) + Wire.ready())],
      expected: ["idle"]),
    Case(
      name: "the statement without a name is replaced within a pipeline",
      turns: [
        .client(
          Wire.parse("A") + Wire.bind() + Wire.execute() + Wire.parse("B") + Wire.bind() + Wire.execute() + Wire.sync),
        .server(
          Wire.parsed + Wire.bound + Wire.complete("SELECT 0") + Wire.parsed + Wire.bound + Wire.complete("SELECT 0")
            + Wire.ready()),
      ],
      expected: ["1 began A", "1 ended SELECT, 0 rows", "2 began B", "2 ended SELECT, 0 rows", "idle"]),
  ]

  @Test(arguments: cases) func isTold(_ example: Case) {
    #expect(told(example.turns) == example.expected)
  }

  @Test(arguments: cases) func isTheSameHoweverItIsCut(_ example: Case) {
    for piece in 1...40 { #expect(told(example.turns, piece: piece) == example.expected, "pieces of \(piece) bytes") }
  }

  @Test func startsWithAndWithoutEncryption() {
    #expect(told([.client(Wire.startup(user: "ada", database: "library"))], letIn: false) == ["startup ada library"])
    let refused: [Turn] = [
      .client(Wire.requestTLS), .server([UInt8(ascii: "N")]), .client(Wire.startup()), .server(Wire.letIn),
    ]
    #expect(told(refused, letIn: false) == ["startup ada ada", "idle"])
    let encrypted: [Turn] = [.client(Wire.requestTLS), .server([UInt8(ascii: "S")]), .client([0x16, 3, 1, 2, 0])]
    #expect(told(encrypted, letIn: false) == ["encrypted"])
    #expect(
      told([.client(Wire.int32(16) + Wire.int32(80_877_102) + Wire.int32(1) + Wire.int32(2))], letIn: false) == [
        "cancel"
      ])
    #expect(told([.client(Wire.int32(8) + Wire.int32(0x2_0000))], letIn: false) == ["version(131072)"])
    let wrongPassword: [Turn] = [
      .client(Wire.startup()), .server(Wire.message("R", Wire.int32(10)) + Wire.error("28P01")),
    ]
    #expect(told(wrongPassword, letIn: false) == ["startup ada ada", "failed ERROR 28P01"])
  }

  @Test func whatIsNoProtocolIsGivenUp() {
    #expect(told([.client(Array("GET / HTTP/1.1\r\n\r\n".utf8))], letIn: false) == ["length(1195725856, ofMessage: 0)"])
    #expect(told([.server(Wire.message("?"))]) == ["message(63)"])
    #expect(told([.server(Wire.complete("SELECT 1"))]) == ["unexpected(67)"])
    #expect(
      told([.client(Wire.query("A")), .server([UInt8(ascii: "D"), 0xFF, 0xFF, 0xFF, 0xFF])])
        == ["1 began A", "1 ended , 0 rows", "length(-1, ofMessage: 68)"])
  }

  @Test func whatIsTooLongToBeKeptHasNoText() {
    let long = String(repeating: "x", count: PostgresMessageReader.longestBody)
    #expect(
      told([.client(Wire.query(long)), .server(Wire.complete("SELECT 0") + Wire.ready())], piece: 65_536)
        == ["1 began ?", "1 ended SELECT, 0 rows", "idle"])
  }

  /// Messages in any order, bytes of any value: every statement that began ends once, and nothing traps.
  @Test func whateverArrives() {
    var random = SplitMix(state: 7)
    let client: [[UInt8]] = [
      Wire.query("A; B"), Wire.parse("C"), Wire.parse("D", as: "s"), Wire.bind(["1"]), Wire.bind(to: "s", portal: "p"),
      Wire.execute(), Wire.execute("p"), Wire.describe(statement: "s"), Wire.describe(portal: "p"), Wire.sync,
      Wire.sync,
      Wire.close(portal: "p"), Wire.close(statement: "s"), Wire.message("F", [0]), Wire.message("c"), Wire.terminate,
    ]
    let server: [[UInt8]] = [
      Wire.parsed, Wire.bound, Wire.closed, Wire.columns, Wire.noData, Wire.rows(2), Wire.complete("SELECT 2"),
      Wire.complete("INSERT 0 9"), Wire.suspended, Wire.error("23505"), Wire.ready(), Wire.ready("T"), Wire.ready("E"),
      Wire.message("G"), Wire.message("I"), Wire.message("V"), Wire.parameterTypes([1, 2]),
    ]
    for _ in 0..<20_000 {
      var conversation = PostgresConversation { $0.split(separator: ";").map(String.init) }
      var open: Set<Int> = []
      var count = 0
      func note(_ event: PostgresEvent) {
        switch event {
        case .began(let id, _, _, _):
          #expect(id == count + 1)
          count = id
          open.insert(id)
        case .ended(let id, _): #expect(open.remove(id) != nil)
        default: break
        }
      }
      Wire.startup().withUnsafeBytes { conversation.clientSent($0, note) }
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        let isClient = Bool.random(using: &random)
        var bytes = (isClient ? client : server).randomElement(using: &random)!
        if Int.random(in: 0..<30, using: &random) == 0 {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        bytes.withUnsafeBytes { isClient ? conversation.clientSent($0, note) : conversation.serverSent($0, note) }
      }
      conversation.close(note)
      #expect(open.isEmpty)
    }
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
