internal import DatabaseSupport

/// A line that GitHub Actions reads from the output of a step and shows in the diff of a pull request.
///
/// See [workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
package struct WorkflowCommand: Sendable, Equatable {
  package enum Level: String, Sendable {
    case error, warning, notice
  }

  /// `::error file=Sources/App/Library.swift,line=42,title=N+1::Expected no N+1 queries, …`, without a line feed.
  package let text: String

  /// - Parameters:
  ///   - level: How it is shown.
  ///   - file: Relative to the repository; without it the command is of the run as a whole.
  ///   - line: From 1.
  ///   - column: From 1.
  ///   - title: A few words.
  ///   - message: What to show; it may have several lines.
  package init(
    _ level: Level, file: String? = nil, line: Int? = nil, column: Int? = nil, title: String, message: String
  ) {
    var properties: [String] = []
    if let file {
      properties.append("file=\(Self.escaped(file.singleLine, isProperty: true))")
      if let line { properties.append("line=\(line)") }
      if line != nil, let column { properties.append("col=\(column)") }
    }
    properties.append("title=\(Self.escaped(title.singleLine, isProperty: true))")
    text = "::\(level.rawValue) \(properties.joined(separator: ","))::\(Self.escaped(message, isProperty: false))"
  }

  /// The two sets of characters that the runner reads back.
  private static func escaped(_ text: String, isProperty: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where isProperty: result += "%3A"
      case "," where isProperty: result += "%2C"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
