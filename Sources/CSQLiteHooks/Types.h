// What is known of a connection and of the statements that are open on it.

#ifndef CSQLITEHOOKS_TYPES_H
#define CSQLITEHOOKS_TYPES_H

#include <CCallStacksPlatform.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <time.h>

#include "CSQLiteHooks.h"

/// Swift's side. Weak: CSQLiteInstallAtLoad may run before, and a program may link the C module alone.
extern const dbh_callbacks *database_testing_sqlite_callbacks(void) __attribute__((weak));

#if DCS_ELF && defined(__has_attribute)
#if __has_attribute(swiftcall)
#define DBH_KNOWS_SWIFT 1
// Part of the ABI of Swift's concurrency runtime. Weak, so that a program without the runtime links.
/// The address of the innermost value that is bound to a task-local variable, or NULL.
extern __attribute__((swiftcall, weak)) void *swift_task_localValueGet(const void *key);
#endif
#endif

typedef int (*dbh_trace_callback)(unsigned, void *, void *, void *);

typedef void (*dbh_preupdate_callback)(void *, sqlite3 *, int, const char *, const char *, sqlite3_int64, sqlite3_int64);

typedef void (*dbh_update_callback)(void *, int, const char *, const char *, sqlite3_int64);

typedef int (*dbh_authorizer_callback)(void *, int, const char *, const char *, const char *, const char *);

typedef void (*dbh_legacy_trace)(void *, const char *);

enum { DBH_UPDATES_UNTOLD, DBH_UPDATES_FROM_HOOK, DBH_UPDATES_FROM_OBSERVER };

// Row changes where the library has no preupdate hook.
typedef struct {
  int source;                // DBH_UPDATES_…; UNTOLD: there is a preupdate hook, or nobody wants them
  int settled;               // sqlite3_total_changes() when a statement began or ended last
  unsigned carried;          // by how much it grew before, with a statement that is still open
  uint32_t divided;          // the last transaction with a savepoint; 0: none
  dbh_update_callback user;  // the application's own, which is called behind ours, or NULL
  void *user_context;        // the application's; NULL without `user`
} dbh_updates;

// Row changes of one statement to one table, until it ends.
typedef struct {
  const void *owner;  // the statement, which may be gone; NULL: none that is traced
  dsl_row_changes rows;
} dbh_pending;

// A table that the connection was seen to change. Never removed: its place in the list is its number.
typedef struct {
  uint64_t hash;          // of both names
  char *database, *name;  // malloc
  bool is_internal;       // SQLite's own, of statistics or sequences, or a copy that VACUUM fills
  bool may_be_shadow;     // it is called like one in which a virtual table keeps its content
} dbh_table;

// A statement from its beginning on. It is in `open` of its connection until it ends, then `last`, then memory for another one.
typedef struct {
  sqlite3_stmt *statement;  // alive while this one is open, unless nobody saw how it was finalized; perhaps gone in `last`
  uint64_t rows;            // that it returned so far
  uint64_t thread;          // the one that it began on: dbh_thread()
  uint32_t steps, full_scan_steps, sorts, automatic_index_rows;  // the statement's counters when it began
  uint32_t reprepares;           // the counter of how often SQLite prepared it anew, when it ended
  uint32_t ended_steps;          // the counter of steps when it ended, if all others were zero; else 0
  uint32_t flags;                // of the shape: DBH_SHAPE_…
  int32_t error;                 // extended result code; 0: none so far
  char *error_message;           // malloc; NULL: none, or none that is known
  uint32_t transaction;          // the one that it ran in; 0: none
  bool is_busy;                  // ended without being halted
  bool went_on;                  // after it had ended once
  uint64_t ended;                // nanoseconds of dbh_now() when it did, where it was not told of at once
  bool has_result;               // whether it failed is known
  uint32_t calls;                // of the application's around it, where that was counted; else 0
  bool began_in_autocommit;
  uint32_t transaction_before;   // the transaction when it began; 0: none
  uint32_t shape;                // number of the shape
  // Before a statement that may commit: the databases that the transaction wrote to, a bit for each, and a sum of their versions.
  uint64_t written, versions;
  dbh_slot slot;                 // what `began` set; with a lane, that is counted in the lane's `uses`
} dbh_open_statement;

// Statements, in no order.
typedef struct {
  sqlite3_stmt **items;  // malloc, or NULL; what they point to may be gone
  uint32_t count, capacity;
} dbh_statement_list;

enum { DBH_TEXT_CACHE = 128, DBH_INTERNAL_CACHE = 16 };

// A statement of one of SQLite's modules. Addresses to be compared, and not to be followed.
typedef struct {
  const void *statement;
  const char *sql;
} dbh_internal;

// What is known of the text of a statement that was prepared.
typedef struct {
  uint64_t hash;    // 0: the place is free
  dbh_shape shape;  // of the text
  char *text;       // malloc; NULL: too long to be kept
  const void *statement;  // whose text it was last, and where: addresses to be compared
  const char *sql;
} dbh_known_text;

// An open connection that carries our hooks. Made by dbh_attach(), freed by the destructor of our function when SQLite really closes it.
// Fields that are not atomic are used by the thread alone that is inside of the connection (Inside.h); who else reads an atomic one is
// said there. `handle`, `id` and `context` do not change once the connection is in the registry.
typedef struct dbh_connection {
  sqlite3 *handle;
  uint64_t id;    // unique in the process, from 1
  void *context;  // of Swift's side, retained until `closed`; NULL: Swift does not know it
  struct dbh_connection *next;  // of the same place in the registry, under the registry's lock

  dbh_open_statement **open;  // the statements that are open, outermost first, none twice; malloc, or NULL
  uint32_t capacity;          // of `open`
  _Atomic uint32_t depth;     // how many are open; read by whoever looks for work that was not seen
  dbh_open_statement *last;   // the one that ended last: a schema change makes it end twice; malloc, or NULL
  dbh_open_statement *spare;  // memory for the next one; malloc, or NULL

  uint32_t transaction;           // that is open, numbered on this connection; 0: none
  uint32_t last_transaction;      // the highest number so far
  _Atomic uint64_t epoch;         // of the listening in which total_changes was taken; read by any thread
  _Atomic int total_changes;      // sqlite3_total_changes() when a statement ended last; read by any thread
  _Atomic bool resync;            // the next difference in total_changes is expected; read by any thread
  _Atomic uint32_t pages_read;    // when a statement ended last, or somebody began to listen, where that is asked; read by any thread
  _Atomic uint64_t pages_epoch;   // of the listening in which that was; read by any thread
  _Atomic uint64_t thread;        // dbh_thread() of the statement that began last; read by any thread

  dbh_open_statement *unsettled;  // one of `open` that ended within a call of the application whose result is not known yet, or NULL

  dbh_trace_callback user_callback;  // the application's, or NULL
  dbh_legacy_trace user_legacy;      // instead of user_callback, where sqlite3_trace() set it; else NULL
  unsigned user_mask;                // the events that it wants; 0: there is none
  void *user_context;                // the application's
  void (*user_release)(void *context);  // for a callback that was set with dbh_share_trace(); else NULL
  dbh_statement_list missed;            // open statements whose beginning the application's PROFILE did not see
  dbh_statement_list timed;             // open statements whose beginning an earlier one saw

  dbh_authorizer_callback user_authorizer;  // the application's, or NULL
  void *user_authorizer_context;
  int (*user_progress)(void *);  // the application's, or NULL
  void *user_progress_context;
  bool has_foreign_callback;  // an authorizer, or a progress handler, that was set before the connection was instrumented
  bool is_profiled;           // by the old kind of a trace
  bool is_asking;             // runs a query of our own, which nobody else hears

  // What the connection says of its tables.
  // Of its database, whose Swift object owns it: changes with the tables, from any thread. NULL: nobody asks.
  _Atomic uint64_t *schema_version;
  uint64_t known_schema;             // the version that was told of
  uint64_t own_schema;               // changes with what is the connection's alone: temporary tables, attached databases
  uint64_t known_own_schema;         // what of that was told of
  const sqlite3_stmt *last_prepared;  // an address to be compared; NULL: the last call that prepares failed
  uint64_t read_schemas;              // those that were told of since the tables changed, a bit for each
  bool knows_all;                     // of them
  bool is_told;  // all that ever changed its tables were plain definitions, which were seen: a new connection of a database of its own
  uint64_t schema_wanted;  // since when something else may be known, in nanoseconds of dbh_now(); 0: nothing
  bool defines;            // something in the transaction that is open

  uint32_t version;              // as dbh_known_version() told last; 0: not yet
  uint32_t version_transaction;  // the transaction in which that was; 0: in none

  dbh_preupdate_callback user_preupdate;  // the application's, or NULL
  void *user_preupdate_context;           // NULL without it
  uint32_t sessions;   // of the session extension, that are open
  bool hook_is_taken;  // by one of them
  uint32_t hooks_set;  // how often somebody set the preupdate hook
  dbh_updates updates;
  bool counts_rows;       // whether the hook was set for us
  bool has_unknown_rows;  // since the last statement was settled, a change that could not be counted
  dbh_pending *pending;   // malloc, or NULL: changes that nobody was told of yet
  uint32_t pending_count, pending_capacity;
  uint32_t last_pending;  // index of the last change in `pending`; may be past its end
  uint32_t last_run;      // table and kind of the last change; 0: the next one begins another run
  uint64_t run_position;  // of last_run in the order of all changes
  dbh_table *tables;      // malloc, or NULL
  uint32_t table_count, table_capacity;
  uint32_t last_table;  // index of the last one that was looked up

  dbh_lane *lane;  // of the statement before, or NULL; counted in its `uses`
  dbh_known_text texts[DBH_TEXT_CACHE];       // by the statement's address
  dbh_internal internal[DBH_INTERNAL_CACHE];  // by the statement's address
  uint64_t costly_text;   // the hash of a text whose values are not read any more; 0: there is none
  uint32_t nested_calls;  // `calls` of the statement that begins; 0: not counted

#if DATABASE_TESTING_ASSERTIONS
  _Atomic uintptr_t inside;  // the thread that is inside: pthread_self(); 0: none
  uint32_t entries;          // how often it went in
#endif
} dbh_connection;

#endif
