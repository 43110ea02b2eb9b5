internal import DatabaseInstrumentation

/// Shapes that a test names by their SQL.
///
/// What a test writes as `book` an ORM sends as `"book"`: in a comparison with what was sent, quotes around names do not
/// count. (To the shapes themselves they do: quoted, a name may be another one.)
struct ShapeSet: Sendable {
  private var texts: Set<String> = []
  /// Names that the test has, by their hashes, and the hashes of its words that may be names or strings.
  private var names: [Int: String] = [:]
  private var marked: Set<Int> = []

  init(_ shapes: [StatementShape] = []) {
    guard !shapes.isEmpty else { return }
    for shape in shapes {
      for word in shape.words { names[StatementShape.hash(ofWord: word)] = word }
      marked.formUnion(shape.doubtfulHashes)
    }
    texts = Set(shapes.filter { !$0.takesWordsForNames }.map { Self.unquoted($0.normalizedSQL) })
    texts.formUnion(shapes.map { Self.unquoted($0.text(naming: names, marking: marked)) })
  }

  var isEmpty: Bool { texts.isEmpty }

  func contains(_ shape: StatementShape) -> Bool {
    guard !texts.isEmpty else { return false }
    if texts.contains(Self.unquoted(shape.normalizedSQL)) { return true }
    return shape.mayHaveSame && texts.contains(Self.unquoted(shape.text(naming: names, marking: marked)))
  }

  /// A normalised text has no strings, so that the quotes left in it stand around names.
  private static func unquoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "`") }) else { return text }
    return text.filter { $0 != "\"" && $0 != "`" }
  }
}
