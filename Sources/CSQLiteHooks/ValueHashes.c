// What is kept of the values of a statement that runs: a hash of all, and one for each column of its key.

#include <stdlib.h>
#include <string.h>

#include "Private.h"

enum { MOST = 31, BITS = 5, SMALL = 32 };

static inline uint64_t mixed(uint64_t hash, uint64_t value) {
  uint64_t product = (hash ^ value) * 0xD6E8FEB86659FD93u;
  return product ^ (product >> 32);
}

static inline uint32_t folded(uint64_t hash) {
  uint32_t word = (uint32_t)(hash ^ (hash >> 32));
  return word ? word : 1;
}

// The values of one column: the hash does not depend on their order, nor on how often one is there.
typedef struct {
  uint64_t different[MOST];
  uint32_t count;
  uint64_t sum;
} value_set;

static inline void add(value_set *set, uint64_t value) {
  for (uint32_t i = 0; i < set->count; i++) {
    if (set->different[i] == value) return;
  }
  if (set->count < MOST) set->different[set->count++] = value;
  set->sum += mixed(0x9E3779B97F4A7C15u, value);
}

static void set_key(dsl_values *hashes, int column, const dbh_text_values *text, const uint64_t *bound, int count) {
  const dbh_key_column *key = &text->columns[column];
  value_set set;
  set.count = 0;
  set.sum = 0;
  for (uint32_t i = 0; i < key->count; i++) {
    const dbh_value_run *run = &text->runs[key->first + i];
    if (run->parameter == 0) {
      add(&set, run->literal);
      continue;
    }
    if ((uint64_t)run->parameter + run->count - 1 > (uint64_t)count) return;
    for (uint32_t j = 0; j < run->count; j++) {
      uint64_t value = bound[run->parameter - 1 + j];
      if (value == DBH_BOUND_UNKNOWN) return;
      add(&set, value);
    }
  }
  if (set.count == 0) return;
  hashes->keys[column] = folded(set.sum);
  if (!key->has_lists) hashes->key_counts |= (uint16_t)(set.count << (BITS * column));
}

static dsl_values hash_bound(const dbh_text_values *text, uint64_t sql_hash, const uint64_t *bound, int count) {
  dsl_values hashes = {0};
  uint64_t all = text ? text->literals : sql_hash;
  bool is_known = !text || text->volatility != DBH_VOLATILE;
  for (int i = 0; i < count; i++) {
    if (bound[i] == DBH_BOUND_UNKNOWN) hashes.has_unknown = true;
    if (bound[i] == DBH_BOUND_NOW && text && text->volatility == DBH_VOLATILE_WITH_NOW) is_known = false;
    all = mixed(all, bound[i]);
  }
  if (is_known && !hashes.has_unknown) hashes.parameters = all ? all : 1;
  if (text) {
    for (int i = 0; i < text->column_count; i++) set_key(&hashes, i, text, bound, count);
  }
  return hashes;
}

static inline bool is_name(char c) {
  unsigned char byte = (unsigned char)c;
  return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_' || byte == '$' ||
         byte >= 0x80;
}

// The length of what SQLite takes literally: a quoted text, a comment, a word; else 1.
static size_t length_of_piece(const char *p) {
  size_t length = 1;
  char close = *p == '[' ? ']' : *p;
  if (*p == '\'' || *p == '"' || *p == '`' || *p == '[') {
    while (p[length] && p[length] != close) length++;
    return p[length] ? length + 1 : length;
  }
  if (p[0] == '-' && p[1] == '-') {
    while (p[length] && p[length] != '\n') length++;
  } else if (p[0] == '/' && p[1] == '*') {
    const char *end = strstr(p + 2, "*/");
    return end ? (size_t)(end + 2 - p) : strlen(p);
  } else if (is_name(*p)) {
    while (is_name(p[length])) length++;
  }
  return length;
}

static inline bool is_parameter(const char *p) {
  return *p == '?' || ((*p == ':' || *p == '@' || *p == '$') && (is_name(p[1]) || p[1] == ':'));
}

static size_t length_of_parameter(const char *p) {
  size_t length = 1;
  while (is_name(p[length]) || (*p == '$' && p[length] == ':')) length++;
  if (*p == '$' && p[length] == '(') {
    while (p[length] && p[length] != ')') length++;
    if (p[length]) length++;
  }
  return length;
}

static size_t length_of_literal(const char *p) {
  size_t length = 0;
  if ((*p == 'x' || *p == 'X') && p[1] == '\'') length = 1;
  if (p[length] == '\'') {
    for (length++; p[length]; length++) {
      if (p[length] != '\'') continue;
      if (p[length + 1] != '\'') return length + 1;
      length++;
    }
    return length;
  }
  if (strncmp(p, "zeroblob(", 9) == 0) return strcspn(p, ")") + 1;
  if (*p == '-' || *p == '+') length++;
  while (is_name(p[length]) || p[length] == '.' ||
         ((p[length] == '+' || p[length] == '-') && length && (p[length - 1] | 0x20) == 'e')) {
    length++;
  }
  return length;
}

// Of the values that SQLite writes, a double alone has a point or an exponent.
static bool is_double(const char *p, size_t length) {
  if (*p == '\'' || p[0] == 'x' || p[0] == 'X' || p[0] == 'z') return false;  // a text, a blob
  for (size_t i = 0; i < length; i++) {
    if (p[i] == '.' || (p[i] | 0x20) == 'e') return true;
  }
  return false;
}

static uint64_t hash_of_literal(const char *p, size_t length) {
  // It is rounded, and others may look the same: where no value is seen when it is bound, different ones are in one loop.
  if (is_double(p, length) && !dbh_interposes_statements()) return DBH_BOUND_UNKNOWN;
  if (length == 4 && strncmp(p, "NULL", 4) == 0) return DBH_BOUND_NULL;
  if (length == 5 && sqlite3_strnicmp(p, "'now'", 5) == 0) return DBH_BOUND_NOW;
  return dbh_hash(p, length) | DBH_BOUND_HASH;
}

static int number_of(sqlite3_stmt *statement, const char *p, size_t length, int largest) {
  if (*p == '?') return length == 1 ? largest + 1 : atoi(p + 1);
  char name[128];
  if (length >= sizeof name) return 0;
  memcpy(name, p, length);
  name[length] = 0;
  return sqlite3_bind_parameter_index(statement, name);
}

// Reads the values from a text that has them in place of its parameters; false where the two do not fit.
static bool read_expanded(sqlite3_stmt *statement, const char *expanded, uint64_t *bound, int count) {
  const char *p = sqlite3_sql(statement);
  int largest = 0;
  for (int i = 0; i < count; i++) bound[i] = DBH_BOUND_NULL;
  while (p && *p) {
    if (is_parameter(p)) {
      size_t length = length_of_parameter(p), literal = length_of_literal(expanded);
      int number = number_of(statement, p, length, largest);
      if (number < 1 || number > count || literal == 0) return false;
      if (number > largest) largest = number;
      bound[number - 1] = hash_of_literal(expanded, literal);
      p += length;
      expanded += literal;
    } else {
      size_t length = length_of_piece(p);
      if (strncmp(p, expanded, length) != 0) return false;
      p += length;
      expanded += length;
    }
  }
  return p != NULL;
}

enum { COSTLY = 1 << 16 };

// From SQLite's text of the values: where it is not seen what is bound, or it was bound while nobody listened.
static __attribute__((cold, noinline)) dsl_values hash_expanded(sqlite3_stmt *statement, const dbh_text_values *text,
                                                                      uint64_t sql_hash, int count) {
  dsl_values none = {0};
  if (dbh_has_large_value(statement)) return (dsl_values){.has_unknown = true};
  // Where it is not known what is bound, a text whose values took long once is not asked about again.
  dbh_connection *c = dbh_interposes_statements() ? NULL : dbh_connection_of(sqlite3_db_handle(statement));
  if (c && c->costly_text == sql_hash) return none;
  char *expanded = sqlite3_expanded_sql(statement);
  if (!expanded) return none;
  size_t length = strlen(expanded);
  if (c && length > COSTLY) c->costly_text = sql_hash;
  // Inside of another statement SQLite leaves the values out, and makes a comment of the text.
  const char *sql = sqlite3_sql(statement);
  const char *comment = sql && strncmp(sql, "-- ", 3) == 0 ? "-- -- " : "-- ";
  dsl_values hashes = none;
  if (strncmp(expanded, comment, strlen(comment)) != 0) {
    uint64_t small[SMALL];
    uint64_t *bound = count <= SMALL ? small : malloc((size_t)count * sizeof *bound);
    if (bound && read_expanded(statement, expanded, bound, count)) {
      hashes = hash_bound(text, sql_hash, bound, count);
    } else if (!text || text->volatility == 0) {
      hashes.parameters = dbh_hash(expanded, length);
    }
    if (bound != small) free(bound);
  }
  sqlite3_free(expanded);
  return hashes;
}

// Locks what is bound to the statement while it is read; its connection's mutex is held by SQLite, if it has one.
dsl_values dbh_hash_values(void *statement, dbh_shape shape, uint64_t sql_hash, bool is_captured) {
  const dbh_text_values *text = shape.values;
  int count = sqlite3_bind_parameter_count(statement);
  if (count == 0) return hash_bound(text, sql_hash, NULL, 0);
  void *token = NULL;
  const uint64_t *bound = dbh_lock_bound(statement, count, &token);
  if (bound) {
    dsl_values hashes = hash_bound(text, sql_hash, bound, count);
    dbh_unlock_bound(token);
    return hashes;
  }
  if (!is_captured && !(shape.flags & DBH_SHAPE_KEY_LOOKUP)) return (dsl_values){0};
  return hash_expanded(statement, text, sql_hash, count);
}
