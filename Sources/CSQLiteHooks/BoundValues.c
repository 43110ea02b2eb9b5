// Hashes of the values that are bound to statements. SQLite tells what is bound only as a text, in which doubles are rounded and
// which has no values inside of other statements; so each value is hashed as it is bound, with its type.
//
// Any thread, with or without a connection's mutex. The lock of a stripe comes before the lock of the values in it.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "Private.h"

// What is bound to one statement. Its memory serves the next one: a thread may still point to it.
typedef struct bound_values {
  _Atomic(const sqlite3_stmt *) statement;  // NULL: of none any more
  _Atomic uint32_t lock;                    // held for some instructions, for all that follows
  uint64_t epoch;                           // of the listening in which the values were bound
  int known, capacity;
  uint64_t *hashes;  // by the parameter's number less 1; 0: not seen
  struct bound_values *next;  // of the stripe, under its lock; never changed
} bound_values;

typedef struct {
  pthread_mutex_t lock;
  bound_values *first;
  _Atomic size_t count;  // of those with a statement
} stripe;

enum { STRIPES = 256, KEPT = 64 };
static stripe stripes[STRIPES] = {[0 ... STRIPES - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

// Of the statement that the thread used last.
static DBH_THREAD_LOCAL bound_values *latest;

static inline stripe *stripe_of(const sqlite3_stmt *statement) {
  uintptr_t address = (uintptr_t)statement;
  return &stripes[((address >> 4) ^ (address >> 12)) % STRIPES];
}

// Whether they are the statement's still. `values` may be NULL.
static inline bool is_of(bound_values *values, const sqlite3_stmt *statement) {
  return values && atomic_load_explicit(&values->statement, memory_order_acquire) == statement;
}

static inline void lock_values(bound_values *values) {
  while (atomic_exchange_explicit(&values->lock, 1, memory_order_acquire)) sched_yield();
}

// Whether somebody has the lock: the caller.
static inline bool is_locked(bound_values *values) {
  return atomic_load_explicit(&values->lock, memory_order_relaxed) == 1;
}

static inline void unlock_values(bound_values *values) {
  DCS_ASSERT(is_locked(values));
  atomic_store_explicit(&values->lock, 0, memory_order_release);
}

// Takes the lock of the stripe. NULL where there is none, or without memory.
static __attribute__((noinline)) bound_values *look_up(const sqlite3_stmt *statement, bool makes) {
  stripe *s = stripe_of(statement);
  if (!makes && atomic_load_explicit(&s->count, memory_order_acquire) == 0) return NULL;
  pthread_mutex_lock(&s->lock);
  bound_values *found = s->first, *unused = NULL;
  for (; found && !is_of(found, statement); found = found->next) {
    if (is_of(found, NULL)) unused = found;
  }
  if (!found && makes) {
    found = unused;
    if (!found && (found = calloc(1, sizeof *found))) {
      found->next = s->first;
      s->first = found;
    }
    if (found) {
      atomic_store_explicit(&found->statement, statement, memory_order_release);
      atomic_fetch_add(&s->count, 1);
    }
  }
  pthread_mutex_unlock(&s->lock);
  return found;
}

static inline bound_values *values_of(const sqlite3_stmt *statement, bool makes) {
  if (is_of(latest, statement)) return latest;
  bound_values *found = look_up(statement, makes);
  if (found) latest = found;
  return found;
}

// Under the lock of the values. False without memory.
static bool has_room(bound_values *values, int index) {
  DCS_ASSERT(is_locked(values) && index > 0);
  if (index <= values->capacity) return true;
  int capacity = values->capacity ? values->capacity : 8;
  while (capacity < index) capacity *= 2;
  uint64_t *grown = realloc(values->hashes, (size_t)capacity * sizeof *grown);
  if (!grown) return false;
  memset(grown + values->capacity, 0, (size_t)(capacity - values->capacity) * sizeof *grown);
  values->hashes = grown;
  values->capacity = capacity;
  return true;
}

// Under the lock of the values.
static void clear(bound_values *values) {
  DCS_ASSERT(is_locked(values));
  if (values->capacity > KEPT) {
    free(values->hashes);
    values->hashes = NULL;
    values->capacity = 0;
  }
  if (values->capacity) memset(values->hashes, 0, (size_t)values->capacity * sizeof *values->hashes);
  values->known = 0;
}

// Of one statement on whichever thread it is bound: locks its values.
void dbh_note_bound(const sqlite3_stmt *statement, int index, uint64_t hash) {
  if (index < 1) return;
  bound_values *values = values_of(statement, true);
  if (!values) return;
  uint64_t epoch = atomic_load_explicit(&dbh_epoch, memory_order_relaxed);
  lock_values(values);
  if (is_of(values, statement)) {
    if (values->epoch != epoch) clear(values);
    values->epoch = epoch;
    if (has_room(values, index)) {
      if (values->hashes[index - 1] == 0) values->known++;
      values->hashes[index - 1] = hash;
    }
  }
  unlock_values(values);
}

// The statement is gone, or nothing is bound to it any more. Locks its stripe, and its values.
void dbh_forget_bound(const sqlite3_stmt *statement) {
  stripe *s = stripe_of(statement);
  if (atomic_load_explicit(&s->count, memory_order_acquire) == 0) return;
  bound_values *values = values_of(statement, false);
  if (!values) return;
  pthread_mutex_lock(&s->lock);
  lock_values(values);
  if (is_of(values, statement)) {
    clear(values);
    atomic_store_explicit(&values->statement, NULL, memory_order_release);
    atomic_fetch_sub(&s->count, 1);
  }
  unlock_values(values);
  pthread_mutex_unlock(&s->lock);
}

// Where it returns hashes the values stay locked until dbh_unlock_bound(), so that nothing that waits may stand in between.
const uint64_t *dbh_lock_bound(const sqlite3_stmt *statement, int count, void **token) {
  bound_values *values = values_of(statement, false);
  if (!values) return NULL;
  lock_values(values);
  bool is_known = is_of(values, statement) && values->known == count && values->capacity >= count &&
                  values->epoch == atomic_load_explicit(&dbh_epoch, memory_order_relaxed);
  if (is_known) {
    *token = values;
    return values->hashes;
  }
  unlock_values(values);
  return NULL;
}

void dbh_unlock_bound(void *token) { unlock_values(token); }

#else

#include "Private.h"

void dbh_forget_bound(const sqlite3_stmt *statement) { (void)statement; }

const uint64_t *dbh_lock_bound(const sqlite3_stmt *statement, int count, void **token) {
  (void)statement;
  (void)count;
  (void)token;
  return NULL;
}

void dbh_unlock_bound(void *token) { (void)token; }

#endif
