// The texts that a connection ran lately. Comparing a text with the one that the same statement had before costs a fraction of
// hashing it, and cannot be wrong when SQLite uses a statement's address again.

#include <stdlib.h>
#include <string.h>

#include "Private.h"

// A longer text is hashed each time, so that a connection never keeps much.
enum { TEXT_LIMIT = 4096 };

const dbh_known_text *dbh_known_text_of(dbh_connection *c, const dbh_callbacks *swift, void *statement, const char *sql) {
  DCS_ASSERT(dbh_is_inside(c));
  dbh_known_text *known = dbh_text_place(c, statement);
  known->statement = statement;
  known->sql = sql;
  if (known->text && strcmp(known->text, sql) == 0) return known;
  size_t length = strlen(sql);
  uint64_t hash = dbh_hash(sql, length);
  if (known->hash != hash) {
    known->shape = swift->shape(sql, length, hash);
    known->hash = hash;
  }
  free(known->text);
  known->text = length < TEXT_LIMIT ? malloc(length + 1) : NULL;
  if (known->text) memcpy(known->text, sql, length + 1);
  return known;
}

void dbh_free_texts(dbh_connection *c) {
  for (int i = 0; i < DBH_TEXT_CACHE; i++) free(c->texts[i].text);
}
