import DatabaseSupport

#if os(Linux) && canImport(Glibc)
  import InMemoryTracing
  import TestSupport
  import Testing
  import Tracing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// A package that is in no list, and calls a closure of the app's.
  @Suite struct FetchedPackageTests {
    @Test(.needs(.lines)) func itIsNoCallSite() throws {
      let stacks = Locked<[StackTrace]>([])
      let tracer = InMemoryTracer(
        idGenerator: InMemoryTracer.IDGenerator(
          nextTraceID: {
            stacks.withLock { $0.append(StackTrace.capture()) }
            return "1"
          }, nextSpanID: { "2" }))
      let line = #line + 1
      tracer.startSpan("a span").end()
      let stack = try #require(stacks.withLock { $0.first })
      let frames = Symbolicator.frames(of: stack)
      let foreign = frames.filter { $0.module == "InMemoryTracing" && $0.origin == .source }
      #expect(!foreign.isEmpty)
      #expect(foreign.allSatisfy { $0.isFetched && !$0.isAppCode })
      #expect(!KnownModules.areSkipped("InMemoryTracing"))
      // The closure, then the line that led to it.
      #expect(stack.appFrames.allSatisfy { $0.module == "DatabaseRecordingTests" })
      #expect(stack.appFrames.contains { $0.line == line && $0.function == "FetchedPackageTests.itIsNoCallSite()" })
    }
  }
#endif
