// What a connection knows of its tables, asked for on the connection itself: it knows those of a database in memory, of a file
// that was removed and of a transaction that is open, and which table another one hides.
//
// It is asked when the application calls SQLite again after a statement that a recording has, while the connection still has the
// lock that reading takes, so that nobody waits for ours; and by statements that neither the application's trace nor its authorizer
// hear of.

#include <stdlib.h>
#include <string.h>

#include "Definitions.h"
#include "Texts.h"

#if SQLITE_VERSION_NUMBER >= 3031000 && DCS_ELF
extern sqlite3_int64 sqlite3_hard_heap_limit64(sqlite3_int64) __attribute__((weak));
#endif

// Whether the connection has the lock that reading one of its databases takes. Then it has also seen that its tables are the
// ones it knows: nothing is loaded anew for us. Nobody else has the temporary one.
static bool is_readable(dbh_connection *c, int index, const char *schema) {
  return index == 1 || dbh_lock_state(c->handle, schema) > 0;
}

// None for what is beyond 64 databases, which are asked for each time.
static inline uint64_t bit(int index) { return index < 64 ? (uint64_t)1 << index : 0; }

// Whether a database can be read that was not since the tables changed.
static bool has_unread(dbh_connection *c) {
  const char *schema;
  for (int i = 0; (schema = dbh_schema_name(c->handle, i)); i++) {
    if (i != 1 && !(c->read_schemas & bit(i)) && is_readable(c, i, schema)) return true;
  }
  return false;
}

// What a failure left behind that the application was told of is there until the next one: ours would take it away.
static bool has_message(dbh_connection *c) {
  int code = sqlite3_extended_errcode(c->handle);
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) return true;
  const char *message = sqlite3_errmsg(c->handle);
  return !message || strcmp(message, sqlite3_errstr(code)) != 0;
}

void dbh_want_schema(dbh_connection *c, dbh_thread_state *thread, const sqlite3_stmt *statement, uint64_t start) {
  DCS_ASSERT(dbh_is_inside(c));
  if (!c->schema_version || c->is_told) return;
  uint64_t version = atomic_load_explicit(c->schema_version, memory_order_acquire);
  bool is_same = version == c->known_schema && c->own_schema == c->known_own_schema;
  if (is_same && c->knows_all) return;
  if (!is_same) c->read_schemas = 0;
  if (c->schema_wanted == 0) c->schema_wanted = start ? start : dbh_now();
  // What was prepared just now had all tables loaded; an older statement may run while they are not, and we would load them before
  // the application does.
  if (c->last_prepared != statement) return;
  thread->learning = c->handle;
  thread->may_learn = false;
}

void dbh_schema_changes(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  c->own_schema++;
  if (c->schema_version) atomic_fetch_add_explicit(c->schema_version, 1, memory_order_release);
  if (!sqlite3_get_autocommit(c->handle)) c->defines = true;
}

// Whether a query may fail for want of memory, for which SQLite rolls the application's transaction back.
static bool lacks_memory(void) {
#if SQLITE_VERSION_NUMBER >= 3031000 && DCS_ELF
  return sqlite3_hard_heap_limit64 && sqlite3_hard_heap_limit64(-1) > 0;
#else
  return false;
#endif
}

static bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static bool has_word(const char *sql, const char *word) {
  int length = (int)strlen(word);
  for (const char *p = sql; *p; p++) {
    if ((p == sql || !is_of_word(p[-1])) && sqlite3_strnicmp(p, word, length) == 0 && !is_of_word(p[length])) return true;
  }
  return false;
}

// Whether a text makes something in the main database and does nothing else, as far as its words tell.
static bool is_plain(const char *sql) {
  if (sqlite3_strnicmp(first_word(sql), "CREATE", 6) != 0) return false;
  static const char *const others[] = {"TEMP", "TEMPORARY", "EXISTS", "VIRTUAL", "AS"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (has_word(sql, others[i])) return false;
  }
  return true;
}

void dbh_stop_telling(dbh_connection *c) {
  if (!c->is_told) return;
  c->is_told = false;
  const dbh_callbacks *swift = dbh_swift();
  if (swift) swift->told(c->context);
}

bool dbh_attaches(const char *sql) {
  sql = first_word(sql);
  return sqlite3_strnicmp(sql, "ATTACH", 6) == 0 || sqlite3_strnicmp(sql, "DETACH", 6) == 0 ||
         sqlite3_strnicmp(sql, "ANALYZE", 7) == 0;
}

// What is made in the main database, and nothing else, is known from the text.
void dbh_schema_changes_by(dbh_connection *c, const char *sql) {
  if (c->is_told && !is_plain(sql)) dbh_stop_telling(c);
  dbh_schema_changes(c);
}

// Of ours, with the application's hooks off.
static void clear_error(sqlite3 *handle) {
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare(handle, "SELECT 1", -1, &statement, NULL);
  sqlite3_finalize(statement);
}

// With the application's hooks off, `is_asking` set, and a schema version.
static void learn(void *argument) {
  dbh_connection *c = argument;
  DCS_ASSERT(dbh_is_inside(c) && c->is_asking && dbh_hooks_are_off());
  if (has_message(c) || !has_unread(c) || lacks_memory()) return;
  uint64_t version = atomic_load_explicit(c->schema_version, memory_order_acquire);
  uint64_t own = c->own_schema;
  dbh_texts texts = {.is_of_app = true};
  bool is_complete = true, is_addition = c->read_schemas != 0;
  int result = SQLITE_OK;
  const char *schema;
  for (int i = 0; result == SQLITE_OK && (schema = dbh_schema_name(c->handle, i)); i++) {
    if (is_readable(c, i, schema)) {
      result = dbh_append_schema(&texts, c->handle, schema);
      c->read_schemas |= bit(i);
    } else if (!(c->read_schemas & bit(i))) {
      is_complete = false;
    }
  }
  dbh_append_text(&texts, "");
  const dbh_callbacks *swift = dbh_swift();
  if (result != SQLITE_OK) clear_error(c->handle);
  if ((result & 0xff) == SQLITE_SCHEMA) {
    // At the next statement: the application has loaded the tables then.
    c->read_schemas = 0;
    free(texts.bytes);
    return;
  }
  if (result == SQLITE_OK && !texts.has_failed && swift) {
    dbh_tables tables = {
        .texts = texts.bytes,
        .length = texts.length,
        .hash = dbh_hash(texts.bytes, texts.length),
        .time = c->schema_wanted,
        .is_complete = is_complete,
        .is_addition = is_addition,
    };
    swift->learned(c->context, &tables);
  }
  // Where SQLite could not tell, it is not asked with each row again.
  c->known_schema = version;
  c->known_own_schema = own;
  c->knows_all = is_complete || result != SQLITE_OK;
  c->schema_wanted = 0;
  free(texts.bytes);
}

void dbh_learn_schema(dbh_connection *c) {
  dbh_thread_state *thread = &dbh_this_thread;
  // A statement that is being stepped would hear of ours.
  DCS_ASSERT(dbh_is_inside(c) && !thread->call);
  thread->learning = NULL;
  if (!c->schema_version || c->is_asking || !thread->may_learn || !dbh_hides_queries(c)) return;
  c->is_asking = true;
  dbh_without_hooks(learn, c);
  c->is_asking = false;
}

void dbh_share_schema_version(void *connection, void *version) {
  dbh_connection *c = connection;
  DCS_ASSERT(dbh_is_inside(c));
  c->schema_version = version;
  c->known_schema = UINT64_MAX;
}
