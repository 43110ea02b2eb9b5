// The callbacks that SQLite calls, and the one struct of functions through which they reach Swift.
//
// This header does not include sqlite3.h: handles travel as `void *`, so that importing the module never brings a
// second declaration of SQLite's functions into a Swift file that has one already.
//
// What holds unless it is said otherwise: any thread may call a function at any time; a handle is a `sqlite3 *` that is open, and not
// NULL; `connection` is what Swift was given by `opened`, and a function that takes it is called inside of it: from one of the callbacks
// that get its context. Texts are UTF-8 and end with a zero; they, and whatever else a callback gets, are valid during the call.

#ifndef CSQLITEHOOKS_H
#define CSQLITEHOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CSQLiteHooksTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The functions of Swift's side, none of them NULL. None may call SQLite's functions that run SQL, none may throw.
///
/// They are called on the thread that uses the connection, with its mutex if it has one, so that none may wait for another thread that
/// could use it; only `replaced`, and `failed_to_prepare` without a context, are called without. `context`: what `opened` returned.
typedef struct {
  /// Returns a reference that is retained until `closed`, or NULL, with which none of the others is called.
  void *(*opened)(const dbh_opening *opening);
  /// `sql` has `length` bytes before its zero.
  dbh_shape (*shape)(const char *sql, size_t length, uint64_t hash);
  /// Sets what it wants to hear of the statement's end in a slot that is empty; whether it set anything.
  bool (*began)(const dbh_statement *statement, dbh_slot *slot);
  /// Of a slot with a lane or telemetry. May come several times for one statement, and not at all.
  void (*ended)(const dbh_slot *slot, const dbh_outcome *outcome);
  /// A statement that had ended turns out to have failed. `message`: NULL: none.
  void (*failed)(const dbh_slot *slot, int32_t code, const char *message);
  /// Takes over a reference of `began`; never NULL.
  void (*release_telemetry)(void *telemetry);
  /// Takes over the two references of a lane; never NULL.
  void (*release_lane)(void *log, void *scope);
  /// `context`: NULL where the connection is not known; `message`: NULL: none; `sql`: what could not be prepared, or NULL; `flags`: DBH_SQL_….
  void (*failed_to_prepare)(void *context, int32_t code, const char *message, const char *sql, uint32_t flags);
  void (*defined)(void *context, const char *sql);  // a statement that changes the schema begins, also while nobody listens
  void (*learned)(void *context, const dbh_tables *tables);
  void (*told)(void *context);  // what was defined so far holds for what ran so far, and may change otherwise from now on
  void (*named_table)(void *context, uint32_t number, const char *database, const char *name);  // once for each number, from 0 on
  void (*settled)(void *context, const dbh_step *step);
  void (*replaced)(void *context, const char *database, uint32_t how);  // `how`: DBH_REPLACED_BY_…
  void (*lost)(void *context);                      // work was done on the connection that the trace did not show
  // A close begins: once with NULL, then with the statements that are not finalized, one call for each. Only what is still open
  // afterwards asks for it.
  void (*closing)(void *context, const char *sql);
  void (*closed)(void *context);  // takes over the reference of `opened`
} dbh_callbacks;

enum {
  DBH_OK = 0,
  DBH_DISABLED = 1,     // by DATABASE_INSTRUMENTATION_ENABLED
  DBH_UNAVAILABLE = 2,  // no automatic extensions on this platform
  DBH_FAILED = 3,       // SQLite refused; see dbh_status.result
  DBH_NOT_A_CONNECTION = 4,
  DBH_CLOSED = 5,
  DBH_FOREIGN = 6,
  DBH_NULL = 7,
  DBH_NOT_INSTRUMENTED = 8,
};

/// What could be installed.
typedef struct {
  bool is_armed;          // the next connection will be instrumented
  bool shares_trace;      // an application's own sqlite3_trace_v2() does not replace ours
  bool installs_at_open;  // sqlite3_config() of the application still works before its first connection
  bool hears_errors;      // SQLite's log reaches us
  bool has_connections;   // one was instrumented, whether or not it is open still
  int32_t code;           // DBH_…
  int32_t result;         // SQLite's result code where one was refused
} dbh_status;

/// Installs the hooks for every connection opened from now on. Idempotent. Not within a callback of SQLite's.
int32_t dbh_install(void);
dbh_status dbh_get_status(void);
/// Whether a value of DATABASE_INSTRUMENTATION_ENABLED switches off: 0, false, no or off, in any case. Swift's `DatabaseEnvironment`
/// has the same words. NULL does not.
bool dbh_switches_off(const char *value);

/// Instruments an open connection. Twice is once. `handle` may be anything, also NULL; `name`: NULL: none. Takes the connection's mutex.
int32_t dbh_instrument(void *handle, const char *name);

/// The lane of the connection from now on, for a log and a scope that are retained already and with `uses` of 0. It is the connection's,
/// and lives until the next one, or for as long as a statement's slot has it. NULL without memory: both are released.
dbh_lane *dbh_change_lane(void *connection, dbh_lane lane);

/// The value of a task-local variable that holds a reference; NULL where there is none.
///
/// - Parameter key: The `TaskLocal` object.
void *dbh_task_local(const void *key);

/// Lets statements be recorded without a call into Swift, where nothing but a recording wants them. `scope_key`: of the
/// task-local variable that holds the recording scope.
///
/// Once, before anything is recorded. It lives for ever.
void dbh_set_direct(const void *scope_key);
/// Whether somebody wants more of each statement than its record, so that each goes through Swift.
void dbh_set_detours(bool wanted);
/// No call site of the shape is wanted any more: further executions may be recorded directly. Inside of the lane's connection.
void dbh_settle_shape(dbh_lane *lane, uint32_t shape);

/// Whether anything listens. Off, a callback returns at once; connections are still registered. Takes the registry's lock.
void dbh_set_listening(bool listening);

/// Lets a connection tell of its tables again whenever the number, an atomic uint64_t of its database, has changed. The number lives for as
/// long as the connection. Within `opened`.
void dbh_share_schema_version(void *connection, void *version);

/// Calls `visit` for each open connection, under the registry's lock, with which nothing of this module may be called; `lost` tells whether
/// work on it was not seen, as far as can be known of a connection that does not concern the caller.
void dbh_each_connection(bool (*concerns)(void *context, void *argument),
                         void (*visit)(void *context, bool lost, void *argument), void *argument);

/// Counts row changes on connections from their open, or from their next statement on.
void dbh_set_row_changes(bool enabled);
/// The same, for as long as an instrumentor wants it.
void dbh_demand_row_changes(bool demanded);
bool dbh_row_changes_enabled(void);

/// Also tells which columns an update changed.
void dbh_set_updated_columns(bool enabled);
bool dbh_updated_columns_enabled(void);

/// Whether this SQLite library can tell row changes at all.
bool dbh_has_preupdate_hook(void);
/// Whether an application's own sqlite3_update_hook() does not replace ours, which is set where there is no preupdate hook.
bool dbh_shares_update_hook(void);

/// Takes row changes of a connection from its update hook's owner, where they cannot be heard otherwise.
///
/// Returns what dbh_tell_row() takes while the connection is open; NULL where the rows are told already. `handle` may be NULL.
void *dbh_observe_rows(void *handle);
/// One change, with the operation as the update hook has it, while the statement runs, on its thread.
void dbh_tell_row(void *connection, int32_t operation, const char *database, const char *table);

enum { DBH_LACKS_PREUPDATE_HOOK = 1, DBH_LACKS_SHARED_UPDATE_HOOK = 2, DBH_LACKS_STATEMENTS = 4, DBH_LACKS_SHARED_TRACE = 8 };
/// For tests: goes on as on a platform that lacks something. False once a connection was opened.
bool dbh_pretend(uint32_t lacks);

/// Runs `body` with automatic instrumentation and error reports off on this thread: for connections of our own. May be nested; `body`
/// returns, and does not throw.
void dbh_without_hooks(void (*body)(void *argument), void *argument);

/// Reads what is in a file over a connection of its own: without hooks, and without a lock that a writer could meet. Returns
/// SQLite's result code; `visit` is called once if that is SQLITE_OK. May wait for 50 ms.
int32_t dbh_read_schema(const char *file, void (*visit)(const dbh_tables *tables, void *argument), void *argument);
/// The last column of each row of a query, such as an `EXPLAIN QUERY PLAN`, in an empty database in memory that `definitions` make:
/// texts that end with a zero each, and an empty one at last; `statistics` likewise, of a table, an index and the numbers of
/// sqlite_stat1. On any thread; takes no lock.
int32_t dbh_ask_copy(const char *definitions, const char *statistics, const char *sql, void (*visit)(const char *, void *),
                     void *argument);

/// SQLite's own words for a result code. Never NULL, never freed.
const char *dbh_error_text(int32_t code);

/// The text of a statement with its values in place of the parameters, to be freed with dbh_free(); NULL where there is none. While the
/// statement is alive and no other thread uses its connection.
char *dbh_expanded_sql(void *statement);
void dbh_free(void *text);

enum { DBH_TRACE_STATEMENT = 1, DBH_TRACE_PROFILE = 2 };
typedef int (*dbh_user_trace)(uint32_t event, void *context, void *statement, void *detail);

/// Calls an application's trace callback beside ours, on every platform; NULL ends it. `release`, which may be NULL, is called with the
/// context when it is replaced, when the connection closes, or at once when nothing is set. Takes the connection's mutex.
int32_t dbh_share_trace(void *handle, uint32_t mask, dbh_user_trace callback, void *context,
                        void (*release)(void *context));

/// The text of a statement that is alive, as sqlite3_sql() returns it: valid for as long as that. May be NULL.
const char *dbh_sql(void *statement);

/// What `opened` returned for a connection; NULL for one that is not instrumented. Not retained: it is there while the handle is open.
void *dbh_context_of(void *handle);

/// Tells the values of a statement apart that begins. `is_captured`: whether it is one of the first of its shape, of which they
/// may cost more. Within `began`, or inside of the statement's connection.
dsl_values dbh_hash_values(void *statement, dbh_shape shape, uint64_t sql_hash, bool is_captured);

/// Never 0. Another one in each process.
uint64_t dbh_hash(const void *bytes, size_t length);

/// A thread's monotonic clock between two readings of the kernel's: it tells the time by the processor's counter.
typedef struct {
  uint64_t ticks, time;  // of the counter and of the kernel's clock, at one moment
  uint64_t rate;         // nanoseconds of a tick, times 2 to the 32
  uint64_t window;       // ticks for which this holds; 0: ask the kernel
} dbh_tick_clock;

/// The time that the clock tells so many ticks after it was set.
static inline uint64_t dbh_told_time(const dbh_tick_clock *clock, uint64_t ticks) {
  return clock->time + (ticks * clock->rate >> 32);
}

/// Whether the clock would have told nearly the time that the kernel tells.
bool dbh_agrees(const dbh_tick_clock *clock, uint64_t ticks, uint64_t time);
/// Of the current thread.
dbh_tick_clock dbh_clock_of_thread(void);

/// Nanoseconds of the monotonic clock, exact to less than one microsecond.
uint64_t dbh_now(void);
/// The system's number of the current thread. Never 0.
uint64_t dbh_thread(void);
/// The bits of the current thread: whether it is the main one, and whether that can be told.
uint16_t dbh_thread_flags(void);

/// Opens a connection for reading and writing, by a path or a `file:` URI; close it with dbh_close(). Threads may share it.
///
/// Returns NULL and a message, to be freed with free(), when it cannot.
void *dbh_open(const char *uri, char **message);

/// Runs statements without parameters. Sets a message, to be freed with free(), when it fails.
int32_t dbh_execute(void *handle, const char *sql, char **message);

bool dbh_is_in_transaction(void *handle);

void dbh_close(void *handle);

/// The number of an instrumented connection; 0 for any other.
uint64_t dbh_connection_id(void *handle);

#ifdef __cplusplus
}
#endif

#endif
