import CCallStacks
import CSQLiteForTests
import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import Testing

/// The rules that the C modules check of themselves: on where this repository's tests run, and in no user's build.
@Suite struct RuleTests {
  @Test func theyAreCheckedWhereTheEnvironmentSaysSo() {
    let isAsked = ProcessInfo.processInfo.environment["DATABASE_TESTING_ASSERTIONS"] == "1"
    #expect(dcs_checks_rules() == (isAsked && _isDebugAssertConfiguration()))
  }

  @Test(.enabled(if: dcs_checks_rules(), "rules are checked where DATABASE_TESTING_ASSERTIONS=1"))
  func oneThatIsBrokenIsNamed() async {
    let result = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
      // Nothing was begun.
      dcs_end_watching()
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains("Creators.c:"))
    #expect(said.contains(": a rule of ours is broken: "))
  }

  @Test(.enabled(if: !dcs_checks_rules(), "rules are checked here"))
  func elsewhereNothingEnds() async {
    await #expect(processExitsWith: .success) { dcs_end_watching() }
  }

  /// SQLite's mutex keeps threads apart that use one connection, whatever they set.
  @Test(.needs(.interposition)) func manyThreadsSetWhatAConnectionHasOneOf() throws {
    let recording = try recordDatabase {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (x)")
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        for round in 0..<50 {
          let isSet = round % 2 == 0
          switch thread {
          case 0: Self.authorize(database, isSet)
          case 1: Self.watchProgress(database, isSet)
          case 2: Self.trace(database, isSet)
          default: try? database.execute("INSERT INTO t VALUES (\(round)); SELECT x FROM t LIMIT 1")
          }
        }
      }
    }
    #expect(recording.inserts.count == 50)
    #expect(recording.selects.count == 50)
  }

  private static func authorize(_ database: SQLiteDatabase, _ isSet: Bool) {
    if isSet {
      sqlite3_set_authorizer(database.handle, { _, _, _, _, _, _ in SQLITE_OK }, nil)
    } else {
      sqlite3_set_authorizer(database.handle, nil, nil)
    }
  }

  private static func watchProgress(_ database: SQLiteDatabase, _ isSet: Bool) {
    if isSet {
      sqlite3_progress_handler(database.handle, 10, { _ in 0 }, nil)
    } else {
      sqlite3_progress_handler(database.handle, 0, nil, nil)
    }
  }

  private static func trace(_ database: SQLiteDatabase, _ isSet: Bool) {
    if isSet {
      sqlite3_trace_v2(database.handle, UInt32(SQLITE_TRACE_ROW), { _, _, _, _ in 0 }, nil)
    } else {
      sqlite3_trace_v2(database.handle, 0, nil, nil)
    }
  }
}
