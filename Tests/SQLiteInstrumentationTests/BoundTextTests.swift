import Testing

@testable import SQLiteInstrumentation

/// Bound values as they are read from the text with the values put in.
@Suite struct BoundTextTests {
  @Test(
    arguments: [
      (
        "SELECT ?, ?2, :a FROM t WHERE x = @b", "SELECT 1, 'two', NULL FROM t WHERE x = x'00'",
        ["1", "two", nil, "x'00'"]
      ),
      ("SELECT ?", "SELECT -5", ["-5"]),
      ("SELECT ?", "SELECT 'NULL'", ["NULL"]),
      ("SELECT 'it''s', ?", "SELECT 'it''s', 'it''s'", ["it's"]),
      ("SELECT ?", "INSERT", []),
      ("SELECT 1", "SELECT 1", []),
    ] as [(String, String, [String?])])
  func boundValues(sql: String, expanded: String, expected: [String?]) {
    #expect(BoundValues.of(sql, expanded: expanded) == expected)
  }
}
