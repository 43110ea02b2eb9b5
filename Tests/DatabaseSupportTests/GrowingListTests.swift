import DatabaseSupport
import Testing

@Suite struct GrowingListTests {
  @Test(arguments: [0, 1, 255, 256, 257, 512, 1_000]) func hasWhatWasAdded(count: Int) {
    var list = GrowingList<Int>()
    for number in 0..<count { list.append(number) }
    #expect(list.count == count)
    #expect(list.isEmpty == (count == 0))
    #expect((0..<count).allSatisfy { list[$0] == $0 })
  }

  @Test func whoKeepsItHasWhatThereWasAtTheirTime() {
    var list = GrowingList<Int>()
    var kept: [GrowingList<Int>] = []
    for number in 0..<600 {
      kept.append(list)
      list.append(number)
    }
    #expect(kept.enumerated().allSatisfy { $0.element.count == $0.offset })
    #expect(kept[300].count == 300 && kept[300][299] == 299)
  }
}
