/// How the rows of a relationship are read.
public enum LoadStrategy: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
  /// One query for one parent, when its related rows are asked for: `SELECT * FROM book WHERE authorId = ?`.
  case lazy
  /// The same while the query for the parents is still open, on its connection and thread.
  case immediate
  /// One query for the related rows of many parents: `SELECT * FROM book WHERE authorId IN (?)`.
  case selectIn
  /// Parents and related rows in one query: `SELECT * FROM book JOIN author ON author.id = book.authorId`.
  case joined
  /// One query that asks for the parents again: `… WHERE authorId IN (SELECT id FROM author WHERE country = ?)`.
  case subquery

  /// The name.
  public var description: String { rawValue }
}
