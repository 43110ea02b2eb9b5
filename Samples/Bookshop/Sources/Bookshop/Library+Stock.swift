import GRDB

extension Library {
  /// Fills an empty library with rows that are the same in every run and on every machine.
  ///
  /// - Parameters:
  ///   - stock: How many rows.
  ///   - seed: Another seed makes other rows.
  func fill(with stock: Stock, seed: UInt64 = 1) throws {
    var random = SplitMix64(state: seed)
    try database.write { db in
      let tags = try (0..<stock.tags).map { number in
        let subject = Words.subjects[number % Words.subjects.count]
        return try Tag(name: "\(subject) \(number / Words.subjects.count + 1)").inserted(db)
      }
      for number in 0..<stock.authors {
        let name = "\(random.pick(Words.names)) \(random.pick(Words.surnames)) \(number + 1)"
        let author = try Author(name: name, country: random.pick(Words.countries)).inserted(db)
        for _ in 0..<stock.booksPerAuthor {
          try addBook(of: author, from: stock, tags, &random, db)
        }
      }
    }
  }

  private func addBook(
    of author: Author, from stock: Stock, _ tags: [Tag], _ random: inout SplitMix64, _ db: Database
  ) throws {
    let title = "\(random.pick(Words.adjectives)) \(random.pick(Words.subjects))"
    let book = try Book(authorId: author.id!, title: title, year: random.pick(1950...2024)).inserted(db)
    let subjects = tags.isEmpty ? [] : Set((1...3).map { _ in random.pick(tags).id! })
    for subject in subjects.sorted() {
      try BookTag(bookId: book.id!, tagId: subject).insert(db)
    }
    for _ in 0..<stock.reviewsPerBook {
      _ = try Review(bookId: book.id!, stars: random.pick(1...5), text: random.pick(Words.opinions)).inserted(db)
    }
  }
}

/// A generator of the same numbers on every machine. https://prng.di.unimi.it/splitmix64.c
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element {
    choices[choices.index(choices.startIndex, offsetBy: Int(next() % UInt64(choices.count)))]
  }
}

private enum Words {
  static let names = ["Ada", "Ben", "Chen", "Dora", "Emre", "Fatou", "Greta", "Hugo", "Ines", "Jun"]
  static let surnames = ["Almeida", "Brandt", "Castro", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad"]
  static let countries = ["Brazil", "Denmark", "France", "Japan", "Senegal", "Turkey"]
  static let adjectives = ["Silent", "Long", "Hidden", "Last", "Second", "Open", "Northern", "Broken"]
  static let subjects = ["River", "Winter", "Garden", "City", "Letter", "Island", "Machine", "Harbour"]
  static let opinions = ["could not put it down", "too long", "a gift", "read it twice", "not for me"]
}
