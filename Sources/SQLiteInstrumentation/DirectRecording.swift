internal import CSQLiteHooks
internal import DatabaseInstrumentation

/// Statements that the C module records by itself: one more like those before, of the same recording.
///
/// It writes records and runs where Swift's structs are, and reads the task-local scope where the concurrency runtime keeps it.
/// Where either is not as it knows them, each statement takes the way through Swift instead.
enum DirectRecording {
  /// Lets the C module do it, where that is sound.
  static func allow() {
    guard hasKnownLayouts, readsTaskLocals else { return }
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
    made.head = place.log.head.lockAddress.assumingMemoryBound(to: dbh_log_head.self)
    made.end = UnsafeRawPointer(place.scope.end)
    made.stacks = place.log.stacks.map(UnsafeMutableRawPointer.init)
    made.captures = place.log.captures
    made.captured = StatementLog.capturedExecutions
    made.scope = place.scope.id
    return dbh_change_lane(connection, made)
  }

  /// Whether Swift's structs are laid out as C's.
  static var hasKnownLayouts: Bool {
    func sameSize<Ours, Theirs>(_ ours: Ours.Type, _ theirs: Theirs.Type) -> Bool {
      MemoryLayout<Ours>.stride == MemoryLayout<Theirs>.stride
        && MemoryLayout<Ours>.alignment == MemoryLayout<Theirs>.alignment
    }
    let lockSize = UnsafeMutablePointer<LogHead>.lockSize
    func behindLock(_ field: PartialKeyPath<LogHead>) -> Int? { MemoryLayout.offset(of: field).map { $0 + lockSize } }
    return sameSize(StatementRecord.self, dbh_record.self) && sameSize(RowCount.self, dbh_row_count.self)
      && sameSize(WriteRun.self, dbh_run.self)
      && MemoryLayout<LogHead>.stride + lockSize == MemoryLayout<dbh_log_head>.stride
      && MemoryLayout.offset(of: \StatementRecord.parent) == MemoryLayout.offset(of: \dbh_record.parent)
      && MemoryLayout.offset(of: \StatementRecord.thread) == MemoryLayout.offset(of: \dbh_record.thread)
      && MemoryLayout.offset(of: \StatementRecord.flags) == MemoryLayout.offset(of: \dbh_record.flags)
      && MemoryLayout.offset(of: \StatementRecord.keyWords) == MemoryLayout.offset(of: \dbh_record.keys)
      && MemoryLayout.offset(of: \StatementRecord.version) == MemoryLayout.offset(of: \dbh_record.version)
      && MemoryLayout.offset(of: \WriteRun.change) == MemoryLayout.offset(of: \dbh_run.table)
      && MemoryLayout.offset(of: \WriteRun.change.rows) == MemoryLayout.offset(of: \dbh_run.rows)
      && MemoryLayout.offset(of: \WriteRun.writes) == MemoryLayout.offset(of: \dbh_run.writes)
      && behindLock(\.generation) == MemoryLayout.offset(of: \dbh_log_head.generation)
      && behindLock(\.next) == MemoryLayout.offset(of: \dbh_log_head.next)
      && behindLock(\.count) == MemoryLayout.offset(of: \dbh_log_head.count)
      && behindLock(\.run) == MemoryLayout.offset(of: \dbh_log_head.run)
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
      log: Unmanaged.fromOpaque(log).takeUnretainedValue(), scope: lane.pointee.scope, shape: shape,
      generation: slot.generation)
    record = slot.record.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: StatementRecord.self) }
    place = slot.place
  }
}

extension dbh_slot {
  init(_ slot: StatementSlot, lane: UnsafeMutablePointer<dbh_lane>, start: UInt64) {
    self.init()
    self.lane = lane
    record = slot.record.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: dbh_record.self) }
    place = slot.place
    generation = slot.generation
    self.start = start
  }
}
