/// One time that related rows were read.
///
/// ```swift
/// let recording = try recordDatabase { try library.authorsWithBooks() }
/// #expect(recording.loads.map(\.strategy) == [.selectIn])
/// #expect(recording.loads.first?.relationship == "book.authorId")
/// ```
///
/// What an app's text tells: equality on a foreign key is lazy, or immediate inside of the open query for the parents; a
/// list of keys is selectIn, and its chunks are one load; a join along a foreign key is joined; a key compared with a
/// subquery is subquery. Foreign keys come from the statements that defined the tables, else from the database file; where
/// they are not known, nothing is called a load. A lookup by primary key is one only after rows that refer to the table
/// were read. Counting rows loads none.
public struct RelationshipLoad: Sendable, Hashable, CustomStringConvertible {
  /// How.
  public let strategy: LoadStrategy
  /// Child table and key column: `book.authorId`. Where two keys of one table may have been followed, both:
  /// `book.authorId or book.editorId`.
  public let relationship: String
  /// For how many parents, where that is known: 1 for lazy and immediate loads.
  public let parentCount: Int?
  /// The numbers of the statements that did it, ascending; several where a list of keys was cut into chunks.
  public let statementNumbers: [Int]

  package init(strategy: LoadStrategy, relationship: String, parentCount: Int?, statementNumbers: [Int]) {
    self.strategy = strategy
    self.relationship = relationship
    self.parentCount = parentCount
    self.statementNumbers = statementNumbers
  }

  /// `lazy book.authorId (#3)`.
  public var description: String {
    "\(strategy) \(relationship) (\(statementNumbers.map { "#\($0)" }.joined(separator: ", ")))"
  }
}
