// How a statement ends: once, or again after SQLite prepared it anew or the application stepped it again. Inside of the connection.
// Part of Trace.c alone, so that the compiler puts it into the callback.

#ifndef CSQLITEHOOKS_ENDING_H
#define CSQLITEHOOKS_ENDING_H

#include "Definitions.h"
#include "Direct.h"
#include "OpenStatements.h"

// The long way. The slot is wanted.
static __attribute__((cold, noinline)) void end_in_swift(const dbh_open_statement *open, const dsl_ending *ending,
                                                         const dbh_callbacks *swift) {
  dbh_outcome outcome = {
      .counts = *ending,
      .error = open->error,
      .error_message = open->error_message,
      .shape = open->shape,
  };
  swift->ended(&open->slot, &outcome);
}

static inline uint32_t clamped(uint64_t value) { return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value; }

// What a statement that ends `now`, in nanoseconds of dbh_now(), turned out to be, without its cost. `changed`: rows, -1: unknown.
static inline dsl_ending ending_of(const dbh_open_statement *open, uint64_t now, int64_t changed, bool autocommit, bool is_busy) {
  return (dsl_ending){
      .duration = now > open->slot.kept.start ? now - open->slot.kept.start : 0,
      .rows_returned = clamped(open->rows),
      .rows_changed = changed > INT32_MAX ? INT32_MAX : (int32_t)changed,
      .transaction = open->transaction,
      .is_unfinished = is_busy,
      .ends_in_autocommit = autocommit,
      .has_rows = true,
      .has_duration = true,
  };
}

// The failures that neither the trace nor the log reports, where the result of the call is not known (yet).
static inline int32_t unreported_error(dbh_connection *c, const dbh_open_statement *open, bool is_busy, int64_t changed) {
  if (!is_busy) return open->flags & DBH_SHAPE_WRITES && changed == 0 ? dbh_undoing_error(c, open) : 0;
  if (open->rows != 0) return 0;
  // Not halted: sqlite3_step() gave up, with SQLITE_BUSY or, at a COMMIT, because of foreign keys.
  if (!(open->flags & DBH_SHAPE_TRANSACTION)) return SQLITE_BUSY;
  int keys = 0, highest = 0;
  sqlite3_db_status(c->handle, SQLITE_DBSTATUS_DEFERRED_FKS, &keys, &highest, 0);
  return keys > 0 ? SQLITE_CONSTRAINT_FOREIGNKEY : SQLITE_BUSY;
}

// One of the open statements, or the last one once more. Returns whether it is settled with it: whether its changes are in the run of
// the log. `now`: nanoseconds of dbh_now() when it ended.
static inline bool end(dbh_connection *c, dbh_open_statement *open, const dbh_callbacks *swift, uint64_t now) {
  DCS_ASSERT(dbh_is_inside(c) && (open == c->last || find(c, open->statement) == open));
  sqlite3_stmt *statement = open->statement;
  bool is_busy = dbh_sqlite.stmt_busy(statement) != 0;
  bool autocommit = dbh_sqlite.get_autocommit(c->handle) != 0;
  int64_t changed = 0;
  if (open->flags & DBH_SHAPE_WRITES) changed = is_busy ? -1 : dbh_sqlite.changes(c->handle);
  if (open->error == 0 && !open->has_result) open->error = unreported_error(c, open, is_busy, changed);
  if (is_busy) {
    atomic_store_explicit(&c->resync, true, memory_order_relaxed);
  } else {
    atomic_store_explicit(&c->total_changes, dbh_sqlite.total_changes(c->handle), memory_order_relaxed);
  }
  dbh_sync_pages(c);
  // Also at its end: another connection may have asked meanwhile.
  if ((open->flags & (DBH_SHAPE_DEFINES | DBH_SHAPE_ATTACHES)) ||
      (c->defines && (autocommit || (open->flags & DBH_SHAPE_TRANSACTION)))) {
    dbh_schema_changes(c);
    c->defines = !autocommit;
    // What was defined may be undone.
    bool defines = open->flags & (DBH_SHAPE_DEFINES | DBH_SHAPE_ATTACHES);
    if (defines ? open->error != 0 : !keeps_definitions(open)) dbh_stop_telling(c);
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
  dsl_ending ending = ending_of(open, now, changed, autocommit, is_busy);
  ending.steps = since(steps, open->steps);
  ending.full_scan_steps = since(full_scan_steps, open->full_scan_steps);
  ending.sorts = since(sorts, open->sorts);
  ending.automatic_index_rows = since(automatic_index_rows, open->automatic_index_rows);
  uint32_t reads = DBH_SHAPE_READS | DBH_SHAPE_HAS_TABLES;
  if ((open->flags & reads) == reads) ending.version = dbh_known_version(c, autocommit);
  bool is_settled = false;
  const dsl_row_changes *changes = autocommit ? NULL : dbh_plain_changes(c, open, changed);
  if (!ended_directly(open, &ending, changes, &is_settled)) end_in_swift(open, &ending, swift);
  return is_settled;
}

// Whether SQLITE_BUSY ended it, after which the application may step it again.
static inline bool is_waiting(const dbh_open_statement *open) { return (open->error & 0xff) == SQLITE_BUSY; }

// The statement that ended last goes on: SQLite prepared it anew after a schema change, or the application stepped it
// again after SQLITE_BUSY. Neither is announced by a second STMT event.
static bool goes_on(const dbh_connection *c, sqlite3_stmt *statement) {
  if (!c->last || c->last->statement != statement) return false;
  if (is_waiting(c->last)) return true;
  return counter(statement, SQLITE_STMTSTATUS_REPREPARE) != c->last->reprepares;
}

static void forget_error(dbh_open_statement *open) {
  open->error = 0;
  free(open->error_message);
  open->error_message = NULL;
}

// The last statement, of which goes_on() said so.
static __attribute__((cold, noinline)) void end_again(dbh_connection *c, const dbh_callbacks *swift, uint64_t now) {
  DCS_ASSERT(c->last);
  if (is_waiting(c->last)) forget_error(c->last);
  c->last->went_on = true;
  end(c, c->last, swift, now);
  dbh_settle(c, c->last, c->last->is_busy, true);
}

// An open statement: ends it, settles what it did, and makes it the last one.
static inline void finish(dbh_connection *c, dbh_open_statement *open, const dbh_callbacks *swift, uint64_t now) {
  if (end(c, open, swift, now)) {
    dbh_took_plain_changes(c);
  } else if (dbh_needs_settling(c, open)) {
    dbh_settle(c, open, open->is_busy, false);
  }
  remove_open(c, open);
  if (c->last) forget(c, c->last);
  c->last = open;
}

// One that is neither open nor the last.
static __attribute__((cold, noinline)) void end_unseen(dbh_connection *c, sqlite3_stmt *statement) {
  dbh_settle_loose(c);
  // Began before anyone listened, or is SQLite's own (a virtual table's): what it changed is accounted for.
  if (dbh_sqlite.stmt_busy(statement)) {
    atomic_store_explicit(&c->resync, true, memory_order_relaxed);
  } else {
    atomic_store_explicit(&c->total_changes, dbh_sqlite.total_changes(c->handle), memory_order_relaxed);
  }
}

#endif
