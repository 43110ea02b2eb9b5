import Testing

@testable import DatabaseInstrumentation

/// Against a dictionary, which is slower and right.
struct NumberTableTests {
  @Test(arguments: 0..<40)
  func behavesLikeADictionary(seed: Int) {
    var random = Numbers(seed: UInt64(seed))
    var table = NumberTable<String>()
    var expected: [Int: String] = [:]
    // Few numbers, so that they meet, and in some runs ones that are far apart, as addresses are.
    let scale = [1, 16, 4096, 0x1_0000_0001][seed % 4]
    for step in 0..<2_000 {
      let number = (Int(random.next() % 60) - 20) &* scale
      switch random.next() % 4 {
      case 0:
        let isFree = expected[number] == nil
        #expect(table.insert("\(step)", for: number) == isFree)
        if isFree { expected[number] = "\(step)" }
      case 1:
        #expect(table.remove(number) == expected.removeValue(forKey: number))
      case 2:
        if let index = table.index(of: number) { _ = table.update(at: index) { $0 += "+" } }
        expected[number]? += "+"
      default:
        #expect(table[number] == expected[number])
      }
      #expect(table.count == expected.count)
    }
    #expect(Dictionary(uniqueKeysWithValues: table.elements.map { ($0.number, $0.value) }) == expected)
  }

  @Test func takesExtremeNumbers() {
    var table = NumberTable<Int>()
    for number in [Int.min, -1, 0, 1, Int.max] { table.insert(number, for: number) }
    for number in [Int.min, -1, 0, 1, Int.max] { #expect(table[number] == number) }
  }
}

/// The same numbers for the same seed.
private struct Numbers {
  var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
