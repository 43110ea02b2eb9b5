// Who a connection's statements belong to: kept from one statement to the next, and for those that are still open.
//
// `uses` counts the connection's own `lane` and each of its statements whose slot has the lane. Without atomics: whoever changes it is
// inside of the connection.

#include <stdlib.h>

#include "Private.h"

// What it has retained is released by Swift, which takes locks of its own.
void dbh_free_lane(dbh_lane *lane) {
  const dbh_callbacks *swift = dbh_swift();
  if (swift) swift->release_lane(lane->log, lane->scope_object);
  free(lane);
}

dbh_lane *dbh_change_lane(void *connection, dbh_lane made) {
  dbh_connection *c = connection;
  DCS_ASSERT(dbh_is_inside(c));
  DCS_ASSERT(made.log && made.scope_object && made.head && made.end && made.uses == 0);
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
