/// Takes a client's requests for encryption out of what it sends first: they are answered here, and are none of the server's.
struct PostgresStartup {
  static let requestForTLS: Int32 = 80_877_103
  static let requestForGSSAPI: Int32 = 80_877_104

  /// What a request is answered.
  enum Answer: UInt8, Sendable, Hashable {
    case refuse = 0x4E  // N
    case encrypt = 0x53  // S
  }

  private let offersTLS: Bool
  private var held: [UInt8] = []
  private var isOver = false
  /// Whether all that comes now is encrypted.
  private(set) var isEncrypted = false
  /// Whether the client went on in plain text where it had asked for encryption, and was given it.
  private(set) var isBroken = false

  /// - Parameter offersTLS: Whether the endpoint has a certificate.
  init(offersTLS: Bool = false) { self.offersTLS = offersTLS }

  /// - Parameter forward: Is given what is for the server.
  /// - Returns: The answers to send. After `encrypt`, which is the last one, the next bytes are those behind the encryption.
  mutating func take(_ bytes: UnsafeRawBufferPointer, forward: (UnsafeRawBufferPointer) -> Void) -> [Answer] {
    guard !isOver else {
      forward(bytes)
      return []
    }
    held.append(contentsOf: bytes)
    var answers: [Answer] = []
    while held.count >= 8, let request = Self.request(held[..<8]) {
      held.removeFirst(8)
      if request == Self.requestForTLS, offersTLS, !isEncrypted {
        isEncrypted = true
        isBroken = !held.isEmpty
        held = []
        return answers + [.encrypt]
      }
      answers.append(.refuse)
    }
    guard held.count >= 8 else { return answers }
    isOver = true
    held.withUnsafeBytes(forward)
    held = []
    return answers
  }

  /// Whether nothing was held back.
  var isDone: Bool { isOver }

  /// A length of 8, and the number of a request for TLS or GSSAPI.
  private static func request(_ bytes: ArraySlice<UInt8>) -> Int32? {
    let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard number >> 32 == 8 else { return nil }
    let request = Int32(truncatingIfNeeded: number)
    return request == requestForTLS || request == requestForGSSAPI ? request : nil
  }
}
