// The one trace callback of a connection: ours, and the application's own beside it.

#include <stdlib.h>
#include <string.h>

#include "Private.h"

_Atomic bool dbh_listening;
_Atomic uint64_t dbh_epoch;

static _Thread_local dbh_connection *current_connection;
static _Thread_local uint64_t current_connection_id;

dbh_connection *dbh_connection_of_thread(uint64_t *id) {
  *id = current_connection_id;
  return current_connection;
}

static inline uint32_t counter(sqlite3_stmt *statement, int which) {
  return (uint32_t)sqlite3_stmt_status(statement, which, 0);
}

// A counter that somebody reset in between starts again from zero.
static inline uint32_t since(uint32_t now, uint32_t before) { return now >= before ? now - before : now; }

static dbh_open_statement *find(dbh_connection *c, void *statement) {
  for (uint32_t i = atomic_load_explicit(&c->depth, memory_order_relaxed); i > 0; i--) {
    if (c->open[i - 1].statement == statement) return &c->open[i - 1];
  }
  return NULL;
}

static void set_depth(dbh_connection *c, uint32_t depth) {
  atomic_store_explicit(&c->depth, depth, memory_order_release);
}

static inline bool is_wanted(const dbh_slot *slot) { return slot->log || slot->telemetry; }

static void forget(dbh_open_statement *open) {
  free(open->error_message);
  open->error_message = NULL;
  if (is_wanted(&open->slot)) {
    const dbh_callbacks *swift = dbh_swift();
    if (swift) swift->release(open->slot);
    open->slot = (dbh_slot){0};
  }
}

static void remove_at(dbh_connection *c, uint32_t index) {
  uint32_t depth = atomic_load_explicit(&c->depth, memory_order_relaxed);
  if (index + 1 < depth) {
    memmove(&c->open[index], &c->open[index + 1], (depth - index - 1) * sizeof(dbh_open_statement));
  }
  set_depth(c, depth - 1);
}

static dbh_open_statement *push(dbh_connection *c) {
  uint32_t depth = atomic_load_explicit(&c->depth, memory_order_relaxed);
  if (depth == c->capacity) {
    uint32_t capacity = c->capacity ? c->capacity * 2 : 4;
    dbh_open_statement *grown = realloc(c->open, capacity * sizeof(dbh_open_statement));
    if (!grown) return NULL;
    c->open = grown;
    c->capacity = capacity;
  }
  dbh_open_statement *open = &c->open[depth];
  memset(open, 0, sizeof *open);
  set_depth(c, depth + 1);
  return open;
}

// Whether the text may define a table: those are read also while nobody records, since an in-memory database cannot be
// asked for its foreign keys later. One byte decides in nearly every case.
static inline __attribute__((always_inline)) bool may_define(const char *sql) {
  switch (sql[0]) {
    case 'C': case 'c': case 'A': case 'a': case 'D': case 'd': case ' ': case '\n': case '\t': case '\r': case '-':
    case '/':
      return true;
    default:
      return false;
  }
}

static bool defines(const char *sql) {
  for (;;) {
    while (*sql == ' ' || *sql == '\n' || *sql == '\t' || *sql == '\r' || *sql == '\f') sql++;
    if (sql[0] == '-' && sql[1] == '-') {
      while (*sql && *sql != '\n') sql++;
    } else if (sql[0] == '/' && sql[1] == '*') {
      const char *end = strstr(sql + 2, "*/");
      if (!end) return false;
      sql = end + 2;
    } else {
      break;
    }
  }
  return sqlite3_strnicmp(sql, "CREATE", 6) == 0 || sqlite3_strnicmp(sql, "ALTER", 5) == 0 ||
         sqlite3_strnicmp(sql, "DROP", 4) == 0;
}

static dbh_shape shape_of(dbh_connection *c, const dbh_callbacks *swift, const char *sql, size_t length, uint64_t hash) {
  unsigned place = (unsigned)(hash >> 7) % DBH_SHAPE_CACHE;
  if (c->shapes[place].hash != hash) {
    c->shapes[place].shape = swift->shape(sql, length, hash);
    c->shapes[place].hash = hash;
  }
  return c->shapes[place].shape;
}

static void check_changes(dbh_connection *c, const dbh_callbacks *swift) {
  uint64_t epoch = atomic_load_explicit(&dbh_epoch, memory_order_relaxed);
  if (atomic_load_explicit(&c->epoch, memory_order_relaxed) != epoch ||
      atomic_load_explicit(&c->resync, memory_order_relaxed)) {
    // What was open may have ended, and another transaction begun, while nobody listened.
    if (atomic_load_explicit(&c->epoch, memory_order_relaxed) != epoch) c->transaction = 0;
    dbh_sync_changes(c);
    atomic_store(&c->epoch, epoch);
  } else if (atomic_load_explicit(&c->depth, memory_order_relaxed) == 0 &&
             sqlite3_total_changes(c->handle) != atomic_load_explicit(&c->total_changes, memory_order_relaxed)) {
    dbh_sync_changes(c);
    swift->lost(c->context);
  }
}

static void begin(dbh_connection *c, sqlite3_stmt *statement, const char *sql, const dbh_callbacks *swift) {
  atomic_store_explicit(&c->saw_statement, true, memory_order_relaxed);
  current_connection = c;
  current_connection_id = c->id;
  check_changes(c, swift);
  dbh_update_row_hook(c);
  dbh_settle_loose(c);

  uint64_t thread = dbh_thread();
  dbh_open_statement *stale = find(c, statement);
  if (stale) {
    forget(stale);
    remove_at(c, (uint32_t)(stale - c->open));
  }

  size_t length = strlen(sql);
  uint64_t hash = dbh_hash(sql, length);
  dbh_shape shape = shape_of(c, swift, sql, length, hash);
  bool autocommit = sqlite3_get_autocommit(c->handle) != 0;
  if (autocommit) {
    c->transaction = 0;
  } else if (c->transaction == 0) {
    c->transaction = ++c->last_transaction;
  }

  dbh_open_statement *open = push(c);
  if (!open) return;
  dbh_statement begun = {
      .context = c->context,
      .statement = statement,
      .sql = sql,
      .sql_length = length,
      .sql_hash = hash,
      .shape = shape,
      .thread = thread,
      .flags = (uint16_t)(DBH_FLAG_HAS_COUNTERS | (autocommit ? DBH_FLAG_AUTOCOMMIT : 0) |
                          (dbh_is_main_thread() ? DBH_FLAG_MAIN_THREAD : 0)),
      .transaction = c->transaction,
      .start = dbh_now(),
  };
  for (uint32_t i = atomic_load_explicit(&c->depth, memory_order_relaxed) - 1; i > 0; i--) {
    dbh_open_statement *outer = &c->open[i - 1];
    if (outer->thread != thread || !is_wanted(&outer->slot)) continue;
    if (outer->slot.log && outer->slot.index != UINT64_MAX) {
      begun.parent = outer->slot.index + 1;
      begun.parent_log = outer->slot.log;
    }
    begun.parent_telemetry = outer->slot.telemetry;
    break;
  }
  open->statement = statement;
  open->thread = thread;
  open->flags = shape.flags;
  open->transaction = c->transaction;
  open->transaction_before = c->transaction;
  open->began_in_autocommit = autocommit;
  open->shape = shape.id;
  if (!autocommit && (shape.flags & DBH_SHAPE_TRANSACTION)) open->data_version = dbh_data_version(c->handle);
  open->steps = counter(statement, SQLITE_STMTSTATUS_VM_STEP);
  open->full_scan_steps = counter(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP);
  open->sorts = counter(statement, SQLITE_STMTSTATUS_SORT);
  open->automatic_index_rows = counter(statement, SQLITE_STMTSTATUS_AUTOINDEX);

  dbh_slot slot = {0};
  bool is_recorded = swift->began(&begun, &slot);
  if (is_recorded) open->slot = slot;
  // After `began`: what the recording itself costs is not the statement's time.
  open->start = dbh_now();
}

static void end(dbh_connection *c, dbh_open_statement *open, const dbh_callbacks *swift, uint64_t now) {
  sqlite3_stmt *statement = open->statement;
  bool is_busy = sqlite3_stmt_busy(statement) != 0;
  bool autocommit = sqlite3_get_autocommit(c->handle) != 0;
  int64_t changed = 0;
  if (open->flags & DBH_SHAPE_WRITES) changed = is_busy ? -1 : sqlite3_changes(c->handle);
  // Without rows and not halted: sqlite3_step() gave up with SQLITE_BUSY, which neither the trace nor the log reports.
  if (is_busy && open->rows == 0 && open->error == 0) open->error = SQLITE_BUSY;
  if (is_busy) {
    atomic_store_explicit(&c->resync, true, memory_order_relaxed);
  } else {
    atomic_store_explicit(&c->total_changes, sqlite3_total_changes(c->handle), memory_order_relaxed);
  }
  if (open->error != 0 && (open->flags & DBH_SHAPE_WRITES)) changed = is_busy ? -1 : 0;
  if (autocommit) {
    c->transaction = 0;
  } else if (c->transaction == 0) {
    c->transaction = ++c->last_transaction;
    open->transaction = c->transaction;
  }
  open->is_busy = is_busy;
  open->reprepares = counter(statement, SQLITE_STMTSTATUS_REPREPARE);

  if (!is_wanted(&open->slot)) return;
  dbh_outcome outcome = {
      .duration = now - open->start,
      .rows = open->rows,
      .changed = changed,
      .steps = since(counter(statement, SQLITE_STMTSTATUS_VM_STEP), open->steps),
      .full_scan_steps = since(counter(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP), open->full_scan_steps),
      .sorts = since(counter(statement, SQLITE_STMTSTATUS_SORT), open->sorts),
      .automatic_index_rows = since(counter(statement, SQLITE_STMTSTATUS_AUTOINDEX), open->automatic_index_rows),
      .error = open->error,
      .error_message = open->error_message,
      .transaction = open->transaction,
      .autocommit = autocommit,
      .is_unfinished = is_busy,
  };
  swift->ended(open->slot, &outcome);
}

static void move_to_last(dbh_connection *c, uint32_t index) {
  if (c->has_last) forget(&c->last);
  c->last = c->open[index];
  c->has_last = true;
  remove_at(c, index);
}

// The statement that ended last goes on: SQLite prepared it anew after a schema change, or the application stepped it
// again after SQLITE_BUSY. Neither is announced by a second STMT event.
static bool goes_on(dbh_connection *c, sqlite3_stmt *statement) {
  if (!c->has_last || c->last.statement != statement) return false;
  if (c->last.error == SQLITE_BUSY) return true;
  return counter(statement, SQLITE_STMTSTATUS_REPREPARE) != c->last.reprepares;
}

static void profile(dbh_connection *c, sqlite3_stmt *statement, const dbh_callbacks *swift) {
  uint64_t now = dbh_now();
  dbh_open_statement *open = find(c, statement);
  if (open) {
    uint32_t index = (uint32_t)(open - c->open);
    end(c, open, swift, now);
    dbh_settle(c, open, open->is_busy, false);
    move_to_last(c, index);
  } else if (goes_on(c, statement)) {
    if (c->last.error == SQLITE_BUSY) c->last.error = 0;
    end(c, &c->last, swift, now);
    dbh_settle(c, &c->last, c->last.is_busy, true);
  } else {
    dbh_settle_loose(c);
    // Began before anyone listened, or is SQLite's own (a virtual table's): what it changed is accounted for.
    if (sqlite3_stmt_busy(statement)) {
      atomic_store_explicit(&c->resync, true, memory_order_relaxed);
    } else {
      atomic_store_explicit(&c->total_changes, sqlite3_total_changes(c->handle), memory_order_relaxed);
    }
  }
}

static void row(dbh_connection *c, sqlite3_stmt *statement) {
  dbh_open_statement *open = find(c, statement);
  if (open) {
    open->rows++;
  } else if (goes_on(c, statement)) {
    c->last.rows++;
    if (c->last.error == SQLITE_BUSY) {
      c->last.error = 0;
    }
  }
}

static void ours(dbh_connection *c, unsigned event, void *p, void *x) {
  bool is_listening = atomic_load_explicit(&dbh_listening, memory_order_relaxed);
  if (event == SQLITE_TRACE_STMT && x && may_define(x) && x == (void *)sqlite3_sql(p) && defines(x)) {
    const dbh_callbacks *swift = dbh_swift();
    if (swift) swift->defined(c->context, x);
  }
  if (!is_listening && atomic_load_explicit(&c->depth, memory_order_relaxed) == 0) return;
  const dbh_callbacks *swift = dbh_swift();
  if (!swift) return;
  switch (event) {
    case SQLITE_TRACE_STMT:
      // Any other text is a line of SQLite's about a trigger, or about a statement inside of this one.
      if (is_listening && x == (void *)sqlite3_sql(p)) begin(c, p, x, swift);
      break;
    case SQLITE_TRACE_ROW:
      row(c, p);
      break;
    case SQLITE_TRACE_PROFILE:
      profile(c, p, swift);
      break;
  }
}

static bool user_hears(const dbh_connection *c) { return (c->user_mask | c->missed.count | c->timed.count) != 0; }

static __attribute__((noinline)) int heard(dbh_connection *c, unsigned event, void *p, void *x) {
  if (event & DBH_TRACE_MASK) ours(c, event, p, x);
  if (!user_hears(c)) return 0;
  if (event == SQLITE_TRACE_STMT && (c->missed.count || c->timed.count)) dbh_user_trace_began(c, p, x);
  if (event == SQLITE_TRACE_PROFILE && !dbh_user_hears_profile(c, p)) return 0;
  if (c->user_mask & event) return c->user_callback(event, c->user_context, p, x);
  return 0;
}

int dbh_trace(unsigned event, void *context, void *p, void *x) {
  dbh_connection *c = context;
  // Of a program that nobody observes this is all: no call, and no write.
  if (!atomic_load_explicit(&dbh_listening, memory_order_relaxed) &&
      atomic_load_explicit(&c->depth, memory_order_relaxed) == 0 && !user_hears(c) &&
      (event != SQLITE_TRACE_STMT || !x || !may_define(x))) {
    return 0;
  }
  return heard(c, event, p, x);
}

void dbh_trace_close(dbh_connection *c) {
  uint32_t depth = atomic_load_explicit(&c->depth, memory_order_relaxed);
  for (uint32_t i = 0; i < depth; i++) forget(&c->open[i]);
  set_depth(c, 0);
  if (c->has_last) forget(&c->last);
  c->has_last = false;
  dbh_user_trace_close(c);
  free(c->open);
  c->open = NULL;
  c->capacity = 0;
}

uint64_t dbh_parameter_hash(void *statement, uint64_t sql_hash) {
  if (sqlite3_bind_parameter_count(statement) == 0) return sql_hash;
  char *expanded = sqlite3_expanded_sql(statement);
  if (!expanded) return 0;
  uint64_t hash = dbh_hash(expanded, strlen(expanded));
  sqlite3_free(expanded);
  return hash;
}

const char *dbh_sql(void *statement) { return sqlite3_sql(statement); }

char *dbh_expanded_sql(void *statement) { return sqlite3_expanded_sql(statement); }

void dbh_free(void *text) { sqlite3_free(text); }
