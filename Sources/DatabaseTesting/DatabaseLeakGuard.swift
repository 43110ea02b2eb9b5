internal import DatabaseInstrumentation
internal import DatabaseSupport
internal import Foundation

/// Fails the whole test run for connections that outlive every test: leases that nobody gave back.
///
/// ```swift
/// @Suite struct AppTests {
///   init() { DatabaseLeakGuard.install() }
/// }
/// ```
///
/// It looks when the process exits, and then makes it exit with code 1, which `swift test` reports as a failed run, in
/// XCTest and in Swift Testing:
///
/// ```text
/// error: 1 database connection outlived every test:
///   lease 3 of pool "main" on connection 1: leased, at Bank.swift:12 in transfer()
///     by transfers(amount:) [7]
/// ```
///
/// A lease that no task tells the test of, as what a detached task takes from a pool that tests share, is listed without one.
/// The processes of exit tests are left alone: they end where the test wants them to.
///
/// Set `DATABASE_TESTING_LEAK_GUARD=1` to have it installed by the first recording or ``FakePool`` of the process.
public enum DatabaseLeakGuard {
  /// Installs it, once; later calls do nothing.
  public static func install() {
    Runner.tellTestNames
    registered
  }

  /// What has outlived the tests so far, as text; `nil` when nothing has.
  public static var report: String? {
    let leaks = PoolMonitor.all.flatMap(\.outstandingLeases).filter(\.isLeak)
    guard !leaks.isEmpty else { return nil }
    var lines = ["error: \(leaks.count.counted("database connection")) outlived every test:"]
    for leak in leaks.prefix(50) {
      lines.append("  \(leak)")
      if let test = leak.test { lines.append("    by \(test)") }
    }
    if leaks.count > 50 { lines.append("  and \(leaks.count - 50) more") }
    return lines.joined(separator: "\n") + "\n"
  }

  static let isWanted = DatabaseEnvironment.isOn("DATABASE_TESTING_LEAK_GUARD", default: false)

  private static let registered: Void = { atexit(failRunForLeaks) }()
}

/// Whether the process runs an exit test of Swift Testing, which ends where its author wants it to, with what is taken then.
private let isExitTest: Bool = {
  // Swift Testing takes it out of the environment; the one that the process began with is still there.
  let environment = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/environ"))) ?? Data()
  return ProcessInfo.processInfo.environment["SWT_EXIT_TEST_ID"] != nil
    || environment.range(of: Data("SWT_EXIT_TEST_ID=".utf8)) != nil
}()

/// Called by `exit`, which both runners end with. `_exit` replaces the code that they meant to exit with; handlers that
/// were registered before this one, and the flushing of stdio, are made up for here.
private func failRunForLeaks() {
  guard let report = DatabaseLeakGuard.report, !isExitTest else { return }
  fflush(nil)
  FileHandle.standardError.write(Data(report.utf8))
  _exit(1)
}
