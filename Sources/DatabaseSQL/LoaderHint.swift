/// What the text of a `SELECT` says about keys: enough, with the foreign keys, to tell how a relationship was loaded.
///
/// Its outermost query counts, or where that has no key the queries that it reads from: those of `WITH` and `FROM`, and what a
/// query without tables asks for, as in `SELECT EXISTS (…)`. Of conditions only those count that must all hold: those of
/// `WHERE` and `ON` that `AND` joins. Names are without quotes, and aliases stand for their tables.
package struct LoaderHint: Sendable, Hashable {
  /// Columns of one table compared with values.
  package struct KeyPredicate: Sendable, Hashable {
    package enum Form: Sendable, Hashable {
      /// `authorId = ?`, `authorId IS ?`, `(a, b) = (?, ?)`.
      case equality
      /// `authorId IN (?)`, `authorId IN (VALUES (?))`, `authorId = ANY (?)`, and
      /// `authorId IN (SELECT value FROM json_each(?))`.
      case inList
      /// `authorId IN (SELECT id FROM author …)`, and `authorId IN name` of a `WITH` or a table; table and columns where they are plain, else `nil` and empty.
      case inSubquery(table: String?, columns: [String])
    }

    /// The table; `nil` where the column could belong to several, or to a subquery.
    package var table: String?
    package var columns: [String]
    package var form: Form
  }

  /// Columns of one table that equal those of another, in `ON`, `USING` or `WHERE`.
  ///
  /// Left is what stands first in `FROM`.
  package struct Join: Sendable, Hashable {
    package var leftTable: String
    package var leftColumns: [String]
    package var rightTable: String
    package var rightColumns: [String]
  }

  /// In the order of the text. A composite key that is compared column by column gives one for each column.
  package var keyPredicates: [KeyPredicate] = []
  package var joins: [Join] = []
  /// Whether there is a condition with a value in it that is none of these: `OR`, ranges, `LIKE`, `NOT IN`, functions; or the
  /// keys are those of an inner query.
  package var hasOtherConditions = false
  package var hasLimit = false
  package var hasOrderBy = false
  package var hasGroupBy = false
  package var hasDistinct = false
  /// `UNION`, `EXCEPT`, `INTERSECT`; then the rest describes nothing and is empty, but for `hasOtherConditions`, and for the keys
  /// where each part has one.
  package var isCompound = false
  /// Whether every result column is an aggregate such as `COUNT(*)`, and there is no `GROUP BY`.
  package var isAggregate = false
  /// Whether GRDB wrote it for `including(all:)`, where one parent row gives `authorId = ?` instead of a list.
  package var isPrefetch = false
  /// The first table of `FROM`; `nil` where a subquery or a function stands there.
  package var mainTable: String?

  package init() {}

  /// Whether a value is compared with a column, so that its parameters may tell the runs of the statement apart.
  package var looksLikeKeyLookup: Bool {
    keyPredicates.contains { predicate in
      switch predicate.form {
      case .equality, .inList: true
      case .inSubquery: false
      }
    }
  }
}

extension LoaderHint.KeyPredicate {
  /// Whether the key is compared with values, and not with a subquery.
  package var isByValue: Bool {
    switch form {
    case .equality, .inList: true
    case .inSubquery: false
    }
  }
}
