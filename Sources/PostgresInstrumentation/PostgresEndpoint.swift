#if PostgreSQL
  internal import DatabaseInstrumentation
  internal import NIOCore
  internal import NIOPosix

  /// Stands in front of a PostgreSQL server, and records what clients send through it.
  ///
  /// The app connects to ``host`` and ``port`` instead of its server, with whatever client it has; nothing else of it is
  /// changed. All bytes arrive as they were sent, in both directions.
  ///
  /// ```swift
  /// @Test(.database(.noNPlusOne, .noFailures))
  /// func listsAuthors() async throws {
  ///   try await withPostgresEndpoint(to: .host("localhost")) { endpoint in
  ///     try await connectApp(to: endpoint.host, port: endpoint.port)
  ///   }
  /// }
  /// ```
  ///
  /// What is recorded belongs to the recording in which the endpoint was made. That of one which was made outside, for an app
  /// that many tests share, belongs to the only recording that runs or that alone uses the database, else to none.
  ///
  /// Statements are known with their shapes and parameters, rows, rows changed, SQLSTATE, and their transactions. A client that asks
  /// for encryption is answered that there is none: the way from it to the endpoint stays on this machine. So is the one from
  /// the endpoint to the server; a server that takes encrypted connections alone cannot be recorded.
  public final class PostgresEndpoint: Sendable {
    /// Where the app connects to: the loopback address.
    public var host: String { "127.0.0.1" }

    /// A free port, which the system chose.
    public let port: Int

    private let listener: any Channel
    private let clients: PostgresClients

    private init(_ listener: any Channel, _ clients: PostgresClients, port: Int) {
      self.listener = listener
      self.clients = clients
      self.port = port
    }

    /// Makes one that listens, until ``close()`` is called.
    ///
    /// - Parameters:
    ///   - server: Where its server is.
    ///   - name: What messages call the database; `nil` for its own name.
    ///   - definitions: The `CREATE TABLE`s of tables that are there already, so that their foreign keys are known. What is
    ///     created through the endpoint is known without it.
    /// - Throws: What the system says where it cannot listen.
    public static func start(
      to server: PostgresServer, name: String? = nil, definitions: [String] = []
    ) async throws -> PostgresEndpoint {
      let clients = PostgresClients()
      let scope = RecordingScope.current
      let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { client in
          clients.add(client)
          return connect(client, to: server) {
            PostgresSession(server, name: name, scope: scope, definitions: definitions)
          }
        }
        .bind(host: "127.0.0.1", port: 0).get()
      guard let port = listener.localAddress?.port else { throw ChannelError.unknownLocalAddress }
      return PostgresEndpoint(listener, clients, port: port)
    }

    /// Opens the server's end of a connection, on the event loop of the client's.
    private static func connect(
      _ client: any Channel, to server: PostgresServer, session: @escaping @Sendable () -> PostgresSession
    ) -> EventLoopFuture<Void> {
      let bootstrap = ClientBootstrap(group: client.eventLoop)
        .channelOption(.allowRemoteHalfClosure, value: true)
      let connecting: EventLoopFuture<any Channel> =
        switch server.address {
        case .host(let host, let port):
          bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
        case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
        }
      return connecting.flatMapThrowing { server in
        // The server says nothing before the client does.
        let (here, there) = PostgresRelay.pair(session())
        try client.pipeline.syncOperations.addHandler(here)
        try server.pipeline.syncOperations.addHandler(there)
      }.flatMapErrorThrowing { error in
        try client.pipeline.syncOperations.addHandler(
          PostgresRefusal("the endpoint of swift-database-testing cannot reach \(server): \(error)"))
      }
    }

    /// Stops to listen, and closes the connections that go through it; calling it again does nothing.
    public func close() async {
      try? await listener.close()
      await clients.close()
    }
  }

  /// Calls `body` with an endpoint in front of a server, and closes it.
  ///
  /// - Parameters:
  ///   - server: Where the server is.
  ///   - name: What messages call the database; `nil` for its own name.
  ///   - definitions: The `CREATE TABLE`s of tables that are there already, so that their foreign keys are known.
  ///   - body: Connects an app to the endpoint and uses it.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, and what the system says where the endpoint cannot listen.
  public func withPostgresEndpoint<R>(
    to server: PostgresServer, name: String? = nil, definitions: [String] = [],
    _ body: (PostgresEndpoint) async throws -> R
  ) async throws -> R {
    let endpoint = try await PostgresEndpoint.start(to: server, name: name, definitions: definitions)
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
