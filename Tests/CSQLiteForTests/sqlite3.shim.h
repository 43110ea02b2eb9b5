#include <sqlite3.h>
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// The header declares it only where a macro asks for it.
void *sqlite3_preupdate_hook(
  sqlite3 *, void (*)(void *, sqlite3 *, int, char const *, char const *, sqlite3_int64, sqlite3_int64), void *);

// Of the session extension, as well.
typedef struct sqlite3_session sqlite3_session;
int sqlite3session_create(sqlite3 *, const char *, sqlite3_session **);
void sqlite3session_delete(sqlite3_session *);
int sqlite3session_attach(sqlite3_session *, const char *);
int sqlite3session_changeset(sqlite3_session *, int *, void **);

// sqlite3_config() is variadic, which Swift cannot call.
static inline int configureLog(void (*callback)(void *, int, const char *)) {
  return sqlite3_config(SQLITE_CONFIG_LOG, callback, (void *)0);
}

static inline int configureMemoryStatus(int isOn) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, isOn); }

// Bytes of the heap in use, without SQLite's own; 0 where the C library does not tell.
static inline long long allocatedBytes(void) {
#if defined(__GLIBC__)
  struct mallinfo2 info = mallinfo2();
  return (long long)(info.uordblks + info.hblkhd) - sqlite3_memory_used();
#else
  return 0;
#endif
}
