internal import Synchronization

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

/// The part of a log that a source may write by itself, in a layout that C knows as well.
///
/// Recording a statement then is one turn of a lock and 112 bytes. The lock is held for a few instructions and nearly never
/// wanted by two threads at once: who has to wait gives the processor away after a moment. On Apple's platforms it is the
/// unfair lock, which lends the waiting thread's priority.
///
/// The lock stands right before it, so that who has the lock may change the whole of it.
package struct LogHead: Sendable {
  /// Changes when the records are given back: a statement that was open then has none any more.
  package var generation: UInt32 = 0
  /// Of the log among those of its store.
  package let number: UInt32
  /// Nanoseconds of the monotonic clock from which sequence numbers count.
  package let origin: UInt64
  package var lastSequence: UInt64 = 0
  /// Where the next record goes. The memory belongs to the log.
  nonisolated(unsafe) package var next: UnsafeMutablePointer<StatementRecord>?
  /// Records from `next` on that may be written; 0: the log makes room.
  package var room: UInt32 = 0
  package var count: UInt64 = 0
  /// What the ledger of the connection was not told of yet.
  package var run = WriteRun()

  init(origin: UInt64, number: UInt32) {
    self.origin = origin
    self.number = number
  }

  /// The sequence number of what begins at `time`.
  ///
  /// The time orders the logs of different connections without anything that their threads would share; the number of
  /// the log makes it unique. It suffices for 52 days.
  @inline(__always)
  static func sequence(at time: UInt64, since origin: UInt64, log: UInt32) -> UInt64 {
    (time < origin ? 0 : time &- origin) &<< 12 | UInt64(log & 0xFFF)
  }

  /// Adds a record, with its sequence number drawn under the lock, so that a log is always in order.
  ///
  /// - Precondition: There is room.
  @inline(__always)
  mutating func append(_ record: consuming StatementRecord) -> UnsafeMutablePointer<StatementRecord> {
    assertRule(room > 0 && next != nil, "there is room for a record")
    lastSequence = max(lastSequence &+ 1, Self.sequence(at: record.start, since: origin, log: number))
    record.sequence = lastSequence
    let place = next!
    place.initialize(to: record)
    next = place + 1
    room -= 1
    count += 1
    return place
  }
}

extension UnsafeMutablePointer<LogHead> {
  /// Bytes between the lock and the head.
  package static var lockSize: Int { 8 }

  /// Memory for a lock that is free and the head behind it.
  static func allocate(_ head: LogHead) -> Self {
    let size = lockSize + MemoryLayout<LogHead>.size
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: lockSize)
    memory.initializeMemory(as: UInt64.self, repeating: 0, count: 1)
    return (memory + lockSize).initializeMemory(as: LogHead.self, repeating: head, count: 1)
  }

  func free() { lockAddress.deallocate() }

  /// Of the whole log. C knows the head by it.
  package var lockAddress: UnsafeMutableRawPointer { UnsafeMutableRawPointer(self) - Self.lockSize }

  /// Whether somebody has the lock: the caller.
  var isLocked: Bool {
    #if canImport(Darwin)
      os_unfair_lock_assert_owner(lockAddress.assumingMemoryBound(to: os_unfair_lock_s.self))
      return true
    #else
      return lockAddress.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .relaxed) == 1
    #endif
  }

  /// Calls `body` while nobody else can. Not recursive, and `body` must not wait for anything.
  @inline(__always)
  func withLock<R>(_ body: (inout LogHead) -> R) -> R {
    #if canImport(Darwin)
      let lock = lockAddress.assumingMemoryBound(to: os_unfair_lock_s.self)
      os_unfair_lock_lock(lock)
      defer { os_unfair_lock_unlock(lock) }
    #else
      let lock = lockAddress.assumingMemoryBound(to: Atomic<UInt32>.self)
      if lock.pointee.exchange(1, ordering: .acquiring) != 0 { Self.wait(for: lock) }
      defer { lock.pointee.store(0, ordering: .releasing) }
    #endif
    return body(&pointee)
  }

  #if !canImport(Darwin)
    @inline(never)
    private static func wait(for lock: UnsafeMutablePointer<Atomic<UInt32>>) {
      var tries = 0
      repeat {
        while lock.pointee.load(ordering: .relaxed) != 0 {
          tries += 1
          // A thread of a lower priority may hold it: yielding alone would not let it run.
          if tries > 10_000 { usleep(50) } else if tries > 100 { sched_yield() }
        }
      } while lock.pointee.exchange(1, ordering: .acquiring) != 0
    }
  #endif
}
