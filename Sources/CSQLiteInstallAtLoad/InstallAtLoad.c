// Linked by DatabaseTesting alone: a test bundle that loads it records every connection, also those that are opened
// before the first recorder exists (in a static property, or when an application object is made).

#include "CSQLiteInstallAtLoad.h"

#include <limits.h>
#include <unistd.h>

#include "CSQLiteHooks.h"

static char folder[PATH_MAX];

__attribute__((constructor)) static void install_at_load(void) {
  if (!getcwd(folder, sizeof folder)) folder[0] = 0;
  dbh_set_row_changes(true);
  dbh_install();
}

bool dbh_installs_at_load(void) { return true; }

const char *dbh_folder_at_load(void) { return folder; }
