internal import CCallStacks
internal import DatabaseSupport
internal import Synchronization

/// The recordings that run in this process.
package final class RecordingActivity: Sendable {
  package static let shared = RecordingActivity()

  private let state = Locked(State())
  private let recordings = Atomic<Int>(0)

  private struct State {
    /// All scopes that have not ended, fixtures among them.
    var running: [UInt32: RecordingScope] = [:]
  }

  /// Whether a recording runs anywhere in the process.
  package var isRecording: Bool { recordings.load(ordering: .relaxed) > 0 }

  /// A scope begins.
  func begin(_ scope: RecordingScope) {
    state.withLock { $0.running[scope.id] = scope }
    guard scope.role == .recording else { return }
    recordings.wrappingAdd(1, ordering: .relaxed)
    dcs_begin_watching()
    StatementDemand.shared.want(.statements)
  }

  /// A scope ends.
  func end(_ scope: RecordingScope) {
    state.withLock { _ = $0.running.removeValue(forKey: scope.id) }
    guard scope.role == .recording else { return }
    dcs_end_watching()
    StatementDemand.shared.withdraw(.statements)
    let (before, _) = recordings.wrappingSubtract(1, ordering: .relaxed)
    if before == 1 { UnattributedStatements.shared.endInterval() }
  }

  /// Where work belongs that can only be of the one tree of scopes that runs: the innermost scope that all running ones are
  /// inside of, or are around; `nil` where several trees run, or none.
  var onlyScope: RecordingScope? {
    let running = state.withLock { $0.running.values.filter { !$0.isPaused } }
    guard let first = running.first, running.allSatisfy({ $0.store === first.store }) else { return nil }
    var around: Set<UInt32> = []
    for scope in running {
      var outer = scope.parent
      while let current = outer, around.insert(current.id).inserted { outer = current.parent }
    }
    let innermost = running.filter { !around.contains($0.id) }
    let common = innermost.dropFirst().reduce(innermost.first) { $0?.commonAncestor(with: $1) }
    return common?.awake
  }

  /// Whether no recording of another tree runs.
  package func isAlone(_ scope: RecordingScope) -> Bool {
    state.withLock { $0.running.values.allSatisfy { $0.store === scope.store } }
  }
}
