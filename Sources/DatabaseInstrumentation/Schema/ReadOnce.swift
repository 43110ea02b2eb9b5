internal import DatabaseSupport

/// Something that is read by the first who asks, while all others wait for it.
package final class ReadOnce: Sendable {
  private enum State {
    case unread
    case reading([CheckedContinuation<Void, Never>])
    case read
  }

  private let state = Locked(State.unread)

  init() {}

  /// Calls `body`, unless somebody has; where it throws, the next one tries again.
  package func perform(_ body: () async throws -> Void) async rethrows {
    while true {
      let isOurs = state.withLock { state in
        guard case .unread = state else { return false }
        state = .reading([])
        return true
      }
      if isOurs { break }
      if await isReadByAnother() { return }
    }
    do {
      try await body()
    } catch {
      leave(.unread)
      throw error
    }
    leave(.read)
  }

  /// - Returns: `false` where it has to be asked again.
  private func isReadByAnother() async -> Bool {
    if case .read = state.withLock({ $0 }) { return true }
    await withCheckedContinuation { continuation in
      let goesOn = state.withLock { state in
        guard case .reading(let waiting) = state else { return true }
        state = .reading(waiting + [continuation])
        return false
      }
      if goesOn { continuation.resume() }
    }
    return false
  }

  private func leave(_ next: State) {
    let waiting = state.withLock { state in
      defer { state = next }
      if case .reading(let waiting) = state { return waiting }
      return []
    }
    for continuation in waiting { continuation.resume() }
  }
}
