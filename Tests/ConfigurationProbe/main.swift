// A program that configures SQLite before its first connection, as an app may, while the hooks install themselves at load.
// Prints what it sees, one fact a line; ConfigurationTests reads them.

import CSQLiteForTests
import DatabaseTesting
import TestSupport

#if GRDB
  import GRDB
#endif

/// Of the kind of the app's own log callback.
private func logged(_ context: UnsafeMutableRawPointer?, _ code: Int32, _ message: UnsafePointer<CChar>?) {
  guard let message else { return }
  print("app heard \(code): \(String(cString: message))")
}

let mode = CommandLine.arguments.dropFirst().first ?? "config"

if mode == "baseline" { judgeFindings(Array(CommandLine.arguments.dropFirst(2))) }
if mode == "suite" { runSuite(Array(CommandLine.arguments.dropFirst(2))) }
if mode == "memory" { measureMemory(Array(CommandLine.arguments.dropFirst(2))) }
if mode == "report" { writeReport(Array(CommandLine.arguments.dropFirst(2))) }

if mode == "executors" { await judgeThreads() }

if mode == "detours" { await countDetours() }

if mode == "awaited" { await annotateAwaited() }

if mode == "contract" {
  await contractOfATrappingPool(tolerant: CommandLine.arguments.contains("tolerant"))
  exit(0)
}
if mode == "leak" {
  DatabaseLeakGuard.install()
  leakAtExit()
}

print("installed \(SQLiteInstrumentor.isInstalled)")

if mode == "logError" {
  #if GRDB
    Database.logError = { code, message in print("app heard \(code.rawValue): \(message)") }
  #endif
} else {
  print("config memstatus \(configureMemoryStatus(0))")
  print("config log \(configureLog(logged))")
}

let recording = try recordDatabase {
  let shop = try Shop(authors: 1, booksPerAuthor: 0)
  _ = try? shop.database.execute("INSERT INTO author VALUES (1, 'again')")
}
print("recorded \(recording.inserts.count) inserts")
do {
  let database = try SQLiteDatabase()
  if let handle = database.handle { try SQLiteInstrumentor.instrument(handle) }
  print("an open connection: instrumented")
} catch {
  print("an open connection: \(error as? SQLiteInstrumentationError == .isDisabled ? "disabled" : "\(error)")")
}
print("recorded error \(recording.inserts.last?.error?.description ?? "none")")
print("config after open \(configureMemoryStatus(1))")
print("hears errors \(SQLiteInstrumentor.hearsErrors)")
print("outside of a test:")
expectDatabase(.queries(1)) {}
