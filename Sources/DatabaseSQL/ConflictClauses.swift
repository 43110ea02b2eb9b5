/// What a statement or a definition does with rows that are in the way.
package struct ConflictClauses: Sendable, Hashable {
  /// Whether it says `REPLACE` anywhere but as the name of the function: rows may be removed that are in the way.
  package var mayReplace = false
  /// Whether it is an upsert that updates: `ON CONFLICT … DO UPDATE`.
  package var mayUpdate = false

  package init(_ sql: String) {
    var sql = sql
    self = sql.withUTF8 { ConflictClauses(SQLTokenList($0, dialect: .sqlite)) }
  }

  init(_ tokens: SQLTokenList) {
    mayReplace = tokens.sayReplace
    mayUpdate = (0..<tokens.count).contains { tokens.keyword($0) == .do && tokens.keyword($0 + 1) == .update }
  }
}

extension SQLTokenList {
  /// A column of that name counts, too: what is called unknown for it is not wrong.
  package var sayReplace: Bool {
    (0..<count).contains { index in
      (keyword(index) == .replace || isWord(index, "replace")) && kind(index + 1) != .open
    }
  }

  package func sayWithoutRowid(after start: Int) -> Bool {
    (start..<count).contains { index in
      (keyword(index) == .without || isWord(index, "without"))
        && (keyword(index + 1) == .rowid || isWord(index + 1, "rowid"))
    }
  }
}
