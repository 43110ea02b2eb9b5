/// How many are expected: an integer, or a range such as `...3`, `2...4`, `1...`.
///
/// Integers and ranges of integers conform; there is no reason to add another.
public protocol ExpectedCount: Sendable {
  /// What messages say: `2`, `up to 3`, `2 to 4`, `at least 1`.
  var countDescription: String { get }

  /// As it is written in the source: `...3`.
  var countSource: String { get }

  /// Why no count can meet it, such as an empty range; `nil` when one can.
  var countProblem: String? { get }

  /// Whether `count` meets it.
  func isMet(by count: Int) -> Bool
}

extension Int: ExpectedCount {
  /// The number.
  public var countDescription: String { self == 0 ? "no" : String(self) }
  /// The number.
  public var countSource: String { String(self) }
  /// A negative number cannot be met.
  public var countProblem: String? { self < 0 ? "a count cannot be negative; write 0 or more." : nil }
  /// Equality.
  public func isMet(by count: Int) -> Bool { self == count }
}

extension ClosedRange: ExpectedCount where Bound == Int {
  /// `2 to 4`.
  public var countDescription: String {
    lowerBound == upperBound ? String(lowerBound) : "\(lowerBound) to \(upperBound)"
  }
  /// `2...4`.
  public var countSource: String { "\(lowerBound)...\(upperBound)" }
  /// A range of negative numbers cannot be met.
  public var countProblem: String? { upperBound < 0 ? "a count cannot be negative; write 0 or more." : nil }
  /// Containment.
  public func isMet(by count: Int) -> Bool { contains(count) }
}

extension Range: ExpectedCount where Bound == Int {
  /// `2 to 4` for `2..<5`.
  public var countDescription: String { isEmpty ? "none" : (lowerBound...(upperBound - 1)).countDescription }
  /// `2..<5`.
  public var countSource: String { "\(lowerBound)..<\(upperBound)" }
  /// An empty range cannot be met.
  public var countProblem: String? {
    if isEmpty {
      return "the range \(countSource) is empty, so no count can meet it; write \(lowerBound)...\(upperBound)."
    }
    return upperBound <= 0 ? "a count cannot be negative; write 0 or more." : nil
  }
  /// Containment.
  public func isMet(by count: Int) -> Bool { contains(count) }
}

extension PartialRangeThrough: ExpectedCount where Bound == Int {
  /// `up to 3`.
  public var countDescription: String { upperBound == 0 ? "no" : "up to \(upperBound)" }
  /// `...3`.
  public var countSource: String { "...\(upperBound)" }
  /// A range of negative numbers cannot be met.
  public var countProblem: String? { upperBound < 0 ? "a count cannot be negative; write ...0 or more." : nil }
  /// Containment.
  public func isMet(by count: Int) -> Bool { contains(count) }
}

extension PartialRangeUpTo: ExpectedCount where Bound == Int {
  /// `fewer than 3`.
  public var countDescription: String { "fewer than \(upperBound)" }
  /// `..<3`.
  public var countSource: String { "..<\(upperBound)" }
  /// No count is below zero.
  public var countProblem: String? { upperBound <= 0 ? "no count is below \(upperBound); write ..<1 or more." : nil }
  /// Containment.
  public func isMet(by count: Int) -> Bool { contains(count) }
}

extension PartialRangeFrom: ExpectedCount where Bound == Int {
  /// `at least 1`.
  public var countDescription: String { "at least \(lowerBound)" }
  /// `1...`.
  public var countSource: String { "\(lowerBound)..." }
  /// None: every range upwards has counts in it.
  public var countProblem: String? { nil }
  /// Containment.
  public func isMet(by count: Int) -> Bool { contains(count) }
}
