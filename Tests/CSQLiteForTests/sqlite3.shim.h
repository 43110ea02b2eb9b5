#include <sqlite3.h>

// sqlite3_config() is variadic, which Swift cannot call.
static inline int configureLog(void (*callback)(void *, int, const char *)) {
  return sqlite3_config(SQLITE_CONFIG_LOG, callback, (void *)0);
}

static inline int configureMemoryStatus(int isOn) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, isOn); }
