/// What a program noticed, in order.
final class Transcript {
  private let isVerbose: Bool
  private let hidesPreupdateHook: Bool
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var count = 0

  init(isVerbose: Bool, hidesPreupdateHook: Bool) {
    self.isVerbose = isVerbose
    self.hidesPreupdateHook = hidesPreupdateHook
  }

  /// What SQLite does otherwise where any preupdate hook is set, and an app can notice: a `DELETE` of all rows takes them one by
  /// one, so that an update hook hears of each, `ANALYZE` empties its tables with a statement that the authorizer is
  /// asked for, and both have other programs, whose addresses stand in the error log.
  private func visible(_ line: String) -> String? {
    guard hidesPreupdateHook else { return line }
    if line.hasPrefix("update 9 ") || line.hasPrefix("authorize 9 sqlite_stat") { return nil }
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.starts(with: ["log"]) else { return line }
    return words.map { $0.last == ":" && $0.dropLast().allSatisfy(\.isNumber) ? ":" : $0 }.joined(separator: " ")
  }

  func note(_ line: String) {
    guard let line = visible(line) else { return }
    count += 1
    for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ 10) &* 0x100_0000_01B3
    if isVerbose { print("\(count) \(line)") }
  }
}

/// SplitMix64.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func roll(_ sides: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(sides))
  }

  mutating func pick<T>(_ values: [T]) -> T { values[roll(values.count)] }
}
