internal import DatabaseSupport

extension PoolMonitor {
  /// Whose it is what a task does with the pool.
  struct Attribution: Sendable {
    /// The recording that it counts for.
    var scope: RecordingScope?
    /// Whether that is no more than the pool's creator, because no task tells.
    var isAssumed = false
    /// The recording of the task, where that is over.
    var finished: RecordingScope?
    /// Whether it is a test that has no recording.
    var isStranger = false
    /// The name of the test, where that is known.
    var test: String?

    /// The recording of the task, even where that is over.
    var user: RecordingScope? { isAssumed ? nil : scope ?? finished }

    /// Whether no recording can be told to have done it, for certain.
    var isUncertain: Bool { (scope == nil || isAssumed) && !isStranger }
  }

  /// Of the current task, for all but a lease: where nobody can be meant the test framework is not asked, which takes as long as
  /// all the rest.
  func attribution() -> Attribution {
    if isAutomatic { return Attribution() }
    let current = RecordingScope.current
    if let scope = current?.unfinished { return Attribution(scope: scope) }
    if current == nil, creator == nil || !RecordingActivity.shared.isRecording { return Attribution() }
    return attribution(afterwards: current, test: CurrentTest.name)
  }

  /// Of the task that takes a lease, or that asked for it.
  func attribution(of context: LeaseContext) -> Attribution {
    if let scope = context.owner?.unfinished {
      return Attribution(scope: scope, test: context.test)
    }
    return attribution(afterwards: context.owner, test: context.test)
  }

  /// Where no recording of the task runs.
  ///
  /// - Parameters:
  ///   - current: The recording of the task, which is over.
  ///   - test: The test that the framework knows the task as.
  @inline(never)
  private func attribution(afterwards current: RecordingScope?, test: String?) -> Attribution {
    if let current { return Attribution(finished: current, test: test ?? current.owningTest) }
    guard test != nil || RecordingActivity.shared.isRecording else { return Attribution(test: test) }
    let creator = creator?.unfinished
    // A task that the test began before its recording is the test's all the same.
    if test != nil {
      let isCreator = creator != nil && creator?.runningTest == test
      return isCreator
        ? Attribution(scope: creator, test: test) : Attribution(isStranger: true, test: test)
    }
    guard let creator else { return Attribution() }
    switch making {
    case .global: return Attribution()
    case .fixture where !RecordingActivity.shared.isAlone(creator): return Attribution()
    case .fixture, .ordinary: return Attribution(scope: creator, isAssumed: true)
    }
  }

  /// Whether another recording than those of its creator took a connection, or asked for one.
  var isUsedByOthers: Bool { state.withLock { $0.users.hasOthers } }

  /// The innermost suite around all tests that are known to have used the pool.
  var suiteOfUsers: RecordedSuite? { state.withLock { $0.users.suite } }
}

extension PoolMonitor.State {
  /// Notes who asks for a connection.
  @inline(__always)
  mutating func note(_ attribution: PoolMonitor.Attribution, beside creator: RecordingScope?) {
    if let user = attribution.user {
      users.note(user, beside: creator)
    } else if attribution.isStranger {
      users.noteStranger()
    }
  }
}
