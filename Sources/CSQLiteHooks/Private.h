// Shared by this module's files; not public.

#ifndef CSQLITEHOOKS_PRIVATE_H
#define CSQLITEHOOKS_PRIVATE_H

#include "Types.h"

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

void *dbh_share_preupdate(dbh_connection *connection, dbh_preupdate_callback callback, void *context);
void dbh_note_foreign_preupdate(sqlite3 *handle, dbh_preupdate_callback callback, void *context);
void dbh_adopt_foreign_preupdate(dbh_connection *connection);
/// A session that had the hook is gone.
void dbh_regain_row_hook(dbh_connection *connection);
void dbh_free_rows(dbh_connection *connection);
/// The table's number on its connection; none of its tables where there are too many.
uint32_t dbh_table_number(dbh_connection *connection, const char *database, const char *name);
void dbh_count_row(dbh_connection *connection, sqlite3 *handle, int operation, const char *database, const char *name);

// Versions.c
/// Whether dbh_lock_state() can tell.
bool dbh_knows_locks(void);
/// Whether a transaction of the connection has nothing of a database, reads it or writes to it: 0, 1, 2; -1: unknown.
int dbh_lock_state(sqlite3 *handle, const char *schema);
/// The name of a database of the connection; NULL where there are no more, or they cannot be asked for.
const char *dbh_schema_name(sqlite3 *handle, int index);
/// Keeps with a statement that may commit what its transaction wrote to, and the versions of that.
void dbh_note_versions(dbh_connection *connection, dbh_open_statement *open);
/// Whether what dbh_note_versions() kept has changed.
bool dbh_has_new_versions(dbh_connection *connection, const dbh_open_statement *open);
/// A number that changes with each commit to a database of the connection, as the connection knows of it now. Never 0.
uint32_t dbh_known_version(dbh_connection *connection, bool autocommit);

// Settle.c
/// All that a statement changed, where that is one table and needs no closer look; else NULL.
const dbh_row_changes *dbh_plain_changes(dbh_connection *connection, const dbh_open_statement *open, int64_t changed);
/// What dbh_plain_changes() returned was taken.
void dbh_took_plain_changes(dbh_connection *connection);
/// Tells what a statement did that has ended. `is_again`: it had ended before, and went on.
void dbh_settle(dbh_connection *connection, dbh_open_statement *open, bool is_busy, bool is_again);
/// Tells of changes that belong to no statement which is traced.
void dbh_settle_loose(dbh_connection *connection);
/// The code of a failure that undid what the statement had changed; 0: there was none.
int32_t dbh_undoing_error(dbh_connection *connection, const dbh_open_statement *open);

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

// Failures.c
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
