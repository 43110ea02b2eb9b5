// What failures a statement has: by the result of the call that stepped, prepared or reset it. Inside of the connection, before the
// thread calls SQLite again.

#include <stdlib.h>
#include <string.h>

#include "OpenStatements.h"

typedef struct {
  dbh_connection *connection;
  int code;             // as the call returned it, or the extended one
  const char *message;  // SQLite's, until it is called again; NULL: it has none of this failure
} failure;

// A connection that was closed while the statement was open answers nothing, and has SQLite log the question.
static void ask_failure(void *argument) {
  failure *f = argument;
  int code = sqlite3_extended_errcode(f->connection->handle);
  if ((code & 0xff) != (f->code & 0xff)) return;
  f->code = code;
  f->message = sqlite3_errmsg(f->connection->handle);
}

static failure failure_of(dbh_connection *c, int result) {
  failure f = {.connection = c, .code = result};
  dbh_without_hooks(ask_failure, &f);
  return f;
}

static void set_error(dbh_open_statement *open, failure f) {
  // SQLite's log may have cut it off.
  if (f.message) {
    free(open->error_message);
    open->error_message = strdup(f.message);
  }
  open->error = f.code;
}

void dbh_preparation_failed(dbh_connection *c, int result, const char *sql, int length) {
  DCS_ASSERT(dbh_is_inside(c));
  const dbh_callbacks *swift = dbh_swift();
  if (!swift || c->is_asking) return;
  failure f = {.connection = c, .code = result, .message = sqlite3_errstr(result)};
  if ((result & 0xff) != SQLITE_MISUSE) f = failure_of(c, result);
  char *text = !sql ? NULL : length < 0 ? strdup(sql) : strndup(sql, (size_t)length);
  swift->failed_to_prepare(c->context, f.code, f.message ? f.message : sqlite3_errstr(result), text, DBH_SQL_IS_WHOLE);
  free(text);
}

void dbh_step_failed(dbh_connection *c, sqlite3_stmt *statement, const dbh_call *call, int result) {
  const dbh_callbacks *swift = dbh_swift();
  DCS_ASSERT(dbh_is_inside(c));
  if (!swift || (result & 0xff) == SQLITE_MISUSE) return;  // it did not run
  failure f = failure_of(c, result);
  dbh_open_statement *open = find(c, statement);
  if (open) {
    set_error(open, f);
  } else if (call->was_seen && c->last && c->last->statement == statement) {
    const char *known = c->last->error_message;
    if (c->last->error == f.code && (!f.message || (known && strcmp(known, f.message) == 0))) return;
    set_error(c->last, f);
    if (is_wanted(&c->last->slot)) swift->failed(&c->last->slot, f.code, c->last->error_message);
  } else if (!call->was_seen && (call->is_app || dbh_is_called_by_app(call->outer))) {
    // SQLite could not prepare it again.
    swift->failed_to_prepare(c->context, f.code, f.message, sqlite3_sql(statement),
                             DBH_SQL_IS_WHOLE | DBH_SQL_WAS_PREPARED);
  }
}

void dbh_reset_failed(dbh_connection *c, const sqlite3_stmt *statement, int result) {
  const dbh_callbacks *swift = dbh_swift();
  DCS_ASSERT(dbh_is_inside(c));
  dbh_open_statement *last = c->last;
  if (!swift || !last || last->statement != statement || last->error != SQLITE_ERROR || result == SQLITE_ERROR) return;
  set_error(last, failure_of(c, result));
  if (is_wanted(&last->slot)) swift->failed(&last->slot, last->error, last->error_message);
}
