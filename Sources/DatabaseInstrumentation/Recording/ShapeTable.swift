package import DatabaseSupport

/// Every shape that the process has seen, by a small number.
package final class ShapeTable: Sendable {
  package static let shared = ShapeTable()

  private let state = Locked(State())

  fileprivate struct State {
    var shapes = GrowingList<StatementShape>()
    var index: [Key: UInt32] = [:]
    var byText = HashIndex()
    /// What a source noted of each shape; 0: nothing.
    var notes: ContiguousArray<UInt32> = []
  }

  /// Shapes that show the same may turn out to differ, when the schema is known.
  fileprivate struct Key: Hashable {
    var shape: StatementShape

    static func == (left: Key, right: Key) -> Bool { left.shape.isSameText(as: right.shape) }
    func hash(into hasher: inout Hasher) { hasher.combine(shape) }
  }

  /// Texts with literals in them may be without number; their shapes are few.
  private static let textLimit = 65_536

  /// The number of the shape of a text.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - hash: A 64-bit hash of `text` that only this process uses.
  package func number(
    of text: UnsafeBufferPointer<UInt8>, hash: UInt64, dialect: SQLDialect
  ) -> (number: UInt32, shape: StatementShape) {
    let known = state.withLock { state in state.byText[hash].map { ($0, state.shapes[Int($0)]) } }
    if let known { return known }
    let shape = StatementShape(utf8: text, dialect: dialect)
    return state.withLock { state in
      let number = state.number(of: shape)
      if state.byText.count >= Self.textLimit { state.byText = HashIndex() }
      state.byText.insert(number, for: hash)
      return (number, state.shapes[Int(number)])
    }
  }

  /// The number of the shape of a text that was seen before, and what its source noted of it.
  package func known(hash: UInt64) -> (number: UInt32, note: UInt32)? {
    state.withLock { state in
      guard let number = state.byText[hash], Int(number) < state.notes.count else { return nil }
      let note = state.notes[Int(number)]
      return note == 0 ? nil : (number, note)
    }
  }

  /// Notes what a source wants to know of a shape at once, when it meets it again.
  ///
  /// - Parameter note: Not 0.
  package func note(_ note: UInt32, of number: UInt32) {
    state.withLock { state in
      let missing = Int(number) + 1 - state.notes.count
      if missing > 0 { state.notes.append(contentsOf: repeatElement(0, count: missing)) }
      state.notes[Int(number)] = note
    }
  }

  /// The number and the shape of a text.
  package func number(of text: String, dialect: SQLDialect) -> (number: UInt32, shape: StatementShape) {
    var text = text
    return text.withUTF8 { bytes in
      // Texts of two dialects may have two shapes.
      number(of: bytes, hash: Fingerprint.of(bytes) ^ UInt64(bitPattern: Int64(dialect.hashValue)), dialect: dialect)
    }
  }

  /// The number of a shape.
  package func number(of shape: StatementShape) -> UInt32 {
    state.withLock { $0.number(of: shape) }
  }

  package subscript(number: UInt32) -> StatementShape {
    state.withLock { $0.shapes[Int(number)] }
  }

  /// All of them so far; the number is the index.
  package var shapes: GrowingList<StatementShape> {
    state.withLock { $0.shapes }
  }
}

extension ShapeTable.State {
  fileprivate mutating func number(of shape: StatementShape) -> UInt32 {
    let key = ShapeTable.Key(shape: shape)
    if let known = index[key] { return known }
    let number = UInt32(shapes.count)
    shapes.append(shape)
    index[key] = number
    return number
  }
}
