/// Columns of text that stand under each other.
struct TextTable {
  enum Alignment { case left, right }

  var alignments: [Alignment]
  private var rows: [[String]] = []

  init(_ alignments: [Alignment]) {
    self.alignments = alignments
  }

  mutating func add(_ cells: String...) { rows.append(cells) }

  /// - Parameters:
  ///   - indent: Columns of space before each line.
  ///   - width: The last column is cut so that lines are no longer.
  func lines(indent: Int = 2, width: Int = .max) -> [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = String(repeating: " ", count: indent)
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        let isLast = column == row.count - 1
        if column > 0 { line += "  " }
        line += alignments[column] == .right ? space + cell : cell + (isLast ? "" : space)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line.cut(to: width)
    }
  }
}

extension String {
  /// With an ellipsis where it is longer.
  func cut(to width: Int) -> String {
    guard count > Swift.max(1, width) else { return self }
    return prefix(Swift.max(1, width) - 1) + "…"
  }
}

extension Int {
  /// `1,234,567`.
  var grouped: String {
    let digits = String(magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return self < 0 ? "-" + result : result
  }

  /// With its noun: `1,234 queries`.
  func grouped(_ noun: String, plural: String? = nil) -> String {
    "\(grouped) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}
