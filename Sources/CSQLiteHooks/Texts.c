#include "Texts.h"

#include <stdlib.h>
#include <string.h>

// More than this is no schema, and is not read to its end.
enum { LIMIT = 8 << 20 };

void dbh_append_text(dbh_texts *texts, const char *text) {
  if (!text) text = "";
  size_t length = strlen(text) + 1;
  if (texts->length + length > LIMIT) texts->has_failed = true;
  if (texts->has_failed) return;
  if (texts->length + length > texts->capacity) {
    size_t capacity = texts->capacity ? texts->capacity * 2 : 4096;
    while (capacity < texts->length + length) capacity *= 2;
    char *grown = realloc(texts->bytes, capacity);
    if (!grown) {
      texts->has_failed = true;
      return;
    }
    texts->bytes = grown;
    texts->capacity = capacity;
  }
  memcpy(texts->bytes + texts->length, text, length);
  texts->length += length;
}

// Four texts for each row: the schema, and three columns.
static int append_rows(dbh_texts *texts, sqlite3 *handle, const char *schema, const char *format, bool *has_statistics) {
  char *sql = sqlite3_mprintf(format, schema);
  if (!sql) return SQLITE_NOMEM;
  sqlite3_stmt *statement = NULL;
  // Where the application has not noticed yet that another connection changed the tables, it is left to find out: the old kind of
  // a statement fails then, and does not load them.
  int result = texts->is_of_app ? sqlite3_prepare(handle, sql, -1, &statement, NULL)
                                : sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);
  sqlite3_free(sql);
  while (result == SQLITE_OK || result == SQLITE_ROW) {
    result = sqlite3_step(statement);
    if (result != SQLITE_ROW) break;
    dbh_append_text(texts, schema);
    for (int column = 0; column < 3; column++) {
      dbh_append_text(texts, (const char *)sqlite3_column_text(statement, column));
    }
    const char *name = (const char *)sqlite3_column_text(statement, 1);
    if (name && strcmp(name, "sqlite_stat1") == 0) *has_statistics = true;
  }
  int last = sqlite3_finalize(statement);
  return result == SQLITE_DONE ? SQLITE_OK : last != SQLITE_OK ? last : result;
}

// A statement on a table keeps a lock on it in a shared cache until the transaction ends.
static bool is_shared(sqlite3 *handle) {
  int all = 0, own = 0, highest = 0;
  sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_USED, &all, &highest, 0);
  sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_USED_SHARED, &own, &highest, 0);
  return own != all;
}

int dbh_append_schema(dbh_texts *texts, sqlite3 *handle, const char *schema) {
  bool has_statistics = false;
  // That it was read, whatever is in it.
  dbh_append_text(texts, schema);
  dbh_append_text(texts, "schema");
  dbh_append_text(texts, "");
  dbh_append_text(texts, "");
  bool is_temporary = strcmp(schema, "temp") == 0;
  // Asking would open it.
  if (is_temporary && sqlite3_db_readonly(handle, schema) < 0) return SQLITE_OK;
  int result = append_rows(texts, handle, schema,
                           is_temporary ? "SELECT type, name, sql FROM sqlite_temp_master"
                                        : "SELECT type, name, sql FROM \"%w\".sqlite_master",
                           &has_statistics);
  // Numbers of rows, by which SQLite chooses between indexes.
  if (result != SQLITE_OK || !has_statistics || is_shared(handle)) return result;
  return append_rows(texts, handle, schema,
                     "SELECT 'stat', ifnull(idx, ''), tbl || char(31) || stat FROM \"%w\".sqlite_stat1", &has_statistics);
}
