internal import DatabaseSupport

/// The sources of statements that the process has, and whether they work.
package final class EvidenceSources: Sendable {
  package static let shared = EvidenceSources()

  private let state = Locked(State())

  private struct State {
    var sources: [EvidenceSource] = []
  }

  /// Adds a source, once for each name.
  package func register(_ source: EvidenceSource) {
    state.withLock { state in
      guard !state.sources.contains(where: { $0.name == source.name }) else { return }
      state.sources.append(source)
    }
  }

  /// Called before a recording begins.
  package func prepare() {
    for source in all { source.prepare() }
  }

  /// Called before the evidence of a recording is read: sources look for work that they did not see.
  package func inspect(for scope: RecordingScope) {
    for source in all { source.inspect(scope) }
  }

  /// Why nothing can be seen; empty when a source works, or when there is none to ask.
  package var problems: [String] {
    let answers = all.map { $0.problem() }
    return answers.contains { $0 == nil } ? [] : answers.compactMap(\.self)
  }

  private var all: [EvidenceSource] { state.withLock { $0.sources } }
}

/// One source of statements, such as SQLite's hooks.
package struct EvidenceSource: Sendable {
  package var name: String
  package var prepare: @Sendable () -> Void
  package var inspect: @Sendable (RecordingScope) -> Void
  /// Why it cannot see anything; `nil` when it works.
  package var problem: @Sendable () -> String?

  package init(
    name: String, prepare: @escaping @Sendable () -> Void, inspect: @escaping @Sendable (RecordingScope) -> Void,
    problem: @escaping @Sendable () -> String?
  ) {
    self.name = name
    self.prepare = prepare
    self.inspect = inspect
    self.problem = problem
  }
}
