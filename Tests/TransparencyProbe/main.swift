// Runs random SQL programs and prints what an app could notice of each: results, codes, messages, counters, and the calls of
// its own callbacks. TransparencyTests runs it with the instrumentation on and off, and compares.
//
//   TransparencyProbe FIRST COUNT              one line for each seed: its number and a hash of all that was noticed
//   TransparencyProbe FIRST COUNT --verbose    all that was noticed
//
// With --row-changes rows are counted, as in tests. That takes SQLite's preupdate hook, and SQLite does a few things otherwise
// where any such hook is set; so the app has one of its own then, with the instrumentation and without. With --update-hook they
// are counted as where SQLite has no preupdate hook.

import CSQLiteHooks
import DatabaseTesting

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.compactMap { UInt64($0) }
guard numbers.count == 2 else { fatalError("usage: TransparencyProbe FIRST COUNT [--verbose]") }
let isVerbose = arguments.contains("--verbose")

let countsRows = arguments.contains("--row-changes")
let takesUpdateHook = arguments.contains("--update-hook")
if takesUpdateHook, !dbh_pretend(UInt32(DBH_LACKS_PREUPDATE_HOOK)) { fatalError("a connection is open already") }
SQLiteInstrumentor.recordsRowChanges = countsRows || takesUpdateHook

configureOnce()
for seed in numbers[0]..<(numbers[0] + numbers[1]) {
  let transcript = Transcript(isVerbose: isVerbose)
  // Recorded where the instrumentation is on: a hook that is registered and does nothing would prove little.
  let recording = recordDatabase { RandomProgram(seed: seed, transcript: transcript).run() }
  print("seed \(seed) \(transcript.hash) \(transcript.count)")
  if isVerbose { print("recorded \(recording.statements.count)") }
}
print("recording \(SQLiteInstrumentor.isInstalled)")
