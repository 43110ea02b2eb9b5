// Who a connection's statements belong to: kept from one statement to the next, and for those that are still open.
//
// Counted without atomics: a connection is used by one thread at a time, by SQLite's own mutex or by the application's care.

#include <stdlib.h>

#include "Private.h"

void dbh_leave_lane(dbh_lane *lane) {
  if (lane && --lane->uses == 0) dbh_free_lane(lane);
}

void dbh_free_lane(dbh_lane *lane) {
  const dbh_callbacks *swift = dbh_swift();
  if (swift) swift->release_lane(lane->log, lane->scope_object);
  free(lane);
}

dbh_lane *dbh_change_lane(void *connection, dbh_lane made) {
  dbh_connection *c = connection;
  dbh_lane *lane = malloc(sizeof *lane);
  if (lane) {
    *lane = made;
    lane->uses = 1;
  } else {
    const dbh_callbacks *swift = dbh_swift();
    if (swift) swift->release_lane(made.log, made.scope_object);
  }
  dbh_leave_lane(c->lane);
  return c->lane = lane;
}
