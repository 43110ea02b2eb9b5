// The one trace callback of a connection: ours, and the application's own beside it.

#include <stdlib.h>
#include <string.h>

#include "Direct.h"

_Atomic bool dbh_listening;
_Atomic uint64_t dbh_epoch;

static inline uint32_t counter(sqlite3_stmt *statement, int which) {
  return (uint32_t)dbh_sqlite.stmt_status(statement, which, 0);
}

// A counter that somebody reset in between starts again from zero.
static inline uint32_t since(uint32_t now, uint32_t before) { return now >= before ? now - before : now; }

static inline uint32_t depth_of(const dbh_connection *c) { return atomic_load_explicit(&c->depth, memory_order_relaxed); }

static inline dbh_open_statement *find(dbh_connection *c, void *statement) {
  for (uint32_t i = depth_of(c); i > 0; i--) {
    if (c->open[i - 1]->statement == statement) return c->open[i - 1];
  }
  return NULL;
}

static inline void set_depth(dbh_connection *c, uint32_t depth) {
  atomic_store_explicit(&c->depth, depth, memory_order_release);
}

static inline bool is_wanted(const dbh_slot *slot) { return slot->lane || slot->telemetry; }

static __attribute__((cold, noinline)) void forget_more(dbh_open_statement *open) {
  free(open->error_message);
  const dbh_callbacks *swift = dbh_swift();
  if (swift && open->slot.telemetry) swift->release_telemetry(open->slot.telemetry);
}

// The memory is there for another statement.
static inline void forget(dbh_connection *c, dbh_open_statement *open) {
  if (open->error_message || open->slot.telemetry) forget_more(open);
  if (open->slot.lane && --open->slot.lane->uses == 0) dbh_free_lane(open->slot.lane);
  if (c->spare) free(open);
  else c->spare = open;
}

static void remove_open(dbh_connection *c, dbh_open_statement *open) {
  uint32_t depth = depth_of(c);
  uint32_t index = depth - 1;
  while (c->open[index] != open) index--;
  for (; index + 1 < depth; index++) c->open[index] = c->open[index + 1];
  set_depth(c, depth - 1);
}

static __attribute__((cold, noinline)) bool grow(dbh_connection *c) {
  uint32_t capacity = c->capacity ? c->capacity * 2 : 4;
  dbh_open_statement **grown = realloc(c->open, capacity * sizeof *grown);
  if (!grown) return false;
  c->open = grown;
  c->capacity = capacity;
  return true;
}

static inline dbh_open_statement *push(dbh_connection *c) {
  uint32_t depth = depth_of(c);
  if (depth == c->capacity && !grow(c)) return NULL;
  dbh_open_statement *open = c->spare ? c->spare : malloc(sizeof *open);
  if (!open) return NULL;
  c->spare = NULL;
  c->open[depth] = open;
  set_depth(c, depth + 1);
  return open;
}

// Whether the text may define a table: those are read also while nobody records, since an in-memory database cannot be
// asked for its foreign keys later. One byte decides in nearly every case.
static inline __attribute__((always_inline)) bool may_define(const char *sql) {
  // A bit for each of: tab, line feed, return, space, '-', '/'; 'A', 'C', 'D' in either case.
  static const uint64_t first[4] = {0x0000A00100002600, 0x0000001A0000001A, 0, 0};
  unsigned char byte = (unsigned char)sql[0];
  if (!(first[byte >> 6] >> (byte & 63) & 1)) return false;
  return (byte | 0x20) != 'd' || (sql[1] | 0x20) == 'r';  // not DELETE
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

static __attribute__((cold, noinline)) void resync(dbh_connection *c, const dbh_callbacks *swift) {
  uint64_t epoch = atomic_load_explicit(&dbh_epoch, memory_order_relaxed);
  bool is_new = atomic_load_explicit(&c->epoch, memory_order_relaxed) != epoch;
  bool is_expected = is_new || atomic_load_explicit(&c->resync, memory_order_relaxed);
  // What was open may have ended, and another transaction begun, while nobody listened.
  if (is_new) c->transaction = 0;
  // And another statement may have been prepared at the address of the one that ended last.
  if (c->last) c->last->ended_steps = 0;
  dbh_sync_changes(c);
  atomic_store(&c->epoch, epoch);
  if (!is_expected) swift->lost(c->context);
}

static inline void check_changes(dbh_connection *c, const dbh_callbacks *swift) {
  bool is_known = atomic_load_explicit(&c->epoch, memory_order_relaxed) ==
                      atomic_load_explicit(&dbh_epoch, memory_order_relaxed) &&
                  !atomic_load_explicit(&c->resync, memory_order_relaxed);
  if (is_known && (depth_of(c) != 0 || dbh_sqlite.total_changes(c->handle) ==
                                           atomic_load_explicit(&c->total_changes, memory_order_relaxed))) {
    return;
  }
  resync(c, swift);
}

// The innermost statement of the thread that is open and wanted, below the one that begins.
static inline const dbh_slot *enclosing(const dbh_connection *c, uint64_t thread) {
  for (uint32_t i = depth_of(c) - 1; i > 0; i--) {
    const dbh_open_statement *outer = c->open[i - 1];
    if (outer->thread == thread && is_wanted(&outer->slot)) return &outer->slot;
  }
  return NULL;
}

// The long way.
static __attribute__((cold, noinline)) void begin_in_swift(dbh_connection *c, dbh_open_statement *open,
                                                           const dbh_known_text *text, const char *sql, uint16_t flags,
                                                           const dbh_slot *parent, const dbh_callbacks *swift) {
  dbh_statement begun = {
      .context = c->context,
      .connection = c,
      .lane = c->lane,
      .statement = open->statement,
      .sql = sql,
      .sql_hash = text->hash,
      .shape = text->shape,
      .thread = open->thread,
      .flags = flags,
      .transaction = open->transaction,
      .parent = parent,
  };
  dbh_slot slot = {0};
  if (swift->began(&begun, &slot) && slot.lane) slot.lane->uses++;
  // After `began`: what the recording itself costs is not the statement's time.
  if (!slot.lane || slot.telemetry) slot.start = dbh_monotonic();
  open->slot = slot;
}

// A foreign key action is a program without a name inside of the statement, and announced as if the statement began again.
// Only where nobody listened for a while it may have ended unseen, and be another execution.
static __attribute__((cold, noinline)) bool is_still_open(dbh_connection *c, dbh_open_statement *open) {
  if (atomic_load_explicit(&c->epoch, memory_order_relaxed) == atomic_load_explicit(&dbh_epoch, memory_order_relaxed)) {
    return true;
  }
  remove_open(c, open);
  forget(c, open);
  return false;
}

// The statement that ended last, and nobody has stepped it or reset its counters since: no other one that was prepared at its
// address has as many steps. The other counters were zero and are it still.
static inline bool runs_again(const dbh_connection *c, const sqlite3_stmt *statement, uint32_t steps) {
  return c->last && c->last->statement == statement && steps != 0 && steps == c->last->ended_steps;
}

static inline const dbh_known_text *text_of(dbh_connection *c, const dbh_callbacks *swift, sqlite3_stmt *statement,
                                            const char *sql, bool is_again) {
  const dbh_known_text *known = dbh_text_place(c, statement);
  if (is_again && known->statement == statement && known->sql == sql) return known;
  return dbh_known_text_of(c, swift, statement, sql);
}

static inline void begin(dbh_connection *c, sqlite3_stmt *statement, const char *sql, const dbh_callbacks *swift) {
  atomic_store_explicit(&c->saw_statement, true, memory_order_relaxed);
  dbh_thread_state *thread = dbh_thread_of_statement(c);
  dbh_open_statement *known = find(c, statement);
  if (known && is_still_open(c, known)) return;
  check_changes(c, swift);
  dbh_update_row_hook(c);
  if (c->pending_count) dbh_settle_loose(c);

  uint32_t steps = counter(statement, SQLITE_STMTSTATUS_VM_STEP);
  bool is_again = runs_again(c, statement, steps);
  const dbh_known_text *text = text_of(c, swift, statement, sql, is_again);
  uint32_t shape_flags = text->shape.flags;
  if ((shape_flags & DBH_SHAPE_DEFINES) && defines(sql)) swift->defined(c->context, sql);
  bool autocommit = dbh_sqlite.get_autocommit(c->handle) != 0;
  if (autocommit) {
    c->transaction = 0;
  } else if (c->transaction == 0) {
    c->transaction = ++c->last_transaction;
  }

  dbh_open_statement *open = push(c);
  if (!open) return;
  *open = (dbh_open_statement){
      .statement = statement,
      .thread = thread->number,
      .flags = shape_flags,
      .transaction = c->transaction,
      .transaction_before = c->transaction,
      .began_in_autocommit = autocommit,
      .shape = text->shape.id,
      .steps = steps,
  };
  if (!is_again) {
    open->full_scan_steps = counter(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP);
    open->sorts = counter(statement, SQLITE_STMTSTATUS_SORT);
    open->automatic_index_rows = counter(statement, SQLITE_STMTSTATUS_AUTOINDEX);
  }
  if (!autocommit && (shape_flags & DBH_SHAPE_TRANSACTION)) open->data_version = dbh_data_version(c->handle);

  uint16_t flags = (uint16_t)(DBH_FLAG_HAS_COUNTERS | (autocommit ? DBH_FLAG_AUTOCOMMIT : 0) | dbh_thread_flags());
  const dbh_slot *parent = enclosing(c, thread->number);
  if (!began_directly(c, open, text, flags, parent, swift)) {
    begin_in_swift(c, open, text, sql, flags, parent, swift);
  }
}

// The long way.
static __attribute__((cold, noinline)) void end_in_swift(const dbh_open_statement *open, dbh_ending ending,
                                                         const dbh_callbacks *swift) {
  dbh_outcome outcome = {
      .duration = ending.duration,
      .rows = open->rows,
      .changed = ending.changed,
      .steps = ending.steps,
      .full_scan_steps = ending.full_scan_steps,
      .sorts = ending.sorts,
      .automatic_index_rows = ending.automatic_index_rows,
      .error = open->error,
      .error_message = open->error_message,
      .transaction = open->transaction,
      .shape = open->shape,
      .autocommit = ending.autocommit,
      .is_unfinished = ending.is_busy,
  };
  swift->ended(&open->slot, &outcome);
}

// Returns whether the statement is settled with it.
static inline bool end(dbh_connection *c, dbh_open_statement *open, const dbh_callbacks *swift, uint64_t now) {
  sqlite3_stmt *statement = open->statement;
  bool is_busy = dbh_sqlite.stmt_busy(statement) != 0;
  bool autocommit = dbh_sqlite.get_autocommit(c->handle) != 0;
  int64_t changed = 0;
  if (open->flags & DBH_SHAPE_WRITES) changed = is_busy ? -1 : dbh_sqlite.changes(c->handle);
  // Without rows and not halted: sqlite3_step() gave up with SQLITE_BUSY, which neither the trace nor the log reports.
  if (is_busy && open->rows == 0 && open->error == 0) open->error = SQLITE_BUSY;
  if (is_busy) {
    atomic_store_explicit(&c->resync, true, memory_order_relaxed);
  } else {
    atomic_store_explicit(&c->total_changes, dbh_sqlite.total_changes(c->handle), memory_order_relaxed);
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

  open->ended_steps = 0;

  if (!is_wanted(&open->slot)) return false;
  uint32_t steps = counter(statement, SQLITE_STMTSTATUS_VM_STEP);
  uint32_t full_scan_steps = counter(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP);
  uint32_t sorts = counter(statement, SQLITE_STMTSTATUS_SORT);
  uint32_t automatic_index_rows = counter(statement, SQLITE_STMTSTATUS_AUTOINDEX);
  if ((full_scan_steps | sorts | automatic_index_rows) == 0) open->ended_steps = steps;
  dbh_ending ending = {
      .duration = now > open->slot.start ? now - open->slot.start : 0,
      .changed = changed,
      .steps = since(steps, open->steps),
      .full_scan_steps = since(full_scan_steps, open->full_scan_steps),
      .sorts = since(sorts, open->sorts),
      .automatic_index_rows = since(automatic_index_rows, open->automatic_index_rows),
      .autocommit = autocommit,
      .is_busy = is_busy,
  };
  bool is_settled = false;
  const dbh_row_changes *changes = autocommit ? NULL : dbh_plain_changes(c, open, changed);
  if (!ended_directly(open, &ending, changes, &is_settled)) end_in_swift(open, ending, swift);
  return is_settled;
}

// The statement that ended last goes on: SQLite prepared it anew after a schema change, or the application stepped it
// again after SQLITE_BUSY. Neither is announced by a second STMT event.
static bool goes_on(const dbh_connection *c, sqlite3_stmt *statement) {
  if (!c->last || c->last->statement != statement) return false;
  if (c->last->error == SQLITE_BUSY) return true;
  return counter(statement, SQLITE_STMTSTATUS_REPREPARE) != c->last->reprepares;
}

static __attribute__((cold, noinline)) void end_again(dbh_connection *c, const dbh_callbacks *swift, uint64_t now) {
  if (c->last->error == SQLITE_BUSY) c->last->error = 0;
  c->last->went_on = true;
  end(c, c->last, swift, now);
  dbh_settle(c, c->last, c->last->is_busy, true);
}

static __attribute__((cold, noinline)) void end_unseen(dbh_connection *c, sqlite3_stmt *statement) {
  dbh_settle_loose(c);
  // Began before anyone listened, or is SQLite's own (a virtual table's): what it changed is accounted for.
  if (dbh_sqlite.stmt_busy(statement)) {
    atomic_store_explicit(&c->resync, true, memory_order_relaxed);
  } else {
    atomic_store_explicit(&c->total_changes, dbh_sqlite.total_changes(c->handle), memory_order_relaxed);
  }
}

static inline void profile(dbh_connection *c, sqlite3_stmt *statement, const dbh_callbacks *swift) {
  uint64_t now = dbh_monotonic();
  dbh_open_statement *open = find(c, statement);
  if (open) {
    if (end(c, open, swift, now)) {
      dbh_took_plain_changes(c);
    } else if (dbh_needs_settling(c, open)) {
      dbh_settle(c, open, open->is_busy, false);
    }
    remove_open(c, open);
    if (c->last) forget(c, c->last);
    c->last = open;
  } else if (goes_on(c, statement)) {
    end_again(c, swift, now);
  } else {
    end_unseen(c, statement);
  }
}

static inline void row(dbh_connection *c, sqlite3_stmt *statement) {
  dbh_open_statement *open = find(c, statement);
  if (open) {
    open->rows++;
  } else if (goes_on(c, statement)) {
    c->last->rows++;
    if (c->last->error == SQLITE_BUSY) c->last->error = 0;
  }
}

// Any other text than the statement's is a line of SQLite's about a trigger, or about a statement inside of this one; each is
// a comment.
static inline bool is_own_text(sqlite3_stmt *statement, const char *text) {
  return text && (text[0] != '-' || text == sqlite3_sql(statement));
}

// A function for each event: a row takes little of what a statement does.
static __attribute__((noinline)) void on_statement(dbh_connection *c, sqlite3_stmt *statement, const char *text) {
  const dbh_callbacks *swift = dbh_swift();
  if (!swift || !is_own_text(statement, text)) return;
  if (atomic_load_explicit(&dbh_listening, memory_order_relaxed)) {
    begin(c, statement, text, swift);
  } else if (may_define(text) && defines(text)) {
    swift->defined(c->context, text);
  }
}

static __attribute__((noinline)) void on_row(dbh_connection *c, sqlite3_stmt *statement) { row(c, statement); }

static __attribute__((noinline)) void on_profile(dbh_connection *c, sqlite3_stmt *statement) {
  const dbh_callbacks *swift = dbh_swift();
  if (swift) profile(c, statement, swift);
}

static inline void ours(dbh_connection *c, unsigned event, void *p, void *x, uintptr_t caller) {
  if (event == SQLITE_TRACE_ROW) {
    on_row(c, p);
    return;
  }
  // Stacks begin in SQLite, whichever way through the callback a statement takes.
  uintptr_t before = dcs_set_origin(caller);
  if (event == SQLITE_TRACE_STMT) on_statement(c, p, x);
  else if (event == SQLITE_TRACE_PROFILE) on_profile(c, p);
  dcs_set_origin(before);
}

static inline bool user_hears(const dbh_connection *c) { return (c->user_mask | c->missed.count | c->timed.count) != 0; }

static __attribute__((cold, noinline)) int shared(dbh_connection *c, unsigned event, void *p, void *x, uintptr_t caller) {
  bool is_listening = atomic_load_explicit(&dbh_listening, memory_order_relaxed) || depth_of(c) != 0;
  if (is_listening || (event == SQLITE_TRACE_STMT && x && may_define(x))) ours(c, event, p, x, caller);
  if (event == SQLITE_TRACE_STMT && (c->missed.count || c->timed.count)) dbh_user_trace_began(c, p, x);
  if (event == SQLITE_TRACE_PROFILE && !dbh_user_hears_profile(c, p)) return 0;
  if (c->user_mask & event) return c->user_callback(event, c->user_context, p, x);
  return 0;
}

int dbh_trace(unsigned event, void *context, void *p, void *x) {
  dbh_connection *c = context;
  uint32_t wanted = atomic_load_explicit(&dbh_listening, memory_order_relaxed) | depth_of(c) | c->user_mask |
                    c->missed.count | c->timed.count;
  // Of a program that nobody observes this is all: no call, and no write.
  if (wanted == 0 && (event != SQLITE_TRACE_STMT || !x || !may_define(x))) return 0;
  uintptr_t caller = (uintptr_t)__builtin_return_address(0);
  if (user_hears(c)) return shared(c, event, p, x, caller);
  ours(c, event, p, x, caller);
  return 0;
}

void dbh_trace_close(dbh_connection *c) {
  uint32_t depth = depth_of(c);
  for (uint32_t i = 0; i < depth; i++) forget(c, c->open[i]);
  set_depth(c, 0);
  if (c->last) forget(c, c->last);
  c->last = NULL;
  free(c->spare);
  c->spare = NULL;
  dbh_leave_lane(c->lane);
  c->lane = NULL;
  dbh_free_texts(c);
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
