// Texts one behind the other, each with its zero: how a schema travels to Swift.

#ifndef CSQLITEHOOKS_TEXTS_H
#define CSQLITEHOOKS_TEXTS_H

#include "Private.h"

typedef struct {
  char *bytes;  // malloc
  size_t length, capacity;
  bool has_failed;   // without memory, or with more than a schema can have
  bool is_of_app;    // from a connection of the application's
} dbh_texts;

void dbh_append_text(dbh_texts *texts, const char *text);

/// Appends what is in one of a connection's databases. Returns SQLite's result code.
int dbh_append_schema(dbh_texts *texts, sqlite3 *handle, const char *schema);

#endif
