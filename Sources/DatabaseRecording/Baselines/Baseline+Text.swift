internal import DatabaseInstrumentation
internal import DatabaseSupport

extension Baseline {
  private static let header = "swift-database-testing baseline 1"
  private static let columns = "# test, kind, subject and function, separated by tabs; sorted"
  private static let end = "end"

  /// The file, version 1: a header, one sorted line for each entry, and `end`, without which a file was cut.
  ///
  /// The fields of a line are separated by tabs; `\t`, `\n`, `\r`, `\#` and `\\` stand for those characters inside of one. Lines
  /// that begin with `#` and empty lines are skipped, and are lost when the file is written again.
  package var text: String {
    var lines = [Self.header, Self.columns]
    lines += entries.sorted().map { $0.fields.map(Self.escaped).joined(separator: "\t") }
    lines.append(Self.end)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads a file; anything that is not exactly a baseline is an error, so that a damaged file never passes a test.
  package init(text: String) throws(BaselineError) {
    var entries: Set<BaselineEntry> = []
    var number = 0
    var isEnded = false
    // By scalars: "\r\n" is one character.
    for scalars in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      var line = String(scalars)
      if line.unicodeScalars.last == "\r" { line.unicodeScalars.removeLast() }
      if number == 1 {
        guard line == Self.header else { throw BaselineError(line: 1, problem: Self.headerProblem(line)) }
        continue
      }
      if line.isEmpty || line.unicodeScalars.first == "#" { continue }
      guard !isEnded else { throw BaselineError(line: number, problem: "there is text after the line \"end\"") }
      if line == Self.end {
        isEnded = true
        continue
      }
      let fields = line.unicodeScalars.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count == 4 else {
        throw BaselineError(line: number, problem: "expected 4 fields separated by tabs, found \(fields.count)")
      }
      var values: [String] = []
      for field in fields {
        guard let value = Self.unescaped(String(field)) else {
          throw BaselineError(line: number, problem: "a backslash is followed by none of \\, #, t, n, r")
        }
        values.append(value)
      }
      guard !values[0].isEmpty, !values[1].isEmpty, !values[2].isEmpty else {
        throw BaselineError(line: number, problem: "the test, the kind or the subject is empty")
      }
      guard values[1] != Finding.Kind.blind.rawValue else {
        throw BaselineError(line: number, problem: "a recording that saw nothing cannot be accepted by a baseline")
      }
      entries.insert(
        BaselineEntry(test: values[0], kind: values[1], subject: values[2], function: values[3]))
    }
    guard isEnded else {
      throw BaselineError(line: number, problem: "the file ends without the line \"end\": it was cut")
    }
    self.init(entries)
  }

  private static func headerProblem(_ line: String) -> String {
    line.hasPrefix("swift-database-testing baseline ")
      ? "the file is of another version of the format: \(line.singleLine)"
      : "expected \"\(header)\""
  }

  private static func escaped(_ field: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in field.unicodeScalars {
      switch scalar {
      // At the beginning of a line it would be read as a comment.
      case "#" where text.isEmpty: text.append(contentsOf: "\\#".unicodeScalars)
      case "\\": text.append(contentsOf: "\\\\".unicodeScalars)
      case "\t": text.append(contentsOf: "\\t".unicodeScalars)
      case "\n": text.append(contentsOf: "\\n".unicodeScalars)
      case "\r": text.append(contentsOf: "\\r".unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }

  private static func unescaped(_ field: String) -> String? {
    var text = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in field.unicodeScalars {
      if isEscaped {
        switch scalar {
        case "\\", "#": text.append(scalar)
        case "t": text.append("\t")
        case "n": text.append("\n")
        case "r": text.append("\r")
        default: return nil
        }
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        text.append(scalar)
      }
    }
    return isEscaped ? nil : String(text)
  }
}

/// Why a file is no baseline.
package struct BaselineError: Error, Hashable, CustomStringConvertible {
  /// From 1.
  package var line: Int
  package var problem: String

  package var description: String { "line \(line): \(problem)" }
}
