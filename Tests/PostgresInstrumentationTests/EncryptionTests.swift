import Testing

@testable import PostgresInstrumentation

/// What is said of encryption and of passwords before a session begins.
@Suite struct EncryptionTests {
  private static let requestGSSAPI = Wire.int32(8) + Wire.int32(80_877_104)

  /// - Returns: The answers, and what is for the server, of bytes that come in pieces.
  private func take(_ bytes: [UInt8], offersTLS: Bool, piece: Int) -> (
    answers: [PostgresStartup.Answer], passed: [UInt8]
  ) {
    var startup = PostgresStartup(offersTLS: offersTLS)
    var (answers, passed): ([PostgresStartup.Answer], [UInt8]) = ([], [])
    for start in stride(from: 0, to: bytes.count, by: piece) {
      Array(bytes[start..<min(start + piece, bytes.count)]).withUnsafeBytes { part in
        answers += startup.take(part) { passed += Array($0) }
      }
    }
    return (answers, passed)
  }

  @Test func requestsAreAnsweredHere() {
    let start = Wire.startup()
    for piece in 1...20 {
      let refused = take(Self.requestGSSAPI + Wire.requestTLS + start, offersTLS: false, piece: piece)
      #expect(refused.answers == [.refuse, .refuse] && refused.passed == start)
      let none = take(start, offersTLS: true, piece: piece)
      #expect(none.answers.isEmpty && none.passed == start)
    }
  }

  @Test func whatComesAfterTheAnswerIsEncrypted() {
    var startup = PostgresStartup(offersTLS: true)
    (Self.requestGSSAPI + Wire.requestTLS).withUnsafeBytes { bytes in
      #expect(startup.take(bytes) { _ in } == [.refuse, .encrypt])
    }
    #expect(startup.isEncrypted && !startup.isBroken && !startup.isDone)
    // Once more within it, which no client does.
    Wire.requestTLS.withUnsafeBytes { bytes in #expect(startup.take(bytes) { _ in } == [.refuse]) }
    var passed: [UInt8] = []
    Wire.startup().withUnsafeBytes { bytes in _ = startup.take(bytes) { passed += Array($0) } }
    #expect(passed == Wire.startup())
  }

  @Test func plainTextBehindTheRequestIsNotTakenForEncrypted() {
    var startup = PostgresStartup(offersTLS: true)
    (Wire.requestTLS + Wire.startup()).withUnsafeBytes { bytes in
      #expect(startup.take(bytes) { _ in Issue.record("it was handed on") } == [.encrypt])
    }
    #expect(startup.isBroken)
  }

  private static func offer(_ mechanisms: [String]) -> [UInt8] {
    Wire.message("R", Wire.int32(10) + mechanisms.flatMap(Wire.text) + [0])
  }

  private func offered(_ server: [UInt8], isClientEncrypted: Bool, piece: Int) -> [UInt8] {
    var binding = PostgresChannelBinding()
    var passed: [UInt8] = []
    for start in stride(from: 0, to: server.count, by: piece) {
      Array(server[start..<min(start + piece, server.count)]).withUnsafeBytes { part in
        binding.serverSent(part, isClientEncrypted: isClientEncrypted) { passed += Array($0) }
      }
    }
    return passed
  }

  @Test func theOfferIsTakenOutForAClientWithoutEncryption() {
    let rest = Wire.letIn + Wire.rows(3)
    for piece in 1...60 {
      let server = Self.offer(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]) + rest
      #expect(offered(server, isClientEncrypted: false, piece: piece) == Self.offer(["SCRAM-SHA-256"]) + rest)
      #expect(offered(server, isClientEncrypted: true, piece: piece) == server)
      for other in [
        Self.offer(["SCRAM-SHA-256"]), Self.offer(["SCRAM-SHA-256-PLUS"]), Wire.message("R", Wire.int32(3)), [],
      ] {
        #expect(offered(other + rest, isClientEncrypted: false, piece: piece) == other + rest)
      }
      // What comes after is not looked at.
      let later = rest + Self.offer(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"])
      #expect(offered(later, isClientEncrypted: false, piece: piece) == later)
      let noProtocol: [UInt8] = [0x52, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]
      #expect(offered(noProtocol, isClientEncrypted: false, piece: piece) == noProtocol)
    }
  }

  @Test func aClientThatBindsIsRefused() {
    func chosen(_ mechanism: String, piece: Int) -> (isRefused: Bool, passed: [UInt8]) {
      var binding = PostgresChannelBinding()
      Self.offer(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]).withUnsafeBytes {
        binding.serverSent($0, isClientEncrypted: true) { _ in }
      }
      let client = Wire.message("p", Wire.text(mechanism) + Wire.int32(9) + Array("n,,n=,r=1".utf8))
      var (isRefused, passed) = (false, [UInt8]())
      for start in stride(from: 0, to: client.count, by: piece) where !isRefused {
        Array(client[start..<min(start + piece, client.count)]).withUnsafeBytes { part in
          isRefused = binding.clientSent(part) { passed += Array($0) }
        }
      }
      return (isRefused, isRefused || passed == client ? passed : [0])
    }
    for piece in 1...40 {
      #expect(chosen("SCRAM-SHA-256-PLUS", piece: piece).isRefused)
      #expect(chosen("SCRAM-SHA-256-PLUS", piece: piece).passed.isEmpty)
      for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS2", "S"] {
        #expect(!chosen(mechanism, piece: piece).isRefused)
        #expect(chosen(mechanism, piece: piece).passed.count > 10)
      }
    }
  }
}
