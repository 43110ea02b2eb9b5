// A program as an app ships it: the core and SQLite's hooks, no test framework, linked with Swift's libraries inside.

import CSQLiteForTests
import DatabaseInstrumentation
import DatabaseTelemetry
import SQLiteInstrumentation

// Before anything of telemetry is called.
print("an observer at load: \(ProcessObserver.current != nil)")
try SQLiteInstrumentor.install()
try DatabaseInstrumentor.shared.configure { $0 = .production }
var handle: OpaquePointer?
guard sqlite3_open(":memory:", &handle) == SQLITE_OK,
  sqlite3_exec(handle, "CREATE TABLE t (a); INSERT INTO t VALUES (1)", nil, nil, nil) == SQLITE_OK
else { fatalError("SQLite does not work") }
print(DatabaseInstrumentor.shared.activate())
DatabaseInstrumentor.shared.deactivate()
sqlite3_close(handle)
