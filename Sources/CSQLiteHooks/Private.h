// Shared by this module's files; not public.
//
// What holds of each function here unless it says otherwise: one that takes a `dbh_connection` is called inside of it (Inside.h); one that
// takes a handle is called while that is open, on any thread; what neither takes may be called by any thread at any time. A pointer is not
// NULL. Texts are UTF-8, end with a zero, and are used during the call alone. Nothing that is returned is the caller's to free. None runs
// SQL on a connection of the application's, but dbh_learn_schema().

#ifndef CSQLITEHOOKS_PRIVATE_H
#define CSQLITEHOOKS_PRIVATE_H

#include <string.h>

#include "ThisThread.h"

/// Whether anybody wants to hear of statements; changed under the registry's lock.
extern _Atomic bool dbh_listening;
/// Counts how often somebody began to listen after nobody had; changed under the registry's lock.
extern _Atomic uint64_t dbh_epoch;

// LostTrace.c
/// What was read so far is accounted for.
void dbh_sync_pages(dbh_connection *connection);
/// Whether statements that only read were not seen, where an application's trace replaces ours. Any thread, with the registry's lock, so
/// that the connection stays; false where another thread is inside.
bool dbh_reads_unseen(dbh_connection *connection);
/// Whether the trace of a connection that is being closed is not ours. It has none afterwards.
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
/// Makes a handle that is not in the registry a connection of ours. With the connection's mutex; `name` may be NULL. `is_new`: it was
/// opened just now. Returns SQLite's result code: SQLITE_OK also where Swift's side is not linked, and nothing was done.
int dbh_attach(sqlite3 *handle, const char *name, bool is_new);
/// Swift's functions, once they were asked for; never freed.
extern _Atomic(const dbh_callbacks *) dbh_known_swift;
const dbh_callbacks *dbh_find_swift(void);

/// NULL where Swift's side is not linked: then nothing is instrumented.
static inline const dbh_callbacks *dbh_swift(void) {
  const dbh_callbacks *known = atomic_load_explicit(&dbh_known_swift, memory_order_acquire);
  return known ? known : dbh_find_swift();
}

// Trace.c
enum { DBH_TRACE_MASK = SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW | SQLITE_TRACE_CLOSE };
/// SQLite's callback, which is never called but by SQLite. `context`: the connection; `p`: a statement, or the handle; `x`: by the event.
int dbh_trace(unsigned event, void *context, void *p, void *x);
/// Forgets all statements, and gives back what they have.
void dbh_trace_close(dbh_connection *connection);

/// Whether a text of the trace is the beginning of a statement within another one: a comment of the statement's whole text. Both may be NULL.
static inline bool dbh_is_comment_of(const char *text, const char *sql) {
  return text && sql && strncmp(text, "-- ", 3) == 0 && strcmp(text + 3, sql) == 0;
}

// SharedThread.c
/// Whether the current thread is one that others need while a query makes them wait: an event loop of SwiftNIO's, or one of Swift's
/// cooperative pool.
bool dbh_is_shared_thread(void);

// Lane.c. Inside of the connection whose lane it is.
/// Releases what the lane has retained, and frees it.
void dbh_free_lane(dbh_lane *lane);

/// One user of the lane, which may be NULL, is gone; the last one frees it.
static inline void dbh_leave_lane(dbh_lane *lane) {
  if (!lane) return;
  DCS_ASSERT(lane->uses > 0);
  if (--lane->uses == 0) dbh_free_lane(lane);
}

// KnownTexts.c
/// What is known of a statement's text: valid until the next call for the connection. `sql`: as sqlite3_sql() returns it.
const dbh_known_text *dbh_known_text_of(dbh_connection *connection, const dbh_callbacks *swift, void *statement, const char *sql);

/// Where that is kept.
static inline dbh_known_text *dbh_text_place(dbh_connection *connection, const void *statement) {
  uintptr_t address = (uintptr_t)statement;
  return &connection->texts[((address >> 4) ^ (address >> 11)) % DBH_TEXT_CACHE];
}
void dbh_free_texts(dbh_connection *connection);

// RowChanges.c
extern _Atomic bool dbh_wants_rows;

/// Whether rows are counted. Written by any thread.
static inline bool dbh_wants_row_hook(void) { return atomic_load_explicit(&dbh_wants_rows, memory_order_relaxed); }

/// Sets the hook, or removes it, as it is wanted now: at the open of the connection, and when a statement begins.
void dbh_change_row_hook(dbh_connection *connection);

// UpdateHook.c
/// A statement begins: what was changed before is not its own.
void dbh_mark_updates(dbh_connection *connection);

/// A statement begins, or the connection was opened.
static inline void dbh_update_row_hook(dbh_connection *connection) {
  if (connection->updates.source != DBH_UPDATES_UNTOLD) dbh_mark_updates(connection);
  if (dbh_wants_row_hook() != connection->counts_rows) dbh_change_row_hook(connection);
}

/// Whether dbh_settle() has anything to do for a statement that ended for the first time.
static inline bool dbh_needs_settling(const dbh_connection *connection, const dbh_open_statement *open) {
  return (open->flags & (DBH_SHAPE_WRITES | DBH_SHAPE_TRANSACTION | DBH_SHAPE_DEFINES)) || connection->pending_count ||
         open->began_in_autocommit != (connection->transaction == 0);
}

// RowChanges.c
/// Sets the application's hook behind ours, or removes it; returns the context of the one before.
void *dbh_share_preupdate(dbh_connection *connection, dbh_preupdate_callback callback, void *context);
/// Keeps one for a connection that is not instrumented; NULL removes it.
void dbh_note_foreign_preupdate(sqlite3 *handle, dbh_preupdate_callback callback, void *context);
/// Takes the one that was kept.
void dbh_adopt_foreign_preupdate(dbh_connection *connection);
/// A session that had the hook is gone.
void dbh_regain_row_hook(dbh_connection *connection);
/// The table's number on its connection; none of its tables where there are too many.
uint32_t dbh_table_number(dbh_connection *connection, const char *database, const char *name);
/// A row was changed by the statement that is being stepped, or by none. `operation`: SQLITE_INSERT, SQLITE_UPDATE or SQLITE_DELETE.
void dbh_count_row(dbh_connection *connection, sqlite3 *handle, int operation, const char *database, const char *name);
/// Whether a table is called like those in which SQLite's modules keep the content of a virtual table. `name` need not end with a zero.
bool dbh_may_be_shadow(const char *name, size_t length);
/// Gives back all that is known of tables and their changes.
void dbh_free_rows(dbh_connection *connection);

// Versions.c
/// Whether dbh_lock_state() can tell.
bool dbh_knows_locks(void);
/// Whether a transaction of the connection has nothing of a database, reads it or writes to it: 0, 1, 2; -1: unknown. Takes its mutex.
int dbh_lock_state(sqlite3 *handle, const char *schema);
/// The name of a database of the connection; NULL where there are no more, or they cannot be asked for.
const char *dbh_schema_name(sqlite3 *handle, int index);
/// Keeps with a statement that may commit what its transaction wrote to, and the versions of that.
void dbh_note_versions(dbh_connection *connection, dbh_open_statement *open);
/// Whether what dbh_note_versions() kept of the statement has changed.
bool dbh_has_new_versions(dbh_connection *connection, const dbh_open_statement *open);
/// A number that changes with each commit to a database of the connection, as the connection knows of it now. Never 0.
uint32_t dbh_known_version(dbh_connection *connection, bool autocommit);

// Settle.c
/// All that a statement changed which ends, where that is one table and needs no closer look; else NULL. Valid until the next change of a
/// row. `changed`: as sqlite3_changes() tells; -1: unknown.
const dsl_row_changes *dbh_plain_changes(dbh_connection *connection, const dbh_open_statement *open, int64_t changed);
/// What dbh_plain_changes() just returned was taken.
void dbh_took_plain_changes(dbh_connection *connection);
/// Tells what a statement did that has ended. `is_busy`: before its last row. `is_again`: it had ended before, and went on; then it is the
/// last one, else it is open still.
void dbh_settle(dbh_connection *connection, dbh_open_statement *open, bool is_busy, bool is_again);
/// Tells of changes that belong to no statement which is traced.
void dbh_settle_loose(dbh_connection *connection);
/// Forgets such changes, of which nobody who listens by now can have seen the beginning.
void dbh_drop_loose(dbh_connection *connection);
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
/// Keeps a hook that an application set on a connection which is not instrumented, in place of an earlier one; NULL removes it. Without
/// memory there is none.
void dbh_note_foreign(dbh_foreign_kind kind, sqlite3 *handle, dbh_any_callback callback, void *context);
/// Takes what was kept, with its context; NULL where there is nothing.
dbh_any_callback dbh_take_foreign(dbh_foreign_kind kind, sqlite3 *handle, void **context);

// UpdateHook.c
/// Whether a connection was instrumented in this process, which may be closed.
bool dbh_had_connections(void);
/// Whether tests pretend that something is not there: one of DBH_LACKS_….
bool dbh_lacks(uint32_t what);
/// The same of the update hook as of the other one.
void dbh_follow_updates(dbh_connection *connection);
/// Sets ours where it cannot be shared, on a connection that was opened just now; with its mutex.
void dbh_own_update_hook(sqlite3 *handle);
/// Completes the step of a statement that ended. The connection's changes have a source.
void dbh_take_updates(dbh_connection *connection, const dbh_open_statement *open, dbh_step *step);
void dbh_note_foreign_update(sqlite3 *handle, dbh_update_callback callback, void *context);
void dbh_adopt_foreign_update(dbh_connection *connection);

// Errors.c
/// SQLite's callback: on the thread that logs, with whatever mutexes it has. `message` may be NULL.
void dbh_log(void *context, int code, const char *message);

// Statements.c
/// Whether the application's calls of sqlite3_step() and its like come through here.
bool dbh_interposes_statements(void);

// Failures.c
/// A call of sqlite3_step() returned neither a row nor a success.
void dbh_step_failed(dbh_connection *connection, sqlite3_stmt *statement, const dbh_call *call, int result);
/// A statement could not be prepared. `sql` may be NULL, and ends at `length` where that is not negative.
void dbh_preparation_failed(dbh_connection *connection, int result, const char *sql, int length);
/// The statement is over, and SQLite did not say so.
void dbh_end_unreported(dbh_connection *connection, sqlite3_stmt *statement);
/// The same of one that is gone: an address to be compared.
void dbh_drop_unreported(dbh_connection *connection, const sqlite3_stmt *statement);
/// The code of a statement that was prepared the old way comes when it is reset, or finalized: an address to be compared.
void dbh_reset_failed(dbh_connection *connection, const sqlite3_stmt *statement, int result);
/// What ended within a call is told of. `has_result`: the call has returned, and the statement has its error if there is one.
void dbh_settle_late(dbh_connection *connection, bool has_result);

// Nesting.c
/// The code of the library that SQLite is in, where that is one of its own; else empty.
typedef struct {
  uintptr_t first, end;  // the end is behind it
} dbh_code;
extern dbh_code dbh_sqlite_code;
/// Once; takes the loader's lock.
void dbh_find_sqlite_code(void);

static inline bool dbh_is_sqlite_code(const void *address) {
  return (uintptr_t)address >= dbh_sqlite_code.first && (uintptr_t)address < dbh_sqlite_code.end;
}

/// Whether code of the application called from inside of `call`, rather than SQLite itself. On the thread of the call, which may be NULL.
bool dbh_is_called_by_app(const dbh_call *call);
/// Whether a statement that begins inside of another one is the application's, or of one of SQLite's own modules.
bool dbh_is_nested_of_app(dbh_connection *connection, sqlite3_stmt *statement, const char *sql);

// Bindings.c. Statements are addresses to be compared.
/// Whether a value that is bound to a statement is too large to be read.
bool dbh_has_large_value(const sqlite3_stmt *statement);
void dbh_forget_large_values(const sqlite3_stmt *statement);

// BoundValues.c. Statements are addresses to be compared.
/// Hashes of bound values have the bit of DBH_BOUND_HASH.
enum { DBH_BOUND_UNKNOWN = 1, DBH_BOUND_NULL = 2, DBH_BOUND_NOW = 3, DBH_BOUND_HASH = 4 };
/// A value was bound to the parameter of this number, from 1.
void dbh_note_bound(const sqlite3_stmt *statement, int index, uint64_t hash);
/// The statement is gone, or nothing is bound to it any more.
void dbh_forget_bound(const sqlite3_stmt *statement);
/// The hashes of all parameters, locked until `*token` is handed to dbh_unlock_bound(); NULL, with nothing locked, where one of them was
/// not seen, or before anybody listened. `count`: of parameters, not 0.
const uint64_t *dbh_lock_bound(const sqlite3_stmt *statement, int count, void **token);
void dbh_unlock_bound(void *token);

// Sessions.c
/// Whether sessions, which take the preupdate hook, are counted.
bool dbh_counts_sessions(void);
/// Counts those that there are already.
void dbh_adopt_sessions(dbh_connection *connection);

// OwnQueries.c
/// Whether nobody would hear of a query of ours on the connection.
bool dbh_hides_queries(const dbh_connection *connection);
/// Notes whether the application set any before.
void dbh_adopt_foreign_callbacks(dbh_connection *connection);

// AutoExtensions.c
/// Whether those of the application are run by ours.
bool dbh_shares_extensions(void);
/// SQLite's own function. It initialises SQLite, which may call anything of the application's: with no lock of ours.
int dbh_real_auto_extension(void (*extension)(void));
/// Runs those of the application, unless the connection is ours. While it is opened; `error` and `api` as SQLite hands them over.
int dbh_run_extensions(sqlite3 *handle, char **error, const void *api);

// Learn.c
/// A statement that a recording has begins: whether its connection knows more of its tables than was told.
///
/// `start`: nanoseconds of dbh_now() when it did; 0: now. `thread`: the current one's.
void dbh_want_schema(dbh_connection *connection, dbh_thread_state *thread, const sqlite3_stmt *statement, uint64_t start);
/// Runs SQL on the connection, if that takes no lock that it does not have, and nobody hears of it. While no statement is being stepped on
/// the thread, before a call of the application's.
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
/// Of one of the databases of a connection.
void dbh_identify(sqlite3 *handle, const char *schema, dbh_identity *identity);

// Interpose.c
/// Whether the application's calls that set a trace come through here.
bool dbh_interposes_trace(void);
#if DCS_ELF
/// Whether the application calls our definition of a function of SQLite's, and there is one behind it. `local`: what this module calls.
bool dbh_is_ours(const char *name, void *local, void *ours);
#endif
/// Whether its calls of sqlite3_config() and those that open connections do.
bool dbh_interposes_config_and_open(void);
/// SQLite's own functions, behind ours.
int dbh_real_trace_v2(sqlite3 *handle, unsigned mask, dbh_trace_callback callback, void *context);
void dbh_real_preupdate_hook(sqlite3 *handle, dbh_preupdate_callback callback, void *context);
int dbh_real_config_log(void (*callback)(void *, int, const char *), void *context);
/// Calls the application's callback of the log, if it has one. `message` may be NULL.
void dbh_call_user_log(int code, const char *message);

// Install.c
/// Whether the environment switches everything off.
bool dbh_is_disabled(void);
/// Whether the next connection will be instrumented.
bool dbh_is_armed(void);
/// The application is about to open a connection; with no lock of ours.
void dbh_install_before_open(void);

// UserTrace.c
/// Sets the application's callback of the old kind, in place of one of either kind, or none. Returns the context of that. Any thread, not
/// inside: what an earlier one held is released afterwards.
void *dbh_set_legacy_trace(dbh_connection *connection, dbh_legacy_trace callback, void *context);
/// Calls it, which is set, of a statement that begins. `text`: as the trace has it, or NULL.
void dbh_call_legacy_trace(dbh_connection *connection, sqlite3_stmt *statement, const char *text);
/// Sets the application's callback, or none; what an earlier one held is released afterwards. `release` may be NULL. Any thread, not inside.
int dbh_set_user_trace(dbh_connection *connection, unsigned mask, dbh_trace_callback callback, void *context,
                       void (*release)(void *context));
/// A statement begins, perhaps where one stood that ended without a report, as after SQLITE_BUSY.
void dbh_user_trace_began(dbh_connection *connection, sqlite3_stmt *statement, const char *text);
/// Whether the end of a statement is the application's to hear.
bool dbh_user_hears_profile(dbh_connection *connection, sqlite3_stmt *statement);
/// Releases what it holds.
void dbh_user_trace_close(dbh_connection *connection);

#endif
