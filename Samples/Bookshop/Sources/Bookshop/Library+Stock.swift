import GRDB

/// How much a shop has.
struct Stock: Sendable {
  var authors: Int
  var booksPerAuthor: Int
  var tags: Int
  var reviewsPerBook: Int

  init(authors: Int, booksPerAuthor: Int, tags: Int, reviewsPerBook: Int) {
    self.authors = authors
    self.booksPerAuthor = booksPerAuthor
    self.tags = tags
    self.reviewsPerBook = reviewsPerBook
  }

  /// A few rows, for a test.
  static let shelf = Stock(authors: 11, booksPerAuthor: 3, tags: 5, reviewsPerBook: 1)
  /// A few thousand rows, for a demonstration.
  static let store = Stock(authors: 60, booksPerAuthor: 10, tags: 40, reviewsPerBook: 3)
}

extension Library {
  /// Fills the tables with rows that are the same in every run.
  func fill(with stock: Stock, seed: UInt64 = 1) throws {
    var random = Generator(state: seed)
    try database.write { db in
      for number in 0..<stock.tags {
        var tag = Tag(name: "\(Words.subjects[number % Words.subjects.count]) \(number / Words.subjects.count + 1)")
        try tag.insert(db)
      }
      for number in 0..<stock.authors {
        var author = Author(
          name: "\(random.pick(Words.names)) \(random.pick(Words.surnames)) \(number + 1)",
          country: random.pick(Words.countries))
        try author.insert(db)
        for _ in 0..<stock.booksPerAuthor {
          var book = Book(
            authorId: author.id ?? 0, title: "\(random.pick(Words.adjectives)) \(random.pick(Words.subjects))",
            year: 1950 + Int(random.next() % 75))
          try book.insert(db)
          let tags = Set((0..<3).map { _ in Int64(random.next() % UInt64(max(1, stock.tags))) + 1 })
          for tag in tags.sorted() where stock.tags > 0 { try BookTag(bookId: book.id ?? 0, tagId: tag).insert(db) }
          for _ in 0..<stock.reviewsPerBook {
            var review = Review(
              bookId: book.id ?? 0, stars: 1 + Int(random.next() % 5), text: random.pick(Words.opinions))
            try review.insert(db)
          }
        }
      }
    }
  }
}

/// SplitMix64: the same numbers on every machine.
private struct Generator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func pick(_ words: [String]) -> String { words[Int(next() % UInt64(words.count))] }
}

private enum Words {
  static let names = ["Ada", "Ben", "Chen", "Dora", "Emre", "Fatou", "Greta", "Hugo", "Ines", "Jun"]
  static let surnames = ["Almeida", "Brandt", "Castro", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad"]
  static let countries = ["Brazil", "Denmark", "France", "Japan", "Senegal", "Turkey"]
  static let adjectives = ["Silent", "Long", "Hidden", "Last", "Second", "Open", "Northern", "Broken"]
  static let subjects = ["River", "Winter", "Garden", "City", "Letter", "Island", "Machine", "Harbour"]
  static let opinions = ["could not put it down", "too long", "a gift", "read it twice", "not for me"]
}
