// The calls by which values are bound to statements: their hashes are kept (BoundValues.c), and which are too large to be read,
// since SQLite writes all of a value where it is asked for one. On any thread of the application, without a lock.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "Interpose.h"

// Bytes. SQLite writes a text of the first length in some microseconds; one of the second is hashed in about ten.
enum { LARGE = 4096, HASHED = 65536 };

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

// Under the lock of the stripe. Without memory it is not known.
static void add(stripe *s, large_value value) {
  DCS_ASSERT(pthread_mutex_trylock(&s->lock) != 0);
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
typedef int (*bind_pointer_function)(sqlite3_stmt *, int, void *, const char *, destructor);
typedef int (*transfer_function)(sqlite3_stmt *, sqlite3_stmt *);

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
NEXT(bind_pointer_function, sqlite3_bind_pointer)
NEXT(transfer_function, sqlite3_transfer_bindings)

// Of what only reads: nobody asks for the values of writes.
static inline bool is_hashed(sqlite3_stmt *statement) {
  return atomic_load_explicit(&dbh_listening, memory_order_relaxed) && statement && sqlite3_stmt_readonly(statement) &&
         !dbh_lacks(DBH_LACKS_STATEMENTS);
}

enum { INTEGER = 1, DOUBLE, TEXT, TEXT16, BLOB, ZEROS };

static inline uint64_t hash_number(int type, uint64_t bits) {
  uint64_t product = (bits ^ ((uint64_t)type << 56)) * 0x9FB21C651E98DF25u;
  return (product ^ (product >> 29)) | DBH_BOUND_HASH;
}

static inline uint64_t hash_bytes(int type, const void *bytes, size_t length) {
  if (!bytes) return DBH_BOUND_NULL;
  if (length > HASHED) return DBH_BOUND_UNKNOWN;
  const char *text = bytes;
  if (type == TEXT && length == 3 && sqlite3_strnicmp(text, "now", 3) == 0) return DBH_BOUND_NOW;
  return hash_number(type, dbh_hash(bytes, length));
}

// A value stays bound for as long as the statement lives, so that a large one is noted also while nobody listens. The hash is
// made before SQLite has the value, which may give it back at once.
#define BOUND(call, is_large, hash)                            \
  uint64_t value_hash = is_hashed(statement) ? (hash) : 0;     \
  int result = call;                                           \
  if (result == SQLITE_OK) {                                   \
    note(statement, index, is_large);                          \
    if (value_hash) dbh_note_bound(statement, index, value_hash); \
  }                                                            \
  return result;

int dbh_interposed_bind_blob(sqlite3_stmt *statement, int index, const void *value, int length, destructor release) {
  BOUND(sqlite3_bind_blob_next()(statement, index, value, length, release), value && length > LARGE,
        hash_bytes(BLOB, value, length < 0 ? 0 : (size_t)length))
}

int dbh_interposed_bind_blob64(sqlite3_stmt *statement, int index, const void *value, sqlite3_uint64 length,
                               destructor release) {
  BOUND(sqlite3_bind_blob64_next()(statement, index, value, length, release), value && length > LARGE,
        hash_bytes(BLOB, value, length))
}

// Asked before SQLite has the text, which may give it back at once.
int dbh_interposed_bind_text(sqlite3_stmt *statement, int index, const char *value, int length, destructor release) {
  size_t bytes = !value ? 0 : length < 0 ? strnlen(value, HASHED + 1) : (size_t)length;
  BOUND(sqlite3_bind_text_next()(statement, index, value, length, release), bytes > LARGE, hash_bytes(TEXT, value, bytes))
}

int dbh_interposed_bind_text16(sqlite3_stmt *statement, int index, const void *value, int length, destructor release) {
  size_t bytes = value && length > 0 ? (size_t)length : 0;
  if (value && length < 0) {
    const unsigned short *unit = value;
    while (bytes <= HASHED && unit[bytes / 2]) bytes += 2;
  }
  BOUND(sqlite3_bind_text16_next()(statement, index, value, length, release), bytes > LARGE,
        hash_bytes(TEXT16, value, bytes))
}

int dbh_interposed_bind_text64(sqlite3_stmt *statement, int index, const char *value, sqlite3_uint64 length,
                               destructor release, unsigned char encoding) {
  BOUND(sqlite3_bind_text64_next()(statement, index, value, length, release, encoding), value && length > LARGE,
        hash_bytes(encoding == SQLITE_UTF8 ? TEXT : TEXT16, value, length))
}

int dbh_interposed_bind_zeroblob(sqlite3_stmt *statement, int index, int length) {
  BOUND(sqlite3_bind_zeroblob_next()(statement, index, length), length > LARGE, hash_number(ZEROS, length > 0 ? (uint64_t)length : 0))
}

int dbh_interposed_bind_zeroblob64(sqlite3_stmt *statement, int index, sqlite3_uint64 length) {
  BOUND(sqlite3_bind_zeroblob64_next()(statement, index, length), length > LARGE, hash_number(ZEROS, length))
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

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// `is_foreign`: a text whose length cannot be asked for.
static uint64_t hash_value(sqlite3_value *value, int type, bool is_foreign) {
  if (is_foreign) return DBH_BOUND_UNKNOWN;
  switch (type) {
    case SQLITE_INTEGER: return hash_number(INTEGER, (uint64_t)sqlite3_value_int64(value));
    case SQLITE_FLOAT: return hash_number(DOUBLE, bits_of(sqlite3_value_double(value)));
    case SQLITE_TEXT: return hash_bytes(TEXT, sqlite3_value_text(value), (size_t)sqlite3_value_bytes(value));
    // What a pointer leads to is nobody's to know; it is NULL for everybody else.
    default: return DBH_BOUND_UNKNOWN;
  }
}

int dbh_interposed_bind_value(sqlite3_stmt *statement, int index, const sqlite3_value *value) {
  int type = value ? sqlite3_value_type((sqlite3_value *)value) : SQLITE_NULL;
  // To ask for the length of a text that is not UTF-8 converts it, under the hands of whoever has a pointer to it.
  bool is_foreign = type == SQLITE_TEXT && !is_utf8(value), is_large = is_foreign;
  if (type == SQLITE_BLOB || (type == SQLITE_TEXT && !is_foreign)) {
    is_large = sqlite3_value_bytes((sqlite3_value *)value) > LARGE;
  }
  BOUND(sqlite3_bind_value_next()(statement, index, value), is_large, hash_value((sqlite3_value *)value, type, is_foreign))
}

int dbh_interposed_bind_int(sqlite3_stmt *statement, int index, int value) {
  BOUND(sqlite3_bind_int_next()(statement, index, value), false, hash_number(INTEGER, (uint64_t)(int64_t)value))
}

int dbh_interposed_bind_int64(sqlite3_stmt *statement, int index, sqlite3_int64 value) {
  BOUND(sqlite3_bind_int64_next()(statement, index, value), false, hash_number(INTEGER, (uint64_t)value))
}

int dbh_interposed_bind_double(sqlite3_stmt *statement, int index, double value) {
  BOUND(sqlite3_bind_double_next()(statement, index, value), false, hash_number(DOUBLE, bits_of(value)))
}

int dbh_interposed_bind_null(sqlite3_stmt *statement, int index) {
  BOUND(sqlite3_bind_null_next()(statement, index), false, DBH_BOUND_NULL)
}

int dbh_interposed_bind_pointer(sqlite3_stmt *statement, int index, void *value, const char *type, destructor release) {
  BOUND(sqlite3_bind_pointer_next()(statement, index, value, type, release), false, DBH_BOUND_UNKNOWN)
}

int dbh_interposed_transfer_bindings(sqlite3_stmt *from, sqlite3_stmt *to) {
  dbh_forget_bound(from);
  dbh_forget_bound(to);
  return sqlite3_transfer_bindings_next()(from, to);
}

int dbh_interposed_clear_bindings(sqlite3_stmt *statement) {
  dbh_forget_large_values(statement);
  dbh_forget_bound(statement);
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
int sqlite3_bind_pointer(sqlite3_stmt *, int, void *, const char *, destructor) WEAK(bind_pointer);
int sqlite3_clear_bindings(sqlite3_stmt *) WEAK(clear_bindings);
int sqlite3_transfer_bindings(sqlite3_stmt *, sqlite3_stmt *) WEAK(transfer_bindings);

#else

#include "Private.h"

bool dbh_has_large_value(const sqlite3_stmt *statement) {
  (void)statement;
  return false;
}

void dbh_forget_large_values(const sqlite3_stmt *statement) { (void)statement; }

#endif
