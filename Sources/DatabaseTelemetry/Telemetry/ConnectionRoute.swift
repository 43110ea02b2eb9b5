internal import DatabaseSupport

/// Which pipeline the statements of one connection go to.
final class ConnectionRoute: Sendable {
  /// The temporary instrumentation that the connection was opened in.
  private let temporary: TemporaryInstrumentation?
  private let known = Locked(Known())

  private struct Known {
    var generation: UInt64 = 0
    var pipeline: TelemetryPipeline?
  }

  init(openedIn temporary: TemporaryInstrumentation?) {
    self.temporary = temporary
  }

  /// The pipeline that statements of this task go to now; `nil` where none is active.
  func pipeline(for database: ObservedDatabase) -> TelemetryPipeline? {
    let router = TelemetryRouter.shared
    if router.hasTemporary {
      if let current = TemporaryInstrumentation.current, current.isRunning { return current.pipeline }
      if let temporary, temporary.isRunning { return temporary.pipeline }
    }
    let generation = router.currentGeneration
    return known.withLock { known in
      if known.generation != generation {
        known = Known(generation: generation, pipeline: router.pipeline(for: database))
      }
      return known.pipeline
    }
  }
}
