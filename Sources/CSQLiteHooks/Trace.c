// The one trace callback of a connection: ours, and the application's own beside it. SQLite calls it on the thread that steps,
// prepares, resets or finalizes a statement or closes the connection, with the connection's mutex: everything here is inside of it.

#include <stdlib.h>
#include <string.h>

#include "Definitions.h"
#include "Direct.h"
#include "Ending.h"
#include "OpenStatements.h"

_Atomic bool dbh_listening;
_Atomic uint64_t dbh_epoch;

// A statement begins, and its connection's counters are not those that it had when a statement ended last.
static __attribute__((cold, noinline)) void resync(dbh_connection *c, const dbh_callbacks *swift) {
  uint64_t epoch = atomic_load_explicit(&dbh_epoch, memory_order_relaxed);
  bool is_new = atomic_load_explicit(&c->epoch, memory_order_relaxed) != epoch;
  bool is_expected = is_new || atomic_load_explicit(&c->resync, memory_order_relaxed);
  if (is_new) {
    // What was open may have ended, and another transaction begun, while nobody listened.
    c->transaction = 0;
    dbh_drop_loose(c);
  }
  // And another statement may have been prepared at the address of the one that ended last.
  if (c->last) c->last->ended_steps = 0;
  dbh_sync_changes(c);
  dbh_sync_pages(c);
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

// The long way: Swift may make the statement's lane, and the connection's.
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
      .flags = (dsl_flags)flags,
      .transaction = open->transaction,
      .parent = parent,
  };
  dbh_slot slot = {0};
  bool is_kept = swift->began(&begun, &slot);
  DCS_ASSERT(is_kept == is_wanted(&slot));
  DCS_ASSERT(!slot.lane || slot.lane == c->lane);
  if (slot.lane) slot.lane->uses++;
  // After `began`: what the recording itself costs is not the statement's time.
  if (!slot.lane || slot.telemetry) slot.kept.start = dbh_monotonic();
  open->slot = slot;
}

// A foreign key action is a program without a name inside of the statement, and announced as if the statement began again. Its
// steps are counted when it returns, so that they tell another execution, which began where nobody was told of the end of the
// one before: nobody listened for a while, or the clock of SQLite's stood at 0.
static __attribute__((cold, noinline)) bool is_still_open(dbh_connection *c, dbh_open_statement *open) {
  if (atomic_load_explicit(&c->epoch, memory_order_relaxed) == atomic_load_explicit(&dbh_epoch, memory_order_relaxed) &&
      counter(open->statement, SQLITE_STMTSTATUS_VM_STEP) == open->steps) {
    return true;
  }
  dbh_drop_unreported(c, open->statement);
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

// A statement of the application begins, unless it is open already.
static inline void begin(dbh_connection *c, sqlite3_stmt *statement, const char *sql, const dbh_callbacks *swift) {
  dbh_thread_state *thread = dbh_thread_of_statement(c);
  atomic_store_explicit(&c->thread, thread->number, memory_order_relaxed);
  if (c->unsettled) dbh_settle_late(c, false);
  dbh_open_statement *known = find(c, statement);
  if (known && is_still_open(c, known)) return;
  check_changes(c, swift);
  dbh_update_row_hook(c);
  if (c->pending_count) dbh_settle_loose(c);

  uint32_t steps = counter(statement, SQLITE_STMTSTATUS_VM_STEP);
  bool is_again = runs_again(c, statement, steps);
  const dbh_known_text *text = text_of(c, swift, statement, sql, is_again);
  uint32_t shape_flags = text->shape.flags;
  if (shape_flags & (DBH_SHAPE_ATTACHES | DBH_SHAPE_DEFINES)) {
    dbh_schema_changes_by(c, sql);
    if (defines(sql)) swift->defined(c->context, sql);
  }
  bool autocommit = dbh_sqlite.get_autocommit(c->handle) != 0;
  if (autocommit) {
    c->transaction = 0;
  } else if (c->transaction == 0) {
    c->transaction = ++c->last_transaction;
  }

  DCS_ASSERT(!find(c, statement));
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
      .calls = c->nested_calls,
  };
  c->nested_calls = 0;
  if (!is_again) {
    open->full_scan_steps = counter(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP);
    open->sorts = counter(statement, SQLITE_STMTSTATUS_SORT);
    open->automatic_index_rows = counter(statement, SQLITE_STMTSTATUS_AUTOINDEX);
  }
  if (!autocommit && (shape_flags & DBH_SHAPE_TRANSACTION)) dbh_note_versions(c, open);

  uint16_t flags = (uint16_t)(DSL_HAS_COUNTERS | (autocommit ? DSL_AUTOCOMMIT : 0) | dbh_thread_flags());
  if (!(flags & DSL_MAIN_THREAD) && dbh_is_shared_thread()) flags |= DSL_SHARED_THREAD;
  const dbh_slot *parent = enclosing(c, thread->number);
  if (!began_directly(c, open, text, flags, parent)) {
    begin_in_swift(c, open, text, sql, flags, parent, swift);
  }
  bool uses_tables = (shape_flags & (DBH_SHAPE_READS | DBH_SHAPE_WRITES)) && (shape_flags & DBH_SHAPE_HAS_TABLES);
  if (uses_tables && is_wanted(&open->slot)) dbh_want_schema(c, thread, statement, open->slot.kept.start);
}

// A statement ends.
static inline void profile(dbh_connection *c, sqlite3_stmt *statement, const dbh_callbacks *swift) {
  uint64_t now = dbh_monotonic();
  dbh_call *call = dbh_this_thread.call;
  bool is_called = call && call->statement == statement;
  if (is_called) call->was_seen = call->has_ended = true;
  if (c->unsettled && c->unsettled->statement != statement) dbh_settle_late(c, false);
  dbh_open_statement *open = find(c, statement);
  if (open) {
    if (is_called && (open->slot.telemetry || dbh_needs_settling(c, open))) {
      // Whether it failed is known when the call returns.
      open->ended = now;
      c->unsettled = open;
      call->unsettled = c;
    } else {
      finish(c, open, swift, now);
    }
  } else if (goes_on(c, statement)) {
    end_again(c, swift, now);
  } else {
    end_unseen(c, statement);
  }
}

// A statement has a row.
static inline void row(dbh_connection *c, sqlite3_stmt *statement) {
  dbh_open_statement *open = find(c, statement);
  if (open) {
    open->rows++;
  } else if (goes_on(c, statement)) {
    c->last->rows++;
    if (is_waiting(c->last)) forget_error(c->last);
  }
}

void dbh_settle_late(dbh_connection *c, bool has_result) {
  const dbh_callbacks *swift = dbh_swift();
  dbh_open_statement *open = c->unsettled;
  DCS_ASSERT(dbh_is_inside(c) && (!open || find(c, open->statement) == open));
  c->unsettled = NULL;
  if (!swift || !open) return;
  open->has_result = has_result;
  finish(c, open, swift, open->ended);
}

void dbh_end_unreported(dbh_connection *c, sqlite3_stmt *statement) {
  const dbh_callbacks *swift = dbh_swift();
  dbh_open_statement *open = find(c, statement);
  if (swift && open && open != c->unsettled) finish(c, open, swift, dbh_monotonic());
}

void dbh_drop_unreported(dbh_connection *c, const sqlite3_stmt *statement) {
  dbh_open_statement *open = find(c, (void *)statement);
  if (!open) return;
  if (open == c->unsettled) c->unsettled = NULL;
  const dbh_callbacks *swift = dbh_swift();
  if (swift && is_wanted(&open->slot)) {
    // Its counters are gone with it.
    bool autocommit = dbh_sqlite.get_autocommit(c->handle) != 0;
    dsl_ending ending = ending_of(open, dbh_monotonic(), -1, autocommit, true);
    end_in_swift(open, &ending, swift);
  }
  remove_open(c, open);
  forget(c, open);
}

// The statement's text, where one of the application's begins; else NULL. Within another statement its beginning is announced as
// a comment, and so is each trigger that is fired.
static inline const char *beginning(dbh_connection *c, sqlite3_stmt *statement, const char *text) {
  if (!text || text[0] != '-') {
    // A module reads what it keeps when a statement is prepared that names one of its tables.
    if (dbh_this_thread.preparing == 0 || !text) return text;
    return find(c, statement) || dbh_is_nested_of_app(c, statement, text) ? text : NULL;
  }
  const char *sql = sqlite3_sql(statement);
  if (text == sql) return text;
  return dbh_is_comment_of(text, sql) && !find(c, statement) && dbh_is_nested_of_app(c, statement, sql) ? sql : NULL;
}

// A function for each event: a row takes little of what a statement does.
static __attribute__((noinline)) void on_statement(dbh_connection *c, sqlite3_stmt *statement, const char *text) {
  const dbh_callbacks *swift = dbh_swift();
  dbh_call *call = dbh_this_thread.call;
  if (call && call->statement == statement) call->was_seen = true;
  if (!swift) return;
  if (atomic_load_explicit(&dbh_listening, memory_order_relaxed)) {
    const char *sql = beginning(c, statement, text);
    if (sql) begin(c, statement, sql, swift);
  } else if (text && may_define(text)) {
    const char *word = first_word(text);
    if (defines(word)) swift->defined(c->context, text);
    if (defines(word) || dbh_attaches(word)) dbh_schema_changes_by(c, text);
  }
}

static __attribute__((noinline)) void on_row(dbh_connection *c, sqlite3_stmt *statement) { row(c, statement); }

static __attribute__((noinline)) void on_profile(dbh_connection *c, sqlite3_stmt *statement) {
  const dbh_callbacks *swift = dbh_swift();
  if (swift) profile(c, statement, swift);
}

// A close begins, which SQLite may refuse, or put off until the statements are finalized: those are told. On the closing thread; a
// connection that is not listened to costs no more than the call.
static __attribute__((cold, noinline)) void on_close(dbh_connection *c) {
  const dbh_callbacks *swift = dbh_swift();
  if (!swift || !c->context) return;
  swift->closing(c->context, NULL);
  uint32_t count = 0;
  for (sqlite3_stmt *s = sqlite3_next_stmt(c->handle, NULL); s && count < 16; s = sqlite3_next_stmt(c->handle, s)) {
    const char *sql = sqlite3_sql(s);
    if (!sql) continue;
    swift->closing(c->context, sql);
    count++;
  }
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

// The application's callback hears behind ours.
static __attribute__((cold, noinline)) int shared(dbh_connection *c, unsigned event, void *p, void *x, uintptr_t caller) {
  bool is_listening = atomic_load_explicit(&dbh_listening, memory_order_relaxed) || depth_of(c) != 0;
  if (is_listening || (event == SQLITE_TRACE_STMT && x && may_define(x))) ours(c, event, p, x, caller);
  if (event == SQLITE_TRACE_STMT && (c->missed.count || c->timed.count)) dbh_user_trace_began(c, p, x);
  if (event == SQLITE_TRACE_PROFILE && !dbh_user_hears_profile(c, p)) return 0;
  if (!(c->user_mask & event)) return 0;
  if (c->user_callback) return c->user_callback(event, c->user_context, p, x);
  if (c->user_legacy) dbh_call_legacy_trace(c, p, x);
  return 0;
}

int dbh_trace(unsigned event, void *context, void *p, void *x) {
  dbh_connection *c = context;
  DBH_IS_CALLED(c);
  if (event == SQLITE_TRACE_CLOSE) {
    on_close(c);
    return c->user_mask & event && c->user_callback ? c->user_callback(event, c->user_context, p, x) : 0;
  }
  uint32_t wanted = atomic_load_explicit(&dbh_listening, memory_order_relaxed) | depth_of(c) | c->user_mask |
                    c->missed.count | c->timed.count;
  // Of a program that nobody observes this is all: no call, and no write.
  if (wanted == 0 && (event != SQLITE_TRACE_STMT || !x || !may_define(x))) return 0;
  if (c->is_asking) return 0;
  uintptr_t caller = (uintptr_t)__builtin_return_address(0);
  if (user_hears(c)) return shared(c, event, p, x, caller);
  ours(c, event, p, x, caller);
  return 0;
}

void dbh_trace_close(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  uint32_t depth = depth_of(c);
  c->unsettled = NULL;
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

const char *dbh_sql(void *statement) { return sqlite3_sql(statement); }

char *dbh_expanded_sql(void *statement) { return sqlite3_expanded_sql(statement); }

void dbh_free(void *text) { sqlite3_free(text); }
