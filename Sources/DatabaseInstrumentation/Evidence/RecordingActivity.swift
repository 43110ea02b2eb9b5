internal import Synchronization

/// Tells the sources whether anyone listens, so that they cost nothing when nobody does.
package final class RecordingActivity: Sendable {
  package static let shared = RecordingActivity()

  private let state = Locked(State())
  private let recordings = Atomic<Int>(0)

  private struct State {
    var listeners = 0
    var observers: [@Sendable (Bool) -> Void] = []
  }

  /// Whether a recording runs anywhere in the process.
  package var isRecording: Bool { recordings.load(ordering: .relaxed) > 0 }

  /// Calls `observer` at once with the present state, and whenever the first listener comes or the last one goes.
  package func observe(_ observer: @escaping @Sendable (Bool) -> Void) {
    state.withLock { state in
      state.observers.append(observer)
      observer(state.listeners > 0)
    }
  }

  /// A recording begins.
  func begin() {
    recordings.wrappingAdd(1, ordering: .relaxed)
    addListener()
  }

  /// A recording ends.
  func end() {
    removeListener()
    recordings.wrappingSubtract(1, ordering: .relaxed)
  }

  /// Somebody wants to hear of statements: a recording, or an active instrumentor.
  func addListener() {
    state.withLock { state in
      state.listeners += 1
      if state.listeners == 1 { for observer in state.observers { observer(true) } }
    }
  }

  func removeListener() {
    state.withLock { state in
      state.listeners -= 1
      if state.listeners == 0 { for observer in state.observers { observer(false) } }
    }
  }
}
