internal import DatabaseTesting
internal import Dispatch

private let statements = 20_000

/// Threads on connections of their own: whether they wait for each other. For times alone, since valgrind runs one at a time.
func threadProbes() throws -> [Probe] {
  [(1, false), (1, true), (2, false), (2, true)].map { threads, isRecorded in
    let name = "\(threads) thread\(threads == 1 ? "" : "s"), \(isRecorded ? "recorder" : "off")"
    return Probe(name, operations: statements) { measure in
      func run() {
        let held = (0..<threads).map { _ in HeldStatement(HeldStatement.other) }
        all(held, count: 20)
        measure { all(held, count: statements) }
      }
      if isRecorded { try recording(run) } else { run() }
    }
  }
}

/// Runs each on a thread of its own, within the recording of the caller.
private func all(_ held: [HeldStatement], count: Int) {
  let done = DispatchSemaphore(value: 0)
  for statement in held {
    Task {
      statement.run(count)
      done.signal()
    }
  }
  for _ in held { done.wait() }
}
