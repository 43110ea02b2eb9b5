// Callbacks of the application that hear of each statement, and must not hear of ours: its authorizer, its progress handler. SQLite calls
// them with the connection's mutex, on the thread that uses it; the application sets them on any thread.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include "Interpose.h"

typedef int (*authorizer_function)(sqlite3 *, dbh_authorizer_callback, void *);
typedef void (*progress_function)(sqlite3 *, int, int (*)(void *), void *);
typedef void *(*profile_function)(sqlite3 *, void (*)(void *, const char *, sqlite3_uint64), void *);

NEXT(authorizer_function, sqlite3_set_authorizer)
NEXT(progress_function, sqlite3_progress_handler)
NEXT(profile_function, sqlite3_profile)

static int authorize(void *context, int action, const char *first, const char *second, const char *database,
                     const char *trigger) {
  dbh_connection *c = context;
  DBH_IS_CALLED(c);
  if (c->is_asking || !c->user_authorizer) return SQLITE_OK;
  return c->user_authorizer(c->user_authorizer_context, action, first, second, database, trigger);
}

int dbh_interposed_set_authorizer(sqlite3 *handle, dbh_authorizer_callback callback, void *context) {
  authorizer_function next = sqlite3_set_authorizer_next();
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) {
    if (handle) dbh_note_foreign(DBH_FOREIGN_AUTHORIZER, handle, (dbh_any_callback)callback, context);
    return next(handle, callback, context);
  }
  sqlite3_mutex *mutex = dbh_enter(c);
  c->user_authorizer = callback;
  c->user_authorizer_context = context;
  int result = next(handle, callback ? authorize : NULL, callback ? c : NULL);
  dbh_leave(c, mutex);
  return result;
}

static int progressed(void *context) {
  dbh_connection *c = context;
  DBH_IS_CALLED(c);
  return c->is_asking || !c->user_progress ? 0 : c->user_progress(c->user_progress_context);
}

void dbh_interposed_progress_handler(sqlite3 *handle, int steps, int (*callback)(void *), void *context) {
  progress_function next = sqlite3_progress_handler_next();
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) {
    if (handle) dbh_note_foreign(DBH_FOREIGN_PROGRESS, handle, (dbh_any_callback)callback, context);
    next(handle, steps, callback, context);
    return;
  }
  sqlite3_mutex *mutex = dbh_enter(c);
  c->user_progress = callback;
  c->user_progress_context = context;
  next(handle, steps, callback ? progressed : NULL, callback ? c : NULL);
  dbh_leave(c, mutex);
}

// The old kind of a trace, beside the new one: it would hear of our statements.
void *dbh_interposed_profile(sqlite3 *handle, void (*callback)(void *, const char *, sqlite3_uint64), void *context) {
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) return sqlite3_profile_next()(handle, callback, context);
  sqlite3_mutex *mutex = dbh_enter(c);
  c->is_profiled = callback != NULL;
  void *previous = sqlite3_profile_next()(handle, callback, context);
  dbh_leave(c, mutex);
  return previous;
}

int sqlite3_set_authorizer(sqlite3 *, dbh_authorizer_callback, void *)
    __attribute__((weak, alias("dbh_interposed_set_authorizer")));
void sqlite3_progress_handler(sqlite3 *, int, int (*)(void *), void *)
    __attribute__((weak, alias("dbh_interposed_progress_handler")));
void *sqlite3_profile(sqlite3 *, void (*)(void *, const char *, sqlite3_uint64), void *)
    __attribute__((weak, alias("dbh_interposed_profile")));

bool dbh_hides_queries(const dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  static _Atomic int known;  // 0: not asked, 1: no, 2: yes
  if (known == 0) {
    void *volatile authorizer = (void *)sqlite3_set_authorizer;
    void *volatile profile = (void *)sqlite3_profile;
    bool all = dbh_is_ours("sqlite3_set_authorizer", authorizer, (void *)dbh_interposed_set_authorizer) &&
               dbh_is_ours("sqlite3_profile", profile, (void *)dbh_interposed_profile);
    known = all ? 2 : 1;
  }
  return known == 2 && dbh_interposes_trace() && !c->has_foreign_callback && !c->is_profiled;
}

#else

#include "Private.h"

bool dbh_hides_queries(const dbh_connection *c) {
  (void)c;
  return false;
}

#endif

void dbh_adopt_foreign_callbacks(dbh_connection *c) {
  void *context;
  bool authorizes = dbh_take_foreign(DBH_FOREIGN_AUTHORIZER, c->handle, &context) != NULL;
  bool progresses = dbh_take_foreign(DBH_FOREIGN_PROGRESS, c->handle, &context) != NULL;
  c->has_foreign_callback = authorizes || progresses;
}
