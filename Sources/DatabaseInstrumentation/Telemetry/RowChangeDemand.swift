internal import DatabaseSupport

/// Tells the sources whether an active instrumentor wants row changes.
package final class RowChangeDemand: Sendable {
  package static let shared = RowChangeDemand()

  private let state = Locked(State())

  private struct State {
    var isDemanded = false
    var observers: [@Sendable (Bool) -> Void] = []
  }

  /// Calls `observer` at once with the present state, and whenever it changes.
  package func observe(_ observer: @escaping @Sendable (Bool) -> Void) {
    state.withLock { state in
      state.observers.append(observer)
      observer(state.isDemanded)
    }
  }

  /// Whether it does now.
  package var isDemanded: Bool { state.withLock { $0.isDemanded } }

  func set(_ isDemanded: Bool) {
    state.withLock { state in
      guard state.isDemanded != isDemanded else { return }
      state.isDemanded = isDemanded
      for observer in state.observers { observer(isDemanded) }
    }
  }
}
