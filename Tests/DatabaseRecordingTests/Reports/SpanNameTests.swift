import Testing

@testable import DatabaseRecording

@Suite struct SpanNameTests {
  @Test(arguments: [
    ("SELECT * FROM book WHERE title = 'hunter2'", "SELECT * FROM book WHERE title = ?"),
    ("query: SELECT * FROM book WHERE title = 'hunter2'", "query: SELECT * FROM book WHERE title = ?"),
    ("delete from book where id = 7", "DELETE FROM book WHERE id = ?"),
    ("(SELECT id FROM book WHERE id = 7)", "(SELECT id FROM book WHERE id = ?)"),
    ("UPDATE book SET title = 'hunter2", "UPDATE book SET title = ?"),
  ])
  func sqlInANameLosesItsValues(name: String, kept: String) {
    #expect(SpanName(name).text == kept)
  }

  @Test(arguments: [
    "SELECT book", "INSERT book", "postgres.query", "GET /authors/7", "lease main", "update user",
    "Please select item 5",
    "flush \"session\"", "", "   ",
  ])
  func otherNamesStayAsTheyAre(name: String) {
    #expect(SpanName(name).text == name)
  }

  @Test func aSpanWithSQLIsCalledByItsSummaryUnlessItsNameIsOneWord() {
    let sql = "SELECT * FROM book WHERE title = ?"
    #expect(SpanName("book of 'hunter2'", sql: sql).text == "SELECT book")
    #expect(SpanName("postgres.query", sql: sql).text == "postgres.query")
    #expect(SpanName("SELECT book", sql: sql).text == "SELECT book")
  }
}
