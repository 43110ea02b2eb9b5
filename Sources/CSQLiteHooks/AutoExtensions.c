// Extensions that the application loads into each connection that it opens: not into ours.
//
// SQLite runs one of ours, which runs them.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "Interpose.h"

typedef int (*register_function)(void (*)(void));
typedef void (*reset_function)(void);
typedef int (*shutdown_function)(void);

NEXT(register_function, sqlite3_auto_extension)
NEXT(register_function, sqlite3_cancel_auto_extension)
NEXT(reset_function, sqlite3_reset_auto_extension)
NEXT(shutdown_function, sqlite3_shutdown)

typedef int (*entry_point)(sqlite3 *, char **, const void *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static entry_point *extensions;
static size_t count, capacity;

static bool is_shared(void) {
  static _Atomic int known;  // 0: not asked, 1: no, 2: yes
  if (known == 0) known = dbh_shares_extensions() ? 2 : 1;
  return known == 2 && dbh_is_armed();
}

int dbh_interposed_auto_extension(void (*extension)(void)) {
  if (!is_shared()) return sqlite3_auto_extension_next()(extension);
  dbh_install_before_open();
  int result = SQLITE_OK;
  pthread_mutex_lock(&lock);
  size_t i = 0;
  while (i < count && extensions[i] != (entry_point)extension) i++;
  if (i == count && count == capacity) {
    size_t more = capacity ? capacity * 2 : 8;
    entry_point *grown = realloc(extensions, more * sizeof *grown);
    if (grown) {
      extensions = grown;
      capacity = more;
    } else {
      result = SQLITE_NOMEM;
    }
  }
  if (i == count && result == SQLITE_OK) extensions[count++] = (entry_point)extension;
  pthread_mutex_unlock(&lock);
  return result;
}

int dbh_interposed_cancel_auto_extension(void (*extension)(void)) {
  pthread_mutex_lock(&lock);
  size_t i = 0;
  while (i < count && extensions[i] != (entry_point)extension) i++;
  bool is_known = i < count;
  if (is_known) memmove(&extensions[i], &extensions[i + 1], (--count - i) * sizeof *extensions);
  pthread_mutex_unlock(&lock);
  return is_known ? 1 : sqlite3_cancel_auto_extension_next()(extension);
}

void dbh_interposed_reset_auto_extension(void) {
  pthread_mutex_lock(&lock);
  count = 0;
  pthread_mutex_unlock(&lock);
  sqlite3_reset_auto_extension_next()();
}

// SQLite forgets them with all else, and does so without a call that would come through here.
int dbh_interposed_shutdown(void) {
  int result = sqlite3_shutdown_next()();
  if (result == SQLITE_OK) {
    pthread_mutex_lock(&lock);
    count = 0;
    pthread_mutex_unlock(&lock);
  }
  return result;
}

// One of them may register another, or cancel itself.
int dbh_run_extensions(sqlite3 *handle, char **error, const void *api) {
  if (dbh_hooks_are_off()) return SQLITE_OK;
  for (size_t i = 0;; i++) {
    pthread_mutex_lock(&lock);
    entry_point extension = i < count ? extensions[i] : NULL;
    pthread_mutex_unlock(&lock);
    if (!extension) return SQLITE_OK;
    int result = extension(handle, error, api);
    if (result != SQLITE_OK) return result;
  }
}

int sqlite3_auto_extension(void (*)(void)) __attribute__((weak, alias("dbh_interposed_auto_extension")));
int sqlite3_cancel_auto_extension(void (*)(void)) __attribute__((weak, alias("dbh_interposed_cancel_auto_extension")));
void sqlite3_reset_auto_extension(void) __attribute__((weak, alias("dbh_interposed_reset_auto_extension")));
int sqlite3_shutdown(void) __attribute__((weak, alias("dbh_interposed_shutdown")));

bool dbh_shares_extensions(void) {
  void *volatile first = (void *)sqlite3_auto_extension;
  void *volatile second = (void *)sqlite3_cancel_auto_extension;
  void *volatile third = (void *)sqlite3_reset_auto_extension;
  return dbh_is_ours("sqlite3_auto_extension", first, (void *)dbh_interposed_auto_extension) &&
         dbh_is_ours("sqlite3_cancel_auto_extension", second, (void *)dbh_interposed_cancel_auto_extension) &&
         dbh_is_ours("sqlite3_reset_auto_extension", third, (void *)dbh_interposed_reset_auto_extension);
}

int dbh_real_auto_extension(void (*extension)(void)) {
  return dbh_shares_extensions() ? sqlite3_auto_extension_next()(extension) : sqlite3_auto_extension(extension);
}

#else

#include "Private.h"

int dbh_run_extensions(sqlite3 *handle, char **error, const void *api) {
  (void)handle;
  (void)error;
  (void)api;
  return SQLITE_OK;
}

// Apple's SQLite has none, and none is asked for.
int dbh_real_auto_extension(void (*extension)(void)) {
  (void)extension;
  return SQLITE_MISUSE;
}

#endif
