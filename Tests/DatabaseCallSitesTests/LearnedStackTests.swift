#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import CCallStacks
  import Dispatch
  import Foundation
  import Synchronization
  import TestSupport
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  /// Stacks by what was learned of each return address are those of the unwinder.
  @Suite(.needs(.chains)) struct LearnedStackTests {
    @Test func theyAreUsedHere() {
      for _ in 0..<200 { _ = StackTrace.capture() }
      #expect(dcs_is_learning())
      #expect(dcs_known_count() > 10)
    }

    @Test func inRecursion() {
      for depth in 0..<120 { #expect(descend(depth)) }
    }

    private func descend(_ depth: Int) -> Bool { depth == 0 ? learnedStackIsTheUnwound() : descend(depth - 1) }

    @Test func throughGenericsAndClosures() {
      #expect([1, 2, 3].map { [$0].flatMap { _ in [learnedStackIsTheUnwound()] } } == [[true], [true], [true]])
      #expect(Array(Dictionary(grouping: 0..<4) { _ in learnedStackIsTheUnwound() }.keys) == [true])
      #expect(([3, 1, 2].sorted { a, b in a < b && learnedStackIsTheUnwound() }) == [1, 2, 3])
    }

    @Test func throughTheCLibraryAndWithRoomOnTheStack() {
      for size in [1, 100, 5_000] {
        #expect(withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { _ in learnedStackIsTheUnwound() })
      }
      var numbers = [3, 1, 2]
      qsort(&numbers, 3, MemoryLayout<Int>.size) { _, _ in learnedStackIsTheUnwound() ? 0 : differing() }
    }

    @Test func inTasksAndOnQueues() async {
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<64 {
          group.addTask {
            if number % 2 == 0 { await Task.yield() }
            return learnedStackIsTheUnwound()
          }
        }
        for await isSame in group { #expect(isSame) }
      }
      let onQueue = await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: learnedStackIsTheUnwound()) }
      }
      #expect(onQueue)
      #expect(await MainActor.run { learnedStackIsTheUnwound() })
    }

    @Test func onManyThreadsAtOnce() {
      let isSame = UnsafeMutableBufferPointer<Bool>.allocate(capacity: 8)
      isSame.initialize(repeating: false)
      defer { isSame.deallocate() }
      nonisolated(unsafe) let results = isSame  // Each is written by one iteration.
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        results[thread] = (0..<500).allSatisfy { depth in self.descend(depth % 37) }
      }
      #expect(!isSame.contains(false))
    }

    @Test func aCallbackSetsWhereStacksBegin() throws {
      // A frame that both captures have in common: those of this function differ.
      let whole = StackTrace.capture().synchronous
      let outer = whole.count - 1
      let before = dcs_set_origin(whole[outer])
      let short = StackTrace.capture().synchronous
      #expect(dcs_set_origin(before) == whole[outer])
      #expect(short == [whole[outer]])
      // One that is not on the stack changes nothing but the frames of the toolkit.
      let other = dcs_set_origin(7)
      let unchanged = StackTrace.capture().words
      _ = dcs_set_origin(other)
      #expect(unchanged.contains(whole[outer]))
    }

    @Test func equalStacksAreKeptOnce() {
      let table = StackTable()
      let numbers = times(3).map { _ in table.capture() }
      #expect(Set(numbers).count == 1)
      let other = table.capture()
      #expect(other != numbers[0] && dcs_stacks_count(table.address) == 2)
      #expect(table[0].words.count > 3)
      #expect(table[7].words.isEmpty)
      let many = times(120).map { keep(in: table, $0 % 40) }
      #expect(Set(many).count == 40 && many[0] == many[40] && many[0] == many[80])
    }

    /// Not as a loop, which an optimised recursion of this kind is.
    @inline(never) private func keep(in table: StackTable, _ depth: Int) -> UInt32 {
      if depth == 0 { return table.capture() }
      let number = keep(in: table, depth - 1)
      keptNumbers.store(Int(number), ordering: .relaxed)
      return number
    }

    @Test func capturesAreCountedByShapeAndScope() {
      var counts = dcs_capture_counts()
      defer { dcs_forget_captures(&counts) }
      for shape in UInt32(0)..<500 {
        let wanted = (0..<10).map { _ in dcs_wants_capture(&counts, shape, 1, 8) }
        #expect(wanted == Array(repeating: true, count: 8) + [false, false])
      }
      #expect(!dcs_wants_capture(&counts, 499, 1, 8))
      #expect(dcs_wants_capture(&counts, 499, 2, 1))
      #expect(!dcs_wants_capture(&counts, 499, 2, 1))
    }
  }

  private let keptNumbers = Atomic(0)

  private func differing() -> Int32 {
    Issue.record("the stacks differ within qsort")
    return 0
  }
#endif
