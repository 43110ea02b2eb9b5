import Testing

@testable import DatabaseSupport

@Suite struct TextMemoTests {
  @Test func aTextIsReadOnce() {
    let memo = TextMemo<Int>()
    var reads = 0
    for _ in 0..<3 {
      #expect(
        memo.meaning(of: "BEGIN") {
          reads += 1; return $0.count
        } == 5)
    }
    #expect(reads == 1)
  }

  @Test func aLongTextIsNotKept() {
    let memo = TextMemo<Int>()
    var reads = 0
    let text = "CREATE TABLE t AS SELECT '" + String(repeating: "x", count: 5_000) + "'"
    for _ in 0..<3 {
      #expect(
        memo.meaning(of: text) {
          reads += 1; return $0.count
        } == text.count)
    }
    #expect(reads == 3)
  }

  @Test func pastTheLimitItBeginsAnew() {
    let memo = TextMemo<String>(limit: 2)
    for text in ["a", "b", "c", "a", "b", "c"] { #expect(memo.meaning(of: text) { $0 + "!" } == text + "!") }
  }
}
