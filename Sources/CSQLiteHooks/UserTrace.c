// Which PROFILE events an application's trace callback gets: those of statements that began while it asked for them.
//
// SQLite notes the time when a statement begins only while some callback wants PROFILE, and reports only what has a time.
// Ours always wants it, so an application's callback that is set while statements are open would hear of their end.
//
// It is set on any thread; all else is inside of the connection, within our trace callback or at the close.

#include <stdlib.h>
#include <string.h>

#include "Private.h"

static bool take(dbh_statement_list *list, sqlite3_stmt *statement) {
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->items[i] != statement) continue;
    list->items[i] = list->items[--list->count];
    return true;
  }
  return false;
}

static void add(dbh_statement_list *list, sqlite3_stmt *statement) {
  if (list->count == list->capacity) {
    uint32_t capacity = list->capacity ? list->capacity * 2 : 4;
    sqlite3_stmt **grown = realloc(list->items, capacity * sizeof *grown);
    if (!grown) return;
    list->items = grown;
    list->capacity = capacity;
  }
  list->items[list->count++] = statement;
}

static void changed(dbh_connection *c, unsigned before, unsigned after) {
  DCS_ASSERT(dbh_is_inside(c));
  bool wanted = before & SQLITE_TRACE_PROFILE, wants = after & SQLITE_TRACE_PROFILE;
  if (wanted == wants) return;
  if (wants) {
    c->missed.count = 0;
    for (sqlite3_stmt *s = sqlite3_next_stmt(c->handle, NULL); s; s = sqlite3_next_stmt(c->handle, s)) {
      if (sqlite3_stmt_busy(s) && !take(&c->timed, s)) add(&c->missed, s);
    }
    c->timed.count = 0;
  } else {
    // A statement that began under the callback has its time, and is reported to the next one.
    c->timed.count = 0;
    for (sqlite3_stmt *s = sqlite3_next_stmt(c->handle, NULL); s; s = sqlite3_next_stmt(c->handle, s)) {
      if (sqlite3_stmt_busy(s) && !take(&c->missed, s)) add(&c->timed, s);
    }
    c->missed.count = 0;
  }
}

int dbh_set_user_trace(dbh_connection *c, unsigned mask, dbh_trace_callback callback, void *context,
                       void (*release)(void *)) {
  sqlite3_mutex *mutex = dbh_enter(c);
  bool is_off = callback == NULL || mask == 0;
  unsigned before = c->user_mask;
  void *old_context = c->user_context;
  void (*old_release)(void *) = c->user_release;
  c->user_mask = 0;
  c->user_legacy = NULL;
  c->user_callback = is_off ? NULL : callback;
  c->user_context = is_off ? NULL : context;
  c->user_release = is_off ? NULL : release;
  c->user_mask = is_off ? 0 : mask;
  changed(c, before, c->user_mask);
  int result = dbh_real_trace_v2(c->handle, DBH_TRACE_MASK | c->user_mask, dbh_trace, c);
  dbh_leave(c, mutex);
  if (old_release) old_release(old_context);
  if (is_off && release) release(context);
  return result;
}

// Sets PROFILE to what it was, as SQLite does.
void *dbh_set_legacy_trace(dbh_connection *c, dbh_legacy_trace callback, void *context) {
  sqlite3_mutex *mutex = dbh_enter(c);
  unsigned before = c->user_mask;
  void *old_context = c->user_context;
  void (*old_release)(void *) = c->user_release;
  c->user_mask = 0;
  c->user_callback = NULL;
  c->user_release = NULL;
  c->user_legacy = callback;
  c->user_context = context;
  c->user_mask = callback ? SQLITE_TRACE_STMT : 0;
  changed(c, before, c->user_mask);
  dbh_real_trace_v2(c->handle, DBH_TRACE_MASK, dbh_trace, c);
  dbh_leave(c, mutex);
  if (old_release) old_release(old_context);
  return old_context;
}

// A statement with its values; of one inside of another each line as a comment, without.
void dbh_call_legacy_trace(dbh_connection *c, sqlite3_stmt *statement, const char *text) {
  const char *sql = sqlite3_sql(statement);
  bool is_comment = text && text[0] == '-' && text != sql;
  if (is_comment && dbh_is_comment_of(text, sql) && strchr(sql, '\n')) {
    sqlite3_str *lines = sqlite3_str_new(c->handle);
    for (const char *line = sql; *line;) {
      const char *end = strchr(line, '\n');
      size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
      sqlite3_str_appendall(lines, "-- ");
      sqlite3_str_append(lines, line, (int)length);
      line += length;
    }
    char *all = sqlite3_str_finish(lines);
    if (all) c->user_legacy(c->user_context, all);
    sqlite3_free(all);
  } else if (is_comment) {
    c->user_legacy(c->user_context, text);
  } else {
    char *expanded = sqlite3_expanded_sql(statement);
    if (expanded) c->user_legacy(c->user_context, expanded);
    sqlite3_free(expanded);
  }
}

int32_t dbh_share_trace(void *handle, uint32_t mask, dbh_user_trace callback, void *context, void (*release)(void *)) {
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) {
    if (release) release(context);
    return handle ? DBH_NOT_INSTRUMENTED : DBH_NULL;
  }
  return dbh_set_user_trace(c, mask, callback, context, release) == SQLITE_OK ? DBH_OK : DBH_FAILED;
}

void dbh_user_trace_began(dbh_connection *c, sqlite3_stmt *statement, const char *text) {
  const char *sql = sqlite3_sql(statement);
  if (!sql || !text) return;
  // SQLite's own statements are announced as a comment; so are triggers, inside of the statement that fires them.
  if (text != sql && !dbh_is_comment_of(text, sql)) return;
  take(&c->missed, statement);
  take(&c->timed, statement);
}

bool dbh_user_hears_profile(dbh_connection *c, sqlite3_stmt *statement) {
  if (c->timed.count) take(&c->timed, statement);
  return !c->missed.count || !take(&c->missed, statement);
}

void dbh_user_trace_close(dbh_connection *c) {
  if (c->user_release) c->user_release(c->user_context);
  c->user_release = NULL;
  free(c->missed.items);
  free(c->timed.items);
  c->missed = c->timed = (dbh_statement_list){0};
}
