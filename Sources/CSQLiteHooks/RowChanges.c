// Which rows a statement changed, from the preupdate hook: counted by table in C, told to Swift when the statement ends.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__ELF__)
#include <dlfcn.h>
#endif

#include "Private.h"

// More tables than this on one connection are made up by a program; what it does to further ones is called unknown.
enum { TABLE_LIMIT = 4096, COLUMN_LIMIT = 63 };

static _Atomic bool counts_rows;
static _Atomic bool rows_demanded;  // by the configuration of an instrumentor
_Atomic bool dbh_wants_rows;        // either
static _Atomic bool tells_columns;
static _Atomic uint64_t last_position;

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
#if defined(__ELF__)
extern int sqlite3_preupdate_depth(sqlite3 *) __attribute__((weak));
extern int sqlite3_preupdate_blobwrite(sqlite3 *) __attribute__((weak));
extern int sqlite3_preupdate_count(sqlite3 *) __attribute__((weak));
extern int sqlite3_preupdate_old(sqlite3 *, int, sqlite3_value **) __attribute__((weak));
extern int sqlite3_preupdate_new(sqlite3 *, int, sqlite3_value **) __attribute__((weak));
#if SQLITE_VERSION_NUMBER >= 3039000
extern const char *sqlite3_db_name(sqlite3 *, int) __attribute__((weak));
#endif
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

// Whether a table is called like those in which SQLite's modules keep the content of a virtual table: Swift's `VirtualTable` has the
// same words.
static bool may_be_shadow(const char *name) {
  static const char *const words[] = {"content", "segments", "segdir", "docsize", "stat",  "data",
                                      "idx",     "config",   "node",   "parent",  "rowid"};
  const char *last = strrchr(name, '_');
  for (size_t i = 0; last && i < sizeof words / sizeof *words; i++) {
    if (sqlite3_stricmp(last + 1, words[i]) == 0) return true;
  }
  return false;
}

// TABLE_LIMIT: there are too many.
uint32_t dbh_table_number(dbh_connection *c, const char *database, const char *name) {
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
      .may_be_shadow = may_be_shadow(name),
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

// What the statement did to the table so far.
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

// A bit for each column that the update changes. Values are compared and never kept.
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

// The statement that is being stepped: writes happen in a statement's first step, before another one can begin.
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
  if (atomic_load_explicit(&dbh_listening, memory_order_relaxed) && c->counts_rows) {
    dbh_count_row(c, handle, op, database, name);
  }
  if (c->user_preupdate) c->user_preupdate(c->user_preupdate_context, handle, op, database, name, old_key, new_key);
}

// While a session has the hook, it stays the session's.
static void set_hook(dbh_connection *c) {
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

// Removes the changes of one owner from the list and hands them to `step`.
static uint32_t take(dbh_connection *c, const void *owner, dbh_step *step, dbh_row_changes *buffer, uint32_t capacity) {
  uint32_t kept = 0, taken = 0;
  for (uint32_t i = 0; i < c->pending_count; i++) {
    if (c->pending[i].owner == owner && taken < capacity) {
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
  return taken;
}

const dbh_row_changes *dbh_plain_changes(dbh_connection *c, const dbh_open_statement *open, int64_t changed) {
  if (c->updates.source != DBH_UPDATES_UNTOLD) return NULL;  // to be compared with what SQLite counts
  if (!(open->flags & DBH_SHAPE_WRITES) || changed <= 0 || open->error || open->went_on || open->began_in_autocommit ||
      open->transaction_before != c->transaction || c->pending_count != 1 || c->has_unknown_rows) {
    return NULL;
  }
  const dbh_pending *only = &c->pending[0];
  if (only->owner != open->statement || c->tables[only->rows.table].may_be_shadow) return NULL;
  for (int which = 0; which < 3; which++) {
    if (only->rows.indirect[which]) return NULL;
  }
  return &only->rows;
}

// The next statement may go on with the same run of changes.
void dbh_took_plain_changes(dbh_connection *c) { c->pending_count = 0; }

static uint32_t count_of(const dbh_connection *c, const void *owner) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < c->pending_count; i++) count += c->pending[i].owner == owner;
  return count;
}

static void send(dbh_connection *c, const void *owner, dbh_step *step) {
  const dbh_callbacks *swift = dbh_swift();
  if (!swift) return;
  enum { FEW = 8 };
  dbh_row_changes few[FEW];
  uint32_t count = c->pending_count ? count_of(c, owner) : 0;
  dbh_row_changes *buffer = count <= FEW ? few : malloc(count * sizeof *buffer);
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

// Changes that belong to no statement that is traced: blobs, and statements that began before anyone listened.
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

static bool says_fail(const char *sql) {
  for (; sql && *sql; sql++) {
    if ((*sql == 'F' || *sql == 'f') && sqlite3_strnicmp(sql, "FAIL", 4) == 0) return true;
  }
  return false;
}

#if defined(__ELF__) && SQLITE_VERSION_NUMBER >= 3034000
extern int sqlite3_txn_state(sqlite3 *, const char *) __attribute__((weak));
#endif

bool dbh_knows_locks(void) {
#if SQLITE_VERSION_NUMBER >= 3034000
#if defined(__ELF__)
  return sqlite3_txn_state != NULL;
#else
  if (__builtin_available(macOS 12, iOS 15, tvOS 15, watchOS 8, *)) return true;
  return false;
#endif
#else
  return false;
#endif
}

int dbh_lock_state(sqlite3 *handle, const char *schema) {
#if SQLITE_VERSION_NUMBER >= 3034000
#if defined(__ELF__)
  if (sqlite3_txn_state) return sqlite3_txn_state(handle, schema);
#else
  if (__builtin_available(macOS 12, iOS 15, tvOS 15, watchOS 8, *)) return sqlite3_txn_state(handle, schema);
#endif
#endif
  (void)handle;
  (void)schema;
  return -1;
}

const char *dbh_schema_name(sqlite3 *handle, int index) {
#if SQLITE_VERSION_NUMBER >= 3039000 && defined(__ELF__)
  if (sqlite3_db_name) return sqlite3_db_name(handle, index);
#endif
  (void)handle;
  return index == 0 ? "main" : index == 1 ? "temp" : NULL;
}

enum { WRITES = 2 };  // SQLITE_TXN_WRITE

static uint64_t version_of(sqlite3 *handle, int index) {
  unsigned version = 0;
  sqlite3_file_control(handle, dbh_schema_name(handle, index), SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

// Each commit that wrote to a database changes the version of it.
void dbh_note_versions(dbh_connection *c, dbh_open_statement *open) {
  for (int i = 0; i < 64 && dbh_schema_name(c->handle, i); i++) {
    if (dbh_lock_state(c->handle, dbh_schema_name(c->handle, i)) != WRITES) continue;
    open->written |= (uint64_t)1 << i;
    open->versions += version_of(c->handle, i);
  }
}

// On the connection's own thread. A transaction reads the same from its first read on, so that within one the number is known.
uint32_t dbh_known_version(dbh_connection *c, bool autocommit) {
  if (!autocommit && c->version && c->version_transaction == c->transaction) return c->version;
  uint64_t version = version_of(c->handle, 0);
  for (int i = 2; i < 64 && dbh_schema_name(c->handle, i); i++) version += version_of(c->handle, i);
  c->version = (uint32_t)version | 0x80000000u;
  c->version_transaction = autocommit ? 0 : c->transaction;
  return c->version;
}

static bool has_new_versions(dbh_connection *c, const dbh_open_statement *open) {
  uint64_t versions = 0;
  for (int i = 0; i < 64; i++) {
    if (open->written >> i & 1 && dbh_schema_name(c->handle, i)) versions += version_of(c->handle, i);
  }
  return versions != open->versions;
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

// A statement ended; `is_again`: it had ended before, and went on after a schema change or SQLITE_BUSY.
void dbh_settle(dbh_connection *c, dbh_open_statement *open, bool is_busy, bool is_again) {
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
      .place = open->slot.place,
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
      .reached_database = open->written != 0 && has_new_versions(c, open),
      .time = open->slot.start,
  };
  if (c->counts_rows && c->updates.source != DBH_UPDATES_UNTOLD) dbh_take_updates(c, open, &step);
  send(c, open->statement, &step);
}

void dbh_free_rows(dbh_connection *c) {
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
