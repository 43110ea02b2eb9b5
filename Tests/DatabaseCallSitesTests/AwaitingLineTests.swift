#if ELF && _pointerBitWidth(_64) && _endian(little)
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// The lines of awaiting functions, from the addresses at which they are resumed, in debug builds and in optimised ones.
  @Suite struct AwaitingLineTests {
    @Test func eachAwaitHasItsLineAndColumn() throws {
      #expect(try places(of: "lines") == [Awaiting.linesAt + 1: [21], Awaiting.linesAt + 3: [25]])
    }

    @Test func twoOnOneLineHaveTwoColumns() throws {
      #expect(try places(of: "columns") == [Awaiting.columnsAt + 1: [21, 41]])
    }

    @Test func aLoopAwaitsOnOneLine() throws {
      #expect(try places(of: "loop") == [Awaiting.loopAt + 4: [34]])
      // It is resumed at one address, which the first round takes and all others.
      let words = try words(of: "loop")
      let lines = words.compactMap { Symbolicator.lines(of: [$0])[$0] }
      #expect(lines.map { $0.map(\.line) } == [[Awaiting.loopAt + 4]])
    }

    #if arch(x86_64) && canImport(Glibc)
      /// An optimised loop may be unrolled: its addresses differ, its lines and columns do not.
      @Test func roundsOfAnAwaitedLoopAreOnePlaceAndTwoCallsAreTwo() async {
        var stacks: [StackTrace] = []
        for _ in 0..<4 { stacks.append(await captured()) }
        stacks.append(await captured())
        let (first, second) = (await captured(), await captured())
        stacks += [first, second]
        #expect(StackPlaces(stacks).merged == [[0, 1, 2, 3], [4], [5], [6]])
      }

      /// Stacks of one recursion differ in their depth alone.
      @Test func anAwaitedRecursionIsOnePlace() async {
        var stacks: [StackTrace] = []
        for depth in [2, 3, 7] { stacks.append(await descended(depth)) }
        #expect(Set(stacks).count == 3)
        #expect(StackPlaces(stacks).merged == [[0, 1, 2]])
      }
    #endif

    @Test func throwingFunctions() throws {
      #expect(try places(of: "throwing") == [Awaiting.throwingAt + 2: [36], Awaiting.throwingAt + 4: [26]])
    }

    @Test func aClosureIsKnownByItsFunction() throws {
      #expect(try places(of: "closure").keys.contains(Awaiting.closureAt + 1))
    }

    @Test func theCallSiteIsTheAwaitingLine() throws {
      let words = try words(of: "loop")
      let word = try #require(words.first)
      // What runs is a library's, as SQLite's callbacks are on a thread of its own.
      let stack = StackTrace(words: [7, word])
      let site = try #require(stack.callSite())
      #expect(site.function == "Awaiting.loop(_:)")
      #expect(site.line == Awaiting.loopAt + 4)
      #expect(site.column == 34)
      #expect(site.fileName == "AwaitingLineTests.swift")
      #expect(stack.appFrames.map(\.isAwaiting) == [true])
    }

    /// The instruction that awaits is found for each of the program's resume functions.
    @Test func allResumeFunctionsOfTheProgram() throws {
      let file = try #require(ELFFile(path: "/proc/self/exe"))
      var resumes: Set<UInt> = []
      ELFSymbols.forEachFunction(in: file, prefix: "$s", suffixes: Self.suffixes) { _, address in
        resumes.insert(address)
      }
      try #require(resumes.count > 300)
      let found = ResumeInstructions(file).instructions(taking: resumes)
      #expect(found.count == resumes.count)
      // One by one in the neighbourhood of each it is the same.
      for resume in resumes.sorted().prefix(50) {
        #expect(ResumeInstructions(file).instructions(taking: [resume])[resume] == found[resume])
      }
    }

    @Test func whatIsNoResumeFunctionIsTakenNowhere() throws {
      let file = try #require(ELFFile(path: "/proc/self/exe"))
      #expect(ResumeInstructions(file).instructions(taking: [0, 3, .max]).isEmpty)
      #expect(ResumeInstructions(file).instructions(taking: []).isEmpty)
    }

    #if canImport(Runtime)
      @Test func theToolchainsReaderSaysTheSame() throws {
        let program = try #require(LoadedImage.all().first { $0.isProgram })
        let information = try #require(DebugInformation(path: "/proc/self/exe"))
        for word in try words(of: "lines") {
          let address = try #require(StackWord(word).address)
          let resume = information.address(address, in: program)
          let instructions = try #require(information.resumes.instructions(taking: [resume])[resume])
          let instruction = try #require(instructions.first)
          let place = information.address(instruction, inProcessOf: program)
          let theirs = ToolchainSymbols.frames(of: [word: .instruction(place)], isLocated: true)[word]
          let ours = ImageSymbols.located([word])[word]
          #expect(theirs?.map(\.line) == ours?.map(\.line))
          #expect(theirs?.map(\.column) == ours?.map(\.column))
          #expect(theirs?.map(\.function) == ours?.map(\.function))
          let named = ToolchainSymbols.frames(of: [word: .resume(address)], isLocated: false)[word]
          #expect(named?.map(\.function) == ["Awaiting.lines()"])
        }
      }
    #endif

    private static let suffixes = (0..<40).map { "TQ\($0)_" }

    /// Words as a stack has them of a method of `Awaiting` that awaits.
    private func words(of method: String) throws -> [UInt] {
      let program = try #require(LoadedImage.all().first { $0.isProgram })
      let file = try #require(ELFFile(path: "/proc/self/exe"))
      var words: [UInt] = []
      let prefix = "$s22DatabaseCallSitesTests8AwaitingV\(method.utf8.count)\(method)"
      ELFSymbols.forEachFunction(in: file, prefix: prefix, suffixes: Self.suffixes) { _, address in
        words.append(StackWord.awaiting | (address &- file.lowestAddress &+ program.base))
      }
      return words
    }

    /// The columns of the awaits, by line.
    private func places(of method: String) throws -> [Int: Set<Int>] {
      var places: [Int: Set<Int>] = [:]
      for word in try words(of: method) {
        let frame = try #require(Symbolicator.frames(of: [word])[0].first { $0.isAppCode })
        #expect(frame.function?.hasPrefix("Awaiting.\(method)(") == true)
        #expect(frame.isAwaiting)
        if let line = frame.line, let column = frame.column { places[line, default: []].insert(column) }
      }
      return places
    }
  }

  struct Awaiting {
    static let linesAt = #line + 1
    @inline(never) func lines() async -> Int {
      let a = await value(1)
      print("between", terminator: "")
      return a + (await value(2))
    }

    static let columnsAt = #line + 1
    @inline(never) func columns() async -> Int {
      let a = await value(1), b = await value(2)
      return a + b
    }

    static let loopAt = #line + 1
    @inline(never) func loop(_ count: Int) async -> Int {
      var sum = 0
      for number in 0..<count {
        note(number)
        sum &+= number &+ (await value(number))
      }
      return sum
    }

    static let throwingAt = #line + 1
    @inline(never) func throwing(_ number: Int) async throws -> Int {
      do {
        return number + (try await failing(number))
      } catch {
        return try await failing(number + 1)
      }
    }

    static let closureAt = #line + 1
    @inline(never) func closure() async -> [Int] {
      await each { await value($0) }
    }

    @inline(never) func each(_ body: (Int) async -> Int) async -> [Int] {
      [await body(1), await body(2)]
    }
  }

  @inline(never) private func captured() async -> StackTrace {
    await Task.yield()
    let stack = StackTrace.capture()
    await Task.yield()
    return stack
  }

  @inline(never) private func descended(_ depth: Int) async -> StackTrace {
    guard depth > 0 else { return await captured() }
    let stack = await descended(depth - 1)
    note(depth)
    return stack
  }

  @inline(never) private func note(_ number: Int) { if number < 0 { print(number) } }

  @inline(never) private func value(_ number: Int) async -> Int {
    await Task.yield()
    return number
  }

  @inline(never) private func failing(_ number: Int) async throws -> Int {
    await Task.yield()
    try Task.checkCancellation()
    return number
  }
#endif
