/// Keeps a client from binding its password to the certificate of the connection, which on the two sides of the endpoint is not the same
/// one ([SASL Authentication](https://www.postgresql.org/docs/current/sasl-authentication.html)).
///
/// A client without encryption would not understand the offer, and it is taken out of it. One with encryption accepts it, unless
/// it is told not to; it would also notice where it was taken out, and so it is told what to do.
struct PostgresChannelBinding {
  static let mechanism = "SCRAM-SHA-256-PLUS"

  /// What is sent to a client that accepted.
  static let refusal = """
    the endpoint of swift-database-testing has a certificate of its own, to which a password for the server cannot be bound: \
    connect with channel_binding=disable
    """

  /// The longest message before a client is let in that is looked at.
  private static let longest = 10_000

  /// Of the server, what belongs to a message that has not ended.
  private var held: [UInt8] = []
  /// Whether there is nothing left to look at.
  private(set) var isDone = false
  /// Of the client, the beginning of its choice; `nil` where it has none to make.
  private var choice: [UInt8]?

  /// The server sent bytes.
  ///
  /// - Parameter forward: Is given what is for the client.
  mutating func serverSent(
    _ bytes: UnsafeRawBufferPointer, isClientEncrypted: Bool, forward: (UnsafeRawBufferPointer) -> Void
  ) {
    guard !isDone else { return forward(bytes) }
    held.append(contentsOf: bytes)
    while !isDone, held.count >= 5 {
      let length = held[1..<5].reduce(0) { $0 << 8 | Int($1) }
      guard length >= 4, length <= Self.longest else {
        isDone = true
        break
      }
      guard held.count > length else { break }
      let message = Array(held[..<(length + 1)])
      held.removeFirst(length + 1)
      passed(message, isClientEncrypted).withUnsafeBytes(forward)
    }
    if isDone, !held.isEmpty {
      held.withUnsafeBytes(forward)
      held = []
    }
  }

  /// What the client gets instead of a message.
  private mutating func passed(_ message: [UInt8], _ isClientEncrypted: Bool) -> [UInt8] {
    guard message[0] == UInt8(ascii: "R"), message.count >= 9 else {
      if message[0] == UInt8(ascii: "E") { isDone = true }
      return message
    }
    switch message[5..<9].reduce(0, { $0 << 8 | Int($1) }) {
    case 0: isDone = true
    case 10:
      let offered = message[9...].split(separator: 0).map { Array($0) }
      let kept = offered.filter { $0 != Array(Self.mechanism.utf8) }
      guard kept.count < offered.count else { break }
      if isClientEncrypted {
        choice = []
      } else if !kept.isEmpty {
        let body = message[5..<9] + kept.flatMap { $0 + [0] } + [0]
        let length = UInt32(body.count + 4)
        return [message[0]] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + body
      }
    default: break
    }
    return message
  }

  /// The client sent bytes.
  ///
  /// - Parameter forward: Is given what is for the server.
  /// - Returns: Whether the client binds its password, and is to be refused.
  mutating func clientSent(_ bytes: UnsafeRawBufferPointer, forward: (UnsafeRawBufferPointer) -> Void) -> Bool {
    guard var choice else {
      forward(bytes)
      return false
    }
    choice.append(contentsOf: bytes)
    // `p`, a length, and the mechanism with a zero behind it.
    let name = Array(Self.mechanism.utf8) + [0]
    let isSASL = choice.first == UInt8(ascii: "p")
    let known = choice.dropFirst(5).prefix(name.count)
    let mayBind = isSASL && known.elementsEqual(name.prefix(known.count))
    if mayBind, known.count < name.count {
      self.choice = choice
      return false
    }
    self.choice = nil
    if mayBind { return true }
    choice.withUnsafeBytes(forward)
    return false
  }
}
