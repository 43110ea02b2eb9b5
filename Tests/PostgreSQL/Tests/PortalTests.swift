import CPostgres
import DatabaseTesting
import Foundation
import PostgresInstrumentation
import Testing

/// Portals that a client reads in parts, or leaves: no function of libpq does so, and its connection is written to past it.
@Suite struct PortalTests {
  private func record(_ body: (Client) throws -> Void) async throws -> Recording {
    try await recordDatabase {
      try await withPostgresEndpoint(to: TestServer.address, definitions: [""]) { endpoint in try body(Client(endpoint))
      }
    }
  }

  private static let series = "SELECT * FROM generate_series(1, 10) g"
  private static let begun = Message.parse(series) + Message.bind("c") + Message.execute("c", rows: 3) + Message.sync

  @Test func whatIsReadInPartsIsOneStatement() async throws {
    let recording = try await record { client in
      try client.run("BEGIN")
      #expect(try client.exchange(Self.begun) == "12DDDsZ")
      #expect(try client.run("SELECT 1") == [["1"]])
      #expect(try client.exchange(Message.execute("c", rows: 3) + Message.sync) == "DDDsZ")
      #expect(try client.exchange(Message.execute("c", rows: 0) + Message.sync) == "DDDDCZ")
      try client.run("COMMIT")
    }
    #expect(
      recording.statements.map(\.sql) == ["BEGIN", "SELECT * FROM generate_series(?, ?) g", "SELECT ?", "COMMIT"])
    #expect(recording.selects.map(\.rowsReturned) == [10, 1])
    #expect(recording.check(.noFailures, .closedTransactions).isEmpty)
  }

  @Test func oneThatIsClosedHasReadItsRows() async throws {
    let recording = try await record { client in
      try client.run("BEGIN")
      _ = try client.exchange(Self.begun)
      #expect(try client.exchange(Message.close("c") + Message.sync) == "3Z")
      #expect(try client.run("SELECT 1") == [["1"]])
      try client.run("COMMIT")
    }
    #expect(recording.selects.map(\.rowsReturned) == [3, 1])
    #expect(recording.check(.noFailures).isEmpty)
  }

  @Test func oneThatIsLeftOpenEndsWithItsTransaction() async throws {
    for end in ["COMMIT", "ROLLBACK"] {
      let recording = try await record { client in
        try client.run("BEGIN")
        _ = try client.exchange(Self.begun)
        try client.run(end)
        #expect(try client.run("SELECT 1") == [["1"]])
      }
      #expect(recording.selects.map(\.rowsReturned) == [3, 1])
      #expect(recording.check(.noFailures, .closedTransactions).isEmpty)
    }
  }

  @Test func oneThatIsLeftOpenWithItsConnection() async throws {
    let recording = try await record { client in
      try client.run("BEGIN")
      _ = try client.exchange(Self.begun)
    }
    #expect(recording.selects.map(\.rowsReturned) == [3])
    #expect(recording.check(.noFailures).isEmpty)
  }

  @Test func oneThatIsBoundAnewAndOneThatIsNotThere() async throws {
    let recording = try await record { client in
      try client.run("BEGIN")
      _ = try client.exchange(
        Message.parse(Self.series) + Message.bind("") + Message.execute("", rows: 2) + Message.sync)
      let again = Message.parse("SELECT 2") + Message.bind("") + Message.execute("", rows: 0) + Message.sync
      #expect(try client.exchange(again) == "12DCZ")
      #expect(try client.exchange(Message.execute("nowhere", rows: 0) + Message.sync) == "EZ")
      try client.run("ROLLBACK")
    }
    #expect(recording.selects.map(\.rowsReturned) == [2, 1])
  }
}

/// Messages of a client.
private enum Message {
  static func parse(_ sql: String) -> [UInt8] { message("P", [0] + text(sql) + [0, 0]) }
  static func bind(_ portal: String) -> [UInt8] { message("B", text(portal) + [0] + [0, 0, 0, 0, 0, 0]) }
  static func execute(_ portal: String, rows: UInt8) -> [UInt8] { message("E", text(portal) + [0, 0, 0, rows]) }
  static func close(_ portal: String) -> [UInt8] { message("C", [UInt8(ascii: "P")] + text(portal)) }
  static let sync = message("S", [])

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
  private static func message(_ kind: UnicodeScalar, _ body: [UInt8]) -> [UInt8] {
    let length = body.count + 4
    return [UInt8(ascii: kind), 0, 0, UInt8(length >> 8), UInt8(length & 255)] + body
  }
}

extension Client {
  /// Sends bytes past libpq.
  ///
  /// - Returns: The letters of the answers, up to the one that the server is ready.
  fileprivate func exchange(_ bytes: [UInt8]) throws -> String {
    let socket = PQsocket(connection)
    guard write(socket, bytes, bytes.count) == bytes.count else { throw Failure(state: "not sent") }
    var (received, letters) = ([UInt8](), "")
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      while received.count >= 5 {
        let length = received[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard received.count > length else { break }
        letters.unicodeScalars.append(UnicodeScalar(received[0]))
        received.removeFirst(length + 1)
        if letters.hasSuffix("Z") { return letters }
      }
      var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 10_000) > 0 else { throw Failure(state: "no answer after \(letters)") }
      let count = read(socket, &buffer, buffer.count)
      guard count > 0 else { throw Failure(state: "closed after \(letters)") }
      received += buffer[..<count]
    }
  }
}
