@testable import PostgresInstrumentation

/// What a client and a server of PostgreSQL send, in any order, cut anywhere: whatever it is, no byte is lost or traps, every statement that
/// began ends once, and what is known does not depend on how the bytes were cut.
///
/// The first byte tells how the rest is cut. Then come parts, each with a byte that says whose it is and how long.
func fuzzPostgres(_ input: UnsafeBufferPointer<UInt8>) {
  guard let first = input.first else { return }
  let bytes = Array(input.dropFirst())
  let whole = PostgresTale(bytes, piece: .max, hasStarted: first & 1 == 0)
  let cut = PostgresTale(bytes, piece: Int(first >> 1) % 17 + 1, hasStarted: first & 1 == 0)
  guard whole.events == cut.events, whole.problem == cut.problem else {
    fatalError("cut or not, it is not the same: \(whole.events) and \(cut.events)")
  }
  fuzzBeginning(bytes, piece: Int(first >> 1) % 17 + 1)
}

/// What a conversation told.
private struct PostgresTale {
  private(set) var events: [PostgresEvent] = []
  private(set) var problem: PostgresProtocolError?
  private var open: Set<Int> = []
  private var last = 0

  init(_ bytes: [UInt8], piece: Int, hasStarted: Bool) {
    var conversation = PostgresConversation { $0.split(separator: ";").map(String.init) }
    if hasStarted {
      let start: [UInt8] = [0, 0, 0, 16, 0, 3, 0, 0] + Array("user".utf8) + [0] + Array("a".utf8) + [0, 0]
      start.withUnsafeBytes { conversation.clientSent($0) { note($0) } }
    }
    var index = 0
    while index < bytes.count {
      let isClient = bytes[index] & 0x80 != 0
      let end = min(bytes.count, index + 1 + Int(bytes[index] & 0x7f))
      var start = index + 1
      while start < end {
        let next = piece > end - start ? end : start + piece
        bytes[start..<next].withUnsafeBytes { part in
          isClient ? conversation.clientSent(part) { note($0) } : conversation.serverSent(part) { note($0) }
        }
        start = next
      }
      index = end
    }
    problem = conversation.problem
    conversation.close { note($0) }
    guard open.isEmpty else { fatalError("statements never ended: \(open)") }
  }

  private mutating func note(_ event: PostgresEvent) {
    events.append(event)
    switch event {
    case .began(let id, _, _, _):
      guard id == last + 1 else { fatalError("statement \(id) after \(last)") }
      last = id
      open.insert(id)
    case .ended(let id, let outcome):
      guard open.remove(id) != nil else { fatalError("statement \(id) ended, which did not run") }
      if let failure = outcome.failure, failure.fixedText.isEmpty { fatalError("a failure without words") }
    default: break
    }
  }
}

/// What comes before a session: encryption, passwords, and the session of the endpoint's own.
private func fuzzBeginning(_ bytes: [UInt8], piece: Int) {
  var (startup, binding, client) = (
    PostgresStartup(offersTLS: true), PostgresChannelBinding(), PostgresChannelBinding()
  )
  var question = PostgresQuestion("SELECT 1", user: "a", database: "b", password: "c", nonce: "d")
  var (passed, chosen) = (0, 0)
  var isRefused = false
  for start in stride(from: 0, to: bytes.count, by: piece) {
    bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { part in
      _ = startup.take(part) { _ in }
      binding.serverSent(part, isClientEncrypted: true) { passed += $0.count }
      client.serverSent(part, isClientEncrypted: false) { _ in }
      if !isRefused { isRefused = binding.clientSent(part) { chosen += $0.count } }
      _ = question.received(part)
    }
  }
  guard passed <= bytes.count, chosen <= bytes.count else { fatalError("more than was sent") }
  _ = question.closed()
}
