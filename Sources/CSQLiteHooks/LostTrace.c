// Statements that were not seen because an application's trace took the place of ours, where the two cannot share it.

#include "Private.h"

// Pages that the connection looked at, in its cache or in its file. Takes its mutex.
static uint32_t pages_read(sqlite3 *handle) {
  int hits = 0, misses = 0, highest = 0;
  sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_HIT, &hits, &highest, 0);
  sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_MISS, &misses, &highest, 0);
  return (uint32_t)hits + (uint32_t)misses;
}

void dbh_sync_pages(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  if (dbh_interposes_trace()) return;
  atomic_store(&c->pages_read, pages_read(c->handle));
  atomic_store(&c->pages_epoch, atomic_load(&dbh_epoch));
}

// A statement that is prepared and not run may read as much, to learn of the tables.
enum { FEW_PAGES = 16 };

// Of a connection without a mutex the application's care is relied on: a recording asks when its work is over.
bool dbh_reads_unseen(dbh_connection *c) {
  if (dbh_interposes_trace()) return false;
  if (atomic_load(&c->pages_epoch) != atomic_load(&dbh_epoch) || atomic_load(&c->depth) != 0) return false;
  sqlite3_mutex *mutex = sqlite3_db_mutex(c->handle);
  if (sqlite3_mutex_try(mutex) != SQLITE_OK) return false;
  uint32_t known = atomic_load(&c->pages_read);
  uint32_t now = pages_read(c->handle);
  sqlite3_mutex_leave(mutex);
  return now - known > FEW_PAGES && now > known;
}

bool dbh_lost_trace_at_close(dbh_connection *c) {
  DCS_ASSERT(dbh_is_inside(c));
  if (dbh_interposes_trace()) return false;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  return sqlite3_trace(c->handle, NULL, NULL) != c;
#pragma clang diagnostic pop
}
