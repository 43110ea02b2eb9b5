#if os(Linux) && arch(x86_64)
  import CCallStacks
  import Dispatch
  import TestSupport
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// A hash of a whole stack that is not kept: equal for equal stacks, and for no others.
  @Suite(.needs(.chains)) struct StackIdentityTests {
    init() { #expect(ChainCheck.hasPassed) }

    @Test func ofOneLineInALoop() async {
      await recording {
        var seen: Set<UInt64> = []
        for _ in 0..<100 { seen.insert(await Identity.outer()) }
        #expect(seen.count == 1)
        for _ in 0..<100 { seen.insert(await Identity.child()) }
        #expect(seen.count == 2)
      }
    }

    @Test func ofTwoLines() async {
      await recording {
        let seen = [
          await Identity.outer(), await Identity.outer(), await Identity.child(), await Identity.child(),
          Identity.here(), Identity.here(),
        ]
        #expect(Set(seen).count == seen.count)
      }
    }

    /// The two hashes of one place: executions whose stacks are not kept are told from those whose stacks are.
    @Test func isTheHashOfTheStackThatIsKept() async {
      await recording {
        for _ in 0..<3 { Identity.expectSame() }
        await Identity.expectSameInChild()
        Identity.descend(200)
        let queue = DispatchQueue(label: "queue")
        queue.sync { Identity.expectSame() }
      }
    }

    /// Beyond what is kept of a stack, too.
    @Test func ofStacksThatAreDeeper() async {
      await recording {
        let (one, other) = (await Identity.deep(200), await Identity.deep(201))
        #expect(one != other)
      }
    }
  }

  private enum Identity {
    @inline(never) static func here() -> UInt64 { dcs_identity() }

    @concurrent @inline(never) static func inner() async -> UInt64 { here() }

    @concurrent @inline(never) static func outer() async -> UInt64 {
      let identity = await inner()
      return identity &+ 0
    }

    @concurrent @inline(never) static func child() async -> UInt64 {
      async let identity = inner()
      return await identity
    }

    @concurrent @inline(never) static func deep(_ depth: Int) async -> UInt64 {
      depth == 0 ? await inner() : await deep(depth - 1) &+ 0
    }

    /// Both begin at the caller of this function.
    @inline(never) static func expectSame() {
      var words = [UInt](repeating: 0, count: StackTrace.depth)
      var hash: UInt64 = 0
      let count = dcs_capture_frames(&words, words.count)
      let before = dcs_set_origin(count > 1 ? words[1] : 0)
      let kept = dcs_capture(&words, words.count, &hash)
      let identity = dcs_identity()
      _ = dcs_set_origin(before)
      #expect(identity == hash && kept > 1)
    }

    @concurrent @inline(never) static func expectSameInChild() async {
      async let done: Void = expectSame()
      await done
    }

    @inline(never) static func descend(_ depth: Int) {
      if depth == 0 { expectSame() } else { descend(depth - 1) }
      own = depth
    }

    nonisolated(unsafe) private static var own = 0  // One test writes it.
  }
#endif
