// The session extension takes the preupdate hook for itself: https://www.sqlite.org/sessionintro.html
//
// A session keeps the context that the hook had before as the next session of a list, so that ours has none. Where SQLite calls
// itself by the symbol table, its call comes through our own sqlite3_preupdate_hook() and both hear of the changes. Where it does
// not, ours is gone until the last session is, and nobody tells of its end but the calls that are counted here.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include <pthread.h>
#include <stdlib.h>

#include "Interpose.h"

typedef int (*create_function)(sqlite3 *, const char *, void **);
typedef void (*delete_function)(void *);

NEXT(create_function, sqlite3session_create)
NEXT(delete_function, sqlite3session_delete)

// A session that is not deleted. The application deletes it before it closes the connection.
typedef struct session {
  void *session;
  sqlite3 *handle;  // of its connection, whether or not that carries our hooks
  struct session *next;
} session;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  // of the list, and of nothing that is called
static session *sessions;

// Without memory it is not known.
static void add(void *created, sqlite3 *handle) {
  session *known = malloc(sizeof *known);
  if (!known) return;
  pthread_mutex_lock(&lock);
  *known = (session){.session = created, .handle = handle, .next = sessions};
  sessions = known;
  pthread_mutex_unlock(&lock);
}

// The handle of its connection; NULL: the session is not known.
static sqlite3 *take(void *deleted) {
  pthread_mutex_lock(&lock);
  session **link = &sessions;
  while (*link && (*link)->session != deleted) link = &(*link)->next;
  session *known = *link;
  if (known) *link = known->next;
  pthread_mutex_unlock(&lock);
  sqlite3 *handle = known ? known->handle : NULL;
  free(known);
  return handle;
}

// Those that were there before the connection was instrumented. Where SQLite's own call came through, theirs is an
// application's hook like any other.
void dbh_adopt_sessions(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  pthread_mutex_lock(&lock);
  for (session *known = sessions; known; known = known->next) c->sessions += known->handle == c->handle;
  pthread_mutex_unlock(&lock);
  c->hook_is_taken = c->sessions > 0 && !c->user_preupdate;
}

int dbh_interposed_session_create(sqlite3 *handle, const char *schema, void **created) {
  create_function next = sqlite3session_create_next();
  if (!next) return SQLITE_ERROR;
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) {
    int result = next(handle, schema, created);
    if (result == SQLITE_OK) add(*created, handle);
    return result;
  }
  // Another thread may set the hook: not in between.
  sqlite3_mutex *mutex = dbh_enter(c);
  uint32_t hooks_set = c->hooks_set;
  int result = next(handle, schema, created);
  if (result == SQLITE_OK) {
    add(*created, handle);
    c->sessions++;
    if (c->hooks_set == hooks_set) c->hook_is_taken = true;
  }
  dbh_leave(c, mutex);
  return result;
}

void dbh_interposed_session_delete(void *deleted) {
  sqlite3 *handle = deleted ? take(deleted) : NULL;
  sqlite3session_delete_next()(deleted);
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) return;
  sqlite3_mutex *mutex = dbh_enter(c);
  if (c->sessions) c->sessions--;
  if (c->sessions == 0 && c->hook_is_taken) dbh_regain_row_hook(c);
  dbh_leave(c, mutex);
}

int sqlite3session_create(sqlite3 *, const char *, void **) __attribute__((weak, alias("dbh_interposed_session_create")));
void sqlite3session_delete(void *) __attribute__((weak, alias("dbh_interposed_session_delete")));

bool dbh_counts_sessions(void) {
  static _Atomic int known;  // 0: not asked, 1: no, 2: yes
  if (known == 0) {
    void *volatile local = (void *)sqlite3session_create;
    // A library without the extension has no sessions to be counted.
    bool counts = local == (void *)dbh_interposed_session_create &&
                  (!dlsym(RTLD_NEXT, "sqlite3session_create") ||
                   dbh_is_ours("sqlite3session_create", local, (void *)dbh_interposed_session_create));
    known = counts ? 2 : 1;
  }
  return known == 2;
}

#else

#include "Private.h"

bool dbh_counts_sessions(void) { return false; }

void dbh_adopt_sessions(dbh_connection *c) { (void)c; }

#endif
