/// Proves a password to a server without sending it, as SCRAM-SHA-256 ([RFC 5802](https://www.rfc-editor.org/rfc/rfc5802),
/// [RFC 7677](https://www.rfc-editor.org/rfc/rfc7677)). A client's part of it, without channel binding.
struct SCRAM {
  static let mechanism = "SCRAM-SHA-256"

  /// What a server may ask for: each takes some microseconds of a debug build.
  private static let mostIterations = 1_000_000

  private let password: String
  private let nonce: String
  private let bareFirst: String
  private var serverSignature: [UInt8] = []

  /// - Parameters:
  ///   - user: Empty for PostgreSQL, which knows it from the start of the session.
  ///   - nonce: Made for this login alone, of printable characters without a comma.
  init(user: String = "", password: String, nonce: String) {
    self.password = password
    self.nonce = nonce
    bareFirst = "n=\(user),r=\(nonce)"
  }

  /// The first message of the client.
  var first: String { "n,,\(bareFirst)" }

  /// Answers the first message of the server.
  ///
  /// - Returns: `nil` where that is none.
  mutating func final(answering serverFirst: String) -> String? {
    let fields = Self.fields(serverFirst)
    guard let both = fields["r"], both.hasPrefix(nonce), both.utf8.count > nonce.utf8.count,
      let salt = fields["s"].flatMap(Base64.decode), let iterations = fields["i"].flatMap({ Int($0) }),
      (1...Self.mostIterations).contains(iterations)
    else { return nil }
    let salted = Self.salted(Array(password.utf8), salt: salt, iterations: iterations)
    let clientKey = HMAC(key: salted).code(of: Array("Client Key".utf8))
    let withoutProof = "c=biws,r=\(both)"
    let message = Array("\(bareFirst),\(serverFirst),\(withoutProof)".utf8)
    let signature = HMAC(key: SHA256.hash(clientKey)).code(of: message)
    serverSignature = HMAC(key: HMAC(key: salted).code(of: Array("Server Key".utf8))).code(of: message)
    return "\(withoutProof),p=\(Base64.encode(zip(clientKey, signature).map { $0 ^ $1 }))"
  }

  /// Whether the last message of the server proves that it knows the password as well.
  func isProved(by serverFinal: String) -> Bool {
    guard !serverSignature.isEmpty, let signature = Self.fields(serverFinal)["v"] else { return false }
    return Base64.decode(signature) == serverSignature
  }

  private static func fields(_ message: String) -> [Character: String] {
    var fields: [Character: String] = [:]
    for field in message.split(separator: ",") {
      guard let name = field.first, field.dropFirst().first == "=" else { continue }
      fields[name] = String(field.dropFirst(2))
    }
    return fields
  }

  /// PBKDF2 with one block.
  private static func salted(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
    let key = HMAC(key: password)
    var last = key.code(of: salt + [0, 0, 0, 1])
    var sum = last
    for _ in 1..<max(iterations, 1) {
      last = key.code(of: last)
      for index in sum.indices { sum[index] ^= last[index] }
    }
    return sum
  }
}

/// Bytes in letters ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648)).
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let bits = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(start + $1 < bytes.count ? bytes[start + $1] : 0) }
      for place in 0..<4 {
        text.append(place <= part.count ? letters[Int(bits >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// - Returns: `nil` for what is not encoded like that.
  static func decode(_ text: String) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for letter in text.dropLast(padding) {
      guard let value = letters.firstIndex(of: letter) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return bytes
  }
}
