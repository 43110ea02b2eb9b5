import DatabaseSupport

#if os(Linux)
  import DatabaseTesting
  import Foundation
  import TestSupport
  import Testing

  struct LeakGuardTests {
    @Test func whatOutlivesTheProcessFailsIt() throws {
      let lines = try Probe(name: "ConfigurationProbe").run("leak", exitCode: 1)
      #expect(
        lines == [
          "the program ends",
          "error: 1 database connection outlived every test:",
          "  lease 2 of pool \"main\" on connection 1: leased, at Leak.swift:12 in leakAtExit()",
        ])
    }

    #if compiler(>=6.2)
      /// The process of an exit test ends where its author wants it to, with what is taken then, and with the code that he wants.
      @Test(arguments: [0, 7]) func anExitTestIsLeftAlone(code: Int32) async {
        if code == 0 {
          await #expect(processExitsWith: .success) { endWithLease(code: 0) }
        } else {
          await #expect(processExitsWith: .exitCode(7)) { endWithLease(code: 7) }
        }
      }

      /// Where the environment installs it, the first pool does.
      @Test func anExitTestUnderTheEnvironmentsGuardIsLeftAlone() async {
        await #expect(processExitsWith: .success) {
          setenv("DATABASE_TESTING_LEAK_GUARD", "1", 1)
          endWithLease(code: 0, installs: false)
        }
      }

      /// One that expects a failure of the process's own is not met by the guard's.
      @Test func anExitTestThatAbortsIsOne() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
          DatabaseLeakGuard.install()
          abort()
        }
      }
    #endif
  }

  private let kept = Locked<FakePool<SQLitePoolConnection>.Lease?>(nil)

  /// Ends the process with a lease that nobody gave back, which the guard sees.
  private func endWithLease(code: Int32, installs: Bool = true) -> Never {
    if installs { DatabaseLeakGuard.install() }
    do {
      let lease = try FakePool.sqlite(size: 2, name: "main").checkoutImmediately()
      kept.withLock { $0 = lease }
    } catch {
      exit(41)
    }
    guard DatabaseLeakGuard.report?.contains("1 database connection outlived every test") == true else { exit(42) }
    exit(code)
  }
#endif
