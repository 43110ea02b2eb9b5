// Shared by this module's files; not public.

#ifndef CSQLITEHOOKS_PRIVATE_H
#define CSQLITEHOOKS_PRIVATE_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <time.h>

#include "CSQLiteHooks.h"

/// Swift's side. Weak: CSQLiteInstallAtLoad may run before, and a program may link the C module alone.
extern const dbh_callbacks *database_testing_sqlite_callbacks(void) __attribute__((weak));

// Part of the ABI of Swift's concurrency runtime. Weak, so that a program without the runtime links.
#if defined(__has_attribute)
#if __has_attribute(swiftcall)
#define DBH_KNOWS_SWIFT 1
#endif
#endif

#if DBH_KNOWS_SWIFT
/// The address of the innermost value that is bound to a task-local variable, or NULL.
extern __attribute__((swiftcall, weak)) void *swift_task_localValueGet(const void *key);
/// The task that runs, or NULL.
extern __attribute__((swiftcall, weak)) void *swift_task_getCurrent(void);
/// An object, and the witness table of its SerialExecutor conformance, which the runtime's own executors do not have.
typedef struct {
  void *identity;
  uintptr_t implementation;
} dbh_executor;
extern __attribute__((swiftcall, weak)) dbh_executor swift_task_getCurrentExecutor(void);
/// The executor that the current task prefers, without identity where it prefers none.
extern __attribute__((swiftcall, weak)) dbh_executor swift_task_getPreferredTaskExecutor(void);
#endif

typedef int (*dbh_trace_callback)(unsigned, void *, void *, void *);

typedef void (*dbh_preupdate_callback)(void *, sqlite3 *, int, const char *, const char *, sqlite3_int64, sqlite3_int64);

typedef void (*dbh_update_callback)(void *, int, const char *, const char *, sqlite3_int64);

enum { DBH_UPDATES_UNTOLD, DBH_UPDATES_FROM_HOOK, DBH_UPDATES_FROM_OBSERVER };

// Row changes where the library has no preupdate hook.
typedef struct {
  int source;  // DBH_UPDATES_…
  int settled;  // sqlite3_total_changes() when a statement began or ended last
  unsigned carried;  // by how much it grew before, with a statement that is still open
  uint32_t divided;  // the last transaction with a savepoint
  dbh_update_callback user;
  void *user_context;
} dbh_updates;

// Row changes of one statement to one table, until it ends.
typedef struct {
  const void *owner;  // the statement; NULL: none that is traced
  dbh_row_changes rows;
} dbh_pending;

typedef struct {
  uint64_t hash;
  char *database, *name;  // malloc
  bool is_internal;       // SQLite's own, of statistics or sequences, or a copy that VACUUM fills
} dbh_table;

typedef struct {
  sqlite3_stmt *statement;
  uint64_t rows;
  uint64_t thread;
  uint32_t steps, full_scan_steps, sorts, automatic_index_rows;  // the statement's counters when it began
  uint32_t reprepares;
  uint32_t ended_steps;  // the counter of steps when it ended, if all others were zero; else 0
  uint32_t flags;  // of the shape
  int32_t error;
  char *error_message;  // malloc
  uint32_t transaction;
  bool is_busy;  // ended without being halted
  bool went_on;  // after it had ended once
  bool began_in_autocommit;
  uint32_t transaction_before;
  uint32_t shape;
  uint64_t data_version;  // before a statement that may commit; 0: not asked
  dbh_slot slot;
} dbh_open_statement;

typedef struct {
  sqlite3_stmt **items;
  uint32_t count, capacity;
} dbh_statement_list;

enum { DBH_TEXT_CACHE = 128 };

// What is known of the text of a statement that was prepared.
typedef struct {
  uint64_t hash;
  dbh_shape shape;
  char *text;  // malloc; NULL: too long to be kept
  const void *statement;  // whose text it was last, and where
  const char *sql;
} dbh_known_text;

typedef struct dbh_connection {
  sqlite3 *handle;
  uint64_t id;
  void *context;
  struct dbh_connection *next;  // registry

  // The statements that are open, outermost first.
  dbh_open_statement **open;
  uint32_t capacity;
  _Atomic uint32_t depth;
  dbh_open_statement *last;   // the one that ended last: a schema change makes it end twice
  dbh_open_statement *spare;  // memory for the next one

  // Serialised by SQLite's own connection mutex, or by the application in multi-thread mode.
  uint32_t transaction;
  uint32_t last_transaction;
  _Atomic uint64_t epoch;  // of the listening in which total_changes was taken
  _Atomic int total_changes;
  _Atomic bool resync;  // the next difference in total_changes is expected
  _Atomic bool saw_statement;

  dbh_trace_callback user_callback;
  unsigned user_mask;
  void *user_context;
  void (*user_release)(void *context);  // for a callback that was set with dbh_share_trace(); else NULL
  dbh_statement_list missed;  // open statements whose beginning the application's PROFILE did not see
  dbh_statement_list timed;   // open statements whose beginning an earlier one saw

  dbh_preupdate_callback user_preupdate;
  void *user_preupdate_context;
  dbh_updates updates;
  bool counts_rows;
  bool has_unknown_rows;
  dbh_pending *pending;
  uint32_t pending_count, pending_capacity, last_pending, last_run;
  uint64_t run_position;  // of last_run in the order of all changes
  dbh_table *tables;
  uint32_t table_count, table_capacity, last_table;

  dbh_lane *lane;  // of the statement before
  dbh_known_text texts[DBH_TEXT_CACHE];
} dbh_connection;

extern _Atomic bool dbh_listening;
extern _Atomic uint64_t dbh_epoch;

// Registry.c
dbh_connection *dbh_registry_find(sqlite3 *handle);
bool dbh_registry_was_closed(sqlite3 *handle);
bool dbh_registry_contains(dbh_connection *connection, uint64_t id);
/// Another connection may stand where one was closed.
void dbh_registry_opened(sqlite3 *handle);
void dbh_registry_add(dbh_connection *connection);
void dbh_registry_remove(dbh_connection *connection);
bool dbh_changes_unseen(dbh_connection *connection);
void dbh_sync_changes(dbh_connection *connection);

// Calls.c
/// SQLite's functions that are called with each statement, a dozen times: by their address, which saves each call the way through
/// the table that links libraries.
typedef struct {
  int (*stmt_status)(sqlite3_stmt *, int, int);
  int (*stmt_busy)(sqlite3_stmt *);
  int (*get_autocommit)(sqlite3 *);
  int (*changes)(sqlite3 *);
  int (*total_changes)(sqlite3 *);
} dbh_sqlite_calls;
extern dbh_sqlite_calls dbh_sqlite;

// Connection.c
int dbh_attach(sqlite3 *handle, const char *name);
bool dbh_hooks_are_off(void);
// Install.c
/// Whether the environment switches everything off.
bool dbh_is_disabled(void);
// Connection.c
extern _Atomic(const dbh_callbacks *) dbh_known_swift;
const dbh_callbacks *dbh_find_swift(void);

static inline const dbh_callbacks *dbh_swift(void) {
  const dbh_callbacks *known = atomic_load_explicit(&dbh_known_swift, memory_order_acquire);
  return known ? known : dbh_find_swift();
}

// Trace.c
enum { DBH_TRACE_MASK = SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW };
int dbh_trace(unsigned event, void *context, void *p, void *x);
void dbh_trace_close(dbh_connection *connection);

// TickClock.c
#if defined(__linux__) && defined(__x86_64__)
#define DBH_HAS_TICKS 1
#endif

/// Reads the kernel's clock, and sets the other one by it.
uint64_t dbh_set_ticks(dbh_tick_clock *clock);

static inline uint64_t dbh_kernel_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Clock.c
typedef struct {
  uint64_t number;  // 0: not asked for yet
  int8_t event_loop;  // whether it is one of SwiftNIO's: 1 or -1; 0: not asked for yet
  dbh_connection *connection;  // of the statement that began last on the thread
  uint64_t connection_id;
  dbh_tick_clock clock;
} dbh_thread_state;

#if defined(__ELF__)
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

static inline dbh_thread_state *dbh_thread_of_statement(dbh_connection *c) {
  dbh_thread_state *thread = &dbh_this_thread;
  thread->connection = c;
  thread->connection_id = c->id;
  if (thread->number == 0) dbh_thread();
  return thread;
}

// Lane.c
void dbh_leave_lane(dbh_lane *lane);
void dbh_free_lane(dbh_lane *lane);

// KnownTexts.c
const dbh_known_text *dbh_known_text_of(dbh_connection *connection, const dbh_callbacks *swift, void *statement, const char *sql);

static inline dbh_known_text *dbh_text_place(dbh_connection *connection, const void *statement) {
  uintptr_t address = (uintptr_t)statement;
  return &connection->texts[((address >> 4) ^ (address >> 11)) % DBH_TEXT_CACHE];
}
void dbh_free_texts(dbh_connection *connection);

// RowChanges.c
extern _Atomic bool dbh_wants_rows;

static inline bool dbh_wants_row_hook(void) { return atomic_load_explicit(&dbh_wants_rows, memory_order_relaxed); }

void dbh_mark_updates(dbh_connection *connection);

/// On the connection's own thread: at its open, and when a statement begins.
void dbh_change_row_hook(dbh_connection *connection);

static inline void dbh_update_row_hook(dbh_connection *connection) {
  if (connection->updates.source != DBH_UPDATES_UNTOLD) dbh_mark_updates(connection);
  if (dbh_wants_row_hook() != connection->counts_rows) dbh_change_row_hook(connection);
}

/// Whether dbh_settle() has anything to do for a statement that ended for the first time.
static inline bool dbh_needs_settling(const dbh_connection *connection, const dbh_open_statement *open) {
  return (open->flags & (DBH_SHAPE_WRITES | DBH_SHAPE_TRANSACTION | DBH_SHAPE_DEFINES)) || connection->pending_count ||
         open->began_in_autocommit != (connection->transaction == 0);
}

/// All that a statement changed, where that is one table and needs no closer look; else NULL.
const dbh_row_changes *dbh_plain_changes(dbh_connection *connection, const dbh_open_statement *open, int64_t changed);
/// What dbh_plain_changes() returned was taken.
void dbh_took_plain_changes(dbh_connection *connection);
void *dbh_share_preupdate(dbh_connection *connection, dbh_preupdate_callback callback, void *context);
void dbh_note_foreign_preupdate(sqlite3 *handle, dbh_preupdate_callback callback, void *context);
void dbh_adopt_foreign_preupdate(dbh_connection *connection);
void dbh_settle(dbh_connection *connection, dbh_open_statement *open, bool is_busy, bool is_again);
void dbh_settle_loose(dbh_connection *connection);
uint64_t dbh_data_version(sqlite3 *handle);
void dbh_free_rows(dbh_connection *connection);
/// The table's number on its connection; none of its tables where there are too many.
uint32_t dbh_table_number(dbh_connection *connection, const char *database, const char *name);
void dbh_count_row(dbh_connection *connection, sqlite3 *handle, int operation, const char *database, const char *name);

// ForeignHooks.c
typedef enum { DBH_FOREIGN_PREUPDATE, DBH_FOREIGN_UPDATE } dbh_foreign_kind;
typedef void (*dbh_any_callback)(void);
/// Keeps a hook that an application set on a connection which is not instrumented, in place of an earlier one; NULL removes it.
void dbh_note_foreign(dbh_foreign_kind kind, sqlite3 *handle, dbh_any_callback callback, void *context);
/// NULL where there is none.
dbh_any_callback dbh_take_foreign(dbh_foreign_kind kind, sqlite3 *handle, void **context);

// UpdateHook.c
bool dbh_lacks(uint32_t what);
void dbh_follow_updates(dbh_connection *connection);
void dbh_own_update_hook(sqlite3 *handle);
void dbh_take_updates(dbh_connection *connection, const dbh_open_statement *open, dbh_step *step);
void dbh_note_foreign_update(sqlite3 *handle, dbh_update_callback callback, void *context);
void dbh_adopt_foreign_update(dbh_connection *connection);

// Errors.c
void dbh_log(void *context, int code, const char *message);

// Interpose.c
bool dbh_interposes_trace(void);
#if defined(__ELF__)
bool dbh_is_ours(const char *name, void *local, void *ours);
#endif
bool dbh_interposes_config_and_open(void);
int dbh_real_trace_v2(sqlite3 *handle, unsigned mask, dbh_trace_callback callback, void *context);
bool dbh_has_preupdate_hook(void);
void dbh_real_preupdate_hook(sqlite3 *handle, dbh_preupdate_callback callback, void *context);
int dbh_real_config_log(void (*callback)(void *, int, const char *), void *context);
void dbh_call_user_log(int code, const char *message);

// Install.c
void dbh_install_before_open(void);

// UserTrace.c
/// Sets the application's callback; what an earlier one held is released.
int dbh_set_user_trace(dbh_connection *connection, unsigned mask, dbh_trace_callback callback, void *context,
                       void (*release)(void *context));
/// A statement begins, perhaps where one stood that ended without a report, as after SQLITE_BUSY.
void dbh_user_trace_began(dbh_connection *connection, sqlite3_stmt *statement, const char *text);
/// Whether the end of a statement is the application's to hear.
bool dbh_user_hears_profile(dbh_connection *connection, sqlite3_stmt *statement);
void dbh_user_trace_close(dbh_connection *connection);

#endif
