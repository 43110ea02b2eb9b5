// Writes on a platform as Apple's, whose SQLite has no preupdate hook, and prints what recordings know of it, one fact a line;
// UpdateHookTests reads them.
//
//   UpdateHookProbe statements           what is known of single statements
//   UpdateHookProbe hooks                an app's own update hooks beside ours
//   UpdateHookProbe flush                .flush, which passes, fails, and cannot tell
//   UpdateHookProbe random SEED COUNT    random writes against what the preupdate hook and the tables themselves tell
//   UpdateHookProbe grdb                 GRDB
//
// With --unshared the update hook is nobody's but the one who sets it last, too.

import CSQLiteHooks
import DatabaseTesting

let arguments = CommandLine.arguments.dropFirst()
let isUnshared = arguments.contains("--unshared")
let lacks = DBH_LACKS_PREUPDATE_HOOK | (isUnshared ? DBH_LACKS_SHARED_UPDATE_HOOK : 0)
guard dbh_pretend(UInt32(lacks)) else { fatalError("a connection is open already") }
let numbers = arguments.compactMap { UInt64($0) }

print("tells row changes: \(SQLiteInstrumentor.tellsRowChanges), shares the update hook: \(dbh_shares_update_hook())")
switch arguments.first {
case "statements": try showStatements()
case "hooks": try showHooks()
case "flush": try showFlush()
case "random": try compareRandomWrites(seed: numbers[0], count: Int(numbers[1]))
case "grdb":
  #if GRDB
    try showGRDB()
  #endif
default: fatalError("see main.swift")
}
print("too late to pretend: \(!dbh_pretend(0))")
