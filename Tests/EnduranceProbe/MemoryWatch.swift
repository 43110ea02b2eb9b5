/// Whether what is allocated after a round grows with the rounds.
struct MemoryWatch: CustomStringConvertible {
  private var sizes: [Int64] = []

  mutating func add(_ size: Int64) { sizes.append(size) }

  /// The least of some rounds: what a round has not given back yet, as a connection that closes late, is above it.
  private func least(_ part: Range<Double>) -> Int64 {
    let first = Int(Double(sizes.count) * part.lowerBound), last = Int(Double(sizes.count) * part.upperBound)
    return sizes[first..<max(first + 1, last)].min() ?? 0
  }

  /// After what is made once, and kept: tables of shapes and places in code, which become fuller until all are known.
  private static let allowed: Int64 = 2 << 20

  /// `nil`: it does not.
  var growth: String? {
    guard sizes.count >= 40 else { return nil }
    let (middle, end) = (least(0.4..<0.6), least(0.8..<1.0))
    return end > middle + Self.allowed ? "\(middle) bytes in the middle of the run, \(end) at its end" : nil
  }

  var description: String {
    guard !sizes.isEmpty else { return "no memory was measured" }
    return "allocated \(least(0.4..<0.6) / 1024) KiB in the middle, \(least(0.8..<1.0) / 1024) KiB at the end"
  }
}
