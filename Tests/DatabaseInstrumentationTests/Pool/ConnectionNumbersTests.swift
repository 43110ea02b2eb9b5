import Testing

@testable import DatabaseInstrumentation

/// Connections that are told apart by an object, by a number and by something else.
struct ConnectionNumbersTests {
  @Test func eachConnectionHasItsNumber() {
    final class Connection: Sendable {}
    let connections = (0..<20).map { _ in Connection() }
    check(connections.map(ObjectIdentifier.init))
    check([0, -1, 7, Int.min, Int.max])
    check(["a", "b", "c"])
    check([UInt8(0), 1, 255])
  }

  /// Who listens to the monitor may come back to the pool's numbers.
  @Test func listenersAreCalledOutsideOfTheLock() {
    let numbers = ConnectionNumbers<Int>()
    let monitor = PoolMonitor(name: "main", size: 1)
    monitor.addListener { [unowned monitor] event in
      if event.kind == .connect { _ = numbers.number(of: 1, in: monitor) }
    }
    #expect(numbers.number(of: 1, in: monitor) == 1)
    #expect(monitor.count(of: .connect) == 1)
  }

  /// A number is good for a checkout as soon as anyone has it: of the first who meets, and of who listens.
  @Test func aNumberIsKnownToTheMonitor() async {
    for _ in 0..<200 {
      let numbers = ConnectionNumbers<Int>()
      let monitor = PoolMonitor(name: "main", size: 1)
      monitor.addListener { [unowned monitor] event in
        guard event.kind == .firstConnect else { return }
        _ = monitor.observer.checkedOut(numbers.number(of: 1, in: monitor), site: CheckoutSite())
      }
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask { _ = monitor.observer.checkedOut(numbers.number(of: 1, in: monitor), site: CheckoutSite()) }
        }
      }
      #expect(monitor.statistics.leased == 5)
      #expect(monitor.events.prefix(2).map(\.kind) == [.firstConnect, .connect])
    }
  }

  private func check<ID: Hashable & Sendable>(_ ids: [ID]) {
    let numbers = ConnectionNumbers<ID>()
    let monitor = PoolMonitor(name: "main", size: 1)
    for _ in 0..<2 {
      for (index, id) in ids.enumerated() { #expect(numbers.number(of: id, in: monitor) == index + 1) }
    }
    #expect(monitor.count(of: .connect) == ids.count)
    #expect(numbers.remove(ids[0]) == 1)
    #expect(numbers.remove(ids[0]) == nil)
    #expect(numbers.number(of: ids[0], in: monitor) == ids.count + 1)
  }
}
