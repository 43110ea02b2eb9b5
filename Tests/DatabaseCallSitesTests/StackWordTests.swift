import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

@Suite struct StackWordTests {
  @Test(
    arguments: [
      (0, .returns(0)),
      (0x7FFF_0000_1234, .returns(0x7FFF_0000_1234)),
      (1 << 63 | 0x7FFF_0000_1234, .awaits(0x7FFF_0000_1234)),
      (1 << 62, .creator),
      (1 << 61, .root),
      // What no capture writes has no meaning that could mislead.
      (1 << 62 | 8, .returns(1 << 62 | 8)),
      (1 << 61 | 8, .returns(1 << 61 | 8)),
      (UInt.max, .returns(.max)),
    ] as [(UInt, StackWord)])
  func whatAWordStandsFor(word: UInt, meaning: StackWord) {
    #expect(StackWord(word) == meaning)
  }

  @Test func onlyACallIsBeforeItsAddress() {
    #expect(StackWord(100).codeAddress == 99)
    #expect(StackWord(1 << 63 | 100).codeAddress == 100)
    #expect(StackWord(1 << 62).codeAddress == nil)
    #expect(StackWord(1 << 61).address == nil)
  }
}
