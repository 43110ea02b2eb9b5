// SQLite's single slots (a connection's trace callback and preupdate hook, the process's error log), shared with the application, which
// sets them on any thread.

#include <stdarg.h>
#include <stddef.h>

#include "Interpose.h"

// The application's, or NULL. SQLite takes one only while it is not initialised, and so while nothing is logged.
static _Atomic(void (*)(void *, int, const char *)) user_log;
static _Atomic(void *) user_log_context;

void dbh_call_user_log(int code, const char *message) {
  void (*callback)(void *, int, const char *) = atomic_load(&user_log);
  if (callback) callback(atomic_load(&user_log_context), code, message);
}

#if DCS_ELF

typedef int (*trace_function)(sqlite3 *, unsigned, dbh_trace_callback, void *);
typedef int (*config_function)(int, ...);
typedef int (*open_function)(const char *, sqlite3 **);
typedef int (*open_v2_function)(const char *, sqlite3 **, int, const char *);
typedef int (*open16_function)(const void *, sqlite3 **);
typedef void *(*preupdate_function)(sqlite3 *, dbh_preupdate_callback, void *);

typedef void *(*legacy_trace_function)(sqlite3 *, dbh_legacy_trace, void *);

NEXT(trace_function, sqlite3_trace_v2)
NEXT(legacy_trace_function, sqlite3_trace)
NEXT(config_function, sqlite3_config)
NEXT(open_function, sqlite3_open)
NEXT(open_v2_function, sqlite3_open_v2)
NEXT(open16_function, sqlite3_open16)
NEXT(preupdate_function, sqlite3_preupdate_hook)

int dbh_interposed_trace_v2(sqlite3 *handle, unsigned mask, dbh_trace_callback callback, void *context) {
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c || !dbh_interposes_trace()) return sqlite3_trace_v2_next()(handle, mask, callback, context);
  return dbh_set_user_trace(c, mask, callback, context, NULL);
}

void *dbh_interposed_trace(sqlite3 *handle, dbh_legacy_trace callback, void *context) {
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c || !dbh_interposes_trace()) return sqlite3_trace_next()(handle, callback, context);
  return dbh_set_legacy_trace(c, callback, context);
}

void *dbh_interposed_preupdate_hook(sqlite3 *handle, dbh_preupdate_callback callback, void *context) {
  preupdate_function next = sqlite3_preupdate_hook_next();
  if (!next || !dbh_has_preupdate_hook()) return NULL;  // this SQLite has no such hook
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) {
    if (handle) dbh_note_foreign_preupdate(handle, callback, context);
    return next(handle, callback, context);
  }
  sqlite3_mutex *mutex = dbh_enter(c);
  void *previous = dbh_share_preupdate(c, callback, context);
  dbh_leave(c, mutex);
  return previous;
}

int dbh_interposed_open(const char *file, sqlite3 **handle) {
  dbh_install_before_open();
  return sqlite3_open_next()(file, handle);
}

int dbh_interposed_open_v2(const char *file, sqlite3 **handle, int flags, const char *vfs) {
  dbh_install_before_open();
  return sqlite3_open_v2_next()(file, handle, flags, vfs);
}

int dbh_interposed_open16(const void *file, sqlite3 **handle) {
  dbh_install_before_open();
  return sqlite3_open16_next()(file, handle);
}

// Variadic calls cannot be forwarded as such: each option is called with the arguments that SQLite documents for it
// (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html).
int dbh_interposed_config(int option, ...) {
  config_function next = sqlite3_config_next();
  va_list arguments;
  va_start(arguments, option);
  int result;
  switch (option) {
    case SQLITE_CONFIG_SINGLETHREAD:
    case SQLITE_CONFIG_MULTITHREAD:
    case SQLITE_CONFIG_SERIALIZED:
      result = next(option);
      break;
    case SQLITE_CONFIG_LOG: {
      void (*callback)(void *, int, const char *) = va_arg(arguments, void (*)(void *, int, const char *));
      void *context = va_arg(arguments, void *);
      result = next(option, dbh_log, NULL);  // SQLITE_MISUSE once SQLite is initialised, as without us
      if (result == SQLITE_OK) {
        atomic_store(&user_log, NULL);
        atomic_store(&user_log_context, context);
        atomic_store(&user_log, callback);
      }
      break;
    }
    case SQLITE_CONFIG_MEMSTATUS:
    case SQLITE_CONFIG_URI:
    case SQLITE_CONFIG_COVERING_INDEX_SCAN:
    case SQLITE_CONFIG_SMALL_MALLOC:
    case SQLITE_CONFIG_STMTJRNL_SPILL: {
      int value = va_arg(arguments, int);
      result = next(option, value);
      break;
    }
    case SQLITE_CONFIG_PMASZ: {
      unsigned value = va_arg(arguments, unsigned);
      result = next(option, value);
      break;
    }
    case SQLITE_CONFIG_LOOKASIDE: {
      int size = va_arg(arguments, int);
      int count = va_arg(arguments, int);
      result = next(option, size, count);
      break;
    }
    case SQLITE_CONFIG_HEAP:
    case SQLITE_CONFIG_PAGECACHE: {
      void *memory = va_arg(arguments, void *);
      int size = va_arg(arguments, int);
      int count = va_arg(arguments, int);
      result = next(option, memory, size, count);
      break;
    }
    case SQLITE_CONFIG_MMAP_SIZE: {
      sqlite3_int64 size = va_arg(arguments, sqlite3_int64);
      sqlite3_int64 limit = va_arg(arguments, sqlite3_int64);
      result = next(option, size, limit);
      break;
    }
    case SQLITE_CONFIG_MEMDB_MAXSIZE: {
      sqlite3_int64 size = va_arg(arguments, sqlite3_int64);
      result = next(option, size);
      break;
    }
    case SQLITE_CONFIG_SQLLOG: {
      void *callback = va_arg(arguments, void *);
      void *context = va_arg(arguments, void *);
      result = next(option, callback, context);
      break;
    }
    default: {  // MALLOC, GETMALLOC, MUTEX, GETMUTEX, PCACHE2, GETPCACHE2, PCACHE_HDRSZ, …: one pointer
      void *pointer = va_arg(arguments, void *);
      result = next(option, pointer);
      break;
    }
  }
  va_end(arguments);
  return result;
}

int sqlite3_trace_v2(sqlite3 *, unsigned, dbh_trace_callback, void *)
    __attribute__((weak, alias("dbh_interposed_trace_v2")));
void *sqlite3_trace(sqlite3 *, dbh_legacy_trace, void *) __attribute__((weak, alias("dbh_interposed_trace")));
void *sqlite3_preupdate_hook(sqlite3 *, dbh_preupdate_callback, void *)
    __attribute__((weak, alias("dbh_interposed_preupdate_hook")));
int sqlite3_config(int, ...) __attribute__((weak, alias("dbh_interposed_config")));
int sqlite3_open(const char *, sqlite3 **) __attribute__((weak, alias("dbh_interposed_open")));
int sqlite3_open_v2(const char *, sqlite3 **, int, const char *) __attribute__((weak, alias("dbh_interposed_open_v2")));
int sqlite3_open16(const void *, sqlite3 **) __attribute__((weak, alias("dbh_interposed_open16")));

// Through the dynamic linker where it knows the name, so that the answer is what other libraries would call.
bool dbh_is_ours(const char *name, void *local, void *ours) {
  void *visible = dlsym(RTLD_DEFAULT, name);
  return local == ours && (visible == NULL || visible == ours) && dlsym(RTLD_NEXT, name) != NULL;
}

bool dbh_interposes_trace(void) {
  static _Atomic int known;  // 0: not asked, 1: no, 2: yes
  if (known == 0) {
    void *volatile local = (void *)sqlite3_trace_v2;
    known = dbh_is_ours("sqlite3_trace_v2", local, (void *)dbh_interposed_trace_v2) ? 2 : 1;
  }
  return known == 2 && !dbh_lacks(DBH_LACKS_SHARED_TRACE);
}

bool dbh_interposes_config_and_open(void) {
  static _Atomic int known;
  if (known == 0) {
    void *volatile config = (void *)sqlite3_config;
    void *volatile open = (void *)sqlite3_open;
    void *volatile open_v2 = (void *)sqlite3_open_v2;
    void *volatile open16 = (void *)sqlite3_open16;
    bool all = dbh_is_ours("sqlite3_config", config, (void *)dbh_interposed_config) &&
               dbh_is_ours("sqlite3_open", open, (void *)dbh_interposed_open) &&
               dbh_is_ours("sqlite3_open_v2", open_v2, (void *)dbh_interposed_open_v2) &&
               dbh_is_ours("sqlite3_open16", open16, (void *)dbh_interposed_open16);
    known = all ? 2 : 1;
  }
  return known == 2;
}

// Another definition than ours wins where SQLite is linked statically; ours alone means a library without the hook.
static preupdate_function real_preupdate_hook(void) {
  preupdate_function volatile local = sqlite3_preupdate_hook;
  return local == dbh_interposed_preupdate_hook ? sqlite3_preupdate_hook_next() : local;
}

bool dbh_has_preupdate_hook(void) {
  static _Atomic int known;
  if (known == 0) known = real_preupdate_hook() ? 2 : 1;
  return known == 2 && !dbh_lacks(DBH_LACKS_PREUPDATE_HOOK);
}

void dbh_real_preupdate_hook(sqlite3 *handle, dbh_preupdate_callback callback, void *context) {
  preupdate_function hook = real_preupdate_hook();
  if (hook) hook(handle, callback, context);
}

int dbh_real_trace_v2(sqlite3 *handle, unsigned mask, dbh_trace_callback callback, void *context) {
  // Another definition than ours wins where SQLite is linked statically.
  trace_function volatile local = sqlite3_trace_v2;
  trace_function real = local == dbh_interposed_trace_v2 ? sqlite3_trace_v2_next() : local;
  return real(handle, mask, callback, context);
}

int dbh_real_config_log(void (*callback)(void *, int, const char *), void *context) {
  if (dbh_interposes_config_and_open()) return sqlite3_config_next()(SQLITE_CONFIG_LOG, callback, context);
  return sqlite3_config(SQLITE_CONFIG_LOG, callback, context);
}

#else

typedef void *(*preupdate_function)(sqlite3 *, dbh_preupdate_callback, void *);

static preupdate_function real_preupdate_hook(void) {
  return (preupdate_function)dlsym(RTLD_DEFAULT, "sqlite3_preupdate_hook");
}

bool dbh_has_preupdate_hook(void) {
  return real_preupdate_hook() != NULL && !dbh_lacks(DBH_LACKS_PREUPDATE_HOOK);
}

void dbh_real_preupdate_hook(sqlite3 *handle, dbh_preupdate_callback callback, void *context) {
  preupdate_function hook = real_preupdate_hook();
  if (hook) hook(handle, callback, context);
}

bool dbh_interposes_trace(void) { return false; }

bool dbh_interposes_config_and_open(void) { return false; }

int dbh_real_trace_v2(sqlite3 *handle, unsigned mask, dbh_trace_callback callback, void *context) {
  return sqlite3_trace_v2(handle, mask, callback, context);
}

int dbh_real_config_log(void (*callback)(void *, int, const char *), void *context) {
  return sqlite3_config(SQLITE_CONFIG_LOG, callback, context);
}

#endif
