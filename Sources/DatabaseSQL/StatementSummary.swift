/// Puts together the summary of a statement: operations and targets, as long as whole ones fit.
struct StatementSummary {
  static let limit = 255

  private struct Piece {
    var text: String
    /// The name to look for among those of a `WITH`, which are no targets.
    var name: String?
    var index: Int
  }

  private var pieces: [Piece] = []
  private var size = 0
  private(set) var text = ""

  mutating func add(operation: String) {
    add(Piece(text: operation, index: 0))
  }

  mutating func add(target: String, name: String?, at index: Int) {
    add(Piece(text: target, name: name, index: index))
  }

  /// Adds the last part of a name, as of `PRAGMA main.table_info`.
  mutating func addName(of tokens: SQLTokenList, after index: Int) {
    var last = index + 1
    guard tokens.isName(last) else { return }
    while tokens.kind(last + 1) == .dot, tokens.isName(last + 2) { last += 2 }
    add(operation: tokens.text(from: index + 1, through: last))
  }

  /// Makes `CREATE TABLE` of `CREATE`.
  mutating func extendOperation(_ object: String) {
    guard !pieces.isEmpty else { return }
    pieces[pieces.count - 1].text += " " + object
  }

  private mutating func add(_ piece: Piece) {
    // Names of a `WITH` are taken out at the end, so somewhat more than what fits is kept.
    guard size <= 16 * Self.limit else { return }
    size += piece.text.utf8.count + 1
    pieces.append(piece)
  }

  mutating func end(isHidden: (String, Int) -> Bool) {
    for piece in pieces {
      if let name = piece.name, isHidden(name, piece.index) { continue }
      let isFirst = text.isEmpty
      guard text.utf8.count + piece.text.utf8.count + (isFirst ? 0 : 1) <= Self.limit else { break }
      text += isFirst ? piece.text : " " + piece.text
    }
    pieces = []
  }
}
