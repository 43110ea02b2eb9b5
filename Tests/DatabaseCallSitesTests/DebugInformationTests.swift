import DatabaseSupport

#if ELF && canImport(Runtime) && _pointerBitWidth(_64)
  import Foundation
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  @Suite struct DebugInformationTests {
    /// Frames of random addresses in the program, with what was inlined there, its files, lines and columns.
    @Test(.enabled(if: LLVMSymbolizer.isThere)) func llvmSymbolizerSaysTheSame() throws {
      let program = try #require(LoadedImage.all().first { $0.isProgram })
      let addresses = Self.addresses(of: program, usually: 1_000)
      let ours = ImageSymbols.located(addresses)
      // A return address stands behind the call that it belongs to.
      let theirs = try LLVMSymbolizer.frames(of: addresses.map { $0 - program.base - 1 })
      #expect(theirs.count == addresses.count)
      for (address, their) in zip(addresses, theirs) {
        let our = (ours[address] ?? []).map(Place.init)
        // In assembly theirs takes the nearest label for a function.
        if their.last?.isInAssembly == true { continue }
        #expect(our == their, "\(String(address - program.base, radix: 16))")
      }
      #expect(ours.values.contains { $0.count > 1 }, "nothing was inlined at any of them")
    }

    /// In optimised code the reader of the toolchain's runtime leaves out calls that were inlined in several pieces, and orders
    /// others by where they begin, so it is only asked which function it is.
    @Test func theToolchainsReaderSaysTheSameFunction() throws {
      let program = try #require(LoadedImage.all().first { $0.isProgram })
      let addresses = Self.addresses(of: program, usually: 30)
      let ours = ImageSymbols.located(addresses)
      let entries = Dictionary(uniqueKeysWithValues: addresses.map { ($0, CompactBacktrace.Entry.returnAddress($0)) })
      let theirs = ToolchainSymbols.frames(of: entries, isLocated: true)
      for address in addresses {
        let (our, their) = (ours[address]?.last, theirs[address]?.last)
        #expect(our != nil && our?.symbol == their?.symbol, "\(String(address - program.base, radix: 16))")
      }
    }

    /// Random, but the same in each run of one program, and in functions that have a name, and one alone.
    private static func addresses(of program: LoadedImage, usually usual: Int) -> [UInt] {
      let information = DebugInformation(path: "/proc/self/exe")
      let count = ProcessInfo.processInfo.environment["DATABASE_TESTING_ADDRESSES"].flatMap(Int.init) ?? usual
      var generator = SeededGenerator(seed: 7)
      var addresses: Set<UInt> = []
      while addresses.count < count {
        let address = UInt.random(in: program.base..<program.endOfText, using: &generator)
        // Before the first function and behind the last there are tables.
        guard let symbol = ImageSymbols.named([address])[address]?.first?.symbol, !["_init", "_fini"].contains(symbol),
          information.map({ $0.isMerged(at: $0.address(address - 1, in: program)) }) == false
        else { continue }
        addresses.insert(address)
      }
      return Array(addresses)
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

    /// What one frame names, as far as every reader has it.
    private struct Place: Equatable, CustomStringConvertible {
      let description: String
      var isInAssembly: Bool { description.contains(".S:") }

      init(_ frame: StackFrame) {
        self.init(symbol: frame.symbol, file: frame.file, line: frame.line, column: frame.column)
      }

      init(symbol: String?, file: String?, line: Int?, column: Int?) {
        // What the compiler made has no line, and what only the symbol table knows has none either, but may have an object file.
        let file = (line ?? 0, column ?? 0) == (0, 0) ? nil : file?.split(separator: "/").last
        description = "\(symbol ?? "-") \(file ?? "-"):\(line ?? 0):\(column ?? 0)"
      }
    }

    /// The symbolizer that comes with the toolchain.
    private enum LLVMSymbolizer {
      private struct Answer: Decodable {
        struct Frame: Decodable {
          var function: String
          let file: String, line: Int, column: Int

          enum CodingKeys: String, CodingKey {
            case function = "FunctionName", file = "FileName", line = "Line", column = "Column"
          }
        }

        let frames: [Frame]

        enum CodingKeys: String, CodingKey {
          case frames = "Symbol"
        }
      }

      static let isThere = (try? output(of: ["--version"], input: "")) != nil

      /// - Parameter offsets: Addresses in the file of this program.
      static func frames(of offsets: [UInt]) throws -> [[Place]] {
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let output = try output(
          of: ["--output-style=JSON", "--no-demangle", "--obj=\(program)"],
          input: offsets.map { "0x" + String($0, radix: 16) + "\n" }.joined())
        return try output.split(separator: "\n").map {
          var frames = try JSONDecoder().decode(Answer.self, from: Data($0.utf8)).frames
          // The call of a macro that the compiler did not know any more is no function: its place is the caller's.
          while let index = frames.firstIndex(where: { $0.function == "__unknown_macro__" }) {
            frames[index].function = frames.remove(at: index + 1).function
          }
          return frames.map { Place(symbol: $0.function, file: $0.file, line: $0.line, column: $0.column) }
        }
      }

      private static func output(of arguments: [String], input: String) throws -> String {
        let process = Process()
        let (read, written) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["llvm-symbolizer"] + arguments
        process.standardInput = read
        process.standardOutput = written
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It answers each line at once, so more than a pipe holds must be read while it is written.
        let text = Data(input.utf8)
        Thread.detachNewThread {
          try? read.fileHandleForWriting.write(contentsOf: text)
          try? read.fileHandleForWriting.close()
        }
        let output = try written.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return String(decoding: output, as: UTF8.self)
      }
    }
  }
#endif
