// Every open connection that carries our hooks. Cold: touched when connections open and close, and when a recording ends.

#include <pthread.h>
#include <stdlib.h>

#include "Private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static dbh_connection *first;

// Handles that were closed, newest last, so that using one of them again is named as what it is.
enum { CLOSED = 256 };
static sqlite3 *closed[CLOSED];
static unsigned closed_count;

dbh_connection *dbh_registry_find(sqlite3 *handle) {
  pthread_mutex_lock(&lock);
  dbh_connection *found = first;
  while (found && found->handle != handle) found = found->next;
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

void dbh_registry_add(dbh_connection *connection) {
  pthread_mutex_lock(&lock);
  connection->next = first;
  first = connection;
  pthread_mutex_unlock(&lock);
}

void dbh_registry_remove(dbh_connection *connection) {
  pthread_mutex_lock(&lock);
  dbh_connection **link = &first;
  while (*link && *link != connection) link = &(*link)->next;
  if (*link) *link = connection->next;
  closed[closed_count++ % CLOSED] = connection->handle;
  pthread_mutex_unlock(&lock);
}

// Rows were changed that no statement of ours accounts for: the trace was replaced behind our back. Read without the
// connection's mutex, hence twice, and only between statements.
bool dbh_changes_unseen(dbh_connection *connection) {
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
  atomic_store(&connection->total_changes, sqlite3_total_changes(connection->handle));
  atomic_store(&connection->resync, false);
}

// A connection takes the new epoch at its next statement: what happened while nobody listened is no loss, and its counter
// must not be written from here while its own thread writes it.
void dbh_set_listening(bool listening) {
  pthread_mutex_lock(&lock);
  if (listening && !atomic_load(&dbh_listening)) atomic_fetch_add(&dbh_epoch, 1);
  atomic_store(&dbh_listening, listening);
  pthread_mutex_unlock(&lock);
}

void dbh_each_connection(void (*visit)(void *context, bool lost, void *argument), void *argument) {
  pthread_mutex_lock(&lock);
  for (dbh_connection *c = first; c; c = c->next) visit(c->context, dbh_changes_unseen(c), argument);
  pthread_mutex_unlock(&lock);
}

bool dbh_registry_contains(dbh_connection *connection, uint64_t id) {
  pthread_mutex_lock(&lock);
  dbh_connection *c = first;
  while (c && c != connection) c = c->next;
  bool is_contained = c && c->id == id;
  pthread_mutex_unlock(&lock);
  return is_contained;
}

void *dbh_context_of(void *handle) {
  dbh_connection *connection = dbh_registry_find(handle);
  return connection ? connection->context : NULL;
}
