/// Names that a program makes up while it runs, and secrets that are written as names.
///
/// Savepoints and cursors are numbered by those who use them, so their names are values. What follows `PRAGMA key =`,
/// or `ATTACH`, is a secret or a path even in double quotes.
struct NameFolding {
  private enum Mode: UInt8 { case none, next, pragma, attach }

  private let verb: SQLKeyword
  private var mode: Mode
  private var isKeyPragma = false

  init(verb: SQLKeyword) {
    self.verb = verb
    switch verb {
    case .savepoint, .release, .declare, .close, .fetch, .move: mode = .next
    case .pragma: mode = .pragma
    case .attach: mode = .attach
    default: mode = .none
    }
    isActive = mode != .none || verb == .rollback
  }

  private(set) var isActive: Bool

  mutating func note(_ keyword: SQLKeyword) {
    switch (verb, keyword) {
    case (.rollback, .to), (.fetch, .from), (.fetch, .in), (.move, .from), (.move, .in): mode = .next
    default: break
    }
  }

  /// A value stands where the name could.
  mutating func skip() {
    if mode == .next { mode = .none }
  }

  /// After `CURRENT OF`.
  mutating func expectCursor() {
    mode = .next
    isActive = true
  }

  /// - Parameters:
  ///   - isElement: The name follows a parenthesis or a comma.
  ///   - isAssigned: The name follows an operator.
  mutating func folds(
    _ token: SQLToken, after isElement: Bool, isAssigned: Bool, in tokenizer: SQLTokenizer
  ) -> Bool {
    switch mode {
    case .none: return false
    case .next:
      mode = .none
      return true
    case .attach:
      return token.kind == .quoted && tokenizer.keywordBefore != .as
    case .pragma:
      if isAssigned { return isKeyPragma || token.kind == .quoted }
      if isElement, isKeyPragma { return true }
      isKeyPragma = tokenizer.endsInKey(token)
      return false
    }
  }
}

extension SQLTokenizer {
  fileprivate func endsInKey(_ token: SQLToken) -> Bool {
    var end = token.end
    if token.kind == .quoted { end -= 1 }
    return end - token.start >= 3 && base[end - 1] | 0x20 == UInt8(ascii: "y")
      && base[end - 2] | 0x20 == UInt8(ascii: "e") && base[end - 3] | 0x20 == UInt8(ascii: "k")
  }
}
