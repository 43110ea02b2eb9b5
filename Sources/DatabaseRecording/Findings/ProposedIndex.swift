internal import DatabaseInstrumentation

/// An index that a message may propose.
struct ProposedIndex: Hashable {
  var table: String
  /// As an index writes them: `title`, `lower(title)`, `year DESC`.
  var terms: [String]
  var name: String
  /// Of which each term is made.
  var columns: [String]
  /// The columns, where the terms are nothing else.
  var plainColumns: [String]?

  /// - Parameter taken: Names that something else has, in lower case.
  init(table: String, terms: [StatementTerms.Order], besides taken: Set<String> = []) {
    self.table = table
    self.terms = terms.map { $0.term.text + ($0.isDescending ? " DESC" : "") }
    columns = terms.map(\.term.column)
    plainColumns =
      terms.allSatisfy { $0.term.isPlain && !$0.isDescending } ? terms.map(\.term.column) : nil
    let words = terms.map { order in
      order.term.isPlain || order.term.text.contains(" COLLATE ")
        ? order.term.column : "\(order.term.text.prefix { $0 != "(" }.lowercased())_\(order.term.column)"
    }
    let plain = ([table] + words).joined(separator: "_")
    var name = plain
    var number = 2
    while taken.contains(name.lowercased()) {
      name = "\(plain)_\(number)"
      number += 1
    }
    self.name = name
  }

  /// `CREATE INDEX book_title ON book (title)`.
  var definition: String {
    let quoted = StatementTerms.Term.quoted
    return "CREATE INDEX \(quoted(name)) ON \(quoted(table)) (\(terms.joined(separator: ", ")))"
  }

  /// How it is made with a library: GRDB has a call for columns.
  func text(for library: DatabaseLibrary?) -> String {
    guard library == .grdb, let plainColumns else { return definition }
    let columns = plainColumns.map { "\"\($0)\"" }.joined(separator: ", ")
    return "db.create(indexOn: \"\(table)\", columns: [\(columns)])"
  }
}

/// Indexes that were tried together, and what the database said.
struct TriedIndexes {
  var indexes: [ProposedIndex]
  /// The lines of the plan that name them: `SEARCH book USING INDEX book_title (title=?)`.
  var says: [String]

  /// `       with it SQLite says SEARCH book USING INDEX book_title (title=?); tried`
  var line: String {
    "       with \(indexes.count == 1 ? "it" : "them") SQLite says \(says.joined(separator: ", ")); tried"
  }

  /// `an index, e.g. CREATE INDEX book_title ON book (title)`
  func advice(for library: DatabaseLibrary?) -> String {
    let texts = indexes.map { $0.text(for: library) }
    return (texts.count == 1 ? "an index, e.g. " : "indexes, e.g. ") + texts.joined(separator: "; ")
  }
}
