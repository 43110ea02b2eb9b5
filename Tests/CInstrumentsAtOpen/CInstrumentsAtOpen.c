// What an app does on Apple platforms, done for the tests of the portable build in one place: each connection is instrumented as soon as it
// is open. This machine's SQLite has automatic extensions for it, which the package itself does not use there.

#include "CInstrumentsAtOpen.h"

#include <stdlib.h>

#include "Private.h"

// An app does not know of the package's own connections.
static int instrument(sqlite3 *handle, char **error, const void *api) {
  (void)error;
  (void)api;
  if (!dbh_hooks_are_off()) dbh_instrument(handle, NULL);
  return SQLITE_OK;
}

// The error log first, which SQLite takes no more once it is initialised.
__attribute__((constructor)) static void instrument_at_open(void) {
  const char *wanted = getenv("DATABASE_TESTING_PORTABLE_PREUPDATE");
  if (!wanted || !*wanted) dbh_pretend(DBH_LACKS_PREUPDATE_HOOK);
  dbh_install();
  sqlite3_auto_extension((void (*)(void))instrument);
}
