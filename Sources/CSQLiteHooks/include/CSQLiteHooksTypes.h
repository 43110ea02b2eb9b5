// What travels between the callbacks and Swift. Pointers are not NULL where it is not said that they may be.

#ifndef CSQLITEHOOKSTYPES_H
#define CSQLITEHOOKSTYPES_H

#include <CStatementLog.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Values of a text that are parameters in a row, or one literal.
typedef struct {
  uint32_t parameter;  // the number of the first one; 0: a literal
  uint32_t count;
  uint64_t literal;  // a hash of it
} dbh_value_run;

/// The values that one column of a key is compared with.
typedef struct {
  uint32_t first, count;  // runs
  bool has_lists;         // a value is a whole list
} dbh_key_column;

enum {
  DBH_VOLATILE_WITH_NOW = 1,  // the answer is another one each time if `now` is bound
  DBH_VOLATILE = 2,           // the answer is another one each time
};

/// Where the values of a text that reads are. Immutable, for the life of the process.
typedef struct {
  uint64_t literals;  // tells apart what the text itself says
  uint8_t volatility;     // 0, or DBH_VOLATILE…
  uint8_t column_count;   // of `columns`, at most DSL_KEY_COLUMNS
  dbh_key_column columns[DSL_KEY_COLUMNS];
  const dbh_value_run *runs;  // of all columns
} dbh_text_values;

/// What is known of one SQL text; computed in Swift once, then cached by the text's hash.
typedef struct {
  uint32_t id;     // number of the shape in Swift's table
  uint32_t flags;  // DBH_SHAPE_…
  const dbh_text_values *values;  // NULL: it does not read, or there are too many texts
} dbh_shape;

enum {
  DBH_SHAPE_READS = 1,   // a select: its parameters may be told apart
  DBH_SHAPE_WRITES = 2,  // insert, update or delete: sqlite3_changes() is meaningful afterwards
  DBH_SHAPE_KEY_LOOKUP = 4,
  DBH_SHAPE_TRANSACTION = 8,  // BEGIN, COMMIT, SAVEPOINT and the like
  DBH_SHAPE_DEFINES = 16,     // CREATE, ALTER, DROP
  DBH_SHAPE_ATTACHES = 64,    // ATTACH, DETACH, ANALYZE: what is known of the tables changes
  DBH_SHAPE_HAS_TABLES = 128,
  DBH_SHAPE_ONE_SITE = 32,    // nobody asks where further executions come from: PRAGMA, COMMIT, reads of the catalogue
};

enum { DBH_LANE_SHAPES = 256 };

/// Where the statements of one recording on one connection go, as long as some of them are open or more may come.
///
/// Used inside of its connection alone, so that a statement neither retains nor looks up what the one before had. Made by Swift, kept and
/// freed by C.
typedef struct {
  void *log;             // retained
  void *scope_object;    // retained: of the recording
  dsl_head *head;        // of the log
  const void *end;       // an atomic uint64_t of the scope, written by any thread; UINT64_MAX: it takes statements
  dcs_stacks *stacks;    // of the log's tree; NULL: without memory
  uint32_t captured;     // executions of each shape whose stack is kept
  uint32_t scope;        // number of the recording
  uint32_t uses;         // of the connection, and of the statements whose slot has it
  dcs_places places;     // of the reads after those
  uint32_t known[DBH_LANE_SHAPES];  // shapes whose call sites were taken, each plus 1, at its remainder
} dbh_lane;

/// One statement that begins. Valid only during the call.
typedef struct {
  void *context;     // of the connection, from `opened`
  void *connection;  // this module's own
  dbh_lane *lane;    // of the statement before, or NULL
  void *statement;   // sqlite3_stmt *
  const char *sql;   // UTF-8, NUL-terminated, as sqlite3_sql() returns it
  uint64_t sql_hash; // dbh_hash() of it
  dbh_shape shape;
  uint64_t thread;   // dbh_thread()
  dsl_flags flags;
  uint32_t transaction;  // 0 outside of transactions
  const struct dbh_slot *parent;  // the enclosing open statement, or NULL
} dbh_statement;

/// What `began` sets of an open statement: of its connection, and used inside of it.
typedef struct dbh_slot {
  dbh_lane *lane;   // of the recording that the statement belongs to; NULL: none
  void *telemetry;  // on the statement's way to tracer and metrics, retained; NULL: nobody wants it
  dsl_slot kept;    // in the lane's log; without a lane its `start` alone
} dbh_slot;

/// One statement that ended, or one of several ends of it.
typedef struct {
  dsl_ending counts;          // without error and stack, which are numbers of the log's tree
  int32_t error;              // extended result code, 0: none
  const char *error_message;  // without SQL; NULL: none
  uint32_t shape;             // number of the shape
} dbh_outcome;

/// Which database a connection has opened, whatever it was called.
typedef struct {
  uint32_t kind;  // DBH_DATABASE_…
  bool is_alone;  // no other connection has it now
  bool is_empty;  // nothing was in it when it was opened
  bool is_memory;  // its name, if it has one, is no file's
  uint64_t parts[3];  // by the kind; else 0
} dbh_identity;

enum {
  DBH_DATABASE_UNKNOWN,
  DBH_DATABASE_FILE,    // device, inode, birth time
  DBH_DATABASE_SHARED,  // an address, which another database may have once all of its connections are closed
  DBH_DATABASE_NAMED,   // a hash of the name, until all of its connections are closed
};

/// What a connection says of its tables, as texts that end with a zero each: for each entry of a schema its schema's name, its
/// type, its name and its definition; of a statistic `stat`, the index and the numbers; of the schema itself `schema`. At last an
/// empty one.
typedef struct {
  const char *texts;
  size_t length;   // bytes of all
  uint64_t hash;   // of all; 0: of a file
  uint64_t time;   // nanoseconds of dbh_now() when the statement began that it holds for first
  bool is_complete;  // every attached database could be asked, now or before
  bool is_addition;  // what was told before and is not here holds still
} dbh_tables;

/// A connection that was opened. Valid during the call, but for `connection` and `handle`, which are so until it closes.
typedef struct {
  void *connection;  // this module's own
  void *handle;      // sqlite3 *
  const char *file;  // NULL or empty: in memory or temporary
  const char *name;  // from the user, or NULL
  uint64_t id;       // unique in the process
  dbh_identity identity;
  bool is_new;   // opened just now, rather than handed over
  bool is_told;  // its definitions will tell all of its tables, until `told` is called
} dbh_opening;

/// What is known of SQL that could not be prepared.
enum {
  DBH_SQL_IS_WHOLE = 1,      // SQLite did not cut it off
  DBH_SQL_WAS_PREPARED = 2,  // it was a statement before
};

/// A statement that wrote, that begins or ends a transaction, or that SQLite ended one with.
typedef struct {
  void *log;       // of the lane; NULL: it is not recorded
  uint64_t place;  // of its record; 0: it has none
  uint32_t scope;  // of the lane
  uint32_t shape;
  const char *control;             // the text of a transaction statement; NULL: it is none
  const dsl_row_changes *changes;  // NULL without any
  size_t change_count;
  uint64_t direct;  // changes that are the statement's own
  int64_t changed;  // as sqlite3_changes() tells; -1: unknown
  uint32_t transaction_before, transaction;  // when it began, and now; 0: none
  bool began_in_autocommit, in_autocommit;
  bool is_write, defines;  // by its shape
  bool is_busy;            // it ended before its last row
  bool is_again;           // it had ended before
  bool has_failed;
  bool says_fail;      // it failed and has the word FAIL, with which it keeps what it did before
  bool is_undone;      // it failed, and what it changed is undone
  bool has_row_hook;   // all its changes but those of tables without a hook are among `changes`
  bool is_incomplete;  // some could not be counted
  bool follows_updates;  // what is told is what the update hook tells, and these are known
  bool is_hook_certain;  // nobody took the hook away, or holds its events back
  int64_t total;  // by how much sqlite3_total_changes() grew
  bool is_loose;  // of no statement that is traced
  bool may_have_shadows;  // one of the tables is called like one in which a virtual table keeps its content
  bool knows_commit;      // whether what was written reached the database is known,
  bool reached_database;  // and whether it did
  uint64_t time;          // nanoseconds of dbh_now() when it began; of loose changes, now
} dbh_step;

/// How a database got other contents than statements give it.
enum { DBH_REPLACED_BY_BACKUP = 1, DBH_REPLACED_BY_DESERIALIZE = 2 };

#endif
