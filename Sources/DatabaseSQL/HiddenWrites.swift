extension SQLTokenList {
  /// What a statement of PostgreSQL writes that does not begin like a write: `EXPLAIN ANALYZE DELETE …`, `SELECT … INTO …`,
  /// `COPY … FROM …`.
  var hiddenWrite: StatementKind? {
    switch keyword(0) {
    case .explain: return runsWhatItExplains ? writeOfVerbs(from: 1) : nil
    case .copy: return hasOutside(.from) ? .insert : nil
    case .select: return hasOutside(.into) ? .insert : nil
    case .with: return hasOutside(.into) && hasOutside(.select) && !hasOutside(.insert) ? .insert : nil
    default: return nil
    }
  }

  /// `EXPLAIN ANALYZE`, `EXPLAIN (ANALYZE, BUFFERS)`, `EXPLAIN (ANALYZE TRUE)`; not `EXPLAIN (ANALYZE FALSE)`.
  private var runsWhatItExplains: Bool {
    let end = kind(1) == .open ? closing(1) : min(3, count)
    guard let place = (1..<max(1, end)).first(where: { isAnalyze($0) }) else { return false }
    let isOff = keyword(place + 1) == .false || isWord(place + 1, "false") || isWord(place + 1, "off")
    return !isOff
  }

  private func isAnalyze(_ index: Int) -> Bool { keyword(index) == .analyze || isWord(index, "analyze") }

  /// The first verb outside of parentheses, if it writes; those of a `WITH` stand inside of them.
  private func writeOfVerbs(from start: Int) -> StatementKind? {
    for index in start..<count {
      switch keyword(index) {
      case .insert: return .insert
      case .update where keyword(index - 1) != .for: return .update
      case .merge: return .update
      case .delete: return .delete
      default: continue
      }
    }
    return nil
  }

  /// Whether a keyword of the first statement stands outside of parentheses.
  private func hasOutside(_ wanted: SQLKeyword) -> Bool {
    var index = 0
    while index < count, kind(index) != .semicolon {
      if kind(index) == .open { index = closing(index) }
      if keyword(index) == wanted { return true }
      index += 1
    }
    return false
  }
}
