@testable import PostgresInstrumentation

/// Messages as client and server write them.
enum Wire {
  static func message(_ kind: UnicodeScalar, _ body: [UInt8] = []) -> [UInt8] {
    [UInt8(ascii: kind)] + int32(body.count + 4) + body
  }

  static func int32(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
  static func int16(_ value: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }
  static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  // The client.
  static func startup(user: String = "ada", database: String? = nil) -> [UInt8] {
    var body = int32(0x3_0000) + text("user") + text(user)
    if let database { body += text("database") + text(database) }
    body.append(0)
    return int32(body.count + 4) + body
  }
  static let requestTLS = int32(8) + int32(80_877_103)
  static func query(_ sql: String) -> [UInt8] { message("Q", text(sql)) }
  static func parse(_ sql: String, as name: String = "", types: [Int] = []) -> [UInt8] {
    message("P", text(name) + text(sql) + int16(types.count) + types.flatMap(int32))
  }
  static func bind(_ values: [String?] = [], to name: String = "", portal: String = "") -> [UInt8] {
    let bound = values.flatMap { value in value.map { int32($0.utf8.count) + Array($0.utf8) } ?? int32(-1) }
    return message("B", text(portal) + text(name) + int16(0) + int16(values.count) + bound + int16(0))
  }
  static func describe(statement name: String = "") -> [UInt8] { message("D", [UInt8(ascii: "S")] + text(name)) }
  static func describe(portal name: String) -> [UInt8] { message("D", [UInt8(ascii: "P")] + text(name)) }
  static func execute(_ portal: String = "", rows: Int = 0) -> [UInt8] { message("E", text(portal) + int32(rows)) }
  static func close(statement name: String) -> [UInt8] { message("C", [UInt8(ascii: "S")] + text(name)) }
  static func close(portal name: String) -> [UInt8] { message("C", [UInt8(ascii: "P")] + text(name)) }
  static let sync = message("S")
  static let terminate = message("X")

  // The server.
  static let letIn = message("R", int32(0)) + message("S", text("server_version") + text("15.4")) + ready()
  static func ready(_ state: UnicodeScalar = "I") -> [UInt8] { message("Z", [UInt8(ascii: state)]) }
  static let parsed = message("1")
  static let bound = message("2")
  static let closed = message("3")
  static let columns = message("T", int16(1) + text("id") + [UInt8](repeating: 0, count: 18))
  static let noData = message("n")
  static func parameterTypes(_ types: [Int]) -> [UInt8] { message("t", int16(types.count) + types.flatMap(int32)) }
  static func rows(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { _ in message("D", int16(1) + int32(5) + Array("value".utf8)) }
  }
  static func complete(_ tag: String) -> [UInt8] { message("C", text(tag)) }
  static let suspended = message("s")
  static func error(_ state: String, _ text: String = "no") -> [UInt8] {
    let fields: [(UnicodeScalar, String)] = [("S", "FEHLER"), ("V", "ERROR"), ("C", state), ("M", text)]
    return message("E", fields.flatMap { [UInt8(ascii: $0.0)] + Wire.text($0.1) } + [0])
  }
}

/// What each side sends, in turns.
enum Turn {
  case client([UInt8])
  case server([UInt8])
}

/// Plays turns, and says in short words what was told.
func told(_ turns: [Turn], piece: Int = .max, letIn: Bool = true) -> [String] {
  var conversation = PostgresConversation { $0.split(separator: ";").map { String($0).trimmed }.filter { !$0.isEmpty } }
  var words: [String] = []
  func play(_ turn: Turn) {
    switch turn {
    case .client(let bytes): feed(bytes) { conversation.clientSent($0) { words.append($0.words) } }
    case .server(let bytes): feed(bytes) { conversation.serverSent($0) { words.append($0.words) } }
    }
  }
  func feed(_ bytes: [UInt8], _ send: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { all in
      var start = 0
      while start < all.count {
        let end = piece > all.count - start ? all.count : start + piece
        send(UnsafeRawBufferPointer(rebasing: all[start..<end]))
        start = end
      }
    }
  }
  if letIn {
    play(.client(Wire.startup()))
    play(.server(Wire.letIn))
    words = []
  }
  turns.forEach(play)
  if let problem = conversation.problem { words.append("\(problem)") }
  conversation.close { words.append($0.words) }
  return words
}

extension PostgresEvent {
  var words: String {
    switch self {
    case .startup(let user, let database, _): "startup \(user ?? "-") \(database ?? "-")"
    case .began(let id, let text, let prepared, let parameters):
      "\(id) began \(text ?? "?")"
        + (prepared.map { " as \($0)" } ?? "")
        + (parameters.isEmpty
          ? ""
          : " ["
            + parameters.map { $0.bytes.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }.joined(separator: ", ")
            + "]")
    case .ended(let id, let outcome):
      "\(id) ended \(outcome.command), \(outcome.rows) rows"
        + (outcome.changed.map { ", \($0) changed" } ?? "") + (outcome.failure.map { ", \($0.sqlState)" } ?? "")
    case .commitFailed(let failure): "commit failed \(failure.sqlState)"
    case .failed(let failure): "failed \(failure.severity) \(failure.sqlState)"
    case .transaction(let state): "\(state)"
    case .cancelRequest: "cancel"
    }
  }
}

extension String {
  var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
