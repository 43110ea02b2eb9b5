internal import DatabaseSupport

extension PoolMonitor {
  /// Whose it is what a task does with the pool.
  struct Attribution: Sendable {
    enum Basis: Sendable {
      /// Nothing tells.
      case nothing
      /// The task is of a recording.
      case task
      /// The task is of a recording that is over.
      case finished
      /// The task is of a test that has no recording.
      case stranger
      /// No task tells, and it is taken to be the pool's creator's.
      case creator
    }

    var basis = Basis.nothing
    private var scope: RecordingScope?

    init(_ basis: Basis = .nothing, _ scope: RecordingScope? = nil) {
      self.basis = basis
      self.scope = scope
    }

    /// The recording that it counts for.
    var recording: RecordingScope? { basis == .finished ? nil : scope }

    /// The recording of the task, even where that is over.
    var user: RecordingScope? { isAssumed ? nil : scope }

    var isAssumed: Bool { basis == .creator }

    /// Whether no recording can be told to have done it, for certain.
    var isUncertain: Bool { basis != .task && basis != .stranger }
  }

  /// Of the current task, for all but a lease: where nobody can be meant the test framework is not asked, which takes as long as
  /// all the rest.
  func attribution() -> Attribution {
    if isAutomatic { return Attribution() }
    let current = RecordingScope.current
    if let current, !current.isFinished { return Attribution(.task, current) }
    if let scope = current?.unfinished { return Attribution(.task, scope) }
    if current == nil, creator == nil || !RecordingActivity.shared.isRecording { return Attribution() }
    return attribution(afterwards: current, test: CurrentTest.name)
  }

  /// Of the task that takes a lease, or that asked for it.
  func attribution(of context: LeaseContext) -> Attribution {
    if let owner = context.owner, !owner.isFinished { return Attribution(.task, owner) }
    if let scope = context.owner?.unfinished { return Attribution(.task, scope) }
    return attribution(afterwards: context.owner, test: context.test)
  }

  /// Where no recording of the task runs.
  ///
  /// - Parameters:
  ///   - current: The recording of the task, which is over.
  ///   - test: The test that the framework knows the task as.
  @inline(never)
  private func attribution(afterwards current: RecordingScope?, test: String?) -> Attribution {
    if let current { return Attribution(.finished, current) }
    guard test != nil || RecordingActivity.shared.isRecording else { return Attribution() }
    let creator = creator?.unfinished
    // A task that the test began before its recording is the test's all the same.
    if test != nil {
      return creator != nil && creator?.runningTest == test ? Attribution(.task, creator) : Attribution(.stranger)
    }
    guard let creator else { return Attribution() }
    switch making {
    case .global: return Attribution()
    case .fixture where !RecordingActivity.shared.isAlone(creator): return Attribution()
    case .fixture, .ordinary: return Attribution(.creator, creator)
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
    } else if attribution.basis == .stranger {
      users.noteStranger()
    }
  }
}
