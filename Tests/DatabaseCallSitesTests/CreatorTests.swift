#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import CCallStacks
  import Dispatch
  import Glibc
  import Synchronization
  import TestSupport
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// Who created the task that a stack was captured in.
  @Suite(.needs(.chains)) struct CreatorTests {
    /// Equal chains of child tasks prove nothing without their creators'.
    @Test func aHelperThatIsCalledOnTwoLines() async {
      await recording {
        let one = await Helper.child()
        let other = await Helper.child()
        #expect(one.parts[0] == other.parts[0])
        #expect(one != other)
        #expect(one.isComplete && other.isComplete)
        #expect(one.creators.first?.allFunctions.prefix(1) == ["Helper.child()"])
        #expect(one.creators.first?.awaitingFunctions.contains("CreatorTests.aHelperThatIsCalledOnTwoLines()") == true)
      }
    }

    @Test func aHelperThatIsCalledInALoop() async {
      await recording {
        var stacks: Set<StackTrace> = []
        for _ in times(5) { stacks.insert(await Helper.child()) }
        #expect(stacks.count == 1)
        #expect(stacks.first?.isComplete == true)
      }
    }

    @Test func groups() async {
      await recording {
        let (one, other) = (await Helper.grouped(3), await Helper.grouped(3))
        #expect(Set(one).count == 1 && Set(other).count == 1 && one[0] != other[0])
        #expect(one[0].isComplete)
        #expect(one[0].creators.first?.allFunctions.contains("Helper.grouped(_:)") == true)
      }
    }

    @Test func tasksOfAllKinds() async {
      await recording {
        let executor = TaskQueue()
        let tasks = [
          Task { await Caller.outer() },
          Task.detached { await Caller.outer() },
          Task { @MainActor in await Caller.outer() },
          Task(executorPreference: executor) { await Caller.outer() },
          Task(name: "named", priority: .low) { await Caller.outer() },
        ]
        for (number, task) in tasks.enumerated() {
          let stack = await task.value
          #expect(stack.isComplete, "\(number)")
          #expect(stack.creators.count == 1, "\(number)")
          let functions = stack.creators.first?.allFunctions ?? []
          #expect(functions.contains("CreatorTests.tasksOfAllKinds()"), "\(number): \(functions)")
        }
      }
    }

    @Test func tasksOfActors() async {
      await recording {
        for stack in [await Spawning().stack(), await CustomSpawning().stack()] {
          #expect(stack.isComplete)
          #expect(stack.creators.first?.allFunctions.contains { $0.hasSuffix(".stack()") } == true)
        }
      }
    }

    @MainActor @Test func tasksOfTheMainActor() async {
      await recording {
        let stack = await Task { kept(StackTrace.capture()) }.value
        #expect(stack.isComplete)
        #expect(stack.creators.first?.allFunctions.contains("CreatorTests.tasksOfTheMainActor()") == true)
      }
    }

    @Test func aCreatorOfACreator() async {
      await recording {
        let stack = await Task { await Task.detached { await Helper.child() }.value }.value
        #expect(stack.creators.count == 3)
        #expect(stack.isComplete)
        #expect(stack.creators.allSatisfy { !$0.allFunctions.isEmpty })
      }
    }

    @Test func aTaskThatStartsAtOnce() async {
      await recording {
        let task = Task.immediate { kept(StackTrace.capture()) }
        let stack = await task.value
        #expect(stack.creators.first?.allFunctions.first == "CreatorTests.aTaskThatStartsAtOnce()")
      }
    }

    @Test func theCreatorIsOnAThreadOfItsOwn() async {
      let stack = await recording {
        await withCheckedContinuation { continuation in
          DispatchQueue.global().async {
            Task { continuation.resume(returning: await Caller.outer()) }
          }
        }
      }
      // Who dispatched the block is not known.
      #expect(stack.creators.count == 1)
      #expect(!stack.isComplete)
    }

    @Test func aThreadOnWhichARecordingBegan() async {
      let (inside, outside) = await withCheckedContinuation { continuation in
        DispatchQueue(label: "thread").async {
          let outside = kept(StackTrace.capture())
          let inside = recording { kept(StackTrace.capture()) }
          continuation.resume(returning: (inside, outside))
        }
      }
      #expect(inside.isComplete)
      #expect(!outside.isComplete)
    }

    @Test func theTaskInWhichARecordingBegan() async {
      let before = await Caller.outer()
      let during = await recording { await Caller.outer() }
      let after = await Caller.outer()
      #expect([before, during, after].map(\.isComplete) == [false, true, false])
      #expect(during.creators.isEmpty)
    }

    @Test func tasksThatAreCreatedWithoutARecordingAreNotWhole() async {
      // Another test's recording may be on.
      let task = Task.detached { await Caller.outer() }
      #expect(!(await task.value).isComplete)
    }

    /// The same code makes as many stacks as it has places.
    @Test func manyTasksKeepFewStacks() async {
      await recording {
        _ = await Helper.grouped(10)
        let before = dcs_creator_count()
        let stacks = await Helper.grouped(2_000)
        #expect(Set(stacks).count == 1)
        #expect(dcs_creator_count() - before < 500)
      }
    }

    /// A task that creates the next one, and so on: what is kept of it comes to an end.
    @Test func tasksWithoutEndKeepFewStacks() async {
      await recording {
        let last = await Helper.successor(400)
        #expect(last.words.count == StackTrace.depth)
        #expect(!last.isComplete)
      }
    }

    /// Another function that has the runtime's pointer. The thread sanitizer's is one, and would be missed.
    @Test(.enabled(if: !isThreadSanitized)) func theFunctionThatWasThereBeforeIsCalled() async {
      await #expect(processExitsWith: .success) {
        // Before the first recording of the process.
        guard let pointer = dlsym(nil, "_swift_tsan_release")?.assumingMemoryBound(to: Release?.self) else { exit(2) }
        pointer.pointee = { _ in calls.wrappingAdd(1, ordering: .relaxed) }
        let isWhole = await recording {
          calls.store(0, ordering: .relaxed)
          return (await Helper.child()).isComplete
        }
        exit(isWhole && calls.load(ordering: .relaxed) > 0 ? 0 : 3)
      }
    }
  }

  private typealias Release = @convention(c) (UnsafeMutableRawPointer?) -> Void
  private let calls = Atomic(0)

  private enum Helper {
    @concurrent @inline(never) static func child() async -> StackTrace {
      async let stack = Caller.inner()
      return kept(await stack)
    }

    @concurrent @inline(never) static func grouped(_ count: Int) async -> [StackTrace] {
      await withTaskGroup(of: StackTrace.self) { group in
        for _ in 0..<count { group.addTask { await Caller.inner() } }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }

    @concurrent static func successor(_ depth: Int) async -> StackTrace {
      if depth == 0 { return await Caller.inner() }
      return await Task { await successor(depth - 1) }.value
    }
  }

  private actor Spawning {
    private var count = 0

    func stack() async -> StackTrace {
      await Task {
        count += 1
        return kept(StackTrace.capture())
      }.value
    }
  }

  private actor CustomSpawning {
    private let executor = QueueExecutor()
    private var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func stack() async -> StackTrace {
      await Task {
        count += 1
        return kept(StackTrace.capture())
      }.value
    }
  }
#endif
