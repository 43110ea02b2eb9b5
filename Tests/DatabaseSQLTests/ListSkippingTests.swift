import DatabaseSQL
import DatabaseSupport
import Testing

/// What is plain in a list is passed over without making tokens of it. A comment behind each comma makes the tokenizer
/// look at every element, so both ways must come to one text.
@Suite struct ListSkippingTests {
  static let values = [
    "1", "-1", "2.5", "-2.5", "7.", ".5", "1e5", "0x1F", "1_000", "'a'", "'it''s'", "''", "'a\\'", "'b\\\\'", "?",
    "?12", ":a",
    "NULL", "null", "Nullable", "n", "TRUE", "DEFAULT", "x'00'", "N'c'", "a", "\"b\"", "now()", "(1)", "1 + 2", "- 1",
    "--1", "?|?", "1 'b'", "'a' 'b'", "$1", "%s", "e.f", "1.a", "é", "'",
  ]

  @Test(arguments: 0..<200)
  func skippedOrNotTheTextIsTheSame(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<40 {
      let plain = Self.values.prefix(6).randomElement(using: &generator) ?? "1"
      let width = Int.random(in: 1...4, using: &generator)
      let rows = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        let isRagged = Int.random(in: 0..<12, using: &generator) == 0
        return (0..<(isRagged ? width + 1 : width)).map { _ in
          Int.random(in: 0..<8, using: &generator) == 0 ? Self.values.randomElement(using: &generator) ?? "1" : plain
        }
      }
      let end = [" RETURNING id", "", " ON CONFLICT DO NOTHING", ", 1", ",", ", (", "; SELECT 1"].randomElement(
        using: &generator)
      for dialect in PropertyTests.dialects {
        let space = Bool.random(using: &generator) ? " " : "\n\t"
        func tuples(_ comma: String) -> String {
          rows.map { "(" + $0.joined(separator: comma) + ")" }.joined(separator: comma + space)
        }
        func statement(_ list: String, _ comma: String) -> String {
          "\(list) \(tuples(comma))\(end ?? "")"
        }
        for list in ["INSERT INTO t VALUES", "SELECT a FROM t WHERE (a, b) IN", "SELECT a IN"] {
          let quick = StatementShape(statement(list, ","), dialect: dialect)
          let slow = StatementShape(statement(list, ",/**/"), dialect: dialect)
          #expect(quick.normalizedSQL == slow.normalizedSQL, "\(statement(list, ","))")
          #expect(quick.fingerprint == slow.fingerprint)
        }
      }
    }
  }

  @Test func aHundredRowsAreOne() {
    let rows = (1...100).map { "(\($0), 'name \($0)', NULL, -\($0).5)" }.joined(separator: ",\n  ")
    #expect(
      StatementShape("INSERT INTO t VALUES \(rows) RETURNING id").normalizedSQL
        == "INSERT INTO t VALUES (?, ?, ?, ?) RETURNING id")
  }
}
