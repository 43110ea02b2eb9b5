#if PostgreSQL
  /// Where a PostgreSQL server listens, and how the endpoint connects to it.
  public struct PostgresServer: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    enum Address: Sendable, Hashable {
      case host(String, port: Int)
      case unixSocket(path: String)
    }

    let address: Address
    let encryption: PostgresEncryption
    let account: Account

    /// As whom the endpoint reads the foreign keys.
    struct Account: Sendable, Hashable {
      /// `nil` for the client's.
      var user: String?
      var password: String?
    }

    /// A server on the network.
    ///
    /// ```swift
    /// try await withPostgresEndpoint(to: .host("localhost", password: "secret")) { endpoint in … }
    /// try await withPostgresEndpoint(to: .host("db.example.com", encryption: .verifyFull())) { endpoint in … }
    /// ```
    ///
    /// - Parameters:
    ///   - host: A name or an address.
    ///   - port: 5432 where the server is not told otherwise.
    ///   - user: As whom the endpoint opens the session of its own in which it reads the foreign keys; `nil` for the user that the
    ///     client names.
    ///   - password: For that session; `nil` where the server asks for none. What clients send passes by, and is not used.
    ///   - encryption: How the endpoint's connections to the server are encrypted.
    public static func host(
      _ host: String, port: Int = 5432, user: String? = nil, password: String? = nil,
      encryption: PostgresEncryption = .disable
    ) -> PostgresServer {
      PostgresServer(
        address: .host(host, port: port), encryption: encryption, account: Account(user: user, password: password))
    }

    /// A server on this machine, by the file that it listens at, such as `/var/run/postgresql/.s.PGSQL.5432`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - user: As whom the endpoint reads the foreign keys; `nil` for the user that the client names.
    ///   - password: For that session; `nil` where the server asks for none.
    public static func unixSocket(path: String, user: String? = nil, password: String? = nil) -> PostgresServer {
      PostgresServer(
        address: .unixSocket(path: path), encryption: .disable, account: Account(user: user, password: password))
    }

    /// `localhost:5432`, or the path.
    public var description: String {
      switch address {
      case .host(let host, let port): "\(host):\(port)"
      case .unixSocket(let path): path
      }
    }

    /// Without the password.
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
  }
#endif
