import CStatementLog
import DatabaseInstrumentation
import Foundation
import Testing

/// What is written under the lock of a log, without a database and without a recording.
@Suite struct StatementLogHeadTests {
  /// A head with memory of its own.
  private final class Log {
    let head = UnsafeMutablePointer<dsl_head>.allocate(capacity: 1)
    let records = UnsafeMutablePointer<dsl_record>.allocate(capacity: 8)

    init(room: UInt32 = 8, origin: UInt64 = 1_000, number: UInt32 = 7) {
      dsl_initialize(head, origin, number)
      head.pointee.next = records
      head.pointee.room = room
    }

    deinit {
      dsl_destroy(head)
      head.deallocate()
      records.deallocate()
    }

    func append(
      at start: UInt64, inside outer: dsl_slot = dsl_slot(), _ change: (inout dsl_beginning) -> Void = { _ in }
    ) -> dsl_slot {
      var (begun, outer, slot) = (dsl_beginning(), outer, dsl_slot())
      begun.start = start
      begun.scope = 3
      change(&begun)
      _ = dsl_append(head, &begun, &outer, &slot)
      return slot
    }

    func complete(_ slot: dsl_slot, writing changes: dsl_row_changes? = nil, _ change: (inout dsl_ending) -> Void)
      -> Bool
    {
      var (slot, ending) = (slot, dsl_ending())
      ending.rowsChanged = -1
      change(&ending)
      guard var changes else { return dsl_complete(&slot, &ending, nil) }
      return dsl_complete(&slot, &ending, &changes)
    }
  }

  private static func inserts(_ count: UInt64, indirect: UInt64 = 0, table: UInt32 = 2, at position: UInt64)
    -> dsl_row_changes
  {
    var changes = dsl_row_changes()
    changes.table = table
    changes.counts.0 = count
    changes.indirect.0 = indirect
    changes.first.0 = position
    changes.last.0 = position + count - 1
    return changes
  }

  @Test func numbersAscendAlsoWhereTimesDoNot() {
    let log = Log()
    let slots = [1_005, 1_005, 1_004, 900, 1_006].map { log.append(at: $0) }
    #expect(slots.map { $0.record!.pointee.sequence } == [20_487, 20_488, 20_489, 20_490, 24_583])
    #expect(slots.map(\.place) == [1, 2, 3, 4, 5])
    #expect(slots.map { $0.record!.pointee.start } == [1_005, 1_005, 1_004, 900, 1_006])
  }

  @Test func aRecordHasWhatWasToldAndNothingElseIsKnown() {
    let log = Log()
    _ = log.append(at: 1_001) { begun in
      (begun.shape, begun.stack, begun.transaction, begun.thread, begun.error, begun.load) = (11, 12, 13, 14, 15, 16)
      begun.flags = [.autocommit, .hasCounters]
      begun.values = dsl_values(parameters: 17, keys: (18, 19, 20), key_counts: 21, has_unknown: true)
    }
    let record = log.records.pointee
    #expect(record.shape == 11 && record.scope == 3 && record.stack == 12 && record.transaction == 13)
    #expect(record.thread == 14 && record.error == 15 && record.load == 16)
    #expect(record.flags == [.autocommit, .hasCounters, .unknownValues])
    #expect(record.parameters == 17 && record.keyWords == (18, 19, 20) && record.keyCounts == 21)
    #expect(record.duration == StatementRecord.unknown && record.rowsChanged == -1 && record.rowsReturned == 0)
    #expect(record.parent == 0 && record.version == 0)
  }

  @Test func withoutRoomNothingIsWritten() {
    let log = Log(room: 1)
    let (first, second) = (log.append(at: 1_001), log.append(at: 1_002))
    #expect(first.record != nil && second.record == nil && second.place == 0)
    #expect(log.head.pointee.count == 1 && log.head.pointee.next == log.records + 1)
  }

  @Test func theStatementAroundIsOneOfTheSameLogAndGeneration() {
    let (log, other) = (Log(), Log())
    let outer = log.append(at: 1_001)
    #expect(log.append(at: 1_002, inside: outer).record!.pointee.parent == outer.record!.pointee.sequence + 1)
    #expect(other.append(at: 1_002, inside: outer).record!.pointee.parent == 0)
    #expect(log.append(at: 1_003).record!.pointee.parent == 0)
    dsl_lock(log.head)
    dsl_forget_records(log.head)
    log.head.pointee.next = log.records
    log.head.pointee.room = 8
    dsl_unlock(log.head)
    #expect(log.append(at: 1_004, inside: outer).record!.pointee.parent == 0)
  }

  @Test func anEndAfterTheRecordsWereGivenBackTouchesNothing() {
    let log = Log()
    var slot = log.append(at: 1_001)
    dsl_lock(log.head)
    dsl_forget_records(log.head)
    dsl_unlock(log.head)
    dsl_begin_run(log.head, 1, 3)
    #expect(!log.complete(slot, writing: Self.inserts(1, at: 1)) { $0.steps = 9 })
    dsl_fail(&slot, 5, 6)
    #expect(log.records.pointee.steps == 0 && log.records.pointee.error == 0 && log.records.pointee.stack == 0)
  }

  @Test func aSecondEndIsTheOneThatCounts() {
    let log = Log()
    let slot = log.append(at: 1_001) { $0.flags = .hasCounters }
    _ = log.complete(slot) { ending in
      ending.isUnfinished = true
      (ending.error, ending.stack) = (4, 8)
    }
    #expect(log.records.pointee.flags == [.hasCounters, .unfinished] && log.records.pointee.error == 4)
    _ = log.complete(slot) { ending in
      (ending.hasDuration, ending.duration, ending.endsInAutocommit, ending.stack) = (true, 77, true, 9)
    }
    #expect(log.records.pointee.flags == [.hasCounters, .endsInAutocommit] && log.records.pointee.duration == 77)
    // The stack that was kept first stays: it is the one of the failure.
    #expect(log.records.pointee.error == 0 && log.records.pointee.stack == 8)
  }

  private static let knowledge: [(Bool, Int32, StatementRecord.Flags)] = [
    (false, -1, []), (true, -1, .knowsRows), (false, 2, .knowsChanges), (true, 0, [.knowsRows, .knowsChanges]),
  ]

  @Test(arguments: knowledge)
  func whatASourceWithoutCountersKnows(hasRows: Bool, changed: Int32, expected: StatementRecord.Flags) {
    let log = Log()
    _ = log.complete(log.append(at: 1_001)) { ($0.hasRows, $0.rowsChanged) = (hasRows, changed) }
    #expect(log.records.pointee.flags == expected)
    #expect(log.records.pointee.duration == StatementRecord.unknown)
  }

  @Test func aRunIsOfOneTransactionScopeAndTable() {
    let log = Log()
    dsl_begin_run(log.head, 5, 3)
    func writes(in transaction: UInt32, scope: UInt32 = 3, _ changes: dsl_row_changes) -> Bool {
      log.complete(log.append(at: 1_001) { $0.scope = scope }, writing: changes) { $0.transaction = transaction }
    }
    #expect(writes(in: 5, Self.inserts(2, at: 10)))
    #expect(!writes(in: 6, Self.inserts(1, at: 12)))
    #expect(!writes(in: 5, scope: 4, Self.inserts(1, at: 12)))
    #expect(!writes(in: 5, Self.inserts(1, table: 1, at: 12)))
    #expect(writes(in: 5, Self.inserts(3, indirect: 1, at: 13)))
    let run = dsl_take_run(log.head)
    #expect(run.transaction == 5 && run.scope == 3 && run.writes == 2 && run.first == 1 && run.last == 5)
    #expect(run.changes.table == 2 && run.changes.counts == (5, 0, 0) && run.changes.indirect == (1, 0, 0))
    #expect(run.changes.first.0 == 10 && run.changes.last.0 == 15)
    #expect(!writes(in: 5, Self.inserts(1, at: 16)), "nothing is added to a run that was taken")
    #expect(dsl_take_run(log.head).writes == 0)
  }

  @Test func withoutRoomNoCallSiteIsCounted() {
    let log = Log(room: 0)
    var hasRoom = true
    #expect(!dsl_wants_stack(log.head, 1, 3, 1, &hasRoom) && !hasRoom)
    // Whoever makes room himself asks in any case.
    #expect(dsl_wants_stack(log.head, 1, 3, 1, nil))
    #expect(!dsl_wants_stack(log.head, 1, 3, 1, nil))
    #expect(dsl_wants_stack(log.head, 1, 4, 1, nil), "another scope asks anew")
  }

  /// Without the lock numbers would be given twice.
  @Test func threadsShareALog() {
    let records = UnsafeMutablePointer<dsl_record>.allocate(capacity: 40_000)
    defer { records.deallocate() }
    let log = Log()
    log.head.pointee.next = records
    log.head.pointee.room = 40_000
    nonisolated(unsafe) let shared = log
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for time in 0..<10_000 {
        let slot = shared.append(at: 1_000 + UInt64(time))
        _ = shared.complete(slot) { $0.steps = UInt32(truncatingIfNeeded: slot.place) }
      }
    }
    #expect(log.head.pointee.count == 40_000 && log.head.pointee.room == 0)
    let all = UnsafeBufferPointer(start: records, count: 40_000)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
    #expect(all.enumerated().allSatisfy { $0.element.steps == UInt32($0.offset + 1) })
  }
}
