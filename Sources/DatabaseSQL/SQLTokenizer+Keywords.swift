extension SQLTokenizer {
  /// Whether a word that is a keyword in some places is one here.
  func isKeyword(_ keyword: SQLKeyword, _ rules: KeywordRules, followedFrom end: Int) -> Bool {
    if rules.contains(.operatorPosition), previousEndsValue { return true }
    if rules.contains(.operandPosition), !previousEndsValue { return true }
    if rules.contains(.first), isFirst { return true }
    return rules.contains(.neighbours) && isKeyword(keyword, amongNeighboursAt: end)
  }

  private var isFirst: Bool {
    if previousKind == .semicolon { return true }
    switch previousKeyword {
    case .explain, .plan, .analyze, .begin: return true
    default: return false
    }
  }

  private func isKeyword(_ keyword: SQLKeyword, amongNeighboursAt end: Int) -> Bool {
    let before = previousKeyword
    switch keyword {
    case .like, .glob, .regexp, .match, .ilike, .rlike, .similar: return before == .not
    case .left, .right, .full, .inner, .cross: return before == .natural
    case .natural, .virtual: return keyword == .virtual && before == .create
    case .outer: return before == .left || before == .right || before == .full
    case .nulls: return before == .asc || before == .desc
    case .first, .last: return [.nulls, .fetch, .move].contains(before)
    case .next, .prior, .absolute, .relative, .forward, .backward: return before == .fetch || before == .move
    case .do: return before == .conflict
    case .cascade, .restrict: return before == .delete || before == .update
    case .conflict, .duplicate: return before == .on
    case .nothing: return before == .do
    case .no: return [.delete, .update, .for].contains(before) && (isNext("action", end) || isNext("key", end))
    case .action: return before == .no
    case .key:
      return [.primary, .foreign, .unique, .duplicate, .for, .no].contains(before)
    // A name may fold to a value, which ends a value just so: the rule must not tell them apart.
    case .by: return [.group, .order, .partition, .generated].contains(before) || previousEndsValue
    case .cast: return isNextOpen(end)
    case .partition: return isNext("by", end)
    case .current: return isNext("row", end) || isNext("of", end)
    case .of: return [.update, .instead, .current, .share].contains(before)
    case .row: return before == .each || before == .current
    case .each: return before == .for
    case .unbounded: return isNext("preceding", end) || isNext("following", end)
    case .preceding, .following: return before == .unbounded
    case .only: return [.from, .update, .table, .into, .rows, .row].contains(before)
    case .recursive: return before == .with
    case .materialized: return [.as, .not, .create, .drop, .refresh].contains(before)
    case .temp, .temporary: return [.create, .replace].contains(before)
    case .view, .trigger, .function, .procedure:
      return [.create, .drop, .alter, .temp, .temporary, .materialized, .replace].contains(before)
    case .column: return [.add, .drop, .rename, .alter].contains(before)
    case .if: return [.table, .index, .view, .trigger, .column, .schema, .database].contains(before)
    case .rowid: return before == .without
    case .deferred, .immediate, .exclusive: return before == .begin || before == .initially
    case .initially: return before == .deferrable
    case .work: return [.begin, .commit, .rollback].contains(before)
    case .savepoint: return before == .to || before == .release
    case .replace, .abort, .rollback, .fail, .ignore: return resolvesConflict(keyword)
    case .begin: return before == .row
    case .fetch: return false
    case .analyze: return before == .explain
    case .query: return before == .explain
    case .plan: return before == .query
    case .always: return before == .generated
    case .share: return before == .for || before == .key
    case .nowait, .skip: return [.update, .share].contains(before)
    case .locked: return before == .skip
    case .delayed: return before == .insert || before == .replace
    case .database: return [.create, .drop, .alter, .attach, .detach].contains(before)
    case .schema: return [.create, .drop, .alter].contains(before)
    default: return false
    }
  }

  /// `INSERT OR IGNORE`, `ON CONFLICT REPLACE`, MySQL's `INSERT IGNORE`, `CREATE OR REPLACE`.
  private func resolvesConflict(_ keyword: SQLKeyword) -> Bool {
    switch previousKeyword {
    case .or: [.insert, .update, .create].contains(keywordBefore)
    case .conflict: true
    case .insert, .update, .delete: keyword == .ignore
    default: false
    }
  }

  private func isNext(_ word: StaticString, _ end: Int) -> Bool {
    var index = position(afterSpacesFrom: end)
    let length = word.utf8CodeUnitCount
    guard index + length <= count else { return false }
    for offset in 0..<length {
      guard base[index] | 0x20 == word.utf8Start[offset] else { return false }
      index += 1
    }
    return !continuesName(index)
  }

  private func isNextOpen(_ end: Int) -> Bool {
    byte(at: position(afterSpacesFrom: end)) == UInt8(ascii: "(")
  }

  private func position(afterSpacesFrom start: Int) -> Int {
    var index = start
    while index < count, classes[Int(base[index])] == ByteClass.space { index += 1 }
    return index
  }
}
