// The calls by which an application prepares and runs statements: their results tell which ones failed, which neither the trace
// nor the error log always does. On any thread of the application, without a lock; what has a `dbh_connection` goes into it first.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include "Interpose.h"

typedef int (*statement_function)(sqlite3_stmt *);
typedef int (*prepare_function)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
typedef int (*prepare_v3_function)(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **);
typedef int (*prepare16_function)(sqlite3 *, const void *, int, sqlite3_stmt **, const void **);
typedef int (*prepare16_v3_function)(sqlite3 *, const void *, int, unsigned, sqlite3_stmt **, const void **);

NEXT(statement_function, sqlite3_step)
NEXT(statement_function, sqlite3_reset)
NEXT(statement_function, sqlite3_finalize)
NEXT(prepare_function, sqlite3_prepare)
NEXT(prepare_function, sqlite3_prepare_v2)
NEXT(prepare_v3_function, sqlite3_prepare_v3)
NEXT(prepare16_function, sqlite3_prepare16)
NEXT(prepare16_function, sqlite3_prepare16_v2)
NEXT(prepare16_v3_function, sqlite3_prepare16_v3)

static inline bool is_watched(void) {
  return atomic_load_explicit(&dbh_listening, memory_order_relaxed) && !dbh_lacks(DBH_LACKS_STATEMENTS) &&
         !dbh_hooks_are_off();
}

static __attribute__((cold, noinline)) void stepped(sqlite3_stmt *statement, const dbh_call *call, int result) {
  sqlite3 *handle = sqlite3_db_handle(statement);
  dbh_connection *c = call->unsettled ? call->unsettled : dbh_connection_of(handle);
  if (!c) return;
  sqlite3_mutex *mutex = dbh_enter(c);
  if (result != SQLITE_DONE) dbh_step_failed(c, statement, call, result);
  if (!call->has_ended) dbh_end_unreported(c, statement);
  // Another thread's may have come in between.
  if (c->unsettled && c->unsettled->statement == statement) dbh_settle_late(c, true);
  dbh_leave(c, mutex);
}

// What the statement before may have taken a lock for: before the call, whose result is then the last that SQLite gave.
static __attribute__((cold, noinline)) void learn(sqlite3 *handle, dbh_thread_state *thread) {
  if (thread->learning != handle || thread->call) return;
  dbh_connection *c = dbh_connection_of(handle);
  if (!c) {
    thread->learning = NULL;
    return;
  }
  sqlite3_mutex *mutex = dbh_enter(c);
  dbh_learn_schema(c);
  dbh_leave(c, mutex);
}

static inline void learn_before(sqlite3 *handle) {
  dbh_thread_state *thread = &dbh_this_thread;
  if (thread->learning) learn(handle, thread);
}

// A call that begins; it goes to leave() on the same thread, innermost first.
static inline dbh_call entered(dbh_thread_state *thread, const sqlite3_stmt *statement, void *caller) {
  return (dbh_call){
      .statement = statement,
      .outer = thread->call,
      .caller = (uintptr_t)caller,
      .is_app = !dbh_is_sqlite_code(caller),
  };
}

static inline void leave(dbh_thread_state *thread, const dbh_call *call) {
  DCS_ASSERT(thread->call == call);
  thread->call = call->outer;
}

int dbh_interposed_step(sqlite3_stmt *statement) {
  statement_function next = sqlite3_step_next();
  if (!statement || !is_watched()) return next(statement);
  dbh_thread_state *thread = &dbh_this_thread;
  if (thread->learning) learn(sqlite3_db_handle(statement), thread);
  dbh_call call = entered(thread, statement, __builtin_return_address(0));
  thread->call = &call;
  int result = next(statement);
  leave(thread, &call);
  if (thread->learning) thread->may_learn = result == SQLITE_ROW || result == SQLITE_DONE;
  bool is_plain = result == SQLITE_ROW || (result == SQLITE_DONE && call.has_ended && !call.unsettled);
  if (!is_plain) stepped(statement, &call, result);
  return result;
}

int dbh_interposed_reset(sqlite3_stmt *statement) {
  statement_function next = sqlite3_reset_next();
  if (!statement || !is_watched()) return next(statement);
  learn_before(sqlite3_db_handle(statement));
  int result = next(statement);
  dbh_connection *c = dbh_connection_of(sqlite3_db_handle(statement));
  if (!c) return result;
  if (result == SQLITE_OK && atomic_load_explicit(&c->depth, memory_order_relaxed) == 0) return result;
  sqlite3_mutex *mutex = dbh_enter(c);
  if (result != SQLITE_OK) dbh_reset_failed(c, statement, result);
  dbh_end_unreported(c, statement);
  dbh_leave(c, mutex);
  return result;
}

int dbh_interposed_finalize(sqlite3_stmt *statement) {
  statement_function next = sqlite3_finalize_next();
  if (!statement) return next(statement);
  dbh_forget_large_values(statement);
  dbh_forget_bound(statement);
  if (!is_watched()) return next(statement);
  sqlite3 *handle = sqlite3_db_handle(statement);
  learn_before(handle);
  dbh_connection *c = dbh_connection_of(handle);
  if (!c) return next(statement);
  // The last statement of a connection that was closed before takes the connection with it.
  uint64_t closings = atomic_load(&dbh_closings);
  int result = next(statement);
  if (closings != atomic_load(&dbh_closings) && dbh_registry_find(handle) != c) return result;
  if (result == SQLITE_OK && atomic_load_explicit(&c->depth, memory_order_relaxed) == 0) return result;
  sqlite3_mutex *mutex = dbh_enter(c);
  if (result != SQLITE_OK) dbh_reset_failed(c, statement, result);
  dbh_drop_unreported(c, statement);
  dbh_leave(c, mutex);
  return result;
}

// Inside of the connection since before the call.
static __attribute__((cold, noinline)) void failed(dbh_connection *c, const dbh_call *call, int result, const char *sql,
                                                   int length) {
  // What SQLite's own modules try in vain is nobody's failure.
  if (!call->is_app && call->outer && !dbh_is_called_by_app(call->outer)) return;
  dbh_preparation_failed(c, result, sql, length);
}

// The connection's mutex is held until the failure was looked at: another thread's may come right behind.
#define PREPARE(next, sql, length)                                             \
  dbh_connection *c = is_watched() ? dbh_connection_of(handle) : NULL;         \
  if (!c) return next;                                                         \
  dbh_thread_state *thread = &dbh_this_thread;                                 \
  if (thread->learning) learn(handle, thread);                                 \
  sqlite3_mutex *mutex = dbh_enter(c);                                         \
  dbh_call call = entered(thread, NULL, __builtin_return_address(0));          \
  thread->call = &call;                                                        \
  thread->preparing++;                                                         \
  int result = next;                                                           \
  thread->preparing--;                                                         \
  leave(thread, &call);                                                        \
  c->last_prepared = result == SQLITE_OK && statement ? *statement : NULL;     \
  /* Where one stood whose end was not seen. */                                \
  if (c->last_prepared) dbh_forget_bound(c->last_prepared);                    \
  if (result != SQLITE_OK) failed(c, &call, result, sql, length);              \
  dbh_leave(c, mutex);                                                         \
  return result;

int dbh_interposed_prepare(sqlite3 *handle, const char *sql, int length, sqlite3_stmt **statement, const char **tail) {
  PREPARE(sqlite3_prepare_next()(handle, sql, length, statement, tail), sql, length)
}

int dbh_interposed_prepare_v2(sqlite3 *handle, const char *sql, int length, sqlite3_stmt **statement, const char **tail) {
  PREPARE(sqlite3_prepare_v2_next()(handle, sql, length, statement, tail), sql, length)
}

int dbh_interposed_prepare_v3(sqlite3 *handle, const char *sql, int length, unsigned flags, sqlite3_stmt **statement,
                              const char **tail) {
  PREPARE(sqlite3_prepare_v3_next()(handle, sql, length, flags, statement, tail), sql, length)
}

int dbh_interposed_prepare16(sqlite3 *handle, const void *sql, int length, sqlite3_stmt **statement, const void **tail) {
  PREPARE(sqlite3_prepare16_next()(handle, sql, length, statement, tail), NULL, 0)
}

int dbh_interposed_prepare16_v2(sqlite3 *handle, const void *sql, int length, sqlite3_stmt **statement,
                                const void **tail) {
  PREPARE(sqlite3_prepare16_v2_next()(handle, sql, length, statement, tail), NULL, 0)
}

int dbh_interposed_prepare16_v3(sqlite3 *handle, const void *sql, int length, unsigned flags, sqlite3_stmt **statement,
                                const void **tail) {
  PREPARE(sqlite3_prepare16_v3_next()(handle, sql, length, flags, statement, tail), NULL, 0)
}

#define WEAK(ours) __attribute__((weak, alias("dbh_interposed_" #ours)))

int sqlite3_step(sqlite3_stmt *) WEAK(step);
int sqlite3_reset(sqlite3_stmt *) WEAK(reset);
int sqlite3_finalize(sqlite3_stmt *) WEAK(finalize);
int sqlite3_prepare(sqlite3 *, const char *, int, sqlite3_stmt **, const char **) WEAK(prepare);
int sqlite3_prepare_v2(sqlite3 *, const char *, int, sqlite3_stmt **, const char **) WEAK(prepare_v2);
int sqlite3_prepare_v3(sqlite3 *, const char *, int, unsigned, sqlite3_stmt **, const char **)
    WEAK(prepare_v3);
int sqlite3_prepare16(sqlite3 *, const void *, int, sqlite3_stmt **, const void **) WEAK(prepare16);
int sqlite3_prepare16_v2(sqlite3 *, const void *, int, sqlite3_stmt **, const void **)
    WEAK(prepare16_v2);
int sqlite3_prepare16_v3(sqlite3 *, const void *, int, unsigned, sqlite3_stmt **, const void **)
    WEAK(prepare16_v3);

bool dbh_interposes_statements(void) {
  static _Atomic int known;  // 0: not asked, 1: no, 2: yes
  if (known == 0) {
    void *volatile step = (void *)sqlite3_step;
    void *volatile prepare = (void *)sqlite3_prepare_v2;
    void *volatile finalize = (void *)sqlite3_finalize;
    bool all = dbh_is_ours("sqlite3_step", step, (void *)dbh_interposed_step) &&
               dbh_is_ours("sqlite3_prepare_v2", prepare, (void *)dbh_interposed_prepare_v2) &&
               dbh_is_ours("sqlite3_finalize", finalize, (void *)dbh_interposed_finalize);
    known = all ? 2 : 1;
  }
  return known == 2 && !dbh_lacks(DBH_LACKS_STATEMENTS);
}

#else

#include "Private.h"

bool dbh_interposes_statements(void) { return false; }

#endif
