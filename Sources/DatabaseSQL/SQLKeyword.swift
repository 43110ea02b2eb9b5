/// The words that are written in capitals in normalised SQL; the raw value is the spelling.
package enum SQLKeyword: String, CaseIterable {
  case none = ""
  case abort, absolute, action, add, after, all, alter, always, analyze, and, `as`, asc, attach, autoincrement
  case backward, before, begin, between, by
  case call, cascade, `case`, cast, check, close, collate, column, comment, commit, conflict, constraint, copy, create
  case cross, current, currentDate = "current_date", currentTime = "current_time"
  case currentTimestamp = "current_timestamp", cursor
  case database, deallocate, declare, `default`, deferrable, deferred, delayed, delete, desc, describe, detach, distinct
  case `do`, drop, duplicate
  case each, `else`, end, escape, except, exclusive, execute, exists, explain
  case fail, `false`, fetch, filter, first, following, `for`, foreign, forward, from, full, function
  case generated, glob, grant, group, groups
  case having
  case `if`, ignore, ilike, immediate, `in`, index, initially, inner, insert, instead, intersect, into, `is`, isnull
  case join
  case key
  case last, lateral, left, like, limit, load, lock, locked
  case match, materialized, merge, move
  case natural, next, no, not, nothing, notnull, nowait, null, nulls
  case of, offset, on, only, or, order, outer, over
  case partition, plan, pragma, preceding, prepare, primary, prior, procedure
  case query
  case range, recursive, references, refresh, regexp, reindex, relative, release, rename, replace, restrict, returning
  case revoke, right, rlike, rollback, row, rowid, rows
  case savepoint, schema, select, set, share, show, similar, skip, start, stored, straightJoin = "straight_join", strict
  case table, temp, temporary, then, to, transaction, trigger, `true`, truncate
  case unbounded, union, unique, update, use, using
  case vacuum, values, view, virtual
  case when, `where`, window, with, without, work
}

/// Where a word is a keyword; elsewhere it is somebody's column.
struct KeywordRules: OptionSet {
  let rawValue: UInt8

  /// Everywhere but after a dot.
  static let always = KeywordRules(rawValue: 1)
  /// After something that ends a value: `x DESC`.
  static let operatorPosition = KeywordRules(rawValue: 2)
  /// Where a value may begin: `= TRUE`.
  static let operandPosition = KeywordRules(rawValue: 4)
  /// As the first word of a statement.
  static let first = KeywordRules(rawValue: 8)
  /// Depending on its neighbours, see `SQLTokenizer.isKeyword(_:amongNeighboursAt:)`.
  static let neighbours = KeywordRules(rawValue: 16)
  /// The keyword ends a value: `NULL - 1` subtracts.
  static let endsValue = KeywordRules(rawValue: 32)
}

extension SQLKeyword {
  var rules: KeywordRules {
    switch self {
    case .none: []
    case .null, .currentDate, .currentTime, .currentTimestamp, .isnull, .notnull: [.always, .endsValue]
    case .true, .false: [.operandPosition, .endsValue]
    case .end: [.operatorPosition, .first, .endsValue]
    case .add, .all, .alter, .and, .as, .autoincrement, .between, .case, .collate, .constraint, .create, .default,
      .deferrable, .delete, .distinct, .drop, .else, .escape, .except, .exists, .foreign, .from, .group, .having, .in,
      .index, .insert, .intersect, .into, .is, .join, .lateral, .limit, .not, .on, .or, .order, .primary, .references,
      .returning, .select, .set, .straightJoin, .table, .then, .to, .transaction, .union, .unique, .update, .using,
      .values, .when, .where, .with, .check:
      .always
    case .asc, .desc, .offset, .for, .over, .filter, .window, .rename, .generated, .stored, .strict, .without, .cursor,
      .before, .after, .instead, .rows, .range, .groups:
      .operatorPosition
    case .left, .right, .full, .inner, .cross, .natural, .like, .glob, .regexp, .match, .ilike, .rlike, .similar,
      .virtual, .nulls, .do, .cascade, .restrict, .preceding, .following:
      [.operatorPosition, .neighbours]
    case .fetch, .begin: [.operatorPosition, .first, .neighbours]
    case .abort, .replace, .rollback, .savepoint, .analyze: [.first, .neighbours]
    case .attach, .call, .close, .comment, .commit, .copy, .deallocate, .declare, .describe, .detach, .execute,
      .explain, .grant, .load, .lock, .merge, .move, .pragma, .prepare, .refresh, .reindex, .release, .revoke, .show,
      .start, .truncate, .use, .vacuum:
      .first
    case .absolute, .action, .always, .backward, .by, .cast, .column, .conflict, .current, .database, .deferred,
      .delayed, .duplicate, .each, .exclusive, .fail, .first, .forward, .function, .if, .ignore, .immediate, .initially,
      .key, .last, .locked, .materialized, .next, .no, .nothing, .nowait, .of, .only, .outer, .partition, .plan, .prior,
      .procedure, .query, .recursive, .relative, .row, .rowid, .schema, .share, .skip, .temp, .temporary, .trigger,
      .unbounded, .view, .work:
      .neighbours
    }
  }
}

extension SQLKeyword {
  /// Whether an expression follows it, or may: `SELECT "a"`, `WHERE "a" = 1`.
  var mayPrecedeExpression: Bool {
    switch self {
    case .select, .distinct, .all, .where, .having, .and, .or, .not, .by, .case, .returning, .on: true
    default: false
    }
  }

  /// Whether what follows it may stand in the list of a `SELECT` or of `RETURNING`.
  var mayBeginList: Bool {
    switch self {
    case .select, .distinct, .all, .returning, .case: true
    default: false
    }
  }

  /// Whether an operand follows it, or may: `LIKE "a"`, `IN ("a")`, `count(DISTINCT "a")`.
  var mayPrecedeValue: Bool {
    switch self {
    case .like, .glob, .regexp, .match, .ilike, .rlike, .escape, .is, .not, .then, .else, .when, .default, .between,
      .and,
      .distinct, .all, .in, .values, .cast, .limit, .offset:
      true
    default: false
    }
  }
}
