#if PostgreSQL
  internal import DatabaseInstrumentation
  internal import DatabaseSupport
  internal import NIOCore
  internal import NIOPosix
  internal import NIOSSL

  /// Stands in front of a PostgreSQL server, and records what clients send through it.
  ///
  /// The app connects to ``host`` and ``port`` instead of its server, with whatever client it has; nothing else of it is
  /// changed.
  ///
  /// ```swift
  /// @Test(.database(.noNPlusOne, .noFailures))
  /// func listsAuthors() async throws {
  ///   try await withPostgresEndpoint(to: .host("localhost", password: "secret")) { endpoint in
  ///     try await connectApp(to: endpoint.host, port: endpoint.port)
  ///   }
  /// }
  /// ```
  ///
  /// What is recorded belongs to the recording in which the endpoint was made. That of one which was made outside, for an app
  /// that many tests share, is that of the recording whose log, driver or span told of the same statement; where nothing does, of
  /// the only recording that runs, else of none.
  ///
  /// Statements are known with their shapes and parameters, rows, rows changed, SQLSTATE, and their transactions. The foreign keys of a
  /// database are read once, when its first client connects, in a session of the endpoint's own.
  ///
  /// All bytes arrive as they were sent, in both directions, unless `countsRows:` is on, and with one exception: a server that is reached with TLS offers to
  /// bind the password to its certificate (`SCRAM-SHA-256-PLUS`), which no client can do that does not see it. The offer is taken
  /// out for a client without TLS; one with TLS has to connect with `channel_binding=disable`, and is told so.
  public final class PostgresEndpoint: Sendable {
    /// Where the app connects to: the loopback address.
    public var host: String { "127.0.0.1" }

    /// A free port, which the system chose.
    public let port: Int

    private let listener: any Channel
    private let clients: PostgresClients

    /// Whether it counts among the endpoints that are no recording's, until it is closed.
    private let isShared: Locked<Bool>

    private init(_ listener: any Channel, _ clients: PostgresClients, port: Int, isShared: Bool) {
      self.isShared = Locked(isShared)
      if isShared { SeenStatements.shared.change(endpoints: 1) }
      self.listener = listener
      self.clients = clients
      self.port = port
    }

    /// Makes one that listens, until ``close()`` is called.
    ///
    /// - Parameters:
    ///   - server: Where its server is.
    ///   - name: What messages call the database; `nil` for its own name.
    ///   - definitions: The `CREATE TABLE`s of tables that are there already; then no foreign keys are read. What is created
    ///     through the endpoint is known without it.
    ///   - certificate: By which clients know it, so that they can be encrypted; `nil`: a client that asks for encryption is answered
    ///     that there is none.
    ///   - countsRows: Whether the client's own session is asked, at the beginning of a transaction and before a `COMMIT` that comes
    ///     alone, which rows of which tables were changed, so that those of triggers, upserts and foreign key actions are known as well.
    ///     These are two queries more for each transaction, which the client does not see; should one fail, the transaction does.
    /// - Throws: What the system says where it cannot listen, and what is wrong with the files of certificates.
    public static func start(
      to server: PostgresServer, name: String? = nil, definitions: [String] = [],
      certificate: PostgresCertificate? = nil, countsRows: Bool = false
    ) async throws -> PostgresEndpoint {
      let clients = PostgresClients()
      let scope = RecordingScope.current
      let connector = try PostgresConnector(server)
      let certificate = try certificate?.context()
      let keys = PostgresKeys(connector)
      let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { client in
          clients.add(client)
          return connect(client, by: connector, certificate: certificate) {
            PostgresSession(
              server, name: name, scope: scope, definitions: definitions, keys: keys, countsRows: countsRows)
          }
        }
        .bind(host: "127.0.0.1", port: 0).get()
      guard let port = listener.localAddress?.port else { throw ChannelError.unknownLocalAddress }
      return PostgresEndpoint(listener, clients, port: port, isShared: scope == nil)
    }

    /// Opens the server's end of a connection, on the event loop of the client's.
    private static func connect(
      _ client: any Channel, by connector: PostgresConnector, certificate: NIOSSLContext?,
      session: @escaping @Sendable () -> PostgresSession
    ) -> EventLoopFuture<Void> {
      connector.connect(on: client.eventLoop).flatMapThrowing { server in
        // The server says nothing before the client does.
        let (here, there) = PostgresRelay.pair(
          session(), certificate: certificate, isEncrypted: connector.isEncrypted)
        try client.pipeline.syncOperations.addHandler(here)
        try server.pipeline.syncOperations.addHandler(there)
      }.flatMapErrorThrowing { error in
        try client.pipeline.syncOperations.addHandler(
          PostgresRefusal(
            "the endpoint of swift-database-testing cannot reach \(connector.server): \(error)",
            certificate: certificate))
      }
    }

    /// Stops to listen, and closes the connections that go through it; calling it again does nothing.
    public func close() async {
      try? await listener.close()
      await clients.close()
      let wasShared = isShared.withLock { isShared in
        defer { isShared = false }
        return isShared
      }
      if wasShared { SeenStatements.shared.change(endpoints: -1) }
    }
  }

  /// Calls `body` with an endpoint in front of a server, and closes it.
  ///
  /// - Parameters:
  ///   - server: Where the server is.
  ///   - name: What messages call the database; `nil` for its own name.
  ///   - definitions: The `CREATE TABLE`s of tables that are there already; then no foreign keys are read.
  ///   - certificate: By which clients know the endpoint, so that they can be encrypted.
  ///   - countsRows: Whether the client's own session is asked which rows of which tables its transactions change.
  ///   - body: Connects an app to the endpoint and uses it.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, what the system says where the endpoint cannot listen, and what is wrong with the files of
  ///   certificates.
  public func withPostgresEndpoint<R>(
    to server: PostgresServer, name: String? = nil, definitions: [String] = [],
    certificate: PostgresCertificate? = nil, countsRows: Bool = false,
    _ body: (PostgresEndpoint) async throws -> R
  ) async throws -> R {
    let endpoint = try await PostgresEndpoint.start(
      to: server, name: name, definitions: definitions, certificate: certificate, countsRows: countsRows)
    do {
      let result = try await body(endpoint)
      await endpoint.close()
      return result
    } catch {
      await endpoint.close()
      throw error
    }
  }
#endif
