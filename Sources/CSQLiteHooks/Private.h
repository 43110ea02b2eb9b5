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

typedef int (*dbh_authorizer_callback)(void *, int, const char *, const char *, const char *, const char *);

typedef void (*dbh_legacy_trace)(void *, const char *);

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
  bool may_be_shadow;     // it is called like one in which a virtual table keeps its content
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
  uint64_t ended;   // nanoseconds of dbh_now() when it did, where it was not told of at once
  bool has_result;  // whether it failed is known
  uint32_t calls;   // of the application's around it, where that was counted; else 0
  bool began_in_autocommit;
  uint32_t transaction_before;
  uint32_t shape;
  // Before a statement that may commit: the databases that the transaction wrote to, a bit for each, and a sum of their versions.
  uint64_t written, versions;
  dbh_slot slot;
} dbh_open_statement;

typedef struct {
  sqlite3_stmt **items;
  uint32_t count, capacity;
} dbh_statement_list;

enum { DBH_TEXT_CACHE = 128, DBH_INTERNAL_CACHE = 16 };

// A statement of one of SQLite's modules.
typedef struct {
  const void *statement;
  const char *sql;
} dbh_internal;

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
  struct dbh_connection *next;  // of the same place in the registry

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
  _Atomic uint32_t pages_read;    // when a statement ended last, or somebody began to listen, where that is asked
  _Atomic uint64_t pages_epoch;   // of the listening in which that was
  _Atomic uint64_t thread;        // of the statement that began last

  dbh_open_statement *unsettled;  // ended within a call of the application whose result is not known yet

  dbh_trace_callback user_callback;
  dbh_legacy_trace user_legacy;  // instead of user_callback, where sqlite3_trace() set it
  unsigned user_mask;
  void *user_context;
  void (*user_release)(void *context);  // for a callback that was set with dbh_share_trace(); else NULL
  dbh_statement_list missed;  // open statements whose beginning the application's PROFILE did not see
  dbh_statement_list timed;   // open statements whose beginning an earlier one saw

  dbh_authorizer_callback user_authorizer;
  void *user_authorizer_context;
  int (*user_progress)(void *);
  void *user_progress_context;
  bool has_foreign_callback;  // an authorizer, or a progress handler, that was set before the connection was instrumented
  bool is_profiled;             // by the old kind of a trace
  bool is_asking;               // runs a query of our own, which nobody else hears

  // What the connection says of its tables.
  _Atomic uint64_t *schema_version;  // of its database: changes with the tables
  uint64_t known_schema;                   // the version that was told of
  uint64_t own_schema;                     // changes with what is the connection's alone: temporary tables, attached databases
  uint64_t known_own_schema;
  const sqlite3_stmt *last_prepared;
  uint64_t read_schemas;   // those that were told of since the tables changed, a bit for each
  bool knows_all;          // of them
  // All that ever changed its tables were plain definitions, which were seen: the connection, a new one of a database of its own,
  // has nothing else to say.
  bool is_told;
  uint64_t schema_wanted;  // since when something else may be known; 0: nothing
  bool defines;  // something in the transaction that is open

  uint32_t version;             // as dbh_known_version() told last
  uint32_t version_transaction;  // the transaction in which that was

  dbh_preupdate_callback user_preupdate;
  void *user_preupdate_context;
  uint32_t sessions;       // of the session extension
  bool hook_is_taken;      // by one of them
  uint32_t hooks_set;      // how often somebody set the preupdate hook
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
  dbh_internal internal[DBH_INTERNAL_CACHE];
  uint64_t costly_text;  // the hash of a text whose values are not read any more; 0: there is none
  uint32_t nested_calls;  // `calls` of the statement that begins
} dbh_connection;

extern _Atomic bool dbh_listening;
extern _Atomic uint64_t dbh_epoch;

// Registry.c
/// Changes whenever a connection is closed.
extern _Atomic uint64_t dbh_closings;
dbh_connection *dbh_registry_find(sqlite3 *handle);
bool dbh_registry_was_closed(sqlite3 *handle);
/// Calls `body` with the connection, if it is open still and nobody else uses it: it stays so meanwhile.
bool dbh_registry_with(sqlite3 *handle, uint64_t id, bool (*body)(dbh_connection *, void *), void *argument);
/// Another connection may stand where one was closed.
void dbh_registry_opened(sqlite3 *handle);
/// False without memory.
bool dbh_registry_add(dbh_connection *connection);
void dbh_registry_remove(dbh_connection *connection);
bool dbh_changes_unseen(dbh_connection *connection);
void dbh_sync_changes(dbh_connection *connection);

// LostTrace.c
/// Pages that the connection looked at, in its cache or in its file.
uint32_t dbh_pages_read(sqlite3 *handle);
void dbh_sync_pages(dbh_connection *connection);
/// Whether statements that only read were not seen, where an application's trace replaces ours.
bool dbh_reads_unseen(dbh_connection *connection);
/// Whether the trace of a connection that is being closed is not ours.
bool dbh_lost_trace_at_close(dbh_connection *connection);

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
/// `is_new`: it was opened just now.
int dbh_attach(sqlite3 *handle, const char *name, bool is_new);
extern _Atomic(const dbh_callbacks *) dbh_known_swift;
const dbh_callbacks *dbh_find_swift(void);

static inline const dbh_callbacks *dbh_swift(void) {
  const dbh_callbacks *known = atomic_load_explicit(&dbh_known_swift, memory_order_acquire);
  return known ? known : dbh_find_swift();
}

// Trace.c
enum { DBH_TRACE_MASK = SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW | SQLITE_TRACE_CLOSE };
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
  uint32_t preparing;  // calls that prepare statements
  uint32_t hooks_off;  // what runs is ours
  sqlite3 *handle;     // of the statement that began last on the thread
  dbh_connection *connection;  // of the handle
  uint64_t closings;           // when that was looked up
  uint64_t connection_id;
  struct dbh_call *call;     // the innermost
  sqlite3 *learning;         // whose tables are asked for at the next call; NULL: nobody's
  bool may_learn;            // the statement that wants them has run
  dbh_tick_clock clock;
} dbh_thread_state;

// A statement that is being stepped.
typedef struct dbh_call {
  const sqlite3_stmt *statement;
  struct dbh_call *outer;
  uintptr_t caller;  // return address of the call
  bool is_app;       // it was not SQLite that called
  bool was_seen;  // the trace told of the statement meanwhile
  bool has_ended;
  dbh_connection *unsettled;
} dbh_call;

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

static inline bool dbh_hooks_are_off(void) { return dbh_this_thread.hooks_off != 0; }

/// The connection of a handle, which is open; NULL where it is not instrumented.
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

static inline dbh_thread_state *dbh_thread_of_statement(dbh_connection *c) {
  dbh_thread_state *thread = &dbh_this_thread;
  thread->handle = c->handle;
  thread->connection = c;
  thread->connection_id = c->id;
  thread->closings = atomic_load_explicit(&dbh_closings, memory_order_acquire);
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
/// A session that had the hook is gone.
void dbh_regain_row_hook(dbh_connection *connection);
/// Whether dbh_lock_state() can tell.
bool dbh_knows_locks(void);
/// Whether a transaction of the connection has nothing of a database, reads it or writes to it: 0, 1, 2; -1: unknown.
int dbh_lock_state(sqlite3 *handle, const char *schema);
/// The name of a database of the connection; NULL where there are no more, or they cannot be asked for.
const char *dbh_schema_name(sqlite3 *handle, int index);
void dbh_note_versions(dbh_connection *connection, dbh_open_statement *open);
/// A number that changes with each commit to a database of the connection, as the connection knows of it now. Never 0.
uint32_t dbh_known_version(dbh_connection *connection, bool autocommit);
/// The code of a failure that undid what the statement had changed; 0: there was none.
int32_t dbh_undoing_error(dbh_connection *connection, const dbh_open_statement *open);
void dbh_free_rows(dbh_connection *connection);
/// The table's number on its connection; none of its tables where there are too many.
uint32_t dbh_table_number(dbh_connection *connection, const char *database, const char *name);
void dbh_count_row(dbh_connection *connection, sqlite3 *handle, int operation, const char *database, const char *name);

// ForeignHooks.c
typedef enum {
  DBH_FOREIGN_PREUPDATE,
  DBH_FOREIGN_UPDATE,
  DBH_FOREIGN_AUTHORIZER,
  DBH_FOREIGN_PROGRESS,
} dbh_foreign_kind;
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

// Statements.c
/// Whether the application's calls of sqlite3_step() and its like come through here.
bool dbh_interposes_statements(void);

// Trace.c
/// A call of sqlite3_step() returned neither a row nor a success; with the connection's mutex.
void dbh_step_failed(dbh_connection *connection, sqlite3_stmt *statement, const dbh_call *call, int result);
/// A statement could not be prepared; with the connection's mutex. `sql` may be NULL, and ends at `length` where that is not
/// negative.
void dbh_preparation_failed(dbh_connection *connection, int result, const char *sql, int length);
/// The statement is over, and SQLite did not say so.
void dbh_end_unreported(dbh_connection *connection, sqlite3_stmt *statement);
/// The same of one that is gone.
void dbh_drop_unreported(dbh_connection *connection, const sqlite3_stmt *statement);
/// The code of a statement that was prepared the old way comes when it is reset.
void dbh_reset_failed(dbh_connection *connection, const sqlite3_stmt *statement, int result);
/// What ended within a call is told of. `has_result`: the call has returned, and the statement has its error if there is one.
void dbh_settle_late(dbh_connection *connection, bool has_result);

// Nesting.c
/// The code of the library that SQLite is in, where that is one of its own; else empty.
typedef struct {
  uintptr_t first, end;
} dbh_code;
extern dbh_code dbh_sqlite_code;
void dbh_find_sqlite_code(void);

static inline bool dbh_is_sqlite_code(const void *address) {
  return (uintptr_t)address >= dbh_sqlite_code.first && (uintptr_t)address < dbh_sqlite_code.end;
}

/// Whether code of the application called from inside of `call`, rather than SQLite itself.
bool dbh_is_called_by_app(const dbh_call *call);
/// Whether a statement that begins inside of another one is the application's, or of one of SQLite's own modules.
bool dbh_is_nested_of_app(dbh_connection *connection, sqlite3_stmt *statement, const char *sql);

// Bindings.c
/// Whether a value that is bound to a statement is too large to be read.
bool dbh_has_large_value(const sqlite3_stmt *statement);
void dbh_forget_large_values(const sqlite3_stmt *statement);

// BoundValues.c
/// Hashes of bound values have the bit of DBH_BOUND_HASH.
enum { DBH_BOUND_UNKNOWN = 1, DBH_BOUND_NULL = 2, DBH_BOUND_NOW = 3, DBH_BOUND_HASH = 4 };
void dbh_note_bound(const sqlite3_stmt *statement, int index, uint64_t hash);
void dbh_forget_bound(const sqlite3_stmt *statement);
/// The hashes of all parameters, until dbh_unlock_bound(); NULL where one of them was not seen, or before anybody listened.
const uint64_t *dbh_lock_bound(const sqlite3_stmt *statement, int count, void **token);
void dbh_unlock_bound(void *token);

// Sessions.c
/// Whether sessions, which take the preupdate hook, are counted.
bool dbh_counts_sessions(void);
void dbh_adopt_sessions(dbh_connection *connection);

// OwnQueries.c
/// Whether nobody would hear of a query of ours on the connection.
bool dbh_hides_queries(const dbh_connection *connection);
void dbh_adopt_foreign_callbacks(dbh_connection *connection);

// AutoExtensions.c
/// Whether those of the application are run by ours.
bool dbh_shares_extensions(void);
int dbh_real_auto_extension(void (*extension)(void));
/// Runs those of the application, unless the connection is ours.
int dbh_run_extensions(sqlite3 *handle, char **error, const void *api);

// Learn.c
/// A statement that a recording has begins: whether its connection knows more of its tables than was told.
///
/// `start`: nanoseconds of dbh_now() when it did; 0: now.
void dbh_want_schema(dbh_connection *connection, dbh_thread_state *thread, const sqlite3_stmt *statement, uint64_t start);
/// Asks, if that takes no lock that the connection does not have; on its own thread.
void dbh_learn_schema(dbh_connection *connection);
/// A statement that changes tables begins or ends, or something else changed them.
void dbh_schema_changes(dbh_connection *connection);
/// What its definitions say is not all any more.
void dbh_stop_telling(dbh_connection *connection);
/// The same by a statement of which the text is known.
void dbh_schema_changes_by(dbh_connection *connection, const char *sql);
/// Whether a text is `ATTACH …`, `DETACH …` or `ANALYZE …`.
bool dbh_attaches(const char *sql);

// Identity.c
void dbh_identify(sqlite3 *handle, const char *schema, dbh_identity *identity);

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
/// Whether the environment switches everything off.
bool dbh_is_disabled(void);
/// Whether the next connection will be instrumented.
bool dbh_is_armed(void);
void dbh_install_before_open(void);

// UserTrace.c
/// Sets the application's callback of the old kind, in place of one of either kind. Returns the context of that.
void *dbh_set_legacy_trace(dbh_connection *connection, dbh_legacy_trace callback, void *context);
void dbh_call_legacy_trace(dbh_connection *connection, sqlite3_stmt *statement, const char *text);
/// Sets the application's callback; what an earlier one held is released.
int dbh_set_user_trace(dbh_connection *connection, unsigned mask, dbh_trace_callback callback, void *context,
                       void (*release)(void *context));
/// A statement begins, perhaps where one stood that ended without a report, as after SQLITE_BUSY.
void dbh_user_trace_began(dbh_connection *connection, sqlite3_stmt *statement, const char *text);
/// Whether the end of a statement is the application's to hear.
bool dbh_user_hears_profile(dbh_connection *connection, sqlite3_stmt *statement);
void dbh_user_trace_close(dbh_connection *connection);

#endif
