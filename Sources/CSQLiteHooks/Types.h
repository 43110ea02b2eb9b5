// What is known of a connection and of the statements that are open on it.

#ifndef CSQLITEHOOKS_TYPES_H
#define CSQLITEHOOKS_TYPES_H

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

#endif
