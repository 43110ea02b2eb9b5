internal import CCallStacks

/// Whether the awaiting callers of a task's code can be read from Swift's runtime.
///
/// How it keeps them is no public interface, so they are tried once, before the first recording, where it is known what they are: in
/// a task whose functions await each other, before and after a suspension, on an actor of the runtime's and on one with an executor
/// of its own. Where an answer differs, stacks have synchronous frames alone, and none is said to be whole.
package enum ChainCheck {
  /// Whether they can.
  package static let hasPassed: Bool = {
    let passed = check()
    dcs_set_follows_chains(passed)
    return passed
  }()

  private static let executors = CheckExecutors()

  private static func check() -> Bool {
    executors.run {
      // The functions that await these are this closure, and what the runtime has around it.
      let (direct, other) = (await Caller.leaf(), await Caller.leaf())
      let (nested, alike) = (await Caller.middle(), await Caller.middle())
      let (plain, custom) = (await PlainActor().chain(), await CustomActor(executors: executors).chain())
      guard let around = direct?.dropFirst(), !around.isEmpty, let direct, let other, let nested, let alike else {
        return false
      }
      let isSameTask = [other, plain, custom].allSatisfy { $0?.dropFirst() == around && $0?.first != direct.first }
      return isSameTask && nested.dropFirst(2) == around && alike.dropFirst(2) == around
        && nested.first == alike.first && nested.dropFirst().first != alike.dropFirst().first
        && Set(nested.prefix(2)).isDisjoint(with: direct)
    } ?? false
  }

  private enum Caller {
    @concurrent @inline(never) static func middle() async -> [UInt]? {
      let chain = await leaf()
      // Something is left to do when the callee returns.
      return chain.map { $0 + [] }
    }

    @concurrent @inline(never) static func leaf() async -> [UInt]? {
      let before = ownChain()
      await Task.yield()
      return before == ownChain() ? before : nil
    }
  }

  private actor PlainActor {
    @inline(never) func chain() async -> [UInt]? {
      let before = ownChain()
      await Task.yield()
      return before == ownChain() ? before : nil
    }
  }

  private actor CustomActor {
    private let executors: CheckExecutors

    init(executors: CheckExecutors) { self.executors = executors }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executors.ofActors.asUnownedSerialExecutor() }

    @inline(never) func chain() async -> [UInt]? {
      let before = ownChain()
      await Task.yield()
      return before == ownChain() ? before : nil
    }
  }
}

/// The functions that await the caller, an asynchronous function.
@inline(__always)
private func ownChain() -> [UInt]? {
  guard dcs_learn_runner() else { return nil }
  return withUnsafeTemporaryAllocation(of: UInt.self, capacity: StackTrace.depth) { words in
    let count = dcs_capture_untested(words.baseAddress, words.count)
    return words[..<Int(count)].filter { $0 & UInt(DCS_AWAITING) != 0 }
  }
}
