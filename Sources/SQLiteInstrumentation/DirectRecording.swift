internal import CSQLiteHooks
internal import DatabaseInstrumentation

/// Statements that the C module records by itself: one more like those before, of the same recording.
///
/// It reads the task-local scope where the concurrency runtime keeps it. Where that is not as it knows it, each statement takes the
/// way through Swift instead.
enum DirectRecording {
  /// Lets the C module do it, where that is sound.
  static func allow() {
    guard readsTaskLocals else { return }
    dbh_set_direct(Unmanaged.passUnretained(RecordingScope.$current).toOpaque())
  }

  /// The lane of a connection for statements that go to `place`.
  static func lane(
    to place: ObservedConnection.Place, after lane: UnsafeMutablePointer<dbh_lane>?,
    on connection: UnsafeMutableRawPointer?
  ) -> UnsafeMutablePointer<dbh_lane>? {
    let log = Unmanaged.passUnretained(place.log)
    if let lane, lane.pointee.log == log.toOpaque(), lane.pointee.scope == place.scope.id { return lane }
    var made = dbh_lane()
    made.log = log.retain().toOpaque()
    made.scope_object = Unmanaged.passRetained(place.scope).toOpaque()
    made.head = place.log.head
    made.end = UnsafeRawPointer(place.scope.end)
    made.stacks = place.log.stacks
    made.captured = StatementLog.capturedExecutions
    made.scope = place.scope.id
    return dbh_change_lane(connection, made)
  }

  private final class Sample: Sendable {}

  @TaskLocal private static var sample: Sample?

  /// Whether C finds what is bound to a task-local variable.
  static var readsTaskLocals: Bool {
    let (outer, inner) = (Sample(), Sample())
    let key = UnsafeRawPointer(Unmanaged.passUnretained($sample).toOpaque())
    func reads(_ sample: Sample) -> Bool { dbh_task_local(key) == Unmanaged.passUnretained(sample).toOpaque() }
    return dbh_task_local(key) == nil
      && $sample.withValue(outer) {
        reads(outer) && $sample.withValue(inner) { reads(inner) }
          && $sample.withValue(nil) { dbh_task_local(key) == nil }
          && reads(outer)
      }
  }
}

extension StatementSlot {
  /// The slot of a statement that a recording has.
  init?(_ slot: dbh_slot, shape: UInt32 = 0) {
    guard let lane = slot.lane, let log = lane.pointee.log else { return nil }
    self.init(
      log: Unmanaged.fromOpaque(log).takeUnretainedValue(), scope: lane.pointee.scope, shape: shape, kept: slot.kept)
  }
}

extension dbh_slot {
  init(_ slot: StatementSlot, lane: UnsafeMutablePointer<dbh_lane>) {
    self.init()
    self.lane = lane
    kept = slot.kept
  }
}
