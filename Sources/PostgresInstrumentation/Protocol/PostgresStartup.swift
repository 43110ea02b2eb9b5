/// Takes a client's requests for encryption out of what it sends first: the way from client to endpoint is a plain one, on this machine.
struct PostgresStartup {
  /// What a client that asks for encryption is answered: no.
  static let refusal = UInt8(ascii: "N")

  private var held: [UInt8] = []
  private var isOver = false

  /// - Parameter forward: Is given what is for the server.
  /// - Returns: How many requests are to be refused.
  mutating func take(_ bytes: UnsafeRawBufferPointer, forward: (UnsafeRawBufferPointer) -> Void) -> Int {
    guard !isOver else {
      forward(bytes)
      return 0
    }
    held.append(contentsOf: bytes)
    var refused = 0
    while held.count >= 8, Self.isRequest(held[..<8]) {
      held.removeFirst(8)
      refused += 1
    }
    guard held.count >= 8 else { return refused }
    isOver = true
    held.withUnsafeBytes(forward)
    held = []
    return refused
  }

  /// Whether nothing was held back.
  var isDone: Bool { isOver }

  /// A length of 8, and the number of a request for TLS or GSSAPI.
  private static func isRequest(_ bytes: ArraySlice<UInt8>) -> Bool {
    let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return number == 8 << 32 | 80_877_103 || number == 8 << 32 | 80_877_104
  }
}
