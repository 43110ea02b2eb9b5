import CCallStacks
import DatabaseTesting
import Foundation
import TestSupport

/// Prints what expectations on threads say where Swift's runtime is as it is known, and where it is not.
func judgeThreads() async -> Never {
  await judge("known")
  // As if the check had failed: nobody asks it again.
  dcs_set_knows_executors(false)
  await judge("unknown")
  fflush(nil)
  exit(0)
}

private func judge(_ name: String) async {
  @concurrent func load() async -> Recording? {
    guard let shop = try? withoutDatabaseRecording({ try Shop() }) else { return nil }
    return try? recordDatabase { _ = try shop.authors() }
  }
  guard let recording = await load() else { return print("no recording") }
  for expectation in [DatabaseExpectation.noBlockingQueries, .noMainThreadQueries] {
    print("\(name), \(expectation): \(recording.check(expectation).first?.headline ?? "holds")")
  }
}
