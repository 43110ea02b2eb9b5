import DatabaseInstrumentation
import DatabaseSupport
import Testing

@Suite struct StatementDemandTests {
  private let demand = StatementDemand()

  @Test func whatIsWantedTwiceIsWantedUntilBothWithdraw() {
    demand.want(.statements)
    demand.want([.statements, .detours])
    #expect(demand.wishes == [.statements, .detours])
    #expect(demand.count(of: .statements) == 2)
    demand.withdraw([.statements, .detours])
    #expect(demand.wishes == .statements)
    demand.withdraw(.statements)
    #expect(demand.wishes.isEmpty)
  }

  @Test func aSourceHearsOfChangesAndOfNothingElse() {
    let heard = Heard()
    demand.want(.detours)
    demand.register(heard.source(named: "one"))
    demand.want(.detours)
    demand.want([.statements, .detours])
    demand.want(.rowChanges)
    demand.withdraw(.statements)
    demand.withdraw(.detours)
    #expect(
      heard.all == [
        Heard.Call(wishes: .detours, changed: .all),
        Heard.Call(wishes: [.detours, .statements], changed: .statements),
        Heard.Call(wishes: [.detours, .statements, .rowChanges], changed: .rowChanges),
        Heard.Call(wishes: [.detours, .rowChanges], changed: .statements),
      ])
  }

  @Test func aSourceIsAddedOnce() {
    let (heard, again) = (Heard(), Heard())
    demand.register(heard.source(named: "one"))
    demand.register(again.source(named: "one"))
    demand.register(again.source(named: "other"))
    #expect(heard.all.count == 1)
    #expect(again.all.count == 1)
  }

  @Test func oneSourceThatWorksIsEnough() {
    #expect(demand.problems.isEmpty)
    demand.register(Heard().source(named: "broken", problem: "is broken"))
    #expect(demand.problems.map(\.text) == ["is broken"])
    demand.register(Heard().source(named: "whole"))
    #expect(demand.problems.isEmpty)
  }

  @Test func manyAtOnceLeaveNothingBehind() async {
    let heard = Heard()
    demand.register(heard.source(named: "one"))
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask { [demand] in
          let wishes: StatementDemand.Wishes = number % 2 == 0 ? .statements : [.detours, .rowChanges]
          for _ in 0..<500 {
            demand.want(wishes)
            demand.withdraw(wishes)
          }
        }
      }
    }
    #expect(demand.wishes.isEmpty)
    // Each change was told, in order: every call differs from the one before in what it says has changed.
    for (before, after) in zip(heard.all, heard.all.dropFirst()) {
      #expect(before.wishes.symmetricDifference(after.wishes) == after.changed)
    }
    #expect(heard.all.last?.wishes == [])
  }
}

private final class Heard: Sendable {
  struct Call: Equatable {
    var wishes: StatementDemand.Wishes
    var changed: StatementDemand.Wishes
  }

  private let calls = Locked<[Call]>([])

  var all: [Call] { calls.withLock { $0 } }

  func source(named name: String, problem: String? = nil) -> StatementSource {
    StatementSource(
      name: name,
      wishesChanged: { wishes, changed in self.calls.withLock { $0.append(Call(wishes: wishes, changed: changed)) } },
      prepare: {}, inspect: { _ in }, problem: { problem.map { SourceProblem($0) } })
  }
}
