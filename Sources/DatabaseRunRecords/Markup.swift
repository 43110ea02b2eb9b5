internal import DatabaseSupport

extension String {
  /// Text for an element or an attribute of XML and HTML, on one line.
  ///
  /// - Parameter limit: Characters; more are cut, with an ellipsis.
  package func markup(limit: Int) -> String {
    var result = ""
    var count = 0
    for character in singleLine {
      guard count < limit else { return result + "…" }
      count += 1
      // Marks can be heaped on one character without an end.
      for scalar in character.unicodeScalars.prefix(8) {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
