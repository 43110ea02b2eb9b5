#if ELF && _pointerBitWidth(_64) && _endian(little)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// Functions that stand for several: of equal ones the optimiser keeps one and makes each other a jump to it.
  ///
  /// A frame of such a function may be any of them: the name in the file and its lines are those of one. A function that does nothing
  /// but call another one in last position is a jump as well, but has a line; and what the compiler puts before a function of the
  /// source, as for one that is called with other arguments, is marked as made by it. Only what replaces a function has nothing.
  final class MergedFunctions: Sendable {
    /// Where what was replaced begins, by what stands in its place.
    private let replaced: [UInt: [UInt]]

    /// A function that is no more than a jump to the beginning of another one.
    struct Jump: Equatable {
      var from: UInt
      var to: UInt
    }

    init(_ jumps: [Jump]) {
      replaced = Dictionary(grouping: jumps, by: \.to).mapValues { $0.map(\.from) }
    }

    var isEmpty: Bool { replaced.isEmpty }

    /// Whether a function stands for others than itself: what was made of one function for several callers may be the same again.
    ///
    /// - Parameters:
    ///   - entry: Where the function begins in the file.
    ///   - isDescribed: Whether anything is known of the place of an address.
    ///   - name: The name of the function that an address is in, as in the file.
    func contain(_ entry: UInt, isDescribed: (UInt) -> Bool, name: (UInt) -> String?) -> Bool {
      guard let others = replaced[entry] else { return false }
      let own = name(entry).map(SymbolName.written)
      return others.contains { !isDescribed($0) && name($0).map(SymbolName.written) != own }
    }

    /// What may stand for others, for tests.
    var all: [UInt] { replaced.keys.sorted() }
  }

  extension MergedFunctions.Jump {
    #if arch(x86_64)
      /// What may stand before the jump: nothing; `push rbp; mov rsp, rbp; pop rbp`; and of asynchronous functions
      /// `push rbp; push r14; lea 8(rsp), rbp; push rax; add 16, rsp; pop rbp; btr 60, rbp`.
      private static let frames: [[UInt8]] = [
        [], [0x55, 0x48, 0x89, 0xE5, 0x5D],
        [
          0x55, 0x41, 0x56, 0x48, 0x8D, 0x6C, 0x24, 0x08, 0x50, 0x48, 0x83, 0xC4, 0x10, 0x5D, 0x48, 0x0F, 0xBA, 0xF5,
          0x3C,
        ],
      ]
    #elseif arch(arm64)
      /// `stp x29, x30, [sp, -16]!; mov x29, sp; ldp x29, x30, [sp], 16`.
      private static let frames: [[UInt8]] = [
        [], [0xFD, 0x7B, 0xBF, 0xA9, 0xFD, 0x03, 0x00, 0x91, 0xFD, 0x7B, 0xC1, 0xA8],
      ]
    #endif

    /// - Parameters:
    ///   - code: A whole function.
    ///   - address: Where it begins.
    /// - Returns: `nil` where it does anything else than jump.
    init?(_ code: Bytes, at address: UInt) {
      #if arch(x86_64) || arch(arm64)
        for frame in Self.frames where code.count > frame.count && memcmp(code.start, frame, frame.count) == 0 {
          guard let distance = Self.distance(ByteReader(code, at: frame.count)) else { continue }
          self.init(from: address, to: address &+ UInt(bitPattern: frame.count &+ distance))
          return
        }
      #endif
      return nil
    }

    /// How far the jump leads that is all that is left.
    private static func distance(_ rest: ByteReader) -> Int? {
      var rest = rest
      let length = rest.end - rest.offset
      #if arch(x86_64)
        // To what is up to 2 GB away, or 127 bytes, from the next instruction.
        switch (rest.byte(), length) {
        case (0xE9, 5): return 5 + Int(Int32(truncatingIfNeeded: rest.number(4)))
        case (0xEB, 2): return 2 + Int(Int8(truncatingIfNeeded: rest.byte()))
        default: return nil
        }
      #else
        // `b`, whose distance is counted in instructions.
        let word = UInt32(truncatingIfNeeded: rest.number(4))
        return length == 4 && word >> 26 == 0b000101 ? Int(Int32(bitPattern: word << 6) >> 4) : nil
      #endif
    }

    /// Whether such functions may be so long.
    static func isLength(_ length: UInt) -> Bool {
      #if arch(x86_64)
        length == 5 || length == 10 || length == 24 || length == 2 || length == 7 || length == 21
      #else
        length == 4 || length == 16
      #endif
    }
  }
#endif
