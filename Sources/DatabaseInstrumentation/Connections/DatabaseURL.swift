/// The address of a database without what must stay secret.
public enum DatabaseURL {
  private static let secrets = [
    "password", "passwd", "pwd", "key", "secret", "token", "sslkey", "sslpassword", "apikey",
  ]

  /// The address without user and password, and without parameters whose name says that they are secret.
  ///
  /// ```swift
  /// DatabaseURL.withoutCredentials("postgres://ada:pw@db.example.com:5432/library?sslmode=require&password=pw")
  /// // postgres://db.example.com:5432/library?sslmode=require
  /// ```
  ///
  /// What is no address comes back as it is, but for `name=value` pairs with a secret name, as in
  /// `host=db password=pw`. The text is taken apart by hand: a URL type would refuse what it cannot parse, and then the
  /// secret would have to stay or all of the address to go.
  public static func withoutCredentials(_ address: String) -> String {
    guard let scheme = address.firstRange(of: "://") else { return withoutSecretPairs(address, separatedBy: " ") }
    let rest = address[scheme.upperBound...]
    let delimiters: Set<Character> = ["/", "?", "#"]
    let authorityEnd = rest.firstIndex { delimiters.contains($0) } ?? rest.endIndex
    let authority = rest[..<authorityEnd]
    // A password may hold an unescaped `/` or `?`: what stands before the last `@` of the whole address goes with it.
    let host: Substring
    if let at = rest.lastIndex(of: "@"), at > authorityEnd, authority.contains(":"), !isPort(authority) {
      host = rest[rest.index(after: at)...]
    } else if let at = authority.lastIndex(of: "@") {
      host = rest[authority.index(after: at)...]
    } else {
      host = rest
    }
    return String(address[..<scheme.upperBound]) + withoutSecretParameters(host)
  }

  /// Whether what follows the colon is a port.
  private static func isPort(_ authority: Substring) -> Bool {
    guard let colon = authority.lastIndex(of: ":") else { return false }
    let port = authority[authority.index(after: colon)...]
    return !port.isEmpty && port.allSatisfy(\.isNumber)
  }

  private static func withoutSecretParameters(_ address: Substring) -> String {
    guard let question = address.firstIndex(of: "?") else { return String(address) }
    let parameters = withoutSecretPairs(String(address[address.index(after: question)...]), separatedBy: "&")
    return String(address[..<question]) + (parameters.isEmpty ? "" : "?\(parameters)")
  }

  private static func withoutSecretPairs(_ text: String, separatedBy separator: Character) -> String {
    text.split(separator: separator, omittingEmptySubsequences: false)
      .filter { pair in
        guard let name = pair.split(separator: "=", maxSplits: 1).first, pair.contains("=") else { return true }
        return !isSecret(name)
      }
      .joined(separator: String(separator))
  }

  private static func isSecret(_ name: Substring) -> Bool {
    let name = name.lowercased()
    return name == "user" || name == "username" || secrets.contains { name.hasSuffix($0) }
  }
}
