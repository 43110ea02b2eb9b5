// Values that are too large to be read. SQLite tells what is bound to a statement only as a text, for which it writes all of it.

#if defined(__ELF__)

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "Interpose.h"

// Bytes. A text of this length is written in some microseconds.
enum { LARGE = 4096 };

typedef struct {
  const sqlite3_stmt *statement;
  int index;
} large_value;

// By the statement, so that one such value costs statements elsewhere nothing.
typedef struct {
  pthread_mutex_t lock;
  large_value *values;
  size_t capacity;
  _Atomic size_t count;  // nearly always 0
} stripe;

enum { STRIPES = 64 };
static stripe stripes[STRIPES] = {[0 ... STRIPES - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static inline stripe *stripe_of(const sqlite3_stmt *statement) {
  uintptr_t address = (uintptr_t)statement;
  return &stripes[((address >> 4) ^ (address >> 12)) % STRIPES];
}

static inline bool is_empty(stripe *s) { return atomic_load_explicit(&s->count, memory_order_acquire) == 0; }

static void add(stripe *s, large_value value) {
  size_t used = atomic_load(&s->count);
  if (used == s->capacity) {
    size_t more = s->capacity ? s->capacity * 2 : 8;
    large_value *grown = realloc(s->values, more * sizeof *grown);
    if (!grown) return;
    s->values = grown;
    s->capacity = more;
  }
  s->values[used] = value;
  atomic_store(&s->count, used + 1);
}

static void note(const sqlite3_stmt *statement, int index, bool is_large) {
  stripe *s = stripe_of(statement);
  if (!is_large && is_empty(s)) return;
  pthread_mutex_lock(&s->lock);
  size_t used = atomic_load(&s->count), i = 0;
  while (i < used && (s->values[i].statement != statement || s->values[i].index != index)) i++;
  if (is_large && i == used) {
    add(s, (large_value){.statement = statement, .index = index});
  } else if (!is_large && i < used) {
    s->values[i] = s->values[used - 1];
    atomic_store(&s->count, used - 1);
  }
  pthread_mutex_unlock(&s->lock);
}

bool dbh_has_large_value(const sqlite3_stmt *statement) {
  stripe *s = stripe_of(statement);
  if (is_empty(s)) return false;
  pthread_mutex_lock(&s->lock);
  bool has_one = false;
  for (size_t i = 0; i < atomic_load(&s->count) && !has_one; i++) has_one = s->values[i].statement == statement;
  pthread_mutex_unlock(&s->lock);
  return has_one;
}

void dbh_forget_large_values(const sqlite3_stmt *statement) {
  stripe *s = stripe_of(statement);
  if (is_empty(s)) return;
  pthread_mutex_lock(&s->lock);
  size_t kept = 0, used = atomic_load(&s->count);
  for (size_t i = 0; i < used; i++) {
    if (s->values[i].statement != statement) s->values[kept++] = s->values[i];
  }
  atomic_store(&s->count, kept);
  pthread_mutex_unlock(&s->lock);
}

typedef void (*destructor)(void *);
typedef int (*bind_blob_function)(sqlite3_stmt *, int, const void *, int, destructor);
typedef int (*bind_blob64_function)(sqlite3_stmt *, int, const void *, sqlite3_uint64, destructor);
typedef int (*bind_text_function)(sqlite3_stmt *, int, const char *, int, destructor);
typedef int (*bind_text64_function)(sqlite3_stmt *, int, const char *, sqlite3_uint64, destructor, unsigned char);
typedef int (*bind_integer_function)(sqlite3_stmt *, int, int);
typedef int (*bind_integer64_function)(sqlite3_stmt *, int, sqlite3_int64);
typedef int (*bind_unsigned64_function)(sqlite3_stmt *, int, sqlite3_uint64);
typedef int (*bind_double_function)(sqlite3_stmt *, int, double);
typedef int (*bind_null_function)(sqlite3_stmt *, int);
typedef int (*bind_value_function)(sqlite3_stmt *, int, const sqlite3_value *);
typedef int (*statement_function)(sqlite3_stmt *);

NEXT(bind_blob_function, sqlite3_bind_blob)
NEXT(bind_blob64_function, sqlite3_bind_blob64)
NEXT(bind_text_function, sqlite3_bind_text)
NEXT(bind_blob_function, sqlite3_bind_text16)
NEXT(bind_text64_function, sqlite3_bind_text64)
NEXT(bind_integer_function, sqlite3_bind_zeroblob)
NEXT(bind_unsigned64_function, sqlite3_bind_zeroblob64)
NEXT(bind_value_function, sqlite3_bind_value)
NEXT(bind_integer_function, sqlite3_bind_int)
NEXT(bind_integer64_function, sqlite3_bind_int64)
NEXT(bind_double_function, sqlite3_bind_double)
NEXT(bind_null_function, sqlite3_bind_null)
NEXT(statement_function, sqlite3_clear_bindings)

// A value stays bound for as long as the statement lives, so that it is noted also while nobody listens.
#define BOUND(call, is_large)               \
  int result = call;                        \
  if (result == SQLITE_OK) note(statement, index, is_large); \
  return result;

int dbh_interposed_bind_blob(sqlite3_stmt *statement, int index, const void *value, int length, destructor release) {
  BOUND(sqlite3_bind_blob_next()(statement, index, value, length, release), value && length > LARGE)
}

int dbh_interposed_bind_blob64(sqlite3_stmt *statement, int index, const void *value, sqlite3_uint64 length,
                               destructor release) {
  BOUND(sqlite3_bind_blob64_next()(statement, index, value, length, release), value && length > LARGE)
}

// Asked before SQLite has the text, which may give it back at once.
int dbh_interposed_bind_text(sqlite3_stmt *statement, int index, const char *value, int length, destructor release) {
  bool is_large = value && (length < 0 ? strnlen(value, LARGE + 1) > LARGE : length > LARGE);
  BOUND(sqlite3_bind_text_next()(statement, index, value, length, release), is_large)
}

int dbh_interposed_bind_text16(sqlite3_stmt *statement, int index, const void *value, int length, destructor release) {
  bool is_large = value && length > LARGE;
  if (value && length < 0) {
    const unsigned short *unit = value;
    int units = 0;
    while (units <= LARGE / 2 && unit[units]) units++;
    is_large = units > LARGE / 2;
  }
  BOUND(sqlite3_bind_text16_next()(statement, index, value, length, release), is_large)
}

int dbh_interposed_bind_text64(sqlite3_stmt *statement, int index, const char *value, sqlite3_uint64 length,
                               destructor release, unsigned char encoding) {
  BOUND(sqlite3_bind_text64_next()(statement, index, value, length, release, encoding), value && length > LARGE)
}

int dbh_interposed_bind_zeroblob(sqlite3_stmt *statement, int index, int length) {
  BOUND(sqlite3_bind_zeroblob_next()(statement, index, length), length > LARGE)
}

int dbh_interposed_bind_zeroblob64(sqlite3_stmt *statement, int index, sqlite3_uint64 length) {
  BOUND(sqlite3_bind_zeroblob64_next()(statement, index, length), length > LARGE)
}

#if SQLITE_VERSION_NUMBER >= 3040000
extern int sqlite3_value_encoding(sqlite3_value *) __attribute__((weak));
#endif

static bool is_utf8(const sqlite3_value *value) {
#if SQLITE_VERSION_NUMBER >= 3040000
  return sqlite3_value_encoding && sqlite3_value_encoding((sqlite3_value *)value) == SQLITE_UTF8;
#else
  (void)value;
  return false;
#endif
}

int dbh_interposed_bind_value(sqlite3_stmt *statement, int index, const sqlite3_value *value) {
  int type = value ? sqlite3_value_type((sqlite3_value *)value) : SQLITE_NULL;
  // To ask for the length of a text that is not UTF-8 converts it, under the hands of whoever has a pointer to it.
  bool is_large = type == SQLITE_TEXT && !is_utf8(value);
  if (type == SQLITE_BLOB || (type == SQLITE_TEXT && !is_large)) {
    is_large = sqlite3_value_bytes((sqlite3_value *)value) > LARGE;
  }
  BOUND(sqlite3_bind_value_next()(statement, index, value), is_large)
}

int dbh_interposed_bind_int(sqlite3_stmt *statement, int index, int value) {
  BOUND(sqlite3_bind_int_next()(statement, index, value), false)
}

int dbh_interposed_bind_int64(sqlite3_stmt *statement, int index, sqlite3_int64 value) {
  BOUND(sqlite3_bind_int64_next()(statement, index, value), false)
}

int dbh_interposed_bind_double(sqlite3_stmt *statement, int index, double value) {
  BOUND(sqlite3_bind_double_next()(statement, index, value), false)
}

int dbh_interposed_bind_null(sqlite3_stmt *statement, int index) {
  BOUND(sqlite3_bind_null_next()(statement, index), false)
}

int dbh_interposed_clear_bindings(sqlite3_stmt *statement) {
  dbh_forget_large_values(statement);
  return sqlite3_clear_bindings_next()(statement);
}

#define WEAK(ours) __attribute__((weak, alias("dbh_interposed_" #ours)))

int sqlite3_bind_blob(sqlite3_stmt *, int, const void *, int, destructor) WEAK(bind_blob);
int sqlite3_bind_blob64(sqlite3_stmt *, int, const void *, sqlite3_uint64, destructor) WEAK(bind_blob64);
int sqlite3_bind_text(sqlite3_stmt *, int, const char *, int, destructor) WEAK(bind_text);
int sqlite3_bind_text16(sqlite3_stmt *, int, const void *, int, destructor) WEAK(bind_text16);
int sqlite3_bind_text64(sqlite3_stmt *, int, const char *, sqlite3_uint64, destructor, unsigned char) WEAK(bind_text64);
int sqlite3_bind_zeroblob(sqlite3_stmt *, int, int) WEAK(bind_zeroblob);
int sqlite3_bind_zeroblob64(sqlite3_stmt *, int, sqlite3_uint64) WEAK(bind_zeroblob64);
int sqlite3_bind_value(sqlite3_stmt *, int, const sqlite3_value *) WEAK(bind_value);
int sqlite3_bind_int(sqlite3_stmt *, int, int) WEAK(bind_int);
int sqlite3_bind_int64(sqlite3_stmt *, int, sqlite3_int64) WEAK(bind_int64);
int sqlite3_bind_double(sqlite3_stmt *, int, double) WEAK(bind_double);
int sqlite3_bind_null(sqlite3_stmt *, int) WEAK(bind_null);
int sqlite3_clear_bindings(sqlite3_stmt *) WEAK(clear_bindings);

#else

#include "Private.h"

bool dbh_has_large_value(const sqlite3_stmt *statement) {
  (void)statement;
  return false;
}

void dbh_forget_large_values(const sqlite3_stmt *statement) { (void)statement; }

#endif
