internal import DatabaseInstrumentation

/// Shapes that a test names by their SQL.
///
/// What a test writes as `book` an ORM sends as `"book"`: in a comparison with what was sent, quotes around names do not
/// count. (To the shapes themselves they do: quoted, a name may be another one.)
struct ShapeSet: Sendable {
  private var texts: Set<String> = []

  init(_ shapes: [StatementShape] = []) {
    texts = Set(shapes.map(Self.unquoted))
  }

  var isEmpty: Bool { texts.isEmpty }

  func contains(_ shape: StatementShape) -> Bool {
    !texts.isEmpty && texts.contains(Self.unquoted(shape))
  }

  /// A normalised text has no strings, so that the quotes left in it stand around names.
  private static func unquoted(_ shape: StatementShape) -> String {
    let text = shape.normalizedSQL
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "`") }) else { return text }
    return text.filter { $0 != "\"" && $0 != "`" }
  }
}
