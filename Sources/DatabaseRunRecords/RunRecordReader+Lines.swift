extension RunRecordReader {
  /// Takes one line as ``read(_:isLast:)`` does, and tells whether it is whole without decoding it: a merge copies lines.
  ///
  /// - Returns: Whether it is a header or a test; `false` for an empty line and one that was cut.
  /// - Throws: ``RunRecordError`` where a header says that the file cannot be read.
  package mutating func check(_ line: UnsafeBufferPointer<UInt8>, isLast: Bool = false) throws -> Bool {
    guard header != nil, !Self.isHeader(line) else { return try takeHeader(line, isLast: isLast) }
    guard !line.isEmpty else { return false }
    let isWhole = Self.isOneObject(line)
    if !isWhole { noteDamage() }
    return isWhole
  }

  /// Whether the bytes are one object of JSON as far as its ends tell: every string, brace and bracket is closed, the first
  /// by the last.
  static func isOneObject(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard line.first == UInt8(ascii: "{") else { return false }
    var depth = 0
    var index = 0
    let count = line.count
    while index < count {
      switch line[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index == count - 1 }
      case UInt8(ascii: "\""):
        index += 1
        while index < count, line[index] != UInt8(ascii: "\"") {
          index += line[index] == UInt8(ascii: "\\") ? 2 : 1
        }
      default:
        break
      }
      index += 1
    }
    return false
  }
}
