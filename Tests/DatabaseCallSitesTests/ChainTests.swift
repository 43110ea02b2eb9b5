import DatabaseSupport

#if os(Linux) && arch(x86_64)
  import CCallStacks
  import Dispatch
  import Foundation
  import TestSupport
  import Testing
  import XCTest

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// The functions that await the code which is executed, up to the test.
  @Suite(.needs(.chains)) struct ChainTests {
    init() { #expect(ChainCheck.hasPassed) }

    @Test func theyAreFollowedHere() {
      #expect(dcs_follows_chains())
    }

    /// As where the check fails.
    @Test func withoutThemStacksHaveSynchronousFramesAlone() async {
      await #expect(processExitsWith: .success) {
        guard ChainCheck.hasPassed else { exit(2) }
        dcs_set_follows_chains(false)
        let stack = await recording { await Caller.outer() }
        let isPlain = stack.awaiting.isEmpty && stack.creators.isEmpty && !stack.isComplete
        exit(isPlain && stack.executing.first == "Caller.inner()" ? 0 : 3)
      }
    }

    @Test func upToTheTest() async {
      let stack = await Caller.outer()
      #expect(stack.executing == ["Caller.inner()"])
      #expect(stack.awaitingFunctions.prefix(2) == ["Caller.outer()", "ChainTests.upToTheTest()"])
    }

    @Test func theAwaitingLines() async {
      let line = #line + 1
      let stack = await Caller.outer()
      #expect(stack.awaitingLines.prefix(2) == [Caller.outerLine, line])
    }

    @Test(arguments: [1, 2]) func withArguments(number: Int) async {
      let stack = await Caller.outer()
      #expect(stack.awaitingFunctions.prefix(2) == ["Caller.outer()", "ChainTests.withArguments(number:)"])
    }

    @MainActor @Test func onTheMainActor() async {
      let before = await Caller.isolated(on: MainActor.shared)
      await Task.yield()
      let after = await Caller.isolated(on: MainActor.shared)
      for stack in [before, after] {
        #expect(stack.awaitingFunctions.prefix(1) == ["ChainTests.onTheMainActor()"])
        #expect(stack.executing == ["Caller.isolated(on:)"])
      }
    }

    @Test(Around()) func withATraitAroundIt() async {
      let stack = await Caller.outer()
      #expect(stack.awaitingFunctions.prefix(2) == ["Caller.outer()", "ChainTests.withATraitAroundIt()"])
      #expect(stack.isAwaited(by: "provideScope"))
    }

    private struct Around: TestTrait, TestScoping {
      func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
      ) async throws {
        await Task.yield()
        try await function()
      }
    }

    @Test func beforeAndAfterASuspension() async {
      let stacks = await Caller.twice()
      #expect(stacks.0.awaiting == stacks.1.awaiting)
      #expect(stacks.0.awaitingFunctions.prefix(1) == ["ChainTests.beforeAndAfterASuspension()"])
    }

    @Test func aLoopIsOneStackAndTwoLinesAreTwo() async {
      var stacks: [StackTrace] = []
      for _ in times(5) { stacks.append(await Caller.outer()) }
      stacks.append(await Caller.outer())
      #expect(Set(stacks[..<5]).count == 1)
      #expect(stacks[5] != stacks[0])
      #expect(stacks[5].parts[0].synchronous == stacks[0].parts[0].synchronous)
    }

    @Test func twoCallsOnOneLine() async {
      let (first, second) = (await Caller.outer(), await Caller.outer())
      #expect(first != second)
    }

    @Test func aFunctionThatAnyOfTwoMayAwait() async {
      let (one, other) = (await Caller.outer(), await Caller.another())
      #expect(one.awaitingFunctions.first == "Caller.outer()")
      #expect(other.awaitingFunctions.first == "Caller.another()")
    }

    @Test func recursion() async {
      let stack = await Caller.descend(20)
      #expect(stack.awaiting.count >= 21)
      #expect(stack.isAwaited(by: "ChainTests.recursion()"))
      // Deeper than what is kept: not known to be all.
      let deep = await recording { await Caller.descend(300) }
      #expect(deep.words.count == StackTrace.depth)
      #expect(!deep.isComplete)
    }

    @Test func actorsAndExecutors() async {
      let executor = QueueExecutor()
      for stack in [await Plain().stack(), await Custom(executor).stack()] {
        // The function goes on with the actor's executor, and calls its method.
        #expect(stack.executing.last == "ChainTests.actorsAndExecutors()")
        #expect(!stack.awaiting.isEmpty)
      }
      for stack in [await Plain().suspended(), await Custom(executor).suspended()] {
        #expect(stack.awaitingFunctions.first == "ChainTests.actorsAndExecutors()")
      }
      let preferred = await withTaskExecutorPreference(TaskQueue()) { await Caller.outer() }
      #expect(preferred.awaitingFunctions.first == "Caller.outer()")
      #expect(preferred.isAwaited(by: "ChainTests.actorsAndExecutors()"))
    }

    @Test func theRuntimesOwnFunctionsAreNoEnd() async {
      let local = await Caller.$local.withValue(1) { await Caller.outer() }
      #expect(local.isAwaited(by: "ChainTests.theRuntimesOwnFunctionsAreNoEnd()"))
      let cancelling = await withTaskCancellationHandler {
        await Caller.outer()
      } onCancel: {
      }
      #expect(cancelling.isAwaited(by: "ChainTests.theRuntimesOwnFunctionsAreNoEnd()"))
      let group = await withTaskGroup(of: Void.self) { _ in await Caller.outer() }
      #expect(group.isAwaited(by: "ChainTests.theRuntimesOwnFunctionsAreNoEnd()"))
    }

    @Test func afterAContinuation() async {
      let stack = await Caller.continued()
      #expect(stack.awaitingFunctions.first == "ChainTests.afterAContinuation()")
    }

    @Test func elementsOfAStream() async {
      let stream = AsyncStream<Int> { continuation in
        Task {
          for number in 0..<3 {
            await Task.yield()
            continuation.yield(number)
          }
          continuation.finish()
        }
      }
      var stacks: Set<StackTrace> = []
      for await _ in stream { stacks.insert(await Caller.outer()) }
      #expect(stacks.count == 1)
      #expect(stacks.first?.isAwaited(by: "ChainTests.elementsOfAStream()") == true)
    }

    @Test func aQueueThatIsWaitedFor() async {
      let stack = await Caller.onQueue()
      #expect(stack.isAwaited(by: "ChainTests.aQueueThatIsWaitedFor()"))
    }

    @Test func aBlockThatIsDispatchedHasNone() async {
      let stack = await recording {
        await withCheckedContinuation { continuation in
          DispatchQueue.global().async { continuation.resume(returning: kept(StackTrace.capture())) }
        }
      }
      #expect(stack.awaiting.isEmpty)
      #expect(!stack.isComplete)
    }

    @Test func aClosureThatIsCalledLater() async {
      let stored: [@Sendable () async -> StackTrace] = [{ await Caller.outer() }, { await Caller.another() }]
      let stack = await Caller.call(stored[times(1).count])
      #expect(stack.isAwaited(by: "ChainTests.aClosureThatIsCalledLater()"))
      // In optimised code it is a copy for this closure, whose await the compiler puts into no file.
      #if DEBUG
        #expect(stack.isAwaited(by: "Caller.call(_:)"), "\(stack.awaitingFunctions)")
      #endif
    }

    @Test func errorsAndDefers() async throws {
      let stack = try await Caller.throwing()
      #expect(stack.awaitingFunctions.first == "ChainTests.errorsAndDefers()")
    }

    /// More than there are registers: the function makes room above its frame.
    @Test func aFunctionWithManyParameters() async {
      let stacks = [
        await Caller.many("1", "2", "3", "4", "5", 6), await Caller.manyAfterASuspension("1", "2", "3", "4", "5", 6),
      ]
      for stack in stacks {
        #expect(stack.awaitingFunctions.first == "ChainTests.aFunctionWithManyParameters()", "\(stack.executing)")
      }
    }

    @Test func aGenericFunctionAndAProtocol() async {
      let generic = await Caller.generic(1)
      #expect(generic.isAwaited(by: "ChainTests.aGenericFunctionAndAProtocol()"))
      let existential: any Sending = Sender()
      let sent = await existential.send()
      #expect(sent.isAwaited(by: "ChainTests.aGenericFunctionAndAProtocol()"), "\(sent.awaitingFunctions)")
    }
  }

  final class ChainXCTests: XCTestCase {
    override func setUpWithError() throws {
      try XCTSkipUnless(PlatformFeature.chains.isThere, "who awaits is not followed on this platform")
    }

    func testReachesTheTest() async {
      XCTAssertTrue(ChainCheck.hasPassed)
      let stack = await Caller.outer()
      XCTAssertEqual(stack.awaitingFunctions.prefix(2), ["Caller.outer()", "ChainXCTests.testReachesTheTest()"])
    }

    /// Who left it there is not on the stack of what the main queue and a run loop run.
    func testWhatAQueueOrARunLoopRunsIsNotWhole() {
      XCTAssertTrue(ChainCheck.hasPassed)
      let stacks = Locked<[StackTrace]>([])
      let add: @Sendable () -> Void = { stacks.withLock { $0.append(kept(StackTrace.capture())) } }
      let done = (0..<3).map { expectation(description: "\($0)") }
      DispatchQueue.main.async {
        add()
        done[0].fulfill()
      }
      RunLoop.main.perform {
        add()
        done[1].fulfill()
      }
      _ = Timer.scheduledTimer(withTimeInterval: 0.001, repeats: false) { _ in
        add()
        done[2].fulfill()
      }
      wait(for: done, timeout: 10)
      let seen = stacks.withLock { $0 }
      XCTAssertEqual(seen.map(\.isComplete), [false, false, false])
      XCTAssertTrue(StackTrace.capture().isComplete)
      XCTAssertTrue(DispatchQueue(label: "queue").sync { kept(StackTrace.capture()) }.isComplete)
    }

    /// The test's task is created by XCTest, on the main thread's stack.
    func testIsWholeWithinARecording() async {
      let stack = await recording { await Caller.outer() }
      XCTAssertTrue(stack.isComplete)
    }
  }

  /// Functions that are awaited by tests.
  enum Caller {
    @TaskLocal static var local = 0

    static let outerLine = #line + 2
    @concurrent @inline(never) static func outer() async -> StackTrace {
      let stack = await inner()
      return kept(stack)
    }

    @concurrent @inline(never) static func another() async -> StackTrace { kept(await inner()) }

    @concurrent @inline(never) static func inner() async -> StackTrace { kept(StackTrace.capture()) }

    @inline(never) static func isolated(on actor: isolated any Actor) async -> StackTrace {
      let stack = kept(StackTrace.capture())
      // What is the same as another function the optimiser may make one with it.
      if stack.words.isEmpty { print(actor) }
      return stack
    }

    @concurrent @inline(never) static func twice() async -> (StackTrace, StackTrace) {
      let before = kept(StackTrace.capture())
      await Task.yield()
      return (before, kept(StackTrace.capture()))
    }

    @concurrent @inline(never) static func descend(_ depth: Int) async -> StackTrace {
      kept(depth == 0 ? await inner() : await descend(depth - 1))
    }

    @concurrent @inline(never) static func continued() async -> StackTrace {
      await withCheckedContinuation { continuation in DispatchQueue.global().async { continuation.resume() } }
      return kept(StackTrace.capture())
    }

    @concurrent @inline(never) static func onQueue() async -> StackTrace {
      kept(DispatchQueue(label: "queue").sync { kept(StackTrace.capture()) })
    }

    @concurrent @inline(never) static func call(_ body: @Sendable () async -> StackTrace) async -> StackTrace {
      kept(await body())
    }

    @concurrent @inline(never) static func throwing() async throws -> StackTrace {
      defer { _ = local }
      do {
        try await failing()
      } catch {}
      return kept(StackTrace.capture())
    }

    @concurrent private static func failing() async throws {
      await Task.yield()
      throw CancellationError()
    }

    @concurrent @inline(never) static func many(
      _ a: String, _ b: String, _ c: String, _ d: String, _ e: String, _ f: Int
    ) async -> StackTrace {
      let stack = kept(StackTrace.capture())
      note([a, b, c, d, e, "\(f)"])
      await Task.yield()
      return stack
    }

    @concurrent @inline(never) static func manyAfterASuspension(
      _ a: String, _ b: String, _ c: String, _ d: String, _ e: String, _ f: Int
    ) async -> StackTrace {
      await Task.yield()
      let stack = kept(StackTrace.capture())
      note([a, b, c, d, e, "\(f)"])
      return stack
    }

    @inline(never) private static func note(_ texts: [String]) { if texts.isEmpty { print(texts) } }

    @concurrent @inline(never) static func generic<T: Sendable>(_ value: T) async -> StackTrace {
      await Task.yield()
      return kept(await inner())
    }
  }

  private protocol Sending: Sendable {
    @concurrent func send() async -> StackTrace
  }

  private struct Sender: Sending {
    @concurrent func send() async -> StackTrace {
      let stack = kept(StackTrace.capture())
      if stack.words.count == 1 { print(stack) }
      return stack
    }
  }

  actor Plain {
    private var count = 0

    func stack() -> StackTrace { kept(StackTrace.capture()) }

    @inline(never) func suspended() async -> StackTrace {
      await Task.yield()
      let stack = kept(StackTrace.capture())
      count += 1
      return stack
    }
  }

  actor Custom {
    private var count = 0
    private let executor: QueueExecutor

    init(_ executor: QueueExecutor) { self.executor = executor }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func stack() -> StackTrace { kept(StackTrace.capture()) }

    @inline(never) func suspended() async -> StackTrace {
      await Task.yield()
      let stack = kept(StackTrace.capture())
      count -= 1
      return stack
    }
  }

  final class QueueExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "executor")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
  }

  final class TaskQueue: TaskExecutor {
    private let queue = DispatchQueue(label: "tasks", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }
#endif
