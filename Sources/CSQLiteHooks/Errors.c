// SQLite's error log, which is the only place where the failure of a statement can be heard: the trace does not say.

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

// "abort at 12 in [INSERT …]: UNIQUE constraint failed: t.id", "statement aborts at 3: [SELECT …] interrupted".
// The message is cut by SQLite at about 210 bytes, which may leave nothing behind the SQL.
static bool note_abort(dbh_connection *c, int code, const char *message) {
  const char *bracket = strchr(message, '[');
  if (!bracket) return false;
  size_t rest = strlen(bracket + 1);
  uint64_t thread = dbh_thread();
  for (uint32_t i = atomic_load(&c->depth); i > 0; i--) {
    dbh_open_statement *open = c->open[i - 1];
    if (open->thread != thread) continue;
    const char *sql = sqlite3_sql(open->statement);
    if (!sql) continue;
    size_t length = strlen(sql);
    size_t shared = rest < length ? rest : length;
    if (strncmp(bracket + 1, sql, shared) != 0) continue;
    if (rest > length && bracket[1 + length] != ']') continue;
    open->error = code;
    free(open->error_message);
    open->error_message = NULL;
    if (rest > length) {
      const char *text = bracket + 2 + length;
      while (*text == ':' || *text == ' ') text++;
      if (*text) open->error_message = strdup(text);
    }
    return true;
  }
  return false;
}

static void note(int code, const char *message) {
  if (!is_error(code) || !atomic_load(&dbh_listening) || dbh_hooks_are_off()) return;
  const dbh_callbacks *swift = dbh_swift();
  if (!swift || !message) return;
  dbh_connection *c = dbh_this_thread.connection;
  uint64_t id = dbh_this_thread.connection_id;
  // The connection may have been closed by another thread since.
  bool is_open = false;
  if (c) is_open = dbh_registry_contains(c, id);
  bool is_abort = strncmp(message, "abort at ", 9) == 0 || strncmp(message, "statement aborts at ", 20) == 0;
  if (is_abort) {
    if (is_open) note_abort(c, code, message);
    return;
  }
  // A prepare that failed: `no such table: x in "SELECT …"`. The tail is SQL with its values: it goes no further.
  const char *tail = strstr(message, " in \"");
  if (!tail) return;
  char *text = strndup(message, (size_t)(tail - message));
  if (!text) return;
  swift->failed_to_prepare(is_open ? c->context : NULL, code, text);
  free(text);
}

void dbh_log(void *context, int code, const char *message) {
  (void)context;
  // What our own reading of a schema runs into, a file that was deleted, is nothing of the app's.
  if (dbh_hooks_are_off()) return;
  note(code, message);
  dbh_call_user_log(code, message);
}
