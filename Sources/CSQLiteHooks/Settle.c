// What a statement did to its transaction and to its tables, told to Swift when it is over. Inside of the connection.

#include <stdlib.h>

#include "Private.h"

// Removes the changes of one owner from the list and hands them to `step`. `buffer` has room for all of them, and lives as long as it.
static void take(dbh_connection *c, const void *owner, dbh_step *step, dsl_row_changes *buffer, uint32_t capacity) {
  uint32_t kept = 0, taken = 0;
  for (uint32_t i = 0; i < c->pending_count; i++) {
    if (c->pending[i].owner == owner) {
      DCS_ASSERT(taken < capacity);
      buffer[taken++] = c->pending[i].rows;
    } else {
      if (kept != i) c->pending[kept] = c->pending[i];
      kept++;
    }
  }
  c->pending_count = kept;
  c->last_run = 0;
  step->changes = buffer;
  step->change_count = taken;
}

const dsl_row_changes *dbh_plain_changes(dbh_connection *c, const dbh_open_statement *open, int64_t changed) {
  if (c->updates.source != DBH_UPDATES_UNTOLD) return NULL;  // to be compared with what SQLite counts
  if (!(open->flags & DBH_SHAPE_WRITES) || changed <= 0 || open->error || open->went_on || open->began_in_autocommit ||
      open->transaction_before != c->transaction || c->pending_count != 1 || c->has_unknown_rows) {
    return NULL;
  }
  const dbh_pending *only = &c->pending[0];
  DCS_ASSERT(only->rows.table < c->table_count);
  if (only->owner != open->statement || c->tables[only->rows.table].may_be_shadow) return NULL;
  for (int which = 0; which < 3; which++) {
    if (only->rows.indirect[which]) return NULL;
  }
  return &only->rows;
}

// The next statement may go on with the same run of changes.
void dbh_took_plain_changes(dbh_connection *c) {
  DCS_ASSERT(c->pending_count == 1);
  c->pending_count = 0;
}

static uint32_t count_of(const dbh_connection *c, const void *owner) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < c->pending_count; i++) count += c->pending[i].owner == owner;
  return count;
}

// Completes a step with the changes of its owner, and tells Swift; without memory they stay where they are.
static void send(dbh_connection *c, const void *owner, dbh_step *step) {
  DCS_ASSERT(dbh_is_inside(c));
  const dbh_callbacks *swift = dbh_swift();
  if (!swift) return;
  enum { FEW = 8 };
  dsl_row_changes few[FEW];
  uint32_t count = c->pending_count ? count_of(c, owner) : 0;
  dsl_row_changes *buffer = count <= FEW ? few : malloc(count * sizeof *buffer);
  if (!buffer) return;
  if (count) take(c, owner, step, buffer, count);
  if (c->has_unknown_rows) step->is_incomplete = true;
  c->has_unknown_rows = false;
  for (uint32_t i = 0; i < step->change_count; i++) {
    for (int which = 0; which < 3; which++) step->direct += buffer[i].counts[which] - buffer[i].indirect[which];
    step->may_have_shadows |= c->tables[buffer[i].table].may_be_shadow;
  }
  // A statement that failed half-way counts its own changes only where it keeps them: the ones of ON CONFLICT FAIL.
  if (step->is_write && !step->is_busy && step->changed == 0) {
    if (step->direct > 0) step->is_undone = true;
    if (step->direct == 0 && count > 0 && step->has_failed && !step->says_fail) step->is_undone = true;
  }
  swift->settled(c->context, step);
  if (buffer != few) free(buffer);
}

// Blobs, and statements that began before anyone listened.
void dbh_settle_loose(dbh_connection *c) {
  if (c->pending_count == 0 || count_of(c, NULL) == 0) return;
  bool autocommit = sqlite3_get_autocommit(c->handle) != 0;
  dbh_step step = {
      .changed = -1,
      .transaction_before = c->transaction,
      .transaction = c->transaction,
      .began_in_autocommit = autocommit,
      .in_autocommit = autocommit,
      .has_row_hook = true,
      .is_loose = true,
      .is_incomplete = c->updates.source != DBH_UPDATES_UNTOLD,
      .time = dbh_now(),
  };
  send(c, NULL, &step);
}

// What a statement changed that began before anyone listened, and whose end nobody was told of: whoever listens by now was not there.
void dbh_drop_loose(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->pending_count; i++) {
    if (c->pending[i].owner != NULL) c->pending[kept++] = c->pending[i];
  }
  c->pending_count = kept;
  c->last_run = 0;
}

static bool says_fail(const char *sql) {
  for (; sql && *sql; sql++) {
    if ((*sql == 'F' || *sql == 'f') && sqlite3_strnicmp(sql, "FAIL", 4) == 0) return true;
  }
  return false;
}

// A statement that failed at its end, because of foreign keys or of a commit hook, changed rows and counts none.
int32_t dbh_undoing_error(dbh_connection *c, const dbh_open_statement *open) {
  if (c->updates.source != DBH_UPDATES_UNTOLD) return 0;
  uint64_t own = 0;
  for (uint32_t i = 0; i < c->pending_count; i++) {
    if (c->pending[i].owner != open->statement) continue;
    for (int which = 0; which < 3; which++) {
      own += c->pending[i].rows.counts[which] - c->pending[i].rows.indirect[which];
    }
  }
  return own > 0 ? SQLITE_CONSTRAINT : 0;
}

// Whether the hook told of what the statement changed. Where sessions are not counted, one that takes the hook shows by rows
// that nobody was told of.
static bool has_hook(dbh_connection *c, const dbh_open_statement *open, int changed) {
  if (!c->counts_rows || !dbh_has_preupdate_hook() || c->hook_is_taken) return false;
  return dbh_counts_sessions() || changed == 0 || count_of(c, open->statement) > 0;
}

void dbh_settle(dbh_connection *c, dbh_open_statement *open, bool is_busy, bool is_again) {
  DCS_ASSERT(dbh_is_inside(c) && open != c->unsettled && is_again == (open == c->last));
  if (is_again && c->pending_count) {
    for (uint32_t i = 0; i < c->pending_count; i++) {
      if (c->pending[i].owner == NULL) c->pending[i].owner = open->statement;
    }
  }
  bool autocommit = sqlite3_get_autocommit(c->handle) != 0;
  uint32_t relevant = DBH_SHAPE_WRITES | DBH_SHAPE_TRANSACTION | DBH_SHAPE_DEFINES;
  if (!(open->flags & relevant) && autocommit == open->began_in_autocommit && c->pending_count == 0) return;
  if (!(open->flags & relevant) && autocommit == open->began_in_autocommit && count_of(c, open->statement) == 0) {
    dbh_settle_loose(c);
    return;
  }
  bool is_write = open->flags & DBH_SHAPE_WRITES;
  const char *sql = open->flags & DBH_SHAPE_TRANSACTION || open->error ? sqlite3_sql(open->statement) : NULL;
  dbh_step step = {
      .log = open->slot.lane ? open->slot.lane->log : NULL,
      .place = open->slot.kept.place,
      .scope = open->slot.lane ? open->slot.lane->scope : 0,
      .shape = open->shape,
      .control = open->flags & DBH_SHAPE_TRANSACTION ? sql : NULL,
      .changed = is_write && !is_busy ? sqlite3_changes(c->handle) : -1,
      .transaction_before = open->transaction_before,
      .transaction = c->transaction,
      .began_in_autocommit = open->began_in_autocommit,
      .in_autocommit = autocommit,
      .is_write = is_write,
      .defines = open->flags & DBH_SHAPE_DEFINES,
      .is_busy = is_busy,
      .is_again = is_again,
      .has_failed = open->error != 0,
      .says_fail = open->error != 0 && is_write && says_fail(sql),
      .has_row_hook = has_hook(c, open, is_write && !is_busy ? sqlite3_changes(c->handle) : 0),
      .knows_commit = open->written != 0,
      .reached_database = open->written != 0 && dbh_has_new_versions(c, open),
      .time = open->slot.kept.start,
  };
  if (c->counts_rows && c->updates.source != DBH_UPDATES_UNTOLD) dbh_take_updates(c, open, &step);
  send(c, open->statement, &step);
}
