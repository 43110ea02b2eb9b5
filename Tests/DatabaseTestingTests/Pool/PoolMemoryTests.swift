import Testing

@testable import DatabaseInstrumentation

#if os(Linux)
  /// Of malloc.h, which the Glibc module leaves out.
  @_silgen_name("malloc_usable_size")
  private func usableSize(_ pointer: UnsafeMutableRawPointer) -> Int
#endif

/// What a pool's monitor keeps of one checkout and of one event.
struct PoolMemoryTests {
  /// With the block of its lease and its place in the list of those, 128 + 8, a checkout keeps 232 of 256 bytes.
  @Test func anEventIsKeptIn48Bytes() {
    #expect(MemoryLayout<PoolEvent.Record>.stride <= 48)
    #expect(MemoryLayout<PooledConnectionRecord>.stride <= 256)
  }

  /// What does not fit in these is kept as it is.
  @Test func numbersThatAreOutOfTheOrdinary() {
    let monitor = PoolMonitor(name: "odd")
    let lease = monitor.observer.checkedOut(.max - 1)
    monitor.observer.checkedIn(lease)
    let events = monitor.events.filter { $0.kind == .checkout || $0.kind == .checkin }
    #expect(events.map(\.connection) == [.max - 1, .max - 1] && events.map(\.lease) == [1, 1])
    #expect(events.map(\.statistics.leased) == [1, 0])
    var statistics = PoolStatistics()
    statistics.waiting = 70_000
    let change = PoolChange(.waitBegan)
    let record = PoolEvent.Record(change, EventKind(.waitBegan), sequence: 1 << 33, time: 5, statistics: statistics)
    let rest = record.rest(of: change, sequence: 1 << 33, statistics: statistics)
    let wide = PoolEvent(pool: "odd", record: record, rest: rest)
    #expect(wide.statistics.waiting == 70_000 && wide.sequence == 1 << 33 && wide.connection == nil)
  }

  #if os(Linux)
    @Test func aLeaseIsAtMost256Bytes() {
      let entry = LiveLease(
        1, on: 1, databaseConnection: nil, checkouts: 1, at: 0, began: 0, of: nil, by: nil, isAssumed: false, test: nil,
        from: nil)
      withExtendedLifetime(entry) {
        #expect(usableSize(Unmanaged.passUnretained(entry).toOpaque()) <= 120)
      }
    }
  #endif
}
