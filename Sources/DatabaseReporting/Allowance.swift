/// How much a test may grow from one run to another.
package enum Allowance: Sendable, Equatable {
  case number(Int)
  case percent(Double)
  /// Growth is shown and never fails.
  case any

  /// - Parameter text: `2`, `10%`, or `any`.
  /// - Throws: ``ReportError/allowance(_:)``.
  package init(_ text: String) throws {
    if text == "any" {
      self = .any
    } else if text.hasSuffix("%"), let percent = Double(text.dropLast()), percent.isFinite, percent >= 0 {
      self = .percent(percent)
    } else if let number = Int(text), number >= 0 {
      self = .number(number)
    } else {
      throw ReportError.allowance(text)
    }
  }

  func isExceeded(from base: Int, to head: Int) -> Bool {
    guard head > base else { return false }
    switch self {
    case .any: return false
    case .number(let number): return head.adding(-base) > number
    // From nothing, every growth is more than any percentage.
    case .percent(let percent): return Double(head) > Double(base) * (1 + percent / 100)
    }
  }

  var text: String {
    switch self {
    case .any: "any"
    case .number(let number): "\(number)"
    case .percent(let percent):
      percent == percent.rounded() ? "\(Int(clamping: Int64(min(1e15, percent))))%" : "\(percent)%"
    }
  }
}
