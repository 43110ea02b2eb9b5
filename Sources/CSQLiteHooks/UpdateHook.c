// Row changes where the library has no preupdate hook: from the update hook, shared with the application where that is
// possible, else from whoever owns it.
//
// The update hook is not called for tables WITHOUT ROWID, for rows that REPLACE removes, and for a `DELETE` of all rows
// (https://www.sqlite.org/c3ref/update_hook.html), and it does not tell what a trigger did. So each statement is also told
// by how much sqlite3_total_changes() grew, with which Swift finds out what is known.

#include <CCallStacksPlatform.h>

#if DCS_ELF
#include "Interpose.h"
#else
#include "Private.h"
#endif

static _Atomic uint32_t lacking;
static _Atomic bool has_connections;

bool dbh_had_connections(void) { return atomic_load_explicit(&has_connections, memory_order_relaxed); }

bool dbh_pretend(uint32_t lacks) {
  if (dbh_had_connections()) return false;
  atomic_store(&lacking, lacks);
  return true;
}

bool dbh_lacks(uint32_t what) { return atomic_load_explicit(&lacking, memory_order_relaxed) & what; }

#if DCS_ELF

typedef void *(*update_function)(sqlite3 *, dbh_update_callback, void *);

NEXT(update_function, sqlite3_update_hook)

static void *share(dbh_connection *c, dbh_update_callback callback, void *context);

void *dbh_interposed_update_hook(sqlite3 *handle, dbh_update_callback callback, void *context) {
  update_function next = sqlite3_update_hook_next();
  if (!handle || dbh_has_preupdate_hook() || !dbh_shares_update_hook()) return next(handle, callback, context);
  dbh_connection *c = dbh_registry_find(handle);
  if (!c) {
    dbh_note_foreign_update(handle, callback, context);
    return next(handle, callback, context);
  }
  sqlite3_mutex *mutex = dbh_enter(c);
  void *previous = share(c, callback, context);
  dbh_leave(c, mutex);
  return previous;
}

void *sqlite3_update_hook(sqlite3 *, dbh_update_callback, void *)
    __attribute__((weak, alias("dbh_interposed_update_hook")));

static bool interposes(void) {
  static _Atomic int known;  // 0: not asked, 1: no, 2: yes
  if (known == 0) {
    void *volatile local = (void *)sqlite3_update_hook;
    known = dbh_is_ours("sqlite3_update_hook", local, (void *)dbh_interposed_update_hook) ? 2 : 1;
  }
  return known == 2;
}

static void set_hook(sqlite3 *handle, dbh_update_callback callback, void *context) {
  if (interposes()) {
    sqlite3_update_hook_next()(handle, callback, context);
  } else {
    sqlite3_update_hook(handle, callback, context);
  }
}

#else

static bool interposes(void) { return false; }

static void set_hook(sqlite3 *handle, dbh_update_callback callback, void *context) {
  sqlite3_update_hook(handle, callback, context);
}

#endif

bool dbh_shares_update_hook(void) { return interposes() && !dbh_lacks(DBH_LACKS_SHARED_UPDATE_HOOK); }

static void updated(void *context, int op, const char *database, const char *name, sqlite3_int64 key) {
  dbh_connection *c = context;
  DBH_IS_CALLED(c);
  if (atomic_load_explicit(&dbh_listening, memory_order_relaxed) && c->counts_rows &&
      c->updates.source == DBH_UPDATES_FROM_HOOK) {
    dbh_count_row(c, c->handle, op, database, name);
  }
  if (c->updates.user) c->updates.user(c->updates.user_context, op, database, name, key);
}

static void set_shared_hook(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  bool needed = c->counts_rows || c->updates.user;
  set_hook(c->handle, needed ? updated : NULL, needed ? c : NULL);
}

#if DCS_ELF
static void *share(dbh_connection *c, dbh_update_callback callback, void *context) {
  void *previous = c->updates.user_context;
  c->updates.user = callback;
  c->updates.user_context = callback ? context : NULL;
  set_shared_hook(c);
  return previous;
}
#endif

// Whether row changes are wanted has changed.
void dbh_follow_updates(dbh_connection *c) {
  if (!dbh_shares_update_hook()) return;  // it is set when the connection opens, or never
  c->updates.source = c->counts_rows ? DBH_UPDATES_FROM_HOOK : DBH_UPDATES_UNTOLD;
  dbh_mark_updates(c);
  set_shared_hook(c);
}

// Where it cannot be shared, only a connection that was just opened has no hook of the application's for certain.
void dbh_own_update_hook(sqlite3 *handle) {
  if (dbh_has_preupdate_hook() || dbh_shares_update_hook()) return;
  dbh_connection *c = dbh_registry_find(handle);
  if (!c) return;
  sqlite3_mutex *mutex = dbh_enter(c);
  c->updates.source = DBH_UPDATES_FROM_HOOK;
  set_hook(handle, updated, c);
  dbh_leave(c, mutex);
}

void *dbh_observe_rows(void *handle) {
  if (!handle || dbh_has_preupdate_hook() || dbh_shares_update_hook()) return NULL;
  dbh_connection *c = dbh_registry_find(handle);
  if (!c) return NULL;
  sqlite3_mutex *mutex = dbh_enter(c);
  c->updates.source = DBH_UPDATES_FROM_OBSERVER;
  dbh_leave(c, mutex);
  return c;
}

void dbh_tell_row(void *connection, int32_t operation, const char *database, const char *table) {
  dbh_connection *c = connection;
  DBH_IS_CALLED(c);
  if (!atomic_load_explicit(&dbh_listening, memory_order_relaxed) || !c->counts_rows) return;
  // Told late, as GRDB does behind a savepoint, they belong to no statement that could be named.
  uint32_t depth = atomic_load_explicit(&c->depth, memory_order_relaxed);
  if (depth == 0 || !(c->open[depth - 1]->flags & DBH_SHAPE_WRITES)) return;
  dbh_count_row(c, c->handle, operation, database, table);
}

static bool has_other_writer(dbh_connection *c, const dbh_open_statement *open) {
  for (uint32_t i = atomic_load_explicit(&c->depth, memory_order_relaxed); i > 0; i--) {
    const dbh_open_statement *other = c->open[i - 1];
    if (other != open && (other->flags & DBH_SHAPE_WRITES)) return true;
  }
  return false;
}

// A statement begins: what was changed before is not its own. Of a statement that is still open, as one with RETURNING,
// it is kept.
void dbh_mark_updates(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  int total = sqlite3_total_changes(c->handle);
  unsigned grown = (unsigned)total - (unsigned)c->updates.settled;
  c->updates.carried = has_other_writer(c, NULL) ? c->updates.carried + grown : 0;
  c->updates.settled = total;
}

static bool says_savepoint(const char *sql) {
  for (; sql && *sql; sql++) {
    if ((*sql == 'S' || *sql == 's') && sqlite3_strnicmp(sql, "SAVEPOINT", 9) == 0) return true;
  }
  return false;
}

// A statement ended: by how much the connection's changes grew with it.
void dbh_take_updates(dbh_connection *c, const dbh_open_statement *open, dbh_step *step) {
  DCS_ASSERT(dbh_is_inside(c) && c->updates.source != DBH_UPDATES_UNTOLD);
  int total = sqlite3_total_changes(c->handle);
  unsigned grown = (unsigned)total - (unsigned)c->updates.settled;
  c->updates.settled = total;
  if (!has_other_writer(c, open)) {
    grown += c->updates.carried;
    c->updates.carried = 0;
  }
  step->follows_updates = true;
  step->total = grown;
  // GRDB holds back what happens behind a savepoint.
  if (says_savepoint(step->control)) c->updates.divided = step->transaction;
  step->is_hook_certain =
      c->updates.source == DBH_UPDATES_FROM_OBSERVER
          ? step->transaction_before == 0 || step->transaction_before != c->updates.divided
          : dbh_shares_update_hook();
}

void dbh_note_foreign_update(sqlite3 *handle, dbh_update_callback callback, void *context) {
  dbh_note_foreign(DBH_FOREIGN_UPDATE, handle, (dbh_any_callback)callback, context);
}

void dbh_adopt_foreign_update(dbh_connection *c) {
  atomic_store_explicit(&has_connections, true, memory_order_relaxed);
  c->updates.settled = sqlite3_total_changes(c->handle);
  c->updates.user = (dbh_update_callback)dbh_take_foreign(DBH_FOREIGN_UPDATE, c->handle, &c->updates.user_context);
}
