// What the first words of a text say of definitions, without a look at the rest. Texts end with a zero and are not NULL; any thread.

#ifndef CSQLITEHOOKS_DEFINITIONS_H
#define CSQLITEHOOKS_DEFINITIONS_H

#include <string.h>

#include "Private.h"

// Whether the text may define a table: those are read also while nobody records, since an in-memory database cannot be
// asked for its foreign keys later. One byte decides in nearly every case.
static inline __attribute__((always_inline)) bool may_define(const char *sql) {
  // A bit for each of: tab, line feed, return, space, '-', '/'; 'A', 'C', 'D' in either case.
  static const uint64_t first[4] = {0x0000A00100002600, 0x0000001A0000001A, 0, 0};
  unsigned char byte = (unsigned char)sql[0];
  if (!(first[byte >> 6] >> (byte & 63) & 1)) return false;
  // Not DELETE.
  return (byte | 0x20) != 'd' || (sql[1] | 0x20) != 'e' || (sql[2] | 0x20) != 'l';
}

// The text from its first word on: behind white space and comments, as SQLite skips them. Empty where a comment has no end.
static inline const char *first_word(const char *sql) {
  for (;;) {
    while (*sql == ' ' || *sql == '\n' || *sql == '\t' || *sql == '\r' || *sql == '\f') sql++;
    if (sql[0] == '-' && sql[1] == '-') {
      while (*sql && *sql != '\n') sql++;
    } else if (sql[0] == '/' && sql[1] == '*') {
      const char *end = strstr(sql + 2, "*/");
      sql = end ? end + 2 : sql + strlen(sql);
    } else {
      return sql;
    }
  }
}

static inline bool defines(const char *sql) {
  sql = first_word(sql);
  return sqlite3_strnicmp(sql, "CREATE", 6) == 0 || sqlite3_strnicmp(sql, "ALTER", 5) == 0 ||
         sqlite3_strnicmp(sql, "DROP", 4) == 0;
}

// Whether a statement that controls a transaction undoes nothing: COMMIT, END, BEGIN, SAVEPOINT, RELEASE without a failure. The statement
// is alive.
static inline bool keeps_definitions(const dbh_open_statement *open) {
  const char *sql = sqlite3_sql(open->statement);
  if (!sql || open->error) return false;
  sql = first_word(sql);
  return sqlite3_strnicmp(sql, "COMMIT", 6) == 0 || sqlite3_strnicmp(sql, "END", 3) == 0 ||
         sqlite3_strnicmp(sql, "BEGIN", 5) == 0 || sqlite3_strnicmp(sql, "SAVEPOINT", 9) == 0 ||
         sqlite3_strnicmp(sql, "RELEASE", 7) == 0;
}

#endif
