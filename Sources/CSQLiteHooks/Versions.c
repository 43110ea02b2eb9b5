// Which locks a transaction has, and the numbers by which SQLite tells that a database was written to. Inside of the connection.

#include "Private.h"

#if DCS_ELF && SQLITE_VERSION_NUMBER >= 3034000
extern int sqlite3_txn_state(sqlite3 *, const char *) __attribute__((weak));
#endif
#if DCS_ELF && SQLITE_VERSION_NUMBER >= 3039000
extern const char *sqlite3_db_name(sqlite3 *, int) __attribute__((weak));
#endif

bool dbh_knows_locks(void) {
#if SQLITE_VERSION_NUMBER >= 3034000
#if DCS_ELF
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
#if DCS_ELF
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
#if SQLITE_VERSION_NUMBER >= 3039000 && DCS_ELF
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
  DCS_ASSERT(dbh_is_inside(c));
  for (int i = 0; i < 64 && dbh_schema_name(c->handle, i); i++) {
    if (dbh_lock_state(c->handle, dbh_schema_name(c->handle, i)) != WRITES) continue;
    open->written |= (uint64_t)1 << i;
    open->versions += version_of(c->handle, i);
  }
}

// A transaction reads the same from its first read on, so that within one the number is known.
uint32_t dbh_known_version(dbh_connection *c, bool autocommit) {
  DCS_ASSERT(dbh_is_inside(c));
  if (!autocommit && c->version && c->version_transaction == c->transaction) return c->version;
  uint64_t version = version_of(c->handle, 0);
  for (int i = 2; i < 64 && dbh_schema_name(c->handle, i); i++) version += version_of(c->handle, i);
  c->version = (uint32_t)version | 0x80000000u;
  c->version_transaction = autocommit ? 0 : c->transaction;
  return c->version;
}

bool dbh_has_new_versions(dbh_connection *c, const dbh_open_statement *open) {
  uint64_t versions = 0;
  for (int i = 0; i < 64; i++) {
    if (open->written >> i & 1 && dbh_schema_name(c->handle, i)) versions += version_of(c->handle, i);
  }
  return versions != open->versions;
}
