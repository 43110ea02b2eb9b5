extension Int {
  /// The number with its noun: `1 row`, `2 rows`.
  package func counted(_ noun: String, plural: String? = nil) -> String {
    self == 1 ? "1 \(noun)" : "\(self) \(plural ?? noun + "s")"
  }
}

extension Duration {
  /// With two significant digits, in the unit that fits: `1.9 ms`, `12 µs`, `3.0 s`.
  package var readable: String {
    let (seconds, attoseconds) = components
    let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    switch nanoseconds {
    case ..<1_000: return "\(Int(nanoseconds)) ns"
    case ..<1_000_000: return Self.rounded(nanoseconds / 1_000, "µs")
    case ..<1_000_000_000: return Self.rounded(nanoseconds / 1_000_000, "ms")
    default: return Self.rounded(nanoseconds / 1_000_000_000, "s")
    }
  }

  private static func rounded(_ value: Double, _ unit: String) -> String {
    if value >= 10 { return "\(Int(value.rounded())) \(unit)" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}
