extension String {
  /// Without characters that break a line, steer a terminal or turn the direction of the text: SQL, names and messages of
  /// others may hold any, and nothing of them may change what the output says.
  package var singleLine: String {
    guard unicodeScalars.contains(where: \.changesOutput) else { return self }
    var scalars = UnicodeScalarView()
    for scalar in unicodeScalars { scalars.append(scalar.changesOutput ? " " : scalar) }
    return String(scalars)
  }
}

extension Unicode.Scalar {
  fileprivate var changesOutput: Bool {
    switch value {
    case 0x20..<0x7F: false
    case 0..<0x20, 0x7F..<0xA0: true  // C0 with ESC, DEL, and C1 with CSI
    case 0x2028, 0x2029: true  // separators of lines and paragraphs
    case 0x61C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // directions
    default: false
    }
  }
}
