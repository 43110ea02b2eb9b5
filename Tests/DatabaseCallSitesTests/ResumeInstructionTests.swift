import CCallStacks
import DatabaseSupport
import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

@Suite struct ResumeInstructionTests {
  private typealias Find = (
    UnsafePointer<UInt8>?, Int, UInt, UnsafePointer<UInt>?, Int, UnsafeMutablePointer<dcs_take>?, Int
  ) -> Int

  private func takes(
    _ code: [UInt8], at address: UInt, of targets: [UInt], capacity: Int = 100, _ find: Find
  ) -> [[UInt]] {
    let takes = [dcs_take](unsafeUninitializedCapacity: capacity) { takes, count in
      // Its own memory, so that a sanitizer sees a byte too many.
      let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, code.count))
      defer { copy.deallocate() }
      copy.initialize(from: code, count: code.count)
      count = find(copy, code.count, address, targets, targets.count, takes.baseAddress, capacity)
    }
    return takes.map { [$0.target, $0.instruction] }
  }

  @Suite struct X86 {
    private let tests = ResumeInstructionTests()

    private func takes(_ code: [UInt8], of targets: [UInt], capacity: Int = 100) -> [[UInt]] {
      tests.takes(code, at: 0x1000, of: targets, capacity: capacity, dcs_find_takes_x86_64)
    }

    /// `lea 0x13(%rip), %rcx`.
    private static let lea: [UInt8] = [0x48, 0x8D, 0x0D, 0x13, 0, 0, 0]

    @Test func anInstructionThatTakesTheAddress() {
      #expect(takes(Self.lea, of: [0x101A]) == [[0x101A, 0x1000]])
      #expect(takes([0x90, 0x90] + Self.lea + [0xC3], of: [5, 0x101C, 0x9999]) == [[0x101C, 0x1002]])
    }

    @Test(arguments: [0x48, 0x4C] as [UInt8], [0x05, 0x0D, 0x15, 0x1D, 0x25, 0x2D, 0x35, 0x3D] as [UInt8])
    func everyRegister(prefix: UInt8, register: UInt8) {
      #expect(takes([prefix, 0x8D, register, 0x10, 0, 0, 0], of: [0x1017]) == [[0x1017, 0x1000]])
    }

    @Test func backwards() {
      #expect(takes([0x48, 0x8D, 0x0D, 0xF0, 0xFF, 0xFF, 0xFF], of: [0xFF7]) == [[0xFF7, 0x1000]])
      // Below zero is nowhere.
      #expect(takes([0x48, 0x8D, 0x0D, 0, 0, 0, 0x80], of: [0x101A]).isEmpty)
    }

    @Test(
      arguments: [
        [0x48, 0x8B, 0x0D, 0x13, 0, 0, 0],  // mov from memory
        [0x48, 0x8D, 0x4D, 0x13, 0, 0, 0],  // lea off rbp
        [0x48, 0x8D, 0x0C, 0x13, 0, 0, 0],  // lea of a sum
        [0x66, 0x8D, 0x0D, 0x13, 0, 0, 0],  // 16 bits
      ] as [[UInt8]])
    func otherInstructions(code: [UInt8]) {
      #expect(takes(code, of: [0x101A]).isEmpty)
    }

    @Test(arguments: 0..<7) func codeThatIsCutOff(length: Int) {
      #expect(takes(Array(Self.lea.prefix(length)), of: [0x101A]).isEmpty)
      #expect(takes(Self.lea + Self.lea.prefix(length), of: [0x101A]) == [[0x101A, 0x1000]])
    }

    @Test func severalInstructionsAndSeveralTargets() {
      // The second one takes an address that is 7 higher.
      let code = Self.lea + Self.lea + [0x8D, 0x8D, 0x8D] + Self.lea
      #expect(takes(code, of: [0x101A, 0x1021]) == [[0x101A, 0x1000], [0x1021, 0x1007]])
      #expect(takes(code, of: [0x102B, 0x9000]) == [[0x102B, 0x1011]])
      #expect(takes(code, of: [0x101A, 0x1021], capacity: 1) == [[0x101A, 0x1000]])
      #expect(takes(code, of: []).isEmpty)
    }

    /// What it finds in any bytes is what the definition says.
    @Test func anyBytes() {
      var generator = SeededGenerator(seed: 3)
      for _ in 0..<200 {
        let alphabet: [UInt8] = [0x48, 0x4C, 0x8D, 0x05, 0x0D, 0, 0xFF, 0x01]
        let code = (0..<Int.random(in: 0..<300, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator)!
        }
        var expected: [[UInt]] = []
        for start in 0..<max(0, code.count - 6) {
          guard [0x48, 0x4C].contains(code[start]), code[start + 1] == 0x8D, code[start + 2] & 0xC7 == 5 else {
            continue
          }
          let distance = (0..<4).reduce(UInt32(0)) { $0 | UInt32(code[start + 3 + $1]) << UInt32(8 * $1) }
          let instruction = 0x1000 + UInt(start)
          let signed = UInt(bitPattern: Int(Int32(bitPattern: distance)))
          expected.append([instruction &+ 7 &+ signed, instruction])
        }
        let targets = Set(expected.map { $0[0] }).sorted()
        #expect(takes(code, of: targets, capacity: 300) == expected)
      }
    }
  }

  @Suite struct ARM64 {
    private let tests = ResumeInstructionTests()

    private func takes(_ words: [UInt32], at address: UInt = 0x1000, of targets: [UInt], cut: Int = 0) -> [[UInt]] {
      let code = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
      return tests.takes(code.dropLast(cut), at: address, of: targets, dcs_find_takes_arm64)
    }

    private static func adrp(_ register: UInt32, pages: Int32) -> UInt32 {
      let bits = UInt32(bitPattern: pages)
      return 0x9000_0000 | (bits & 3) << 29 | (bits >> 2 & 0x7FFFF) << 5 | register
    }

    private static func add(_ register: UInt32, _ source: UInt32, _ number: UInt32) -> UInt32 {
      0x9100_0000 | number << 10 | source << 5 | register
    }

    private static let nop: UInt32 = 0xD503_201F

    @Test func aPageAndTheRest() {
      #expect(takes([Self.adrp(8, pages: 2), Self.add(8, 8, 0x234)], of: [0x3234]) == [[0x3234, 0x1004]])
      let apart = [Self.adrp(8, pages: 0)] + Array(repeating: Self.nop, count: 5) + [Self.add(1, 8, 0x18)]
      #expect(takes(apart, of: [0x1018]) == [[0x1018, 0x1018]])
      #expect(takes([Self.adrp(3, pages: -1), Self.add(4, 3, 8)], at: 0x5FF8, of: [0x4008]) == [[0x4008, 0x5FFC]])
    }

    @Test func twoOfOnePage() {
      let code = [Self.adrp(8, pages: 2), Self.add(9, 8, 0x10), Self.add(10, 8, 0x20)]
      #expect(takes(code, of: [0x3010, 0x3020]) == [[0x3010, 0x1004], [0x3020, 0x1008]])
    }

    @Test func adr() {
      // adr x0, #+16 and #-4.
      #expect(takes([0x1000_0080], of: [0x1010]) == [[0x1010, 0x1000]])
      #expect(takes([0x10FF_FFE0], of: [0xFFC]) == [[0xFFC, 0x1000]])
    }

    @Test func otherInstructions() {
      // Of another register, shifted, of 32 bits; with a new page in between; after the register was used up.
      #expect(takes([Self.adrp(8, pages: 2), Self.add(8, 9, 0x234)], of: [0x3234]).isEmpty)
      #expect(takes([Self.adrp(8, pages: 2), Self.add(8, 8, 0x234) | 0x40_0000], of: [0x3234]).isEmpty)
      #expect(takes([Self.adrp(8, pages: 2), Self.add(8, 8, 0x234) & 0x7FFF_FFFF], of: [0x3234]).isEmpty)
      #expect(takes([Self.adrp(8, pages: 2), Self.adrp(8, pages: 9), Self.add(8, 8, 0x234)], of: [0x3234]).isEmpty)
      #expect(takes([Self.adrp(8, pages: 2), Self.add(8, 8, 4), Self.add(8, 8, 0x234)], of: [0x3234]).isEmpty)
    }

    @Test(arguments: 1..<8) func codeThatIsCutOff(cut: Int) {
      #expect(takes([Self.adrp(8, pages: 2), Self.add(8, 8, 0x234)], of: [0x3234], cut: cut).isEmpty)
    }
  }
}
