#if PostgreSQL
  /// Where a PostgreSQL server listens.
  public struct PostgresServer: Sendable, Hashable, CustomStringConvertible {
    enum Address: Sendable, Hashable {
      case host(String, port: Int)
      case unixSocket(path: String)
    }

    let address: Address

    /// A server on the network.
    ///
    /// - Parameters:
    ///   - host: A name or an address.
    ///   - port: 5432 where the server is not told otherwise.
    public static func host(_ host: String, port: Int = 5432) -> PostgresServer {
      PostgresServer(address: .host(host, port: port))
    }

    /// A server on this machine, by the file that it listens at, such as `/var/run/postgresql/.s.PGSQL.5432`.
    public static func unixSocket(path: String) -> PostgresServer {
      PostgresServer(address: .unixSocket(path: path))
    }

    /// `localhost:5432`, or the path.
    public var description: String {
      switch address {
      case .host(let host, let port): "\(host):\(port)"
      case .unixSocket(let path): path
      }
    }
  }
#endif
