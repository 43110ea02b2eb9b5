/// One message of PostgreSQL's protocol 3
/// ([Message Formats](https://www.postgresql.org/docs/current/protocol-message-formats.html)).
struct PostgresMessage {
  /// The letter of the message; 0 of what comes before the start of a session, which has none.
  var kind: UInt8
  /// Of the body, in bytes, whether it was kept or not.
  var length: Int
  /// What was kept of it: all, or nothing where its kind is only counted or where it is longer than what is kept.
  var body: [UInt8] = []

  var isWhole: Bool { body.count == length }
}

/// Why one direction of a connection cannot be read any further.
enum PostgresProtocolError: Error, Equatable {
  /// A length that no message has.
  case length(Int, ofMessage: UInt8)
  /// A letter that no message of this direction has.
  case message(UInt8)
  /// The session goes on in TLS or GSSAPI, to which the reader has no key.
  case encrypted
  /// Another protocol than version 3.
  case version(Int)
  /// An answer to nothing that was asked.
  case unexpected(UInt8)
}

/// Cuts the bytes of one direction into messages, however they arrive.
struct PostgresMessageReader {
  enum Direction { case frontend, backend }

  /// The longest body that is kept; an SQL text or the values of a statement beyond it are unknown.
  static let longestBody = 8 << 20

  private let direction: Direction
  /// Whether the next message has no letter: the first ones of a client.
  private(set) var isStarting: Bool
  /// Whether the next byte is the server's answer to a request for encryption, which is no message.
  private(set) var awaitsEncryption = false

  private var head: (bits: UInt64, count: Int) = (0, 0)
  private var kind: UInt8 = 0
  private var length = 0
  private var remaining = -1
  private var keeps = false
  private var kept: [UInt8] = []

  init(_ direction: Direction) {
    self.direction = direction
    isStarting = direction == .frontend
  }

  /// Whether nothing of a message has come that has not ended.
  var isBetweenMessages: Bool { head.count == 0 && remaining < 0 }

  /// The client has named its version; from here on each of its messages has a letter.
  mutating func didStart() { isStarting = false }

  /// The client has asked for encryption, to which the server answers with one byte.
  mutating func expectEncryption() { awaitsEncryption = true }

  /// The next message that ends within what arrived.
  ///
  /// - Parameter bytes: What is left of it; what a message takes is removed.
  /// - Returns: `nil` when all is read; what belongs to a message that has not ended is remembered.
  mutating func next(_ bytes: inout Slice<UnsafeRawBufferPointer>) throws(PostgresProtocolError) -> PostgresMessage? {
    if awaitsEncryption, let answer = bytes.first {
      awaitsEncryption = false
      // A server of before 2005 answers with an error, which is a message.
      if answer != UInt8(ascii: "E") {
        bytes.removeFirst()
        return PostgresMessage(kind: answer, length: 0)
      }
    }
    if remaining < 0 { try readHead(&bytes) }
    guard remaining >= 0 else { return nil }
    let available = min(remaining, bytes.count)
    if keeps { kept.append(contentsOf: bytes.prefix(available)) }
    bytes.removeFirst(available)
    remaining -= available
    guard remaining == 0 else { return nil }
    remaining = -1
    defer { kept = [] }
    return PostgresMessage(kind: kind, length: length, body: kept)
  }

  private mutating func readHead(_ bytes: inout Slice<UnsafeRawBufferPointer>) throws(PostgresProtocolError) {
    let size = isStarting ? 4 : 5
    while head.count < size {
      guard let byte = bytes.popFirst() else { return }
      head.bits = head.bits << 8 | UInt64(byte)
      head.count += 1
    }
    let total = Int(Int32(truncatingIfNeeded: head.bits))
    kind = isStarting ? 0 : UInt8(truncatingIfNeeded: head.bits >> 32)
    head = (0, 0)
    // The first messages are read before anybody is known: the server takes no longer ones either.
    guard total >= 4, !isStarting || (8...10_004).contains(total) else { throw .length(total, ofMessage: kind) }
    guard isStarting || Self.isKnown(kind, direction) else { throw .message(kind) }
    length = total - 4
    remaining = length
    keeps = length <= Self.longestBody && Self.isKept(kind, direction)
  }

  private static func isKnown(_ kind: UInt8, _ direction: Direction) -> Bool {
    switch (direction, UnicodeScalar(kind)) {
    case (.frontend, "B"), (.frontend, "C"), (.frontend, "D"), (.frontend, "E"), (.frontend, "F"), (.frontend, "H"),
      (.frontend, "P"), (.frontend, "Q"), (.frontend, "S"), (.frontend, "X"), (.frontend, "c"), (.frontend, "d"),
      (.frontend, "f"), (.frontend, "p"):
      true
    case (.backend, "1"), (.backend, "2"), (.backend, "3"), (.backend, "A"), (.backend, "C"), (.backend, "D"),
      (.backend, "E"), (.backend, "G"), (.backend, "H"), (.backend, "I"), (.backend, "K"), (.backend, "N"),
      (.backend, "R"), (.backend, "S"), (.backend, "T"), (.backend, "V"), (.backend, "W"), (.backend, "Z"),
      (.backend, "c"), (.backend, "d"), (.backend, "n"), (.backend, "s"), (.backend, "t"), (.backend, "v"):
      true
    default: false
    }
  }

  /// Rows, what is copied, and passwords are never kept.
  private static func isKept(_ kind: UInt8, _ direction: Direction) -> Bool {
    switch (direction, UnicodeScalar(kind)) {
    case (.frontend, "\0"), (.frontend, "B"), (.frontend, "C"), (.frontend, "D"), (.frontend, "E"), (.frontend, "P"),
      (.frontend, "Q"), (.backend, "C"), (.backend, "E"), (.backend, "Z"), (.backend, "t"):
      true
    default: false
    }
  }
}

/// Reads the fields of a body; what is not there is `nil`.
struct PostgresFields {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func int16() -> Int? {
    guard bytes.count - position >= 2 else { return nil }
    defer { position += 2 }
    return Int(Int16(bitPattern: UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])))
  }

  mutating func int32() -> Int? {
    guard bytes.count - position >= 4 else { return nil }
    defer { position += 4 }
    let value = bytes[position..<(position + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return Int(Int32(bitPattern: value))
  }

  /// A text that ends with a zero byte.
  mutating func string() -> String? {
    guard position < bytes.count, let end = bytes[position...].firstIndex(of: 0) else { return nil }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  /// All that is left, as a text.
  var rest: String { String(decoding: bytes[position...], as: UTF8.self) }

  mutating func data(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, bytes.count - position >= count else { return nil }
    defer { position += count }
    return bytes[position..<(position + count)]
  }
}
