import DatabaseSQL
import Testing

/// What a text compares and sorts by.
@Suite struct StatementTermsTests {
  @Test(arguments: [
    ("SELECT a FROM t WHERE b = ? AND t.c > ?", ["b", "c"]),
    ("SELECT a FROM t AS x JOIN y ON x.b = y.c WHERE d IN (?)", ["b", "c", "d"]),
    ("SELECT lower(a) FROM t WHERE upper(\"b c\") = ?", ["b c"]),
    ("UPDATE t SET a = ? WHERE b = ?", ["b"]),
    ("DELETE FROM t WHERE b IS NULL", ["b"]),
    ("SELECT a FROM t WHERE b = ? GROUP BY c ORDER BY d LIMIT ?", ["b"]),
    ("SELECT a FROM t WHERE b IN (SELECT c FROM u WHERE d = ?)", ["b", "d"]),
    ("SELECT a FROM t", []),
    ("SELECT CAST(a AS TEXT) FROM t WHERE CAST(b AS TEXT) = ?", ["b"]),
    ("", []),
    ("WHERE", []),
    ("SELECT ( ( WHERE a = ", ["a"]),
  ])
  func columnsOfConditions(sql: String, columns: [String]) {
    #expect(StatementTerms(sql).compared == columns)
  }

  @Test(arguments: [
    ("SELECT a FROM t WHERE lower(t.b) = ?", ["lower(b)"]),
    ("SELECT a FROM t WHERE CAST(b AS TEXT) = ? AND length(c) > ?", ["CAST(b AS TEXT)", "length(c)"]),
    ("SELECT a FROM t WHERE b = ? COLLATE NOCASE", ["b COLLATE NOCASE"]),
    ("SELECT a FROM t WHERE b COLLATE NOCASE = ?", ["b COLLATE NOCASE"]),
    ("SELECT a FROM t WHERE ours(b) = ? AND substr(c, ?) = ? AND lower(d, e) = ?", []),
    ("SELECT lower(a) FROM t WHERE b = ?", []),
  ])
  func whatIsMadeOfColumns(sql: String, terms: [String]) {
    #expect(StatementTerms(sql).derived.map(\.text) == terms)
  }

  @Test(arguments: [
    ("SELECT a FROM t ORDER BY b", ["b"]),
    ("SELECT a FROM t ORDER BY t.b DESC, \"order\" ASC LIMIT ?", ["b DESC", "\"order\""]),
    ("SELECT a FROM t ORDER BY lower(b), c COLLATE NOCASE LIMIT ? OFFSET ?", ["lower(b)", "c COLLATE NOCASE"]),
    ("SELECT a FROM t ORDER BY b + ?", nil),
    ("SELECT a FROM t ORDER BY random() LIMIT ?", nil),
    ("SELECT a FROM t ORDER BY ?", nil),
    ("SELECT a FROM t", nil),
    ("SELECT a FROM (SELECT * FROM t ORDER BY b) x", nil),
  ])
  func order(sql: String, terms: [String]?) {
    #expect(StatementTerms(sql).order?.map { $0.term.text + ($0.isDescending ? " DESC" : "") } == terms)
  }

  @Test func otherTextsOfTheSameStatement() {
    func same(_ text: String?) -> String? { text?.filter { $0 != " " } }
    #expect(
      same(StatementTerms("SELECT a FROM t WHERE b LIKE ? AND c NOT GLOB ? LIMIT ?").withPrefixes)
        == "SELECTaFROMtWHEREbLIKE'a%'ANDcNOTGLOB'a*'LIMIT?")
    #expect(StatementTerms("SELECT a FROM t WHERE b = ?").withPrefixes == nil)
    let bare = StatementTerms("SELECT lower(a) FROM t WHERE substr(t.b, ?, ?) = ? AND c + ? > ?").withBareColumns
    #expect(same(bare?.sql) == "SELECTlower(a)FROMtWHEREt.b=?ANDc>?")
    #expect(bare?.columns == ["b", "c"])
    #expect(StatementTerms("SELECT a FROM t WHERE b = ? AND c IN (?)").withBareColumns == nil)
    #expect(StatementTerms("SELECT a FROM t WHERE f(b, c) = ?").withBareColumns == nil)
    #expect(
      same(StatementTerms("SELECT a FROM t ORDER BY b, c LIMIT ? OFFSET ?").withKeys(["b", "c"]))
        == "SELECTaFROMtWHERE(b,c)>(?,?)ORDERBYb,cLIMIT?")
    #expect(StatementTerms("SELECT a FROM t WHERE b = ? ORDER BY c LIMIT ? OFFSET ?").withKeys(["c"]) == nil)
  }

  @Test func namesAreQuotedWhereTheyMustBe() {
    #expect(
      ["a", "a b", "order", "1a", "a\"b", ""].map(StatementTerms.Term.quoted) == [
        "a", "\"a b\"", "\"order\"", "\"1a\"", "\"a\"\"b\"", "\"\"",
      ])
  }
}
