// Which rows a statement changed, from the preupdate hook: counted by table in C, told to Swift when the statement ends. SQLite calls
// the hook on the thread that steps the statement, with the connection's mutex: all that takes a connection is inside of it.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <CCallStacksPlatform.h>

#if !DCS_ELF
#include <dlfcn.h>
#endif

#include "Private.h"

// More tables than this on one connection are made up by a program; what it does to further ones is called unknown.
enum { TABLE_LIMIT = 4096, COLUMN_LIMIT = 63 };

static _Atomic bool counts_rows;
static _Atomic bool rows_demanded;  // by the configuration of an instrumentor
_Atomic bool dbh_wants_rows;        // either
static _Atomic bool tells_columns;
static _Atomic uint64_t last_position;  // in the order of all changes of the process

// Any thread, all five.
bool dbh_row_changes_enabled(void) { return atomic_load(&counts_rows) || atomic_load(&rows_demanded); }

void dbh_set_row_changes(bool enabled) {
  atomic_store(&counts_rows, enabled);
  atomic_store(&dbh_wants_rows, dbh_row_changes_enabled());
}

void dbh_demand_row_changes(bool demanded) {
  atomic_store(&rows_demanded, demanded);
  atomic_store(&dbh_wants_rows, dbh_row_changes_enabled());
}

void dbh_set_updated_columns(bool enabled) { atomic_store(&tells_columns, enabled); }
bool dbh_updated_columns_enabled(void) { return atomic_load(&tells_columns); }

// SQLite may have been built without the hook: https://www.sqlite.org/c3ref/preupdate_blobwrite.html
#if DCS_ELF
extern int sqlite3_preupdate_depth(sqlite3 *) __attribute__((weak));
extern int sqlite3_preupdate_blobwrite(sqlite3 *) __attribute__((weak));
extern int sqlite3_preupdate_count(sqlite3 *) __attribute__((weak));
extern int sqlite3_preupdate_old(sqlite3 *, int, sqlite3_value **) __attribute__((weak));
extern int sqlite3_preupdate_new(sqlite3 *, int, sqlite3_value **) __attribute__((weak));
#define OPTIONAL(name) (name)
#else
#define OPTIONAL(name) ((int (*)())dlsym(RTLD_DEFAULT, #name))
#endif

typedef struct {
  int (*depth)(sqlite3 *);
  int (*blob_write)(sqlite3 *);
  int (*count)(sqlite3 *);
  int (*old)(sqlite3 *, int, sqlite3_value **);
  int (*new)(sqlite3 *, int, sqlite3_value **);
} preupdate_functions;

static preupdate_functions functions;
static pthread_once_t functions_found = PTHREAD_ONCE_INIT;

static void find_functions(void) {
  functions.depth = (int (*)(sqlite3 *))OPTIONAL(sqlite3_preupdate_depth);
  functions.blob_write = (int (*)(sqlite3 *))OPTIONAL(sqlite3_preupdate_blobwrite);
  functions.count = (int (*)(sqlite3 *))OPTIONAL(sqlite3_preupdate_count);
  functions.old = (int (*)(sqlite3 *, int, sqlite3_value **))OPTIONAL(sqlite3_preupdate_old);
  functions.new = (int (*)(sqlite3 *, int, sqlite3_value **))OPTIONAL(sqlite3_preupdate_new);
}

static uint64_t name_hash(const char *database, const char *name) {
  return dbh_hash(name, strlen(name)) ^ (dbh_hash(database, strlen(database)) * 31);
}

static bool is_table(const dbh_table *table, const char *database, const char *name) {
  return strcmp(table->name, name) == 0 && strcmp(table->database, database) == 0;
}

// Swift's `VirtualTable` has the same words.
bool dbh_may_be_shadow(const char *name, size_t length) {
  static const char *const words[] = {"content", "segments", "segdir", "docsize", "stat",  "data",
                                      "idx",     "config",   "node",   "parent",  "rowid"};
  size_t first = length;
  while (first > 0 && name[first - 1] != '_') first--;
  if (first <= 1) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t rest = strlen(words[i]);
    if (length - first == rest && sqlite3_strnicmp(name + first, words[i], (int)rest) == 0) return true;
  }
  return false;
}

// TABLE_LIMIT: there are too many.
uint32_t dbh_table_number(dbh_connection *c, const char *database, const char *name) {
  DCS_ASSERT(dbh_is_inside(c));
  if (c->last_table < c->table_count && is_table(&c->tables[c->last_table], database, name)) return c->last_table;
  uint64_t hash = name_hash(database, name);
  for (uint32_t i = 0; i < c->table_count; i++) {
    if (c->tables[i].hash == hash && is_table(&c->tables[i], database, name)) return c->last_table = i;
  }
  if (c->table_count == TABLE_LIMIT) return TABLE_LIMIT;
  if (c->table_count == c->table_capacity) {
    uint32_t capacity = c->table_capacity ? c->table_capacity * 2 : 16;
    dbh_table *grown = realloc(c->tables, capacity * sizeof *grown);
    if (!grown) return TABLE_LIMIT;
    c->tables = grown;
    c->table_capacity = capacity;
  }
  dbh_table table = {
      .hash = hash,
      .database = strdup(database),
      .name = strdup(name),
      .is_internal = strncmp(name, "sqlite_", 7) == 0 || strncmp(database, "vacuum_", 7) == 0,
      .may_be_shadow = dbh_may_be_shadow(name, strlen(name)),
  };
  if (!table.database || !table.name) {
    free(table.database);
    free(table.name);
    return TABLE_LIMIT;
  }
  c->tables[c->table_count] = table;
  const dbh_callbacks *swift = dbh_swift();
  if (swift) swift->named_table(c->context, c->table_count, database, name);
  return c->last_table = c->table_count++;
}

// What the statement did to the table so far; NULL without memory. Valid until the next call.
static dbh_pending *pending_of(dbh_connection *c, const void *owner, uint32_t table) {
  if (c->last_pending < c->pending_count) {
    dbh_pending *hot = &c->pending[c->last_pending];
    if (hot->owner == owner && hot->rows.table == table) return hot;
  }
  for (uint32_t i = c->pending_count; i > 0; i--) {
    dbh_pending *p = &c->pending[i - 1];
    if (p->owner == owner && p->rows.table == table) {
      c->last_pending = i - 1;
      return p;
    }
  }
  if (c->pending_count == c->pending_capacity) {
    uint32_t capacity = c->pending_capacity ? c->pending_capacity * 2 : 8;
    dbh_pending *grown = realloc(c->pending, capacity * sizeof *grown);
    if (!grown) return NULL;
    c->pending = grown;
    c->pending_capacity = capacity;
  }
  dbh_pending *p = &c->pending[c->pending_count];
  *p = (dbh_pending){.owner = owner, .rows.table = table};
  c->last_pending = c->pending_count++;
  return p;
}

static bool differs(sqlite3_value *a, sqlite3_value *b) {
  if (!a || !b) return a != b;
  int type = sqlite3_value_type(a);
  if (type != sqlite3_value_type(b)) return true;
  switch (type) {
    case SQLITE_NULL:
      return false;
    case SQLITE_INTEGER:
      return sqlite3_value_int64(a) != sqlite3_value_int64(b);
    case SQLITE_FLOAT:
      return sqlite3_value_double(a) != sqlite3_value_double(b);
    default: {
      const void *left = sqlite3_value_blob(a), *right = sqlite3_value_blob(b);
      int length = sqlite3_value_bytes(a);
      if (length != sqlite3_value_bytes(b)) return true;
      return length > 0 && (!left || !right || memcmp(left, right, (size_t)length) != 0);
    }
  }
}

// A bit for each column that the update changes. Values are compared and never kept. Within the hook's call of an update alone.
static uint64_t updated_columns(sqlite3 *handle) {
  if (!functions.count || !functions.old || !functions.new) return 0;
  uint64_t columns = 0;
  int count = functions.count(handle);
  for (int i = 0; i < count; i++) {
    sqlite3_value *old = NULL, *new = NULL;
    if (functions.old(handle, i, &old) != SQLITE_OK || functions.new(handle, i, &new) != SQLITE_OK) continue;
    if (differs(old, new)) columns |= (uint64_t)1 << (i < COLUMN_LIMIT ? i : COLUMN_LIMIT);
  }
  return columns;
}

// The statement that is being stepped, or NULL: writes happen in a statement's first step, before another one can begin.
static const dbh_open_statement *writer(dbh_connection *c) {
  uint32_t depth = atomic_load_explicit(&c->depth, memory_order_relaxed);
  if (depth == 0) return NULL;
  const dbh_open_statement *top = c->open[depth - 1];
  return top->flags & DBH_SHAPE_READS ? NULL : top;
}

void dbh_count_row(dbh_connection *c, sqlite3 *handle, int op, const char *database, const char *name) {
  uint32_t table = dbh_table_number(c, database, name);
  if (table != TABLE_LIMIT && c->tables[table].is_internal) return;
  // An incremental write to a blob is announced as a deletion, outside of any statement that is traced.
  bool is_blob_write = op == SQLITE_DELETE && functions.blob_write && functions.blob_write(handle) >= 0;
  const dbh_open_statement *owner = is_blob_write ? NULL : writer(c);
  DCS_ASSERT(table == TABLE_LIMIT || table < c->table_count);
  dbh_pending *p = table == TABLE_LIMIT ? NULL : pending_of(c, owner ? owner->statement : NULL, table);
  if (!p) {
    c->has_unknown_rows = true;
    return;
  }
  unsigned which = is_blob_write || op == SQLITE_UPDATE ? 1 : op == SQLITE_INSERT ? 0 : 2;
  // Positions are drawn once for each run of equal changes, so that threads rarely meet.
  unsigned run = p->rows.table * 4 + which + 1;
  if (c->last_run != run) {
    c->run_position = atomic_fetch_add_explicit(&last_position, 1, memory_order_relaxed) + 1;
    c->last_run = run;
  }
  if (p->rows.counts[which] == 0) p->rows.first[which] = c->run_position;
  p->rows.last[which] = c->run_position;
  p->rows.counts[which]++;
  if (functions.depth && functions.depth(handle) > 0) p->rows.indirect[which]++;
  if (op == SQLITE_UPDATE && atomic_load_explicit(&tells_columns, memory_order_relaxed)) {
    p->rows.columns |= updated_columns(handle);
  }
  if (is_blob_write) dbh_settle_loose(c);
}

static void preupdate(void *context, sqlite3 *handle, int op, const char *database, const char *name,
                      sqlite3_int64 old_key, sqlite3_int64 new_key) {
  // A session that finds the hook set takes our context for another session: it has none.
  (void)context;
  dbh_connection *c = dbh_connection_of(handle);
  if (!c) return;
  DBH_IS_CALLED(c);
  if (atomic_load_explicit(&dbh_listening, memory_order_relaxed) && c->counts_rows) {
    dbh_count_row(c, handle, op, database, name);
  }
  if (c->user_preupdate) c->user_preupdate(c->user_preupdate_context, handle, op, database, name, old_key, new_key);
}

// While a session has the hook, it stays the session's.
static void set_hook(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  if (c->hook_is_taken) return;
  bool needed = c->counts_rows || c->user_preupdate;
  dbh_real_preupdate_hook(c->handle, needed ? preupdate : NULL, NULL);
}

void dbh_change_row_hook(dbh_connection *c) {
  bool wanted = dbh_wants_row_hook();
  c->counts_rows = wanted;
  if (!dbh_has_preupdate_hook()) {
    dbh_follow_updates(c);
    return;
  }
  if (wanted) pthread_once(&functions_found, find_functions);
  set_hook(c);
}

void dbh_regain_row_hook(dbh_connection *c) {
  c->hook_is_taken = false;
  if (dbh_has_preupdate_hook()) set_hook(c);
}

void *dbh_share_preupdate(dbh_connection *c, dbh_preupdate_callback callback, void *context) {
  void *previous = c->user_preupdate_context;
  c->user_preupdate = callback;
  c->user_preupdate_context = callback ? context : NULL;
  c->hooks_set++;
  set_hook(c);
  return previous;
}

void dbh_free_rows(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  for (uint32_t i = 0; i < c->table_count; i++) {
    free(c->tables[i].database);
    free(c->tables[i].name);
  }
  free(c->tables);
  free(c->pending);
  c->tables = NULL;
  c->pending = NULL;
  c->table_count = c->table_capacity = c->pending_count = c->pending_capacity = 0;
}

void dbh_note_foreign_preupdate(sqlite3 *handle, dbh_preupdate_callback callback, void *context) {
  dbh_note_foreign(DBH_FOREIGN_PREUPDATE, handle, (dbh_any_callback)callback, context);
}

void dbh_adopt_foreign_preupdate(dbh_connection *c) {
  c->user_preupdate = (dbh_preupdate_callback)dbh_take_foreign(DBH_FOREIGN_PREUPDATE, c->handle, &c->user_preupdate_context);
}
