import DatabaseTesting
import PostgresInstrumentation
import Testing

/// TLS to the server, and to the client.
@Suite struct EncryptionTests {
  private static let certificate = PostgresCertificate(
    chain: TestServer.certificate("server"), privateKey: TestServer.key("server"))
  private static let isEncrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

  private static func server(_ encryption: PostgresEncryption, host: String = TestServer.host) -> PostgresServer {
    .host(host, port: TestServer.port, user: "postgres", password: TestServer.password, encryption: encryption)
  }

  struct Way: Sendable {
    var encryption: PostgresEncryption
    var host = "127.0.0.1"
    var encrypted: String
  }

  @Test(arguments: [
    Way(encryption: .disable, encrypted: "f"), Way(encryption: .require, encrypted: "t"),
    Way(encryption: .verifyCA(rootCertificates: TestServer.certificate("server")), encrypted: "t"),
    Way(encryption: .verifyFull(rootCertificates: TestServer.certificate("server")), encrypted: "t"),
    Way(
      encryption: .verifyFull(rootCertificates: TestServer.certificate("server")), host: "localhost", encrypted: "t"),
  ])
  func toTheServer(_ way: Way) async throws {
    let recording = try await recordDatabase {
      try await withPostgresEndpoint(to: Self.server(way.encryption, host: way.host)) { endpoint in
        // Without the offer to bind the password, which libpq would take for an attack.
        let client = try Client(endpoint, options: "sslmode=prefer")
        #expect(try client.run(Self.isEncrypted) == [[way.encrypted]])
        #expect(try client.run("SELECT * FROM generate_series(1, 20000)").count == 20_000)
      }
    }
    #expect(recording.statements.map(\.rowsReturned) == [1, 20_000])
    #expect(recording.check(.noFailures).isEmpty)
  }

  @Test(arguments: [
    PostgresEncryption.verifyCA(rootCertificates: TestServer.certificate("elsewhere")),
    .verifyFull(rootCertificates: TestServer.certificate("elsewhere")), .verifyCA(),
  ])
  func aServerThatIsNotTrusted(_ encryption: PostgresEncryption) async throws {
    try await withPostgresEndpoint(to: Self.server(encryption)) { endpoint in
      let error = #expect(throws: Client.Failure.self) { try Client(endpoint) }
      #expect(error?.state.contains("cannot reach 127.0.0.1:\(TestServer.port)") == true)
      #expect(error?.state.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(error?.state ?? "")")
    }
  }

  @Test func filesThatAreNotThereAreSaidAtOnce() async throws {
    await #expect(throws: (any Error).self) {
      try await withPostgresEndpoint(to: Self.server(.verifyCA(rootCertificates: "/nowhere/root.crt"))) { _ in }
    }
    await #expect(throws: (any Error).self) {
      try await withPostgresEndpoint(
        to: TestServer.address, certificate: PostgresCertificate(chain: "/nowhere/a.crt", privateKey: "/nowhere/a.key")
      ) { _ in }
    }
  }

  struct ClientWay: Sendable {
    var options: String
    var encryption = PostgresEncryption.disable
  }

  @Test(arguments: [
    ClientWay(options: "sslmode=disable"), ClientWay(options: "sslmode=require"),
    ClientWay(options: "sslmode=verify-ca sslrootcert=\(TestServer.certificate("server"))"),
    ClientWay(options: "sslmode=verify-full sslrootcert=\(TestServer.certificate("server"))"),
    ClientWay(options: "sslmode=disable", encryption: .require),
    ClientWay(options: "sslmode=require channel_binding=disable", encryption: .require),
  ])
  func toTheClient(_ way: ClientWay) async throws {
    let recording = try await recordDatabase {
      try await withPostgresEndpoint(to: Self.server(way.encryption), certificate: Self.certificate) { endpoint in
        let client = try Client(endpoint, options: way.options)
        #expect(client.isEncrypted == !way.options.contains("sslmode=disable"))
        #expect(try client.run(Self.isEncrypted) == [[way.encryption == .disable ? "f" : "t"]])
        #expect(try client.run("SELECT repeat('x', 3000000)").first?.first??.utf8.count == 3_000_000)
      }
    }
    #expect(recording.statements.count == 2)
    #expect(recording.check(.noFailures).isEmpty)
  }

  @Test func aClientThatTrustsOthersLeaves() async throws {
    try await withPostgresEndpoint(to: TestServer.address, certificate: Self.certificate) { endpoint in
      let root = TestServer.certificate("elsewhere")
      let error = #expect(throws: Client.Failure.self) {
        try Client(endpoint, options: "sslmode=verify-full sslrootcert=\(root)")
      }
      #expect(error?.state.contains("certificate verify failed") == true, "\(error?.state ?? "")")
    }
  }

  @Test func aClientThatWouldBindItsPasswordIsTold() async throws {
    try await withPostgresEndpoint(to: Self.server(.require), certificate: Self.certificate) { endpoint in
      for options in ["sslmode=require", "sslmode=require channel_binding=require"] {
        let error = #expect(throws: Client.Failure.self) { try Client(endpoint, options: options) }
        #expect(error?.state.contains("connect with channel_binding=disable") == true, "\(error?.state ?? "")")
      }
    }
  }

  @Test func aServerThatIsNotThereIsNamedToAnEncryptedClient() async throws {
    try await withPostgresEndpoint(to: .host("127.0.0.1", port: 1), certificate: Self.certificate) { endpoint in
      let error = #expect(throws: Client.Failure.self) { try Client(endpoint, options: "sslmode=require") }
      #expect(error?.state.contains("cannot reach 127.0.0.1:1") == true, "\(error?.state ?? "")")
    }
  }

  /// What it asks for by itself goes the same way: this user is let in over TLS alone.
  @Test(arguments: [PostgresEncryption.disable, .require])
  func theForeignKeysAreReadOverTheSameEncryption(_ encryption: PostgresEncryption) async throws {
    try await withDatabase(["CREATE TABLE a (id integer PRIMARY KEY)", "CREATE TABLE b (a_id integer REFERENCES a)"]) {
      database in
      let server = PostgresServer.host(
        TestServer.host, port: TestServer.port, user: "encrypted_user", encryption: encryption)
      let recording = try await recordDatabase {
        try await withPostgresEndpoint(to: server) { endpoint in
          let client = try Client(endpoint, options: "dbname=\(database)")
          try client.run("SELECT * FROM generate_series(1, 3)")
          for id in 1...3 { try client.run("SELECT * FROM b WHERE a_id = $1", ["\(id)"]) }
        }
      }
      let message = recording.check(.noNPlusOne).map(\.message).joined()
      #expect(message.contains("could not be read") == (encryption == .disable), "\(message)")
    }
  }
}
