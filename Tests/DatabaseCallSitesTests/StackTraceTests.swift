import TestSupport
import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

@Suite struct StackTraceTests {
  @Test(arguments: [Int.min, -1, 0, 1, 3, 64])
  func noMoreThanTheDepthIsKept(depth: Int) {
    #expect(StackTrace.capture(maximumDepth: depth).words.count <= max(0, depth))
  }

  #if canImport(Darwin) || canImport(Glibc)
    @Test(.needs(.lines)) func theInnermostFrameIsTheCaller() throws {
      let line = #line + 1
      let stack = StackTrace.capture()
      let site = try #require(stack.callSite())
      #expect(site.line == line)
      #expect(site.function == "StackTraceTests.theInnermostFrameIsTheCaller()")
    }

    @Test(.needs(.lines)) func throughACallbackOfTheCLibrary() throws {
      let stack = sortedStack()
      let frames = stack.appFrames.map(\.function)
      #expect(frames.first == "sortedStack()")
      #expect(frames.contains("StackTraceTests.throughACallbackOfTheCLibrary()"))
      #expect(Symbolicator.frames(of: stack).contains { $0.symbol?.contains("sort") == true && $0.module == nil })
    }

    @Test(.needs(.lines)) func throughSQLite() throws {
      let sqlite = try #require(SQLite(), "libsqlite3.so.0 is needed")
      let (stacks, (_, line)) = sqlite.stacks { sqlite in (sqlite.run("SELECT 1"), #line) }
      let stack = try #require(stacks.first)
      #expect(Symbolicator.frames(of: stack).contains { $0.image?.hasPrefix("libsqlite3") == true })
      // The innermost frame is the callback's, as it is of this test and not of the package.
      let outer = stack.appFrames.drop { $0.function?.contains("throughSQLite") != true }
      #expect(outer.first?.line == line)
      #expect(stack.databaseLibrary() == nil)
    }
  #endif
}

#if canImport(Darwin) || canImport(Glibc)
  nonisolated(unsafe) private var stackOfComparison = StackTrace(words: [])  // One test uses it.

  @inline(never) private func sortedStack() -> StackTrace {
    var numbers = [2, 1]
    qsort(&numbers, 2, MemoryLayout<Int>.size) { _, _ in
      stackOfComparison = StackTrace.capture()
      return 0
    }
    return stackOfComparison
  }

  /// SQLite, loaded rather than linked.
  private struct SQLite {
    typealias Open = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    typealias Close = @convention(c) (OpaquePointer?) -> Int32
    typealias Execute =
      @convention(c) (
        OpaquePointer?, UnsafePointer<CChar>, OpaquePointer?, OpaquePointer?, OpaquePointer?
      ) -> Int32
    typealias Callback =
      @convention(c) (
        UInt32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
      ) -> Int32
    typealias Trace = @convention(c) (OpaquePointer?, UInt32, Callback?, UnsafeMutableRawPointer?) -> Int32

    private let execute: Execute
    private let close: Close
    private let trace: Trace
    private let connection: OpaquePointer

    init?() {
      #if canImport(Darwin)
        let name = "libsqlite3.dylib"
      #else
        let name = "libsqlite3.so.0"
      #endif
      guard let library = dlopen(name, RTLD_NOW), let open = dlsym(library, "sqlite3_open"),
        let close = dlsym(library, "sqlite3_close"), let execute = dlsym(library, "sqlite3_exec"),
        let trace = dlsym(library, "sqlite3_trace_v2")
      else { return nil }
      var connection: OpaquePointer?
      guard unsafeBitCast(open, to: Open.self)(":memory:", &connection) == 0, let connection else { return nil }
      self.connection = connection
      self.execute = unsafeBitCast(execute, to: Execute.self)
      self.close = unsafeBitCast(close, to: Close.self)
      self.trace = unsafeBitCast(trace, to: Trace.self)
    }

    func stacks<R>(of body: (Self) throws -> R) rethrows -> ([StackTrace], R) {
      var stacks: [StackTrace] = []
      let result = try withUnsafeMutablePointer(to: &stacks) { stacks in
        _ = trace(
          connection, 1,
          { _, context, _, _ in
            context?.assumingMemoryBound(to: [StackTrace].self).pointee.append(StackTrace.capture())
            return 0
          }, stacks)
        defer { _ = close(connection) }
        return try body(self)
      }
      return (stacks, result)
    }

    @inline(__always) func run(_ sql: String) -> Int { Int(execute(connection, sql, nil, nil, nil)) }
  }
#endif
