/// How many are expected: an integer, or a range such as `...3`, `2...4`, `1...`.
///
/// Integers and ranges of integers conform; there is no reason to add another.
public protocol ExpectedCount: Sendable {
  /// The numbers that are meant.
  var expectedCount: CountRange { get }
}

/// The numbers that an ``ExpectedCount`` stands for.
public struct CountRange: Sendable, Hashable, CustomStringConvertible {
  private let lowest: Int
  private let highest: Int
  /// As it is written in the source: `...3`.
  package let source: String

  fileprivate init(_ lowest: Int, _ highest: Int, source: String) {
    self.lowest = lowest
    self.highest = highest
    self.source = source
  }

  /// In words: `2`, `no`, `up to 3`, `2 to 4`, `at least 1`.
  public var description: String {
    if lowest == highest { return lowest == 0 ? "no" : String(lowest) }
    if highest == .max { return "at least \(lowest)" }
    return lowest == 0 ? "up to \(highest)" : "\(lowest) to \(highest)"
  }

  /// Whether `count` is one of them.
  public func contains(_ count: Int) -> Bool { lowest <= count && count <= highest }

  /// Whether there may be any.
  package var allowsSome: Bool { highest > 0 }

  /// Whether `count` is above all of them.
  package func isExceeded(by count: Int) -> Bool { count > highest }

  /// A noun that agrees with them.
  package func noun(_ one: String, _ many: String) -> String { (highest == .max ? lowest : highest) == 1 ? one : many }

  /// Why no count is among them; `nil` when one is.
  package var problem: String? {
    if highest < 0 { return "a count cannot be negative; write 0 or more." }
    if lowest > highest {
      return "the range \(source) is empty, so no count can meet it; write \(lowest)...\(highest + 1)."
    }
    return nil
  }
}

extension Int: ExpectedCount {
  /// This number alone.
  public var expectedCount: CountRange { CountRange(self, self, source: String(self)) }
}

extension ClosedRange: ExpectedCount where Bound == Int {
  /// The numbers of the range.
  public var expectedCount: CountRange { CountRange(lowerBound, upperBound, source: "\(lowerBound)...\(upperBound)") }
}

extension Range: ExpectedCount where Bound == Int {
  /// The numbers of the range.
  public var expectedCount: CountRange {
    CountRange(lowerBound, upperBound == .min ? .min : upperBound - 1, source: "\(lowerBound)..<\(upperBound)")
  }
}

extension PartialRangeThrough: ExpectedCount where Bound == Int {
  /// The numbers from 0.
  public var expectedCount: CountRange { CountRange(0, upperBound, source: "...\(upperBound)") }
}

extension PartialRangeUpTo: ExpectedCount where Bound == Int {
  /// The numbers from 0.
  public var expectedCount: CountRange {
    CountRange(0, upperBound == .min ? .min : upperBound - 1, source: "..<\(upperBound)")
  }
}

extension PartialRangeFrom: ExpectedCount where Bound == Int {
  /// The numbers without end.
  public var expectedCount: CountRange { CountRange(lowerBound, .max, source: "\(lowerBound)...") }
}
