/// What a ``FakePool`` asks of its driver, and can be told to fail.
public enum FakePoolOperation: String, Sendable, Hashable, CaseIterable {
  /// Opening a connection.
  case open
  /// Asking a connection whether it is alive.
  case ping
  /// Resetting a connection on its way back.
  case reset
  /// Closing a connection.
  case close
}

/// How a scripted operation of a ``FakePool`` goes.
public enum FakePoolFault: Sendable, Hashable {
  /// As the driver does it.
  case ok
  /// It fails, with this reason; the driver is not asked.
  case fail(String)
  /// It stands still until ``FakePool/release(_:_:)``.
  case hang
}

/// The faults to come, in order, and the operations that stand still.
struct FaultScript: Sendable {
  private var coming: [FakePoolOperation: [FakePoolFault]] = [:]
  private(set) var hung: [(operation: FakePoolOperation, action: PoolStateMachine.Action)] = []

  mutating func add(_ faults: [FakePoolFault], for operation: FakePoolOperation) {
    coming[operation, default: []] += faults
  }

  mutating func next(_ operation: FakePoolOperation) -> FakePoolFault {
    guard let fault = coming[operation]?.first else { return .ok }
    coming[operation]?.removeFirst()
    return fault
  }

  mutating func hang(_ operation: FakePoolOperation, _ action: PoolStateMachine.Action) {
    hung.append((operation, action))
  }

  /// The oldest operation of its kind that stands still.
  mutating func release(_ operation: FakePoolOperation) -> PoolStateMachine.Action? {
    guard let index = hung.firstIndex(where: { $0.operation == operation }) else { return nil }
    return hung.remove(at: index).action
  }

  func hungCount(_ operation: FakePoolOperation) -> Int { hung.count { $0.operation == operation } }
}
