/// The words in double quotes of a statement that may be names and may be strings.
///
/// SQLite takes `"text"` for a string where there is no column of that name, see
/// [double-quoted strings](https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted). Doubtful is one
/// without a table before it, where a value can stand: right of an operator, in a list of `IN`, as an argument; and, in a
/// statement that writes other names without quotes, wherever an expression can stand, such as in the list of a `SELECT` and
/// left of an operator. Where all names are in double quotes, as those who generate SQL write it, they are names there, but one in
/// the list of a `SELECT` is looked up where the schema is known. Which of the two a word is only the schema knows. In a text
/// without a dialect `"text"` may be MySQL's string, wherever a value can stand.
/// Words that may be values are not kept, only what it takes to recognise a name that the
/// schema has: a hash with a key that is made anew in every process.
struct DoubtfulWords: Sendable {
  /// The text around the words.
  private let pieces: [String]
  /// Of each word, in lower case.
  let hashes: [Int]
  /// Of each word, how it is written where the text alone lets it pass for a name.
  private let names: [String?]
  /// Whether rows come from a function, whose columns no schema has.
  let readsFunction: Bool
  /// Whether all other names are in double quotes, as those who generate SQL write it.
  let isGenerated: Bool

  /// - Parameter normalized: The text with the words in it.
  /// - Returns: `nil` where there is none.
  init?(_ normalized: UnsafeBufferPointer<UInt8>, dialect: SQLDialect) {
    let tokens = SQLTokenList(normalized, dialect: dialect)
    var scanner = DoubtScanner(tokens, dialect)
    var found = scanner.run()
    // MySQL has no names in double quotes: where others have none, it may be MySQL's.
    if dialect.isGuessed, !dialect.isPostgreSQL, !scanner.isGenerated {
      scanner = DoubtScanner(tokens, dialect, mayBeMySQL: true)
      found = scanner.run()
    }
    guard !found.isEmpty else { return nil }
    isGenerated = scanner.isGenerated
    readsFunction = scanner.readsFunction
    var (pieces, hashes, names): ([String], [Int], [String?]) = ([], [], [])
    var end = 0
    for (index, isName) in found {
      let token = tokens[index]
      pieces.append(String(decoding: normalized[end..<token.start], as: UTF8.self))
      hashes.append(Self.hash(tokens.name(index)))
      names.append(isName ? tokens.text(from: index, through: index) : nil)
      end = token.end
    }
    pieces.append(String(decoding: normalized[end...], as: UTF8.self))
    self.pieces = pieces
    self.hashes = hashes
    self.names = names
  }

  /// The same, of words that a schema has told apart: none of them is kept.
  init(decided other: DoubtfulWords) {
    (pieces, hashes, isGenerated, readsFunction) = (other.pieces, other.hashes, other.isGenerated, other.readsFunction)
    names = other.names.map { _ in nil }
  }

  /// What tells a word from others of this process, in any case.
  static func hash(_ name: String) -> Int {
    var hasher = Hasher()
    hasher.combine(name.lowercased())
    return hasher.finalize()
  }

  /// A value for every word.
  var asValues: String { pieces.joined(separator: "?") }

  /// What the text alone says: names and values.
  var asWritten: String { text { names[$0] ?? "?" } }

  /// A name for every word, which is nobody's for those that may be values: for what only has to know that one stands there.
  var asNames: String { text { names[$0] ?? "\"?\"" } }

  /// Whether two statements have the same words.
  func hasSameWords(as other: DoubtfulWords) -> Bool { hashes == other.hashes }

  /// - Parameter name: The name that has a hash; `nil` where there is none that is known.
  func filled(_ name: (Int) -> String?) -> String {
    text { index in
      guard let name = name(hashes[index]) else { return "?" }
      return names[index]
        ?? "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
  }

  private func text(_ word: (Int) -> String) -> String {
    var text = pieces[0]
    for (index, piece) in pieces.dropFirst().enumerated() { text += word(index) + piece }
    return text
  }
}

/// Finds the doubtful words among the tokens of a normalised text.
private struct DoubtScanner {
  let tokens: SQLTokenList
  /// Whether no name is without double quotes.
  private(set) var isGenerated = true
  /// Of each open parenthesis, whether values can stand in it.
  private var holdsValues: [Bool] = []
  /// Of each open parenthesis, the clause around it.
  private var clauses: [SQLKeyword] = []
  private var clause = SQLKeyword.none
  /// Of each open parenthesis, whether nothing but names stands in it, as in `USING (…)`.
  private var holdsNames: [Bool] = []
  /// The clause that the last `ON` follows.
  private var clauseBeforeOn = SQLKeyword.none
  private let dialect: SQLDialect
  private let mayBeMySQL: Bool
  private var verb = SQLKeyword.none
  private var isBetween = false
  /// Where the `AND` of the last `BETWEEN` is.
  private var betweenAnd = -1
  private var readsTable = false
  private var isAfterDoubtful = false
  private var selects = false
  private var ends: [Int: Bool] = [:]
  /// The last word that may be a value.
  private var lastWord = -1
  private(set) var readsFunction = false

  init(_ tokens: SQLTokenList, _ dialect: SQLDialect, mayBeMySQL: Bool = false) {
    self.tokens = tokens
    self.dialect = dialect
    self.mayBeMySQL = mayBeMySQL
    noteFrom()
  }

  /// Of each statement, by its first token, whether it has a `FROM`.
  private mutating func noteFrom() {
    var (start, hasFrom) = (0, false)
    for index in 0..<tokens.count {
      if tokens.keyword(index) == .from { hasFrom = true }
      guard tokens.kind(index) == .semicolon else { continue }
      ends[start] = hasFrom
      (start, hasFrom) = (index + 1, false)
    }
    ends[start] = hasFrom
  }

  /// - Returns: The positions of the words, and whether the text alone lets each pass for a name.
  mutating func run() -> [(index: Int, isName: Bool)] {
    var found: [Int] = []
    var expressions: [Int] = []
    var listed: [Int] = []
    for index in 0..<tokens.count {
      if let hasFrom = ends[index] {
        (verb, readsTable, selects, isBetween) = (tokens.keyword(index), hasFrom, false, false)
        (holdsValues, holdsNames, clauses, clause, clauseBeforeOn) = ([], [], [], verb, .none)
      }
      switch tokens.kind(index) {
      case .open:
        if clause == .from || clause == .join, tokens.isName(index - 1) { readsFunction = true }
        holdsValues.append(opensValues(index))
        holdsNames.append(opensNames(index))
        clauses.append(clause)
      case .close:
        _ = holdsValues.popLast()
        _ = holdsNames.popLast()
        clause = clauses.popLast() ?? clause
      case .keyword: keyword(index)
      case .word:
        if isPassword(index) { found.append(index) } else if isBareName(index) { isGenerated = false }
      case .quoted:
        guard tokens.bytes(index).first == UInt8(ascii: "\"") else { break }
        // What follows a value must not become one only when that is shown as one.
        isAfterDoubtful = found.last == index - 1
        if isDoubtful(index) {
          found.append(index)
          lastWord = index
        } else if isExpression(index) {
          expressions.append(index)
          lastWord = index
          if tokens.kind(index + 1) == .open { break }
          if clause == .select || clause == .returning { listed.append(index) }
        } else if dialect.isGuessed, expressions.last == index - 1 {
          // MySQL joins strings that stand side by side.
          expressions.append(index)
          lastWord = index
        }
      default: break
      }
    }
    let others = isGenerated ? listed : expressions
    return (found.map { ($0, false) } + others.map { ($0, isGenerated) }).sorted { $0.0 < $1.0 }
  }

  private mutating func keyword(_ index: Int) {
    switch tokens.keyword(index) {
    case .between: isBetween = true
    case .and where isBetween: (isBetween, betweenAnd) = (false, index)
    // A query in parentheses, and what follows an argument's ORDER BY, are no lists of values.
    case .select, .with:
      if holdsValues.isEmpty { selects = true }
      if tokens.kind(index - 1) == .open { leaveValues() }
    case .by: leaveValues()
    case .on: clauseBeforeOn = clause
    default: break
    }
    switch tokens.keyword(index) {
    case .select, .from, .where, .set, .by, .returning, .values, .having, .on, .join, .into, .update, .limit:
      clause = tokens.keyword(index)
    default: break
    }
  }

  private mutating func leaveValues() {
    if !holdsValues.isEmpty { holdsValues[holdsValues.count - 1] = false }
  }

  private mutating func isDoubtful(_ index: Int) -> Bool {
    guard tokens.kind(index + 1) != .dot, tokens.kind(index - 1) != .dot, verb != .pragma, verb != .attach else {
      return false
    }
    if isPassword(index) { return true }
    guard dialect.isSQLite || dialect.isGuessed else { return false }
    if mayBeMySQL, verb != .create, verb != .alter, verb != .drop { return !isInPlaceOfName(index) }
    switch tokens.kind(index - 1) {
    case .symbol: return true
    case .open, .comma:
      if clause == .limit { return true }
      if let top = holdsValues.last { return top }
      return isAlone(index)
    case .keyword: return isAfterOperator(index) || isAlone(index)
    // MySQL joins strings that stand side by side.
    case .string, .number, .parameter: return dialect.isGuessed
    case .word, .quoted: return dialect.isGuessed && isAfterDoubtful
    default: return false
    }
  }

  /// Whether an expression can stand here, which SQLite takes for a string where it is no column: in the list of a `SELECT`, left
  /// of an operator, after `BY`.
  private func isExpression(_ index: Int) -> Bool {
    guard dialect.isSQLite, verb != .pragma, verb != .attach, verb != .savepoint, verb != .release,
      tokens.kind(index + 1) != .dot, tokens.kind(index - 1) != .dot
    else { return false }
    switch tokens.kind(index - 1) {
    case .open where tokens.keyword(index - 2) == .check: return true
    case .open, .comma:
      if holdsNames.last == true { return false }
      switch clause {
      case .select, .returning, .by, .where, .having: return true
      case .on: return clauseBeforeOn == .join || clauseBeforeOn == .from
      default: return false
      }
    case .keyword:
      if tokens.keyword(index - 1) == .on { return clauseBeforeOn == .join || clauseBeforeOn == .from }
      return tokens.keyword(index - 1).mayPrecedeExpression
    default: return false
    }
  }

  /// Whether the parenthesis opens a list of columns: of `USING`, of a key, of a conflict, of a table or a query that is named.
  private func opensNames(_ index: Int) -> Bool {
    switch tokens.kind(index - 1) {
    case .word: return !isFunction(index - 1, open: index)
    // What is in parentheses must not become a value only when the word before them is shown as one.
    case .quoted: return index - 1 != lastWord && !isFunction(index - 1, open: index)
    case .keyword: return [.using, .unique, .key, .conflict, .into].contains(tokens.keyword(index - 1))
    default: return false
    }
  }

  /// `IDENTIFIED BY "secret"`, `IDENTIFIED BY PASSWORD secret`.
  private func isPassword(_ index: Int) -> Bool {
    if tokens.isWord(index, "password"), tokens.isName(index + 1) || tokens.kind(index + 1) == .parameter {
      return false
    }
    let before = tokens.isWord(index - 1, "password") ? index - 1 : index
    return tokens.keyword(before - 1) == .by && tokens.isWord(before - 2, "identified")
  }

  /// Whether nothing but a name can stand here, in any dialect.
  private func isInPlaceOfName(_ index: Int) -> Bool {
    switch tokens.kind(index - 1) {
    case .word, .quoted, .close: return !isAfterDoubtful
    case .open, .comma:
      if let isList = holdsValues.last, isList { return false }
      return clause == .from || clause == .by || clause == .set || clause == .returning || isNameList(index)
    case .keyword:
      switch tokens.keyword(index - 1) {
      case .from: return !(tokens.keyword(index - 2) == .distinct && isTest(index - 3))
      case .join, .into, .update, .table, .as, .references, .index, .view, .exists, .constraint, .by, .set, .returning,
        .savepoint, .with, .using, .collate:
        return true
      default: return false
      }
    default: return false
    }
  }

  /// Whether it stands in the list of columns that follows a table, as of `INSERT INTO`.
  private func isNameList(_ index: Int) -> Bool {
    guard let isList = holdsValues.last, !isList else { return false }
    return clause == .into || clause == .on || tokens.kind(index + 1) != .symbol && clause == .join
  }

  /// Where a query reads no table, nothing has a name.
  private mutating func isAlone(_ index: Int) -> Bool {
    guard selects, !readsTable, holdsValues.isEmpty else { return false }
    switch tokens.keyword(index - 1) {
    case .as, .collate, .by, .asc, .desc: return false
    default: break
    }
    isGenerated = false
    return true
  }

  private func isAfterOperator(_ index: Int) -> Bool {
    switch tokens.keyword(index - 1) {
    case .like, .glob, .regexp, .match, .escape, .is, .then, .else, .when, .default, .between, .ilike, .rlike, .limit,
      .offset:
      return true
    case .and: return betweenAnd == index - 1
    case .not: return tokens.keyword(index - 2) == .is
    case .from: return tokens.keyword(index - 2) == .distinct && isTest(index - 3)
    // `count(DISTINCT "a")`
    case .distinct, .all: return tokens.kind(index - 2) == .open && holdsValues.last == true
    default: return false
    }
  }

  private func isTest(_ index: Int) -> Bool {
    tokens.keyword(index) == .is || (tokens.keyword(index) == .not && tokens.keyword(index - 1) == .is)
  }

  /// Whether the parenthesis opens a list of `IN`, of arguments, or an operand.
  private func opensValues(_ index: Int) -> Bool {
    let before = index - 1
    switch tokens.kind(before) {
    case .symbol: return true
    case .open, .comma: return holdsValues.last ?? false
    case .keyword:
      switch tokens.keyword(before) {
      case .in, .values, .cast: return true
      default: return isAfterOperator(index)
      }
    case .word, .quoted: return isFunction(before, open: index)
    default: return false
    }
  }

  /// Whether a name before a parenthesis is a function's, not that of a table or of a module whose columns follow.
  private func isFunction(_ index: Int, open: Int) -> Bool {
    if tokens.kind(index - 1) == .dot { return false }
    switch tokens.keyword(index - 1) {
    case .into, .table, .references, .view, .update, .exists, .with, .recursive, .index, .using, .key, .constraint:
      return false
    case .on: if verb == .create { return false }
    default: break
    }
    if tokens.isWord(index, "key") || tokens.isWord(index, "conflict") { return false }
    // `WITH a(b) AS (…), c(d) AS NOT MATERIALIZED (…)`
    let after = tokens.closing(open) + 1
    return tokens.keyword(after) != .as
      || tokens.kind(after + 1) != .open && ![.not, .materialized].contains(tokens.keyword(after + 1))
  }

  /// Whether a word without quotes names a table or a column. Types, functions and collations have no quotes in any case.
  private func isBareName(_ index: Int) -> Bool {
    let before = tokens.keyword(index - 1)
    switch before {
    case .into, .table, .from, .join, .exists, .references: return true
    default: break
    }
    if tokens.kind(index + 1) == .open { return false }
    if verb == .create || verb == .alter || verb == .drop {
      switch before {
      case .table, .exists, .index, .view, .trigger, .into, .from, .update, .references, .join, .select, .column:
        return true
      case .on: return tokens.kind(index - 1) == .keyword
      default: return false
      }
    }
    return before != .collate && before != .as && before != .cast
  }
}
