// Connections of our own, for pools that are made for tests.

#include <stdlib.h>
#include <string.h>

#include "Private.h"

static char *copy(const char *text) {
  char *result = malloc(strlen(text) + 1);
  if (result) strcpy(result, text);
  return result;
}

void *dbh_open(const char *uri, char **message) {
  sqlite3 *handle = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX;
  int result = sqlite3_open_v2(uri, &handle, flags, NULL);
  if (result == SQLITE_OK) return handle;
  *message = copy(handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result));
  sqlite3_close_v2(handle);
  return NULL;
}

int32_t dbh_execute(void *handle, const char *sql, char **message) {
  char *error = NULL;
  int result = sqlite3_exec(handle, sql, NULL, NULL, &error);
  if (result != SQLITE_OK) *message = copy(error ? error : sqlite3_errstr(result));
  sqlite3_free(error);
  return result;
}

bool dbh_is_in_transaction(void *handle) { return !sqlite3_get_autocommit(handle); }

void dbh_close(void *handle) { sqlite3_close_v2(handle); }

uint64_t dbh_connection_id(void *handle) {
  dbh_connection *c = dbh_registry_find(handle);
  return c ? c->id : 0;
}
