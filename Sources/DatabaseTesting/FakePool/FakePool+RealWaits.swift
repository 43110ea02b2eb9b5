internal import DatabaseInstrumentation
internal import DatabaseSupport
internal import Foundation

/// Whether a pool looks after callers that wait in real time.
enum RealWait: Sendable {
  case unwatched
  /// By a task that looks from time to time, as long as anyone waits.
  case watched
  /// It was said once.
  case told
}

/// Time is virtual, so that a caller which nobody will serve waits until the test's own time limit: after a while that is said.
extension FakePool {
  private static var patience: Duration { RealWaitPatience.current }

  /// Begins to look after those who wait, if somebody does and nobody looks yet.
  func watchRealWaits() {
    let begins = state.withLock { state in
      guard state.watch == .unwatched, !state.machine.queue.isEmpty else { return false }
      state.watch = .watched
      return true
    }
    guard begins else { return }
    let patience = Self.patience
    Task.detached { [weak self] in
      var last: Int?
      while true {
        try? await Task.sleep(for: patience)
        guard let self, let oldest = self.oldestWaiter(unless: last) else { return }
        last = oldest
      }
    }
  }

  /// The request that has waited longest; says who holds what where that is the one of last time.
  ///
  /// - Returns: `nil` where nobody has to look any more.
  private func oldestWaiter(unless last: Int?) -> Int? {
    let (oldest, machine) = state.withLock { state -> (Int?, PoolStateMachine?) in
      guard let oldest = state.machine.queue.first else {
        state.watch = .unwatched
        return (nil, nil)
      }
      guard oldest == last else { return (oldest, nil) }
      state.watch = .told
      return (nil, state.machine)
    }
    // Lines that the call stack has to tell are looked up here.
    if let message = last.flatMap({ machine?.describeWait(of: $0) }) {
      FileHandle.standardError.write(Data((message + "\n").utf8))
    }
    return oldest
  }
}

/// How long a caller waits, in real time, before that is said.
enum RealWaitPatience {
  /// A caller has waited for one to two times as long then.
  @TaskLocal static var current = Duration.seconds(2)
}

extension PoolStateMachine {
  /// Who has what a caller waits for, for a person who wonders why nothing happens.
  func describeWait(of request: Int) -> String {
    let task = requests[request]?.context?.task
    let own = leases.filter { task != nil && $0.value.context?.task == task }
    var lines = [
      """
      Pool "\(name)" (size \(options.size), overflow \(options.maxOverflow)): a caller has waited for some real seconds. Time is \
      virtual: nothing times out before advance(by:).
      """
    ]
    if let place = requests[request]?.context?.caller.callSite { lines[0] += " It asked at \(place)." }
    if !leases.isEmpty { lines.append("Its connections are held by:") }
    lines += holders
    if let first = own.keys.min() {
      lines.append("  this task waits for a lease that it holds itself: lease \(first)")
    }
    return lines.joined(separator: "\n")
  }
}
