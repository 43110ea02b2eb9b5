// Reading foreign keys where nobody saw the tables being made, and query plans.

#include <string.h>

#include "Private.h"

typedef struct {
  const char *file;         // NULL: in memory
  const char *definitions;  // of a database in memory
  const char *sql;
  int column;
  void (*visit)(const char *, void *);
  void *argument;
  int32_t result;
} request;

static void read_texts(void *argument) {
  request *r = argument;
  sqlite3 *handle = NULL;
  int flags = r->file ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  r->result = sqlite3_open_v2(r->file ? r->file : ":memory:", &handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (r->result == SQLITE_OK) {
    for (const char *text = r->definitions; text && *text; text += strlen(text) + 1) {
      sqlite3_exec(handle, text, NULL, NULL, NULL);  // one that fails may not be needed
    }
    sqlite3_busy_timeout(handle, 100);
    sqlite3_stmt *statement = NULL;
    r->result = sqlite3_prepare_v2(handle, r->sql, -1, &statement, NULL);
    while (r->result == SQLITE_OK || r->result == SQLITE_ROW) {
      r->result = sqlite3_step(statement);
      if (r->result == SQLITE_ROW) r->visit((const char *)sqlite3_column_text(statement, r->column), r->argument);
    }
    sqlite3_finalize(statement);
    if (r->result == SQLITE_DONE) r->result = SQLITE_OK;
  }
  sqlite3_close(handle);
}

int32_t dbh_read_schema(const char *file, void (*visit)(const char *, void *), void *argument) {
  request r = {.file = file,
               .sql = "SELECT sql FROM sqlite_master WHERE type IN ('table', 'trigger') AND sql IS NOT NULL",
               .visit = visit,
               .argument = argument};
  dbh_without_hooks(read_texts, &r);
  return r.result;
}

int32_t dbh_read_plan(const char *file, const char *definitions, const char *sql, void (*visit)(const char *, void *),
                      void *argument) {
  request r = {
      .file = file, .definitions = definitions, .sql = sql, .column = 3, .visit = visit, .argument = argument};
  dbh_without_hooks(read_texts, &r);
  return r.result;
}

const char *dbh_error_text(int32_t code) { return sqlite3_errstr(code); }
