// Linked by DatabaseTesting alone: a test bundle that loads it records every connection, also those that are opened
// before the first recorder exists (in a static property, or when an application object is made).

#include "CSQLiteInstallAtLoad.h"

#include "CSQLiteHooks.h"

__attribute__((constructor)) static void install_at_load(void) {
  dbh_set_row_changes(true);
  dbh_install();
}

bool dbh_installs_at_load(void) { return true; }
