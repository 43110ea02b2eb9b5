// What recordings see where SQLite is not a shared library that the program's calls reach by their names: linked statically, or
// as on Apple's platforms. `./Tests/run --sqlites` links this program with SQLite's archive; it runs with any other SQLite too.
//
// One line for each check; the program fails if one does.

import CSQLiteForTests
import DatabaseInstrumentation
import DatabaseRecording
import Foundation
import SQLiteInstrumentation
import TestSupport

try SQLiteInstrumentor.install()
SQLiteInstrumentor.registerAsSource()
SQLiteInstrumentor.recordsRowChanges = true

try sessions()
try failing()
try nested()
try traces()
try keys()
try plans()
try values()
print(failures == 0 ? "all right" : "\(failures) wrong")
exit(failures == 0 ? 0 : 1)
