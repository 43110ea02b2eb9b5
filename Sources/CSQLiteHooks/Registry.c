// Every open connection that carries our hooks, by its handle. Any thread may call what is here, unless it has the lock: what is called
// with it (`visit`, `concerns`, `body`) must look nothing up.

#include <pthread.h>
#include <stdlib.h>

#include "Private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// All below is under the lock, but for dbh_closings. A power of two of places, each with a list.
static dbh_connection **places;
static size_t place_count, connection_count;

_Atomic uint64_t dbh_closings;

// Handles that were closed, newest last, so that using one of them again is named as what it is.
enum { CLOSED = 256, FEWEST_PLACES = 64 };
static sqlite3 *closed[CLOSED];
static unsigned closed_count;

static inline size_t place_of(const sqlite3 *handle, size_t count) {
  return (size_t)(((uintptr_t)handle >> 4) * 0x9E3779B97F4A7C15u >> 20) & (count - 1);
}

// Whether somebody has the lock: the caller, who would wait for ever if it tried to take it.
static inline bool is_locked(void) { return pthread_mutex_trylock(&lock) != 0; }

// Under the lock.
static dbh_connection *find(const sqlite3 *handle) {
  DCS_ASSERT(is_locked());
  dbh_connection *c = place_count ? places[place_of(handle, place_count)] : NULL;
  while (c && c->handle != handle) c = c->next;
  return c;
}

dbh_connection *dbh_registry_find(sqlite3 *handle) {
  pthread_mutex_lock(&lock);
  dbh_connection *found = find(handle);
  pthread_mutex_unlock(&lock);
  return found;
}

bool dbh_registry_was_closed(sqlite3 *handle) {
  bool was_closed = false;
  pthread_mutex_lock(&lock);
  for (unsigned i = 0; i < CLOSED; i++) was_closed = was_closed || closed[i] == handle;
  pthread_mutex_unlock(&lock);
  return was_closed;
}

void dbh_registry_opened(sqlite3 *handle) {
  pthread_mutex_lock(&lock);
  for (unsigned i = 0; i < CLOSED; i++) {
    if (closed[i] == handle) closed[i] = NULL;
  }
  pthread_mutex_unlock(&lock);
}

// Under the lock. Without memory the lists grow instead.
static void grow(void) {
  DCS_ASSERT(is_locked());
  size_t count = place_count ? place_count * 2 : FEWEST_PLACES;
  dbh_connection **grown = calloc(count, sizeof *grown);
  if (!grown) return;
  for (size_t i = 0; i < place_count; i++) {
    for (dbh_connection *c = places[i], *next; c; c = next) {
      next = c->next;
      dbh_connection **place = &grown[place_of(c->handle, count)];
      c->next = *place;
      *place = c;
    }
  }
  free(places);
  places = grown;
  place_count = count;
}

bool dbh_registry_add(dbh_connection *connection) {
  pthread_mutex_lock(&lock);
  DCS_ASSERT(!find(connection->handle));
  if (connection_count >= place_count) grow();
  bool has_place = place_count != 0;
  if (has_place) {
    dbh_connection **place = &places[place_of(connection->handle, place_count)];
    connection->next = *place;
    *place = connection;
    connection_count++;
  }
  pthread_mutex_unlock(&lock);
  return has_place;
}

void dbh_registry_remove(dbh_connection *connection) {
  pthread_mutex_lock(&lock);
  if (place_count) {
    dbh_connection **link = &places[place_of(connection->handle, place_count)];
    while (*link && *link != connection) link = &(*link)->next;
    if (*link) {
      *link = connection->next;
      connection_count--;
    }
  }
  closed[closed_count++ % CLOSED] = connection->handle;
  atomic_fetch_add_explicit(&dbh_closings, 1, memory_order_release);
  pthread_mutex_unlock(&lock);
}

// Rows were changed that no statement of ours accounts for: the trace was replaced behind our back. Read without the
// connection's mutex, hence twice, and only between statements. Nothing is missed while nobody listens.
bool dbh_changes_unseen(dbh_connection *connection) {
  if (!atomic_load(&dbh_listening)) return false;
  if (atomic_load(&connection->epoch) != atomic_load(&dbh_epoch)) return false;
  for (int i = 0; i < 2; i++) {
    if (atomic_load(&connection->resync) || atomic_load(&connection->depth) != 0) return false;
    int known = atomic_load(&connection->total_changes);
    int now = sqlite3_total_changes(connection->handle);
    if (known == now || atomic_load(&connection->depth) != 0) return false;
    if (atomic_load(&connection->total_changes) != known) return false;
  }
  return true;
}

void dbh_sync_changes(dbh_connection *connection) {
  DCS_ASSERT(dbh_is_inside(connection));
  atomic_store(&connection->total_changes, sqlite3_total_changes(connection->handle));
  atomic_store(&connection->resync, false);
}

// Those that no other thread is inside of, as far as can be known. Under the lock.
static void each_that_is_free(void (*body)(dbh_connection *)) {
  DCS_ASSERT(is_locked());
  for (size_t i = 0; i < place_count; i++) {
    for (dbh_connection *c = places[i]; c; c = c->next) {
      sqlite3_mutex *mutex;
      if (!dbh_try_enter(c, dbh_thread(), &mutex)) continue;
      body(c);
      dbh_leave(c, mutex);
    }
  }
}

// A connection takes the new epoch at its next statement: what happened while nobody listened is no loss, and its counter
// must not be written from here while its own thread writes it.
void dbh_set_listening(bool listening) {
  pthread_mutex_lock(&lock);
  if (listening && !atomic_load(&dbh_listening)) {
    atomic_fetch_add(&dbh_epoch, 1);
    if (!dbh_interposes_trace()) each_that_is_free(dbh_sync_pages);
  }
  atomic_store(&dbh_listening, listening);
  pthread_mutex_unlock(&lock);
}

void dbh_each_connection(bool (*concerns)(void *context, void *argument), void (*visit)(void *context, bool lost, void *argument),
                         void *argument) {
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < place_count; i++) {
    for (dbh_connection *c = places[i]; c; c = c->next) {
      // While nobody listens nothing is seen, and nothing lost.
      bool is_lost = atomic_load(&dbh_listening) && dbh_changes_unseen(c);
      // Only of who asks: another thread may be using the connection.
      if (!is_lost && !dbh_interposes_trace() && concerns(c->context, argument)) is_lost = dbh_reads_unseen(c);
      visit(c->context, is_lost, argument);
    }
  }
  pthread_mutex_unlock(&lock);
}

// A connection that is being closed waits here for the lock.
bool dbh_registry_with(sqlite3 *handle, uint64_t id, bool (*body)(dbh_connection *, void *), void *argument) {
  bool result = false;
  pthread_mutex_lock(&lock);
  dbh_connection *c = find(handle);
  if (c && c->id == id) {
    sqlite3_mutex *mutex;
    if (dbh_try_enter(c, dbh_thread(), &mutex)) {
      result = body(c, argument);
      dbh_leave(c, mutex);
    }
  }
  pthread_mutex_unlock(&lock);
  return result;
}

void *dbh_context_of(void *handle) {
  dbh_connection *connection = dbh_registry_find(handle);
  return connection ? connection->context : NULL;
}
