// Installing for the whole process: sqlite3_auto_extension hooks every connection opened afterwards.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "Private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static dbh_status status;
static bool is_requested;

bool dbh_switches_off(const char *value) {
  static const char *const words[] = {"0", "false", "no", "off"};
  for (size_t i = 0; value && i < sizeof words / sizeof *words; i++) {
    if (strcasecmp(value, words[i]) == 0) return true;
  }
  return false;
}

bool dbh_is_disabled(void) { return dbh_switches_off(getenv("DATABASE_INSTRUMENTATION_ENABLED")); }

#if DCS_ELF
// A failure to attach must not make the application's open fail; one of its own extensions does.
static int attach_to_opened(sqlite3 *handle, char **error, const void *api) {
  dbh_registry_opened(handle);
  // Of a connection that was closed at the same address.
  dbh_note_foreign_preupdate(handle, NULL, NULL);
  dbh_note_foreign_update(handle, NULL, NULL);
  dbh_note_foreign(DBH_FOREIGN_AUTHORIZER, handle, NULL, NULL);
  dbh_note_foreign(DBH_FOREIGN_PROGRESS, handle, NULL, NULL);
  if (!dbh_hooks_are_off() && !dbh_registry_find(handle)) {
    dbh_attach(handle, NULL, true);
    dbh_own_update_hook(handle);
  }
  return dbh_run_extensions(handle, error, api);
}
#endif

static void take_log(void) {
  int result = dbh_real_config_log(dbh_log, NULL);
  status.hears_errors = result == SQLITE_OK;
}

static _Atomic bool is_armed;

bool dbh_is_armed(void) { return atomic_load(&is_armed); }

// Initialises SQLite, which may run code that comes back here: not under the lock.
static void register_extension(void) {
#if DCS_ELF
  int32_t result = dbh_real_auto_extension((void (*)(void))attach_to_opened);
  int32_t code = result == SQLITE_OK ? DBH_OK : DBH_FAILED;
#else
  int32_t result = SQLITE_OK, code = DBH_UNAVAILABLE;
#endif
  atomic_store(&is_armed, code == DBH_OK);
  pthread_mutex_lock(&lock);
  status.code = code;
  status.result = result;
  pthread_mutex_unlock(&lock);
}

// At every open, not only the first: sqlite3_shutdown() and sqlite3_reset_auto_extension() take the extension away, and
// registering it twice is once.
void dbh_install_before_open(void) {
  pthread_mutex_lock(&lock);
  bool is_wanted = is_requested;
  pthread_mutex_unlock(&lock);
  if (is_wanted) register_extension();
}

int32_t dbh_install(void) {
  bool is_due = false;
  pthread_mutex_lock(&lock);
  if (!is_requested) {
    if (dbh_is_disabled()) {
      status.code = DBH_DISABLED;
    } else {
      is_requested = true;
      status.code = DBH_OK;
      status.shares_trace = dbh_interposes_trace();
      status.installs_at_open = dbh_interposes_config_and_open();
      take_log();
      is_due = !status.installs_at_open;
      if (!is_due) atomic_store(&is_armed, true);
    }
  }
  pthread_mutex_unlock(&lock);
  if (is_due) register_extension();
  return dbh_get_status().code;
}

dbh_status dbh_get_status(void) {
  pthread_mutex_lock(&lock);
  dbh_status now = status;
  now.is_armed = dbh_is_armed();
  now.has_connections = dbh_had_connections();
  pthread_mutex_unlock(&lock);
  return now;
}
