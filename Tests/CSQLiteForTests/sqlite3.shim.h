#include <sqlite3.h>

// The header declares it only where a macro asks for it.
void *sqlite3_preupdate_hook(
  sqlite3 *, void (*)(void *, sqlite3 *, int, char const *, char const *, sqlite3_int64, sqlite3_int64), void *);

// sqlite3_config() is variadic, which Swift cannot call.
static inline int configureLog(void (*callback)(void *, int, const char *)) {
  return sqlite3_config(SQLITE_CONFIG_LOG, callback, (void *)0);
}

static inline int configureMemoryStatus(int isOn) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, isOn); }
