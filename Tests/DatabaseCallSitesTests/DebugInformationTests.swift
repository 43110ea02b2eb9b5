import DatabaseSupport

#if os(Linux) && canImport(Runtime) && _pointerBitWidth(_64)
  import Foundation
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  @Suite struct DebugInformationTests {
    /// Frames of random addresses in the program, with what was inlined there, its files, lines and columns.
    @Test func theToolchainsReaderSaysTheSame() throws {
      let count = ProcessInfo.processInfo.environment["DATABASE_TESTING_ADDRESSES"].flatMap(Int.init) ?? 100
      let program = try #require(LoadedImage.all().first { $0.isProgram })
      var generator = SeededGenerator(seed: 7)
      var addresses: Set<UInt> = []
      while addresses.count < count {
        let address = UInt.random(in: program.base..<program.endOfText, using: &generator)
        if ImageSymbols.named([address])[address]?.first?.symbol != nil { addresses.insert(address) }
      }
      let ours = ImageSymbols.located(Array(addresses))
      let entries = Dictionary(uniqueKeysWithValues: addresses.map { ($0, CompactBacktrace.Entry.returnAddress($0)) })
      let theirs = ToolchainSymbols.frames(of: entries, isLocated: true)
      for address in addresses {
        let (our, their) = ((ours[address] ?? []).map(Place.init), (theirs[address] ?? []).map(Place.init))
        // In optimised code it leaves out calls that were inlined in several pieces; llvm-symbolizer and addr2line do not.
        let isMore = our.count > their.count && our.first?.place == their.first?.place && our.contains(inOrder: their)
        #expect(our == their || isMore, "\(String(address - program.base, radix: 16)): \(our), \(their)")
      }
      #expect(ours.values.contains { $0.count > 1 }, "nothing was inlined at any of them")
    }

    /// Versions and forms that compilers and linkers write, and whether the system has what they take.
    static let forms = [
      "-gdwarf-4", "-gdwarf-5", "-gdwarf-2", "-gdwarf-5 -gz=zlib", "-gdwarf-4 -gz=zlib", "-g1", "-O2 -gdwarf-5",
    ]

    @Test(arguments: forms) func linesOfAProgramThatWasCompiledSo(options: String) throws {
      guard let program = try Program(options) else { return }
      defer { program.remove() }
      let information = try #require(DebugInformation(path: program.path))
      #expect(information.hasLines)
      let function = try #require(information.symbols.address(ofFunction: "twice"))
      let frames = information.frames(at: function)
      #expect(frames.last?.symbol == "twice")
      #expect(frames.last?.path?.hasSuffix("/program.c") == true)
      #expect(frames.last?.line == Program.lineOfTwice)
      #expect(information.lines(at: function)?.last?.line == Program.lineOfTwice)
      // Behind the last instruction of the program there is nothing.
      #expect(information.frames(at: UInt(1) << 45) == [DebugInformation.Frame()])
    }

    @Test(arguments: forms) func twoCallsOnOneLineHaveTwoColumns(options: String) throws {
      guard let program = try Program(options) else { return }
      defer { program.remove() }
      let information = try #require(DebugInformation(path: program.path))
      let start = try #require(information.symbols.address(ofFunction: "main"))
      let lines = (0..<128).map { start + UInt($0) }.prefix { information.symbols.function(at: $0) == "main" }
        .flatMap { information.frames(at: $0).map { [$0.line, $0.column] } }
      for column in Program.columnsOfCalls { #expect(lines.contains([Program.lineOfMain, column])) }
    }

    @Test func anInlinedFunctionStandsBeforeTheOneThatCallsIt() throws {
      guard let program = try Program("-O1 -gdwarf-5") else { return }
      defer { program.remove() }
      let information = try #require(DebugInformation(path: program.path))
      let start = try #require(information.symbols.address(ofFunction: "outer"))
      let frames = (0..<64).map { information.frames(at: start + UInt($0)) }.first { $0.count > 1 }
      #expect(frames?.map(\.symbol) == ["inner", "outer"])
      #expect(frames?.map(\.line) == [Program.lineOfInner, Program.lineOfCall])
    }

    /// A file that is damaged, cut off or something else is read as far as it goes.
    @Test(arguments: forms) func damagedFilesAreNoCrash(options: String) throws {
      guard let program = try Program(options) else { return }
      defer { program.remove() }
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: program.path)))
      var generator = SeededGenerator(seed: 11)
      let count = ProcessInfo.processInfo.environment["DATABASE_TESTING_DAMAGED_FILES"].flatMap(Int.init) ?? 60
      for round in 0..<count {
        var damaged = bytes
        if round % 5 == 0 { damaged.removeLast(Int.random(in: 1..<bytes.count, using: &generator)) }
        // Behind the program's text, where tables are.
        for _ in 0..<(1 << (round % 7)) where !damaged.isEmpty {
          let place = Int.random(in: 0..<damaged.count, using: &generator)
          damaged[place] = UInt8.random(in: .min ... .max, using: &generator)
        }
        try Data(damaged).write(to: URL(fileURLWithPath: program.path))
        guard let information = DebugInformation(path: program.path) else { continue }
        for address in stride(from: UInt(0), to: 0x4000, by: 61) {
          _ = information.frames(at: address)
          _ = information.lines(at: address)
        }
      }
    }

    @Test func whatIsNoProgramHasNoLines() throws {
      #expect(DebugInformation(path: "/no/such/file") == nil)
      #expect(DebugInformation(path: "/etc/passwd") == nil)
      #expect(DebugInformation(path: "/dev/null") == nil)
    }

    /// A small program, made by the compiler of the toolchain.
    private struct Program {
      let path: String
      private let folder: URL

      static let lineOfInner = 2
      static let lineOfCall = 4
      static let lineOfTwice = 6
      static let lineOfMain = 7
      static let columnsOfCalls = [44, 59]
      static let source = """
        static volatile int sink;
        static inline __attribute__((always_inline)) void inner(int a) { sink = a; }
        __attribute__((noinline)) int outer(int a) {
          inner(a + 1);
          return a; }
        __attribute__((noinline)) int twice(int a) { return 2 * a; }
        int main(int count, char **words) { return twice(count) + outer(count); }

        """

      /// - Returns: `nil` where there is no such compiler, or none with these options.
      init?(_ options: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let source = folder.appendingPathComponent("program.c")
        try Data(Self.source.utf8).write(to: source)
        path = folder.appendingPathComponent("program").path
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang"] + options.split(separator: " ").map(String.init) + [source.path, "-o", path]
        compiler.standardError = FileHandle.nullDevice
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else {
          remove()
          return nil
        }
      }

      func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    fileprivate struct Place: Equatable, CustomStringConvertible {
      let frame: StackFrame

      init(_ frame: StackFrame) { self.frame = frame }

      static func == (a: Place, b: Place) -> Bool { a.description == b.description }

      var description: String { "\(frame.symbol ?? "-") \(function) \(frame.module ?? "-") \(place)" }

      var function: String { frame.origin == .thunk ? "-" : frame.function ?? "-" }

      var place: String {
        // What the compiler made has no file, and a thunk is shown with more or fewer types.
        let file = frame.file.map { $0.hasSuffix("<compiler-generated>") ? "-" : $0.split(separator: "/").last! } ?? "-"
        return "\(file):\(frame.line ?? -1):\(frame.column ?? -1)"
      }
    }
  }

  extension [DebugInformationTests.Place] {
    /// Whether it has the functions of `other`, and perhaps more between them.
    fileprivate func contains(inOrder other: [DebugInformationTests.Place]) -> Bool {
      var rest = other[...]
      for place in self where place.frame.symbol == rest.first?.frame.symbol { rest = rest.dropFirst() }
      return rest.isEmpty
    }
  }
#endif
