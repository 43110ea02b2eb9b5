// SQLite's error log, which tells of failures where the result of the call is not seen, and in words where it is. SQLite calls it on the
// thread that fails, with whatever mutexes that has; nothing here may call SQLite in a way that could fail, or run SQL.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Private.h"

static bool is_error(int code) {
  switch (code & 0xff) {
    case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE: case SQLITE_NOTICE: case SQLITE_WARNING:
    case SQLITE_SCHEMA:  // prepared again and retried; a schema error that lasts shows in the prepare
      return false;
    default:
      return true;
  }
}

// Bytes that SQLite's log has for a line; a longer one is cut off.
enum { LOG_LINE = 210 };

// Inside of the connection.
static bool is_alive(sqlite3 *handle, const sqlite3_stmt *statement) {
  sqlite3_stmt *s = sqlite3_next_stmt(handle, NULL);
  while (s && s != statement) s = sqlite3_next_stmt(handle, s);
  return s != NULL;
}

// "abort at 12 in [INSERT …]: UNIQUE constraint failed: t.id", "statement aborts at 3: [SELECT …] interrupted".
// The message is cut by SQLite at about 210 bytes, which may leave nothing behind the SQL. Inside of the connection.
static bool note_abort(dbh_connection *c, int code, const char *message) {
  DCS_ASSERT(dbh_is_inside(c));
  const char *bracket = strchr(message, '[');
  if (!bracket) return false;
  size_t rest = strlen(bracket + 1);
  for (uint32_t i = atomic_load(&c->depth); i > 0; i--) {
    dbh_open_statement *open = c->open[i - 1];
    // One that was finalized unseen may still be in the list.
    if (!dbh_interposes_statements() && !is_alive(c->handle, open->statement)) continue;
    const char *sql = sqlite3_sql(open->statement);
    if (!sql) continue;
    size_t length = strlen(sql);
    size_t shared = rest < length ? rest : length;
    if (strncmp(bracket + 1, sql, shared) != 0) continue;
    if (rest > length && bracket[1 + length] != ']') continue;
    open->error = code;
    free(open->error_message);
    open->error_message = NULL;
    if (rest > length && strlen(message) < LOG_LINE - 1) {
      const char *text = bracket + 2 + length;
      while (*text == ':' || *text == ' ') text++;
      if (*text) open->error_message = strdup(text);
    }
    return true;
  }
  return false;
}

typedef struct {
  int code;
  const char *message;
} abortion;

static bool is_noted(dbh_connection *c, void *argument) {
  const abortion *a = argument;
  return note_abort(c, a->code, a->message);
}

// Where the statement is: in the call that runs on this thread; else where the statement before was, as long as nobody else uses
// that connection now.
static void note_failed_step(int code, const char *message) {
  dbh_thread_state *thread = &dbh_this_thread;
  for (const dbh_call *call = thread->call; call; call = call->outer) {
    dbh_connection *c = call->statement ? dbh_connection_of(sqlite3_db_handle((sqlite3_stmt *)call->statement)) : NULL;
    if (!c) continue;
    // SQLite has the mutex of each connection that the thread steps a statement of.
    DBH_IS_CALLED(c);
    if (note_abort(c, code, message)) return;
  }
  abortion a = {.code = code, .message = message};
  if (thread->connection) dbh_registry_with(thread->handle, thread->connection_id, is_noted, &a);
}

// `no such table: x in "SELECT …"`, which SQLite may have cut off.
static bool is_about(const char *message, const sqlite3_stmt *statement) {
  const char *sql = statement ? sqlite3_sql((sqlite3_stmt *)statement) : NULL;
  const char *tail = sql ? strstr(message, " in \"") : NULL;
  if (!tail) return false;
  size_t rest = strlen(tail + 5), length = strlen(sql);
  return strncmp(tail + 5, sql, rest < length ? rest : length) == 0;
}

static void note(int code, const char *message) {
  if (!is_error(code) || !atomic_load(&dbh_listening) || dbh_hooks_are_off()) return;
  const dbh_callbacks *swift = dbh_swift();
  if (!swift || !message) return;
  if (strncmp(message, "abort at ", 9) == 0 || strncmp(message, "statement aborts at ", 20) == 0) {
    note_failed_step(code, message);
    return;
  }
  // The call that prepares tells itself when it fails, and so does one that has to prepare its statement again.
  const dbh_call *call = dbh_this_thread.call;
  if (dbh_interposes_statements() && (dbh_this_thread.preparing || (call && is_about(message, call->statement)))) return;
  // A prepare that failed: `no such table: x in "SELECT …"`. The tail is SQL with its values, which SQLite may have cut off: it
  // only tells which words of the message are names. On which connection is not said.
  const char *tail = strstr(message, " in \"");
  if (!tail) return;
  char *text = strndup(message, (size_t)(tail - message));
  if (!text) return;
  swift->failed_to_prepare(NULL, code, text, tail + 5, 0);
  free(text);
}

void dbh_log(void *context, int code, const char *message) {
  (void)context;
  // What our own reading of a schema runs into, a file that was deleted, is nothing of the app's.
  if (dbh_hooks_are_off()) return;
  note(code, message);
  dbh_call_user_log(code, message);
}
