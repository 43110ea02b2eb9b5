#if os(Linux) && canImport(Runtime) && _pointerBitWidth(_64)
  import Foundation
  import Testing

  @testable import DatabaseInstrumentation

  @Suite struct DebugInformationTests {
    /// Frames of random addresses in the program, with what was inlined there, its files, lines and columns.
    @Test func theToolchainsReaderSaysTheSame() throws {
      let count = ProcessInfo.processInfo.environment["DATABASE_TESTING_ADDRESSES"].flatMap(Int.init) ?? 40
      let program = try #require(LoadedImage.all().first { $0.isProgram })
      var generator = SeededGenerator(seed: 7)
      var addresses: Set<UInt> = []
      while addresses.count < count {
        let address = UInt.random(in: program.base..<program.endOfText, using: &generator)
        if ImageSymbols.named([address])[address]?.first?.symbol != nil { addresses.insert(address) }
      }
      let ours = ImageSymbols.located(Array(addresses))
      let theirs = ToolchainSymbols.frames(of: Array(addresses), isLocated: true)
      for address in addresses {
        let (our, their) = ((ours[address] ?? []).map(Place.init), (theirs[address] ?? []).map(Place.init))
        #expect(our == their, "\(String(address - program.base, radix: 16))")
      }
      #expect(ours.values.contains { $0.count > 1 }, "nothing was inlined at any of them")
    }

    private struct Place: Equatable, CustomStringConvertible {
      let frame: StackFrame

      init(_ frame: StackFrame) { self.frame = frame }

      static func == (a: Place, b: Place) -> Bool { a.description == b.description }

      var description: String {
        // What the compiler made has no file, and a thunk is shown with more or fewer types.
        let file = frame.file.map { $0.hasSuffix("<compiler-generated>") ? "-" : $0.split(separator: "/").last! } ?? "-"
        let function = frame.origin == .thunk ? "-" : frame.function ?? "-"
        let place = "\(file):\(frame.line ?? -1):\(frame.column ?? -1)"
        return "\(frame.symbol ?? "-") \(function) \(frame.module ?? "-") \(place)"
      }
    }
  }
#endif
