// What a thread has of its own: its clock, its calls, and the connection that it used last.

#ifndef CSQLITEHOOKS_THISTHREAD_H
#define CSQLITEHOOKS_THISTHREAD_H

#include "Registry.h"

// TickClock.c
#if DCS_ELF && defined(__linux__) && defined(__x86_64__)
#define DBH_HAS_TICKS 1
#endif

/// Reads the kernel's clock, and sets the other one by it: `clock` is the current thread's own.
uint64_t dbh_set_ticks(dbh_tick_clock *clock);

static inline uint64_t dbh_kernel_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Clock.c
// What a thread has of its own. No other thread looks at it.
typedef struct {
  uint64_t number;             // 0: not asked for yet
  int8_t event_loop;           // whether it is one of SwiftNIO's: 1 or -1; 0: not asked for yet
  uint32_t preparing;          // calls that prepare statements, one inside of the other
  uint32_t hooks_off;          // what runs is ours: calls of dbh_without_hooks(), one inside of the other
  sqlite3 *handle;             // of the statement that began last on the thread, or that was looked up last; may be closed
  dbh_connection *connection;  // of the handle; may be gone
  uint64_t closings;           // dbh_closings when that was looked up: while it is that, the two are there
  uint64_t connection_id;      // by which the registry tells whether it is the same still
  struct dbh_call *call;       // the innermost, or NULL
  sqlite3 *learning;           // whose tables are asked for at the next call; NULL: nobody's; may be closed
  bool may_learn;              // the statement that wants them has run
  dbh_tick_clock clock;
} dbh_thread_state;

// A call by which a statement is being stepped or prepared, on the stack of its thread.
typedef struct dbh_call {
  const sqlite3_stmt *statement;  // NULL: it is being prepared
  struct dbh_call *outer;         // the one that it is made within, or NULL
  uintptr_t caller;               // return address of the call
  bool is_app;                    // it was not SQLite that called
  bool was_seen;                  // the trace told of the statement meanwhile
  bool has_ended;                 // and that it ended
  dbh_connection *unsettled;      // where the statement waits for the result of the call; NULL: it does not
} dbh_call;

#if DCS_ELF
#define DBH_THREAD_LOCAL _Thread_local __attribute__((tls_model("initial-exec")))
#else
#define DBH_THREAD_LOCAL _Thread_local
#endif

extern DBH_THREAD_LOCAL dbh_thread_state dbh_this_thread;

/// Nanoseconds of the monotonic clock, exact to less than one microsecond: one thread's later reading may be that much earlier.
static inline uint64_t dbh_monotonic(void) {
#if DBH_HAS_TICKS
  dbh_tick_clock *clock = &dbh_this_thread.clock;
  if (clock->window) {
    uint64_t ticks = __builtin_ia32_rdtsc() - clock->ticks;
    if (ticks < clock->window) return dbh_told_time(clock, ticks);
  }
  return dbh_set_ticks(clock);
#else
  return dbh_kernel_time();
#endif
}

static inline bool dbh_hooks_are_off(void) { return dbh_this_thread.hooks_off != 0; }

/// The connection of a handle, which is open or NULL; NULL where it is not instrumented. Takes the registry's lock where it is not the
/// one of the call before.
static inline dbh_connection *dbh_connection_of(sqlite3 *handle) {
  dbh_thread_state *thread = &dbh_this_thread;
  // Another one may stand where one was closed.
  uint64_t closings = atomic_load_explicit(&dbh_closings, memory_order_acquire);
  if (thread->handle == handle && thread->closings == closings) return thread->connection;
  dbh_connection *found = handle ? dbh_registry_find(handle) : NULL;
  if (found) {
    thread->handle = handle;
    thread->connection = found;
    thread->connection_id = found->id;
    thread->closings = closings;
  }
  return found;
}

/// The current thread's own, with the connection as its last.
static inline dbh_thread_state *dbh_thread_of_statement(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  dbh_thread_state *thread = &dbh_this_thread;
  thread->handle = c->handle;
  thread->connection = c;
  thread->connection_id = c->id;
  thread->closings = atomic_load_explicit(&dbh_closings, memory_order_acquire);
  if (thread->number == 0) dbh_thread();
  return thread;
}

#endif
