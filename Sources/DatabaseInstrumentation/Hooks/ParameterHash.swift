/// Tells sets of bound values apart without keeping them.
enum ParameterHash {
  /// - Parameter fingerprint: Of the statement.
  /// - Returns: Never 0, which stands for unknown.
  static func of(_ values: [String?], fingerprint: UInt64) -> UInt64 {
    var hash = fingerprint
    for value in values {
      // NULL differs from the text of it, and the length of each keeps ("a", "b") apart from ("ab", "").
      var part = value.map { "\($0.utf8.count):\($0)" } ?? "-"
      hash = SeededGenerator.mix(hash ^ part.withUTF8 { Fingerprint.of($0) })
    }
    return hash == 0 ? 1 : hash
  }
}
