internal import DatabaseSupport
internal import Synchronization

/// What is wanted of the statements of this process, by all who want something, and the sources that answer.
package final class StatementDemand: Sendable {
  package static let shared = StatementDemand()

  /// What somebody wants, or all do together.
  package struct Wishes: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// To hear of statements: recordings, and active instrumentors. While nobody does, statements cost nothing.
    package static let statements = Wishes(rawValue: 1)
    /// More of each statement than its record: active instrumentors, and ORMs that declare loads and flushes. While nobody does, a
    /// source may write records by itself, see ``StatementLog/head``.
    package static let detours = Wishes(rawValue: 2)
    /// The rows that statements change: instrumentors that are configured to tell them.
    package static let rowChanges = Wishes(rawValue: 4)
    package static let all: Wishes = [.statements, .detours, .rowChanges]

    /// Whether one of them is in it. In a debug build a set's `contains` takes ten times as long, and each recording asks.
    package func has(_ wish: Wishes) -> Bool { rawValue & wish.rawValue != 0 }
  }

  /// How many want it. Three numbers and no table: each recording changes them twice, in a debug build.
  private struct Counts {
    var statements = 0
    var detours = 0
    var rowChanges = 0

    mutating func add(_ step: Int, to wishes: UInt8) {
      if wishes & 1 != 0 { statements += step }
      if wishes & 2 != 0 { detours += step }
      if wishes & 4 != 0 { rowChanges += step }
      assertRule(statements >= 0 && detours >= 0 && rowChanges >= 0, "whoever withdraws something wanted it")
    }

    /// The bits of what somebody wants.
    var wishes: UInt8 { (statements > 0 ? 1 : 0) | (detours > 0 ? 2 : 0) | (rowChanges > 0 ? 4 : 0) }
  }

  private struct State {
    var counts = Counts()
    var sources: [StatementSource] = []
  }

  package init() {}

  private let state = Locked(State())
  private let bits = Atomic<UInt8>(0)

  /// What is wanted now. Costs one load.
  package var wishes: Wishes { Wishes(rawValue: bits.load(ordering: .relaxed)) }

  /// Whether somebody wants more of each statement than its record. Costs one load; statements that go through Swift ask it.
  package var hasDetours: Bool { bits.load(ordering: .relaxed) & 2 != 0 }

  /// Wants it until ``withdraw(_:)``, as often as it is called.
  package func want(_ wishes: Wishes) { change(wishes, by: 1) }

  package func withdraw(_ wishes: Wishes) { change(wishes, by: -1) }

  /// How many want it.
  package func count(of wish: Wishes) -> Int {
    state.withLock { state in
      switch wish {
      case .statements: state.counts.statements
      case .detours: state.counts.detours
      default: state.counts.rowChanges
      }
    }
  }

  private func change(_ wishes: Wishes, by step: Int) {
    state.withLock { state in
      let before = state.counts.wishes
      state.counts.add(step, to: wishes.rawValue)
      let after = state.counts.wishes
      guard after != before else { return }
      bits.store(after, ordering: .relaxed)
      for source in state.sources {
        source.wishesChanged(Wishes(rawValue: after), Wishes(rawValue: after ^ before))
      }
    }
  }

  /// Adds a source, once for each name, and tells it at once what is wanted.
  package func register(_ source: StatementSource) {
    state.withLock { state in
      guard !state.sources.contains(where: { $0.name == source.name }) else { return }
      state.sources.append(source)
      source.wishesChanged(Wishes(rawValue: state.counts.wishes), .all)
    }
  }

  /// Called before a recording begins.
  package func prepare() {
    for source in sources { source.prepare() }
  }

  /// Called before the evidence of a recording is read: sources look for work that they did not see.
  package func inspect(for scope: RecordingScope) {
    for source in sources { source.inspect(scope) }
  }

  /// Why nothing can be seen; empty when a source works, or when there is none to ask.
  package var problems: [SourceProblem] {
    var problems: [SourceProblem] = []
    for source in sources {
      guard let problem = source.problem() else { return [] }
      problems.append(problem)
    }
    return problems
  }

  private var sources: [StatementSource] { state.withLock { $0.sources } }
}

/// Why a source sees nothing by itself.
package struct SourceProblem: Sendable {
  package var text: String
  /// Whether it sees the connections that it is given, so that it may be right that it saw nothing.
  package var takesConnections = false

  package init(_ text: String, takesConnections: Bool = false) {
    self.text = text
    self.takesConnections = takesConnections
  }
}

/// One source of statements, such as SQLite's hooks.
package final class StatementSource: Sendable {
  package typealias WishesChanged =
    @Sendable (_ wishes: StatementDemand.Wishes, _ changed: StatementDemand.Wishes) -> Void

  package let name: String
  /// Called with what is wanted, and with what of it has changed: all when it is added. One call after the other; it may not ask
  /// for what is wanted itself.
  package let wishesChanged: WishesChanged
  package let prepare: @Sendable () -> Void
  package let inspect: @Sendable (RecordingScope) -> Void
  /// Why it cannot see anything; `nil` when it works.
  package let problem: @Sendable () -> SourceProblem?

  package init(
    name: String, wishesChanged: @escaping WishesChanged,
    prepare: @escaping @Sendable () -> Void, inspect: @escaping @Sendable (RecordingScope) -> Void,
    problem: @escaping @Sendable () -> SourceProblem?
  ) {
    self.name = name
    self.wishesChanged = wishesChanged
    self.prepare = prepare
    self.inspect = inspect
    self.problem = problem
  }
}
