#if ELF && _pointerBitWidth(_64) && _endian(little)
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// Of equal functions the optimiser makes one: a frame of it has neither the name nor the line of one of them.
  @Suite struct MergedFunctionTests {
    private func jump(_ code: [UInt8], at address: UInt = 0x1000) -> MergedFunctions.Jump? {
      code.withUnsafeBytes { bytes in
        bytes.baseAddress.flatMap { MergedFunctions.Jump(Bytes(start: $0, count: bytes.count), at: address) }
      }
    }

    #if arch(x86_64)
      @Test func jumpsAreRead() {
        #expect(jump([0xE9, 0x10, 0, 0, 0]) == MergedFunctions.Jump(from: 0x1000, to: 0x1015))
        #expect(jump([0xE9, 0xFB, 0xFE, 0xFF, 0xFF]) == MergedFunctions.Jump(from: 0x1000, to: 0xF00))
        #expect(jump([0xEB, 0xEE]) == MergedFunctions.Jump(from: 0x1000, to: 0xFF0))
      }

      /// With a frame of its own, as the package manager has functions built.
      @Test func jumpsBehindAFrameAreRead() {
        let frame: [UInt8] = [0x55, 0x48, 0x89, 0xE5, 0x5D]
        #expect(jump(frame + [0xE9, 0x10, 0, 0, 0]) == MergedFunctions.Jump(from: 0x1000, to: 0x101A))
        #expect(jump(frame + [0xEB, 0x10]) == MergedFunctions.Jump(from: 0x1000, to: 0x1017))
        let asynchronous: [UInt8] = [
          0x55, 0x41, 0x56, 0x48, 0x8D, 0x6C, 0x24, 0x08, 0x50, 0x48, 0x83, 0xC4, 0x10, 0x5D, 0x48, 0x0F, 0xBA, 0xF5,
          0x3C,
        ]
        #expect(jump(asynchronous + [0xE9, 0x10, 0, 0, 0]) == MergedFunctions.Jump(from: 0x1000, to: 0x1028))
        #expect(jump(frame + [0x90, 0x90, 0x90, 0x90, 0xC3]) == nil)
        #expect(jump(asynchronous + [0xE8, 0x10, 0, 0, 0]) == nil)
        #expect(jump(frame) == nil)
      }

      @Test(
        arguments: [
          [0xE8, 0x10, 0, 0, 0],  // a call
          [0xE9, 0x10, 0, 0],  // cut off
          [0xE9, 0x10, 0, 0, 0, 0xC3],  // something follows
          [0x50, 0xE9, 0x10, 0, 0],  // something is before it
          [0xEB], [0xEB, 0x10, 0xC3], [0x90, 0xC3], [0xC3],
        ] as [[UInt8]])
      func otherFunctionsAreNoJumps(code: [UInt8]) {
        #expect(jump(code) == nil)
      }
    #elseif arch(arm64)
      @Test func jumpsAreRead() {
        #expect(jump([0x04, 0, 0, 0x14]) == MergedFunctions.Jump(from: 0x1000, to: 0x1010))
        #expect(jump([0xFC, 0xFF, 0xFF, 0x17]) == MergedFunctions.Jump(from: 0x1000, to: 0xFF0))
        let frame: [UInt8] = [0xFD, 0x7B, 0xBF, 0xA9, 0xFD, 0x03, 0x00, 0x91, 0xFD, 0x7B, 0xC1, 0xA8]
        #expect(jump(frame + [0x04, 0, 0, 0x14]) == MergedFunctions.Jump(from: 0x1000, to: 0x101C))
        #expect(jump([0x04, 0, 0, 0x94]) == nil)
      }
    #endif

    @Test func aFunctionInWhosePlaceNothingButAJumpIsLeftStandsForSeveral() {
      let names: [UInt: String] = [
        0x10: "$s8Bookshop7LibraryV5booksSiyF", 0x20: "$s8Bookshop7LibraryV5pagesSiyF",
        0x30: "$s8Bookshop7LibraryV7authorsSiyYaFTf4en_nTY0_",
        0x100: "$s8Bookshop7LibraryV7reviewsSiyF", 0x200: "$s8Bookshop7LibraryV4tagsSiyF",
        0x300: "$s8Bookshop7LibraryV7authorsSiyYaFTY0_",
      ]
      let merged = MergedFunctions([
        MergedFunctions.Jump(from: 0x10, to: 0x100), MergedFunctions.Jump(from: 0x20, to: 0x200),
        MergedFunctions.Jump(from: 0x30, to: 0x300),
      ])
      // One that calls another in last position has a line; one that the compiler made is described as well.
      func stands(_ entry: UInt) -> Bool { merged.contain(entry, isDescribed: { $0 == 0x20 }, name: { names[$0] }) }
      #expect(stands(0x100) && !stands(0x200) && !stands(0x10))
      // What was made of one function twice is that function.
      #expect(!stands(0x300))
      #expect(!merged.isEmpty && MergedFunctions([]).isEmpty)
    }

    @Test(arguments: [
      ("$s8Bookshop7LibraryV5outerSiyF", "Bookshop.Library.outer() -> Swift.Int"),
      ("$s8Bookshop7LibraryV5outerSiyFTm", "Bookshop.Library.outer() -> Swift.Int"),
      ("$s8Bookshop7LibraryV3def1xS2i_tYaKFTQ0_", "Bookshop.Library.def(x: Swift.Int) async throws -> Swift.Int"),
      ("$s8Bookshop7LibraryV3def1xS2i_tYaKFTf4n_nTY1_", "Bookshop.Library.def(x: Swift.Int) async throws -> Swift.Int"),
      (
        "$s8Bookshop7LibraryV5outerSiyFS2iXEfU_TA",
        "closure #1 (Swift.Int) -> Swift.Int in Bookshop.Library.outer() -> Swift.Int"
      ),
      ("main", "main"),
    ])
    func theFunctionThatWasWritten(symbol: String, written: String) {
      #expect(SymbolName.written(symbol) == written)
    }

    // What awaits, by the places that take the address at which it is resumed.

    private typealias Frame = DebugInformation.Frame

    private func frame(_ symbol: String?, _ line: Int?) -> Frame {
      Frame(symbol: symbol, path: line.map { _ in "/app/A.swift" }, line: line, column: line.map { _ in 5 })
    }

    @Test func theLineThatAwaits() {
      let frames = [frame("$s3App4loadyyYaFTY1_", 5)]
      #expect(DebugInformation.awaiting([frames], named: "$s3App4loadyyYaFTQ2_") == frames)
      // A loop whose first round is a copy.
      #expect(DebugInformation.awaiting([frames, frames], named: "$s3App4loadyyYaFTQ2_") == frames)
    }

    @Test func whatIsInlinedInTwoFunctionsIsTheInnermostThatBothHave() {
      let inner = frame("$s3App6helperyyYaF", 3)
      #expect(
        DebugInformation.awaiting(
          [[inner, frame("$s3App4loadyyYaF", 5)], [inner, frame("$s3App4savyyYaF", 9)]], named: "$s3App4loadyyYaFTQ0_")
          == [inner])
    }

    @Test func oneFunctionWithoutALineKeepsItsName() {
      let parts = [[frame("$s3App4loadyyYaF", 0)], [frame("$s3App4loadyyYaFTY1_", nil)]]
      #expect(
        DebugInformation.awaiting(parts, named: "$s3App4loadyyYaFTQ2_") == [Frame(symbol: "$s3App4loadyyYaFTQ2_")])
      #expect(DebugInformation.awaiting([], named: "$s3App4loadyyYaFTQ2_") == [Frame(symbol: "$s3App4loadyyYaFTQ2_")])
    }

    @Test(
      arguments: [
        // Several functions await in it, without lines and with different ones.
        [("$s3App4loadyyYaF", 0), ("$s3App4saveyyYaF", 0)], [("$s3App4loadyyYaF", 5), ("$s3App4saveyyYaF", 9)],
        [("$s3App4loadyyYaF", 5), ("$s3App4saveyyYaF", 0)],
        // One function that stands for several does, alone or beside another one.
        [(nil, nil)], [(nil, nil), ("$s3App4loadyyYaF", 5)], [("$s3App4loadyyYaF", 0), (nil, nil)],
      ] as [[(String?, Int?)]])
    func whatMayBeAnyOfSeveralFunctionsHasNeitherNameNorLine(taking: [(String?, Int?)]) {
      let all = taking.map { [frame($0.0, $0.1)] }
      #expect(DebugInformation.awaiting(all, named: "$s3App4loadyyYaFTQ2_") == [Frame()])
    }

    @Test func aFrameWithoutANameIsNoneOfTheApp() {
      let frame = StackFrame(word: 1)
      #expect(!frame.isAppCode && !frame.mayContainAppCode() && frame.sourceLine == nil)
      #expect(frame.module == nil && frame.databaseLibrary == nil)
    }

    // In this program.

    /// In an optimised build each pair is one function, and nobody knows which one is called.
    @Test func equalFunctionsAreNotTakenForEachOther() async throws {
      let stacks = [
        ("Equal.first(_:)", Equal.first(1), Equal.firstLine), ("Equal.second(_:)", Equal.second(1), Equal.secondLine),
        ("Equal.firstAwaited(_:)", await Equal.firstAwaited(1), Equal.firstAwaitedLine),
        ("Equal.secondAwaited(_:)", await Equal.secondAwaited(1), Equal.secondAwaitedLine),
        ("Equal.called(_:)", Equal.called(1), Equal.calledLine),
      ]
      for (name, stack, line) in stacks {
        let site = try #require(stack.callSite())
        #if DEBUG
          #expect(site.function == name && site.line == line)
        #else
          let test = "MergedFunctionTests.equalFunctionsAreNotTakenForEachOther()"
          #expect([name, test].contains(site.function), "\(site)")
          if site.function == name { #expect(site.line == line) }
        #endif
        let others = Set(stacks.map(\.0)).subtracting([name])
        let names = stack.appFrames.compactMap(\.function)
        #expect(others.isDisjoint(with: names), "\(name): \(names)")
      }
    }

    /// A function that calls another one in last position is a jump as well, to one that keeps its line.
    @Test func aCallInLastPositionMergesNothing() throws {
      let site = try #require(Equal.last(1).callSite())
      #expect(site.function == "Equal.called(_:)" && site.line == Equal.calledLine)
    }

    #if !DEBUG
      @Test func thisProgramHasSome() throws {
        let information = try #require(DebugInformation(path: "/proc/self/exe"))
        let merged = information.merged.all.filter(information.isMerged)
        #expect(merged.count > 100)
        for entry in merged { #expect(information.frames(at: entry) == [Frame()]) }
      }
    #else
      @Test func nothingIsMergedWhereNothingIsOptimised() throws {
        let information = try #require(DebugInformation(path: "/proc/self/exe"))
        let own = information.merged.all.filter(information.isMerged).compactMap {
          information.symbols.function(at: $0)
        }.filter { $0.contains("DatabaseCallSitesTests") }
        #expect(own == [])
      }
    #endif
  }

  private enum Equal {
    static let firstLine = #line + 2
    @inline(never) static func first(_ number: Int) -> StackTrace {
      let stack = kept(StackTrace.capture())
      return number == 0 ? StackTrace(words: []) : stack
    }

    static let secondLine = #line + 2
    @inline(never) static func second(_ number: Int) -> StackTrace {
      let stack = kept(StackTrace.capture())
      return number == 0 ? StackTrace(words: []) : stack
    }

    static let firstAwaitedLine = #line + 3
    @inline(never) static func firstAwaited(_ number: Int) async -> StackTrace {
      await Task.yield()
      let stack = kept(StackTrace.capture())
      return number == 7 ? StackTrace(words: [7]) : stack
    }

    static let secondAwaitedLine = #line + 3
    @inline(never) static func secondAwaited(_ number: Int) async -> StackTrace {
      await Task.yield()
      let stack = kept(StackTrace.capture())
      return number == 7 ? StackTrace(words: [7]) : stack
    }

    @inline(never) static func last(_ number: Int) -> StackTrace { called(number) }

    static let calledLine = #line + 2
    @inline(never) static func called(_ number: Int) -> StackTrace {
      let stack = kept(StackTrace.capture())
      return number == 8 ? StackTrace(words: [8]) : stack
    }
  }
#endif
