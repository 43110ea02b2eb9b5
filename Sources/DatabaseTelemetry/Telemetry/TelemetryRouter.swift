internal import CTelemetryAtLoad
internal import DatabaseSupport
internal import Synchronization

/// Which pipeline the statements of a connection go to.
///
/// The temporary instrumentation of the task, else the one in which the connection was opened, else the instrumentor that
/// was activated for its database last, else the one that was activated for all databases last.
package final class TelemetryRouter: Sendable {
  package static let shared = TelemetryRouter()

  private init() {
    // Keeps the module in the program that names this observer when it is loaded.
    _ = dta_observes_at_load()
  }

  private let generation = Atomic<UInt64>(1)
  private let temporaries = Atomic<Int>(0)
  private let state = Locked(State())

  private struct State {
    /// For all databases, in the order of their activation.
    var defaults: [Activated] = []
    var overrides: [ObjectIdentifier: [Activated]] = [:]
    var wantsRowChanges = false
  }

  fileprivate struct Activated: Sendable {
    var owner: ObjectIdentifier
    var pipeline: TelemetryPipeline
  }

  /// Whether a temporary instrumentation runs anywhere.
  var hasTemporary: Bool { temporaries.load(ordering: .relaxed) > 0 }

  /// Changes whenever another pipeline may be in force.
  var currentGeneration: UInt64 { generation.load(ordering: .acquiring) }

  func pipeline(for database: ObservedDatabase) -> TelemetryPipeline? {
    let found = state.withLock { state in
      (state.overrides[ObjectIdentifier(database)]?.last ?? state.defaults.last)?.pipeline
    }
    return found?.isEnabled == true ? found : nil
  }

  /// Puts a pipeline in force, in place of an earlier one of the same owner.
  func activate(_ pipeline: TelemetryPipeline, owner: AnyObject, on database: ObservedDatabase?) {
    let activated = Activated(owner: ObjectIdentifier(owner), pipeline: pipeline)
    let isNew = state.withLock { state in
      if let database { return state.overrides[ObjectIdentifier(database), default: []].put(activated) }
      return state.defaults.put(activated)
    }
    if isNew { ProcessObserver.want() }
    changed()
  }

  /// Replaces the pipelines of an owner that is active.
  func replace(owner: AnyObject, _ change: (TelemetryPipeline) -> TelemetryPipeline) {
    state.withLock { state in
      state.defaults.replace(ObjectIdentifier(owner), change)
      for key in state.overrides.keys { state.overrides[key]?.replace(ObjectIdentifier(owner), change) }
    }
    changed()
  }

  /// Takes all pipelines of an owner out of force.
  func deactivate(owner: AnyObject) {
    let owner = ObjectIdentifier(owner)
    let removed = state.withLock { state in
      var removed = state.defaults.remove(owner)
      for (key, var activated) in state.overrides {
        removed += activated.remove(owner)
        state.overrides[key] = activated.isEmpty ? nil : activated
      }
      return removed
    }
    changed()
    for _ in 0..<removed { ProcessObserver.withdraw() }
  }

  private func changed() {
    generation.wrappingAdd(1, ordering: .releasing)
    state.withLock { state in
      let all = state.defaults + state.overrides.values.joined()
      let wantsRowChanges = all.contains { $0.pipeline.isEnabled && $0.pipeline.configuration.recordsRowChanges }
      guard wantsRowChanges != state.wantsRowChanges else { return }
      state.wantsRowChanges = wantsRowChanges
      if wantsRowChanges {
        StatementDemand.shared.want(.rowChanges)
      } else {
        StatementDemand.shared.withdraw(.rowChanges)
      }
    }
  }

  func beginTemporary() {
    temporaries.wrappingAdd(1, ordering: .relaxed)
    ProcessObserver.want()
  }

  func endTemporary() {
    ProcessObserver.withdraw()
    temporaries.wrappingSubtract(1, ordering: .relaxed)
  }
}

extension [TelemetryRouter.Activated] {
  /// - Returns: Whether the owner had none before.
  fileprivate mutating func put(_ activated: Element) -> Bool {
    let isNew = remove(activated.owner) == 0
    append(activated)
    return isNew
  }

  fileprivate mutating func remove(_ owner: ObjectIdentifier) -> Int {
    let before = count
    removeAll { $0.owner == owner }
    return before - count
  }

  fileprivate mutating func replace(_ owner: ObjectIdentifier, _ change: (TelemetryPipeline) -> TelemetryPipeline) {
    for index in indices where self[index].owner == owner { self[index].pipeline = change(self[index].pipeline) }
  }
}
