import Testing

@testable import PostgresInstrumentation

/// The question that a client's session is asked before its commit.
@Suite struct RowCountTests {
  private static func row(_ values: [String]) -> [UInt8] {
    Wire.message("D", Wire.int16(values.count) + values.flatMap { Wire.int32($0.utf8.count) + Array($0.utf8) })
  }

  private static let notice = Wire.message("N", [0])
  private static let notification = Wire.message("A", Wire.int32(1) + Wire.text("c") + Wire.text("p"))

  @Test func theAnswerIsKeptFromTheClient() {
    let server =
      Wire.columns + Self.row(["public", "book", "3", "2", "1"]) + Self.notice
      + Self.row(["archive", "page", "0", "0", "4"])
      + Self.notification + Wire.complete("SELECT 2") + Wire.ready("T") + Wire.rows(1)
    for piece in 1...80 {
      var count = PostgresRowCount()
      var (passed, answers): ([UInt8], [PostgresRowCount.Answer]) = ([], [])
      for start in stride(from: 0, to: server.count, by: piece) {
        Array(server[start..<min(start + piece, server.count)]).withUnsafeBytes { part in
          if let answer = count.serverSent(part, forward: { passed += Array($0) }) { answers.append(answer) }
        }
      }
      #expect(passed == Self.notice + Self.notification + Wire.rows(1))
      #expect(
        answers == [
          .tables([
            .init(schema: "public", name: "book", inserted: 3, updated: 2, deleted: 1),
            .init(schema: "archive", name: "page", inserted: 0, updated: 0, deleted: 4),
          ])
        ])
    }
  }

  @Test func aQuestionThatFails() {
    var count = PostgresRowCount()
    (Wire.error("57014") + Wire.ready("E")).withUnsafeBytes { bytes in
      guard case .failed(let failure)? = count.serverSent(bytes, forward: { _ in }) else {
        Issue.record("no failure")
        return
      }
      #expect(failure.sqlState == "57014")
    }
  }

  private static let run = Wire.execute() + Wire.sync
  static let alone: [[UInt8]] = [
    Wire.query("COMMIT"), Wire.query("commit work;"), Wire.query("END"), Wire.parse("COMMIT") + Wire.bind() + run,
    Wire.parse("COMMIT") + Wire.bind() + Wire.describe(portal: "") + run,
  ]
  static let others: [[UInt8]] = [
    Wire.query("COMMIT AND CHAIN"), Wire.query("COMMIT PREPARED 'x'"), Wire.query("INSERT INTO a VALUES (1); COMMIT"),
    Wire.query("COMMIT; BEGIN"), Wire.query("COMMIT") + Wire.query("BEGIN"), Wire.query("ROLLBACK"),
    Wire.query("COMMIT") + [UInt8(ascii: "Q")], Array(Wire.query("COMMIT").dropLast()),
    Wire.parse("COMMIT", as: "s") + Wire.bind(to: "s") + run, Wire.bind(to: "s") + run, [],
  ]

  @Test(arguments: alone) func aCommitAlone(_ bytes: [UInt8]) {
    #expect(bytes.withUnsafeBytes { PostgresRowCount.isCommitAlone($0) })
  }

  @Test(arguments: others) func whatIsNoneOrIsNotAlone(_ bytes: [UInt8]) {
    #expect(!bytes.withUnsafeBytes { PostgresRowCount.isCommitAlone($0) })
  }

  @Test func aConversationIsAtRestInItsTransactionBetweenMessages() {
    var conversation = PostgresConversation { [$0] }
    func client(_ bytes: [UInt8]) { bytes.withUnsafeBytes { conversation.clientSent($0) { _ in } } }
    func server(_ bytes: [UInt8]) { bytes.withUnsafeBytes { conversation.serverSent($0) { _ in } } }
    client(Wire.startup())
    server(Wire.letIn)
    #expect(!conversation.isAtRestInTransaction)
    client(Wire.query("BEGIN"))
    server(Wire.complete("BEGIN") + Wire.ready("T"))
    #expect(conversation.isAtRestInTransaction)
    client(Wire.query("SELECT 1"))
    #expect(!conversation.isAtRestInTransaction)
    server(Wire.complete("SELECT 0") + Wire.ready("T"))
    client([UInt8(ascii: "Q")])
    #expect(!conversation.isAtRestInTransaction)
    client(Array(Wire.query("SELECT 1").dropFirst()))
    server(Wire.error("42601") + Wire.ready("E"))
    #expect(!conversation.isAtRestInTransaction)
  }
}
