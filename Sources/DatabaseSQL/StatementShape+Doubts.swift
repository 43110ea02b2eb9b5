extension StatementShape {
  /// Whether it has words of which only the schema knows whether they are names, and was not shown to one.
  package var isDoubtful: Bool { storage.doubts != nil && !storage.isDecided }

  /// Whether another shape may show the same.
  package var mayHaveSame: Bool { storage.doubts != nil }

  /// The same shape, showing those of its doubtful words that are known to be names.
  ///
  /// - Parameters:
  ///   - columns: In any case; what else stands as a name in the statement is known as well.
  ///   - areAll: Whether no table of the statement has another column. Then a word of a list that the text lets pass for a name,
  ///     and that is none, is a value.
  package func shown(knowing columns: some Sequence<String>, areAll: Bool = false) -> StatementShape {
    guard let doubts = storage.doubts else { return self }
    let judgesLists = areAll && !doubts.readsFunction
    var names: [Int: String] = [:]
    for name in judgesLists ? words(in: doubts.asValues) : words { names[DoubtfulWords.hash(name)] = name }
    for name in columns { names[DoubtfulWords.hash(name)] = name }
    let filled = doubts.filled { names[$0] }
    return StatementShape(
      storage: Storage(
        storage, showing: Self.normalized(filled, dialect: storage.dialect),
        doubts: judgesLists ? DoubtfulWords(decided: doubts) : doubts))
  }

  /// The names and keywords of what is shown, as they are written.
  package var words: [String] { words(in: storage.normalizedSQL) }

  private func words(in text: String) -> [String] {
    var text = text
    return text.withUTF8 { text in
      let tokens = SQLTokenList(text, dialect: storage.dialect)
      return (0..<tokens.count).compactMap {
        switch tokens.kind($0) {
        case .word, .quoted, .keyword: tokens.name($0)
        default: nil
        }
      }
    }
  }

  /// Whether one of them is what the other is to a schema.
  func isSame(asDecided other: StatementShape) -> Bool {
    guard let doubts = storage.doubts, let others = other.storage.doubts else { return false }
    return storage.isDecided != other.storage.isDecided && doubts.asValues == others.asValues
      && doubts.hasSameWords(as: others)
  }

  /// Whether it shows the same, of the same words.
  package func isSameText(as other: StatementShape) -> Bool {
    guard self == other else { return false }
    switch (storage.doubts, other.storage.doubts) {
    case (nil, nil): return true
    case (let doubts?, let others?): return doubts.hasSameWords(as: others)
    default: return false
    }
  }

  /// What is shown where a test names words of the statement.
  ///
  /// - Parameters:
  ///   - names: Names by their hashes.
  ///   - marked: Hashes of words that a test has, of which it is not known what they are.
  package func text(naming names: [Int: String], marking marked: Set<Int>) -> String {
    guard let doubts = storage.doubts else { return normalizedSQL }
    return Self.normalized(
      doubts.filled { names[$0] ?? (marked.contains($0) ? "\($0)" : nil) }, dialect: storage.dialect)
  }

  /// The hashes of its doubtful words.
  package var doubtfulHashes: Set<Int> { Set(storage.doubts?.hashes ?? []) }

  /// Whether the text alone lets its doubtful words pass for names.
  package var takesWordsForNames: Bool { storage.doubts?.isGenerated ?? false }

  /// What tells a word from others of this process, in any case.
  package static func hash(ofWord word: String) -> Int { DoubtfulWords.hash(word) }

  /// A text with all its words as names.
  static func normalized(_ text: String, dialect: SQLDialect) -> String {
    var text = text
    return text.withUTF8 { text in
      SQLNormalizer.withNormalized(text, dialect: dialect) { bytes, _ in String(decoding: bytes, as: UTF8.self) }
    }
  }
}

/// A statement that was told to be broken.
extension StatementShape {
  /// The shape of a statement that the database could not understand: a quotation in it may end anywhere, so that nothing is
  /// shown of what follows the first string.
  package init(broken sql: String, dialect: SQLDialect) {
    var sql = sql
    let cut = sql.withUTF8 { OpenQuotation.cut($0, quote: nil, dialect: dialect) }
    self.init(cut ?? sql, dialect: dialect)
  }
}
