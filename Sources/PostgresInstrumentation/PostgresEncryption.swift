#if PostgreSQL
  internal import NIOSSL

  /// How the endpoint's connections to the server are encrypted, by the names of libpq's
  /// [`sslmode`](https://www.postgresql.org/docs/current/libpq-ssl.html).
  public struct PostgresEncryption: Sendable, Hashable, CustomStringConvertible {
    private enum Mode: String {
      case disable, require
      case verifyCA = "verify-ca"
      case verifyFull = "verify-full"
    }

    private let mode: Mode
    private let rootCertificates: String?

    /// Not at all.
    public static let disable = PostgresEncryption(mode: .disable, rootCertificates: nil)

    /// With TLS, whatever the server's certificate is.
    public static let require = PostgresEncryption(mode: .require, rootCertificates: nil)

    /// With TLS, where somebody that is trusted issued the server's certificate.
    ///
    /// - Parameter rootCertificates: A PEM file of those; `nil` for the ones that the system trusts.
    public static func verifyCA(rootCertificates: String? = nil) -> PostgresEncryption {
      PostgresEncryption(mode: .verifyCA, rootCertificates: rootCertificates)
    }

    /// With TLS, where somebody that is trusted issued the server's certificate, and it is for that host.
    ///
    /// - Parameter rootCertificates: A PEM file of those; `nil` for the ones that the system trusts.
    public static func verifyFull(rootCertificates: String? = nil) -> PostgresEncryption {
      PostgresEncryption(mode: .verifyFull, rootCertificates: rootCertificates)
    }

    /// As libpq calls it: `verify-full`.
    public var description: String { mode.rawValue }

    /// What a connection is encrypted with; `nil`: it is not.
    func context() throws -> NIOSSLContext? {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      switch mode {
      case .disable: return nil
      case .require: configuration.certificateVerification = .none
      case .verifyCA: configuration.certificateVerification = .noHostnameVerification
      case .verifyFull: configuration.certificateVerification = .fullVerification
      }
      if let rootCertificates { configuration.trustRoots = .file(rootCertificates) }
      return try NIOSSLContext(configuration: configuration)
    }
  }

  /// The certificate by which clients know the endpoint, so that they can be encrypted.
  ///
  /// It is none of the server's: its key is needed as well. For a test one that signs itself does:
  ///
  /// ```sh
  /// openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  ///   -keyout endpoint.key -out endpoint.crt
  /// ```
  ///
  /// A client that verifies certificates, as with `sslmode=verify-full`, is given `endpoint.crt` as the root that it trusts.
  public struct PostgresCertificate: Sendable, Hashable {
    private let chain: String
    private let privateKey: String

    /// - Parameters:
    ///   - chain: A PEM file with the certificate, and behind it those that lead to a root.
    ///   - privateKey: A PEM file with the certificate's key.
    public init(chain: String, privateKey: String) {
      self.chain = chain
      self.privateKey = privateKey
    }

    func context() throws -> NIOSSLContext {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMFile(chain).map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem)))
      configuration.minimumTLSVersion = .tlsv12
      return try NIOSSLContext(configuration: configuration)
    }
  }
#endif
