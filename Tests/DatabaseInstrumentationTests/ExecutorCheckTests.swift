import CCallStacks
import DatabaseInstrumentation
import Testing

/// A runtime that is not as it is known makes expectations on threads fail: it must not go unnoticed.
@Suite struct ExecutorCheckTests {
  @Test func thisRuntimeIsKnown() {
    #expect(ExecutorCheck.hasPassed)
    #expect(dcs_knows_executors())
  }

  /// The check runs a task inside of this one.
  @Test func theTaskAroundTheCheckGoesOn() async {
    #expect(ExecutorCheck.hasPassed)
    await Task.yield()
    #expect(dcs_is_in_task())
    #expect(!Task.isCancelled)
  }

  @MainActor @Test func theMainActor() async {
    let (current, main) = (dcs_current_executor(), dcs_main_executor())
    #expect(current.identity == main.identity && current.implementation == main.implementation)
    #expect(dcs_is_on_main())
    await Task.detached { #expect(!dcs_is_on_main()) }.value
    await Task.yield()
    #expect(dcs_is_on_main())
  }
}
