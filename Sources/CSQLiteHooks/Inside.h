// Which thread uses a connection.
//
// All that is kept of a connection, of its open statements and of its lane is used by one thread at a time, without a lock of our
// own: the thread that is *inside* of the connection. It is inside
//
// - in whatever SQLite calls: trace, hooks, authorizer, the destructor of our function. SQLite holds the connection's mutex then,
//   or there is none, and the application lets one thread at a time use the connection;
// - from dbh_enter() to dbh_leave(), which take that mutex; it is recursive;
// - after dbh_try_enter() returned true, where waiting could be for ever.
//
// SQLite can say itself whether a mutex is held, in builds with SQLITE_DEBUG alone (https://www.sqlite.org/c3ref/mutex_held.html):
// no other library has that function. So it is noted here who is inside, in builds with assertions and in no others.
//
// Order of locks: a connection's mutex; the lock of Swift's StatementDemand, which calls dbh_set_listening() with it; the registry's
// lock; the other locks of Swift's side; the lock of a log's head. Whoever holds a later one only tries an earlier one.

#ifndef CSQLITEHOOKS_INSIDE_H
#define CSQLITEHOOKS_INSIDE_H

#include <CCallStacks.h>
#include <pthread.h>

#include "Types.h"

#if DATABASE_TESTING_ASSERTIONS

static inline bool dbh_is_inside(const dbh_connection *c) {
  return atomic_load_explicit(&c->inside, memory_order_relaxed) == (uintptr_t)pthread_self();
}

// The thread has the mutex, or the application's word.
static inline void dbh_go_in(dbh_connection *c) {
  uintptr_t other = atomic_exchange_explicit(&c->inside, (uintptr_t)pthread_self(), memory_order_relaxed);
  DCS_ASSERT(other == 0 ? c->entries == 0 : other == (uintptr_t)pthread_self() && c->entries > 0);
  c->entries++;
}

static inline void dbh_go_out(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c) && c->entries > 0);
  if (--c->entries == 0) atomic_store_explicit(&c->inside, 0, memory_order_relaxed);
}

static inline void dbh_go_out_of(dbh_connection *const *c) { dbh_go_out(*c); }

/// The rest of the block is inside of the connection, which SQLite called for.
#define DBH_IS_CALLED(c) __attribute__((cleanup(dbh_go_out_of))) dbh_connection *const inside_of = (dbh_go_in(c), c)

#else

// Never evaluated.
static inline bool dbh_is_inside(const dbh_connection *c) { return c != NULL; }
static inline void dbh_go_in(dbh_connection *c) { (void)c; }
static inline void dbh_go_out(dbh_connection *c) { (void)c; }
#define DBH_IS_CALLED(c) ((void)0)

#endif

/// Waits for the connection, which is open. What is returned goes to dbh_leave(); NULL: the connection has no mutex.
static inline sqlite3_mutex *dbh_enter(dbh_connection *c) {
  sqlite3_mutex *mutex = sqlite3_db_mutex(c->handle);
  sqlite3_mutex_enter(mutex);
  dbh_go_in(c);
  return mutex;
}

static inline void dbh_leave(dbh_connection *c, sqlite3_mutex *mutex) {
  dbh_go_out(c);
  sqlite3_mutex_leave(mutex);
}

/// Goes into the connection if no other thread is in it, as far as can be known: one without a mutex is used by one thread at a time,
/// by the application's care: by this one, if the statement before was its own. Then `*mutex` goes to dbh_leave().
static inline bool dbh_try_enter(dbh_connection *c, uint64_t thread, sqlite3_mutex **mutex) {
  *mutex = sqlite3_db_mutex(c->handle);
  if (*mutex ? sqlite3_mutex_try(*mutex) != SQLITE_OK : atomic_load(&c->thread) != thread) return false;
  dbh_go_in(c);
  return true;
}

#endif
