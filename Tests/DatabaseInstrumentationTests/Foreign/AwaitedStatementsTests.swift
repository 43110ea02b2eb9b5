import Testing

@testable import DatabaseInstrumentation

/// Whose a statement is that an endpoint saw, by what others told of it before.
@Suite struct AwaitedStatementsTests {
  private typealias Owner = AwaitedStatements.Owner

  private func awaited(_ told: [(shape: UInt32, values: [UInt64?]?, scope: UInt32?)]) -> AwaitedStatements {
    var awaited = AwaitedStatements()
    for (number, entry) in told.enumerated() {
      _ = awaited.tell(entry.shape, values: entry.values, scope: entry.scope, time: UInt64(number))
    }
    return awaited
  }

  private func claim(
    _ awaited: inout AwaitedStatements, _ shape: UInt32 = 1, _ values: [UInt64?] = [], inside open: UInt32? = nil
  ) -> Owner? {
    awaited.claim(shape, values: values, inside: open, time: 100) { _ in true }
  }

  @Test func oneThatWasToldOfIsItsTellers() {
    var awaited = awaited([(1, [], 7)])
    #expect(claim(&awaited, 2) == nil)
    #expect(claim(&awaited) == Owner(scope: 7))
    #expect(claim(&awaited) == nil)
    #expect(awaited.isEmpty)
  }

  @Test func valuesTellThemApart() {
    var awaited = awaited([(1, [10], 7), (1, [20], 8), (1, [30], 9)])
    #expect(claim(&awaited, 1, [20]) == Owner(scope: 8))
    #expect(claim(&awaited, 1, [30]) == Owner(scope: 9))
    #expect(claim(&awaited, 1, [10]) == Owner(scope: 7))
  }

  @Test func whatCannotBeComparedIsTakenInOrderAndDoubted() {
    for values: [UInt64?] in [[nil], [99], []] {
      var awaited = awaited([(1, [10], 7), (1, [20], 8)])
      #expect(claim(&awaited, 1, values) == Owner(scope: 7, rivals: [7, 8]))
      // Who is left is not certain either: the first one may have been its.
      #expect(claim(&awaited, 1, values) == Owner(scope: 8, rivals: [7, 8]))
      #expect(awaited.isEmpty)
    }
  }

  @Test func severalOfOneRecordingAreItsInAnyOrder() {
    var awaited = awaited([(1, [10], 7), (1, nil, 7), (1, [10], 7)])
    for _ in 0..<3 { #expect(claim(&awaited, 1, [nil]) == Owner(scope: 7)) }
  }

  @Test func oneWithoutATaskMayBeMeantToo() {
    var awaited = awaited([(1, [], nil), (1, [], 7)])
    #expect(claim(&awaited) == Owner(scope: nil, rivals: [nil, 7]))
    #expect(claim(&awaited) == Owner(scope: 7, rivals: [nil, 7]))
  }

  @Test func whatIsSettledStandsForNoOtherOne() {
    var awaited = awaited([(1, [10], 7), (1, [20], 7), (1, [10], 8), (1, [10], nil)])
    awaited.settle(1, values: [20]) { $0 == 7 }
    #expect(claim(&awaited, 1, [20]) == Owner(scope: 7, rivals: [7, 8, nil]))
    awaited = self.awaited([(1, [10], 7), (1, [10], 8)])
    awaited.settle(1, values: [99]) { $0 == 7 }
    awaited.settle(1, values: [10]) { $0 == 9 }
    #expect(claim(&awaited, 1, [10]) == Owner(scope: 8))
  }

  /// What 7 told was taken for what 8 sent, so that what 8 told stands for what 7 sends.
  @Test func whatWasTakenForAnotherOnesIsSettledByWhatThatOneTold() {
    var awaited = awaited([(1, [10], 7), (1, [10], 8)])
    #expect(claim(&awaited, 1, [10]) == Owner(scope: 7, rivals: [7, 8]))
    awaited.settle(1, values: [20]) { $0 == 7 }
    awaited.settle(1, values: [10]) { $0 == 9 }
    #expect(!awaited.isEmpty)
    awaited.settle(1, values: [10]) { $0 == 7 }
    #expect(awaited.isEmpty)
  }

  @Test func anOpenTransactionDecides() {
    var awaited = awaited([(1, [], 7), (1, [], 8), (1, [], 9)])
    #expect(claim(&awaited, inside: 8) == Owner(scope: 8))
    #expect(claim(&awaited, inside: 5) == Owner(scope: 7, rivals: [7, 9]))
  }

  @Test func whatIsNotDecidedGoesOnWaiting() {
    var awaited = awaited([(1, [], 7), (1, [], 8)])
    let doubtful = awaited.claim(1, values: [], takesDoubtful: false, time: 100) { _ in true }
    #expect(doubtful == Owner(scope: nil, rivals: [7, 8]))
    #expect(claim(&awaited, inside: 8) == Owner(scope: 8))
    #expect(claim(&awaited) == Owner(scope: 7))
  }

  @Test func whatWasNeverSentIsForgotten() {
    var awaited = awaited([(1, [], 7), (1, [], 8)])
    let id = awaited.tell(1, values: [], scope: 9, time: 50)
    awaited.withdraw(id)
    awaited.withdraw(id)
    // A recording ended.
    #expect(awaited.claim(1, values: [], time: 100) { $0 != 7 } == Owner(scope: 8))
    _ = awaited.tell(1, values: [], scope: 7, time: 100)
    #expect(awaited.claim(1, values: [], time: 61_000_000_000) { _ in true } == nil)
    #expect(awaited.isEmpty)
  }

  @Test func whatAnotherOneWasTakenForStays() {
    var awaited = AwaitedStatements()
    _ = awaited.tell(1, values: [], scope: 8, time: 1)
    let own = awaited.tell(1, values: [], scope: 7, time: 2)
    // The one of 7 is seen first, and taken for the one that was told of first; it ends, and that of 8 is still to be seen.
    #expect(claim(&awaited) == Owner(scope: 8, rivals: [7, 8]))
    awaited.withdraw(own)
    #expect(claim(&awaited) == Owner(scope: 7, rivals: [7, 8]))
    #expect(awaited.isEmpty)
  }

  @Test func itDoesNotGrowWithoutEnd() {
    var awaited = AwaitedStatements()
    for number in 0..<10_000 { _ = awaited.tell(1, values: nil, scope: UInt32(number), time: 1) }
    // The oldest ones are gone.
    let oldest = claim(&awaited)
    #expect(oldest?.scope == 5_904 && oldest?.rivals.count == 4_096)
  }
}
