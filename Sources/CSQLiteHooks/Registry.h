// The open connections that carry our hooks.

#ifndef CSQLITEHOOKS_REGISTRY_H
#define CSQLITEHOOKS_REGISTRY_H

#include "Inside.h"

// Each but dbh_sync_changes() takes the registry's lock, or is called with it.
/// Changes whenever a connection is closed.
extern _Atomic uint64_t dbh_closings;
/// NULL: it is not instrumented. The connection stays for as long as the application keeps the handle open. `handle` need not be open.
dbh_connection *dbh_registry_find(sqlite3 *handle);
/// Whether a connection was closed at this address lately. `handle` need not be open.
bool dbh_registry_was_closed(sqlite3 *handle);
/// Calls `body` inside of the connection, if it is open still and nobody else uses it: it stays so meanwhile, with the lock. False if it
/// is not, or if `body` says so. `handle` need not be open.
bool dbh_registry_with(sqlite3 *handle, uint64_t id, bool (*body)(dbh_connection *, void *), void *argument);
/// Another connection may stand where one was closed.
void dbh_registry_opened(sqlite3 *handle);
/// One that is not in it. False without memory.
bool dbh_registry_add(dbh_connection *connection);
/// One that SQLite is about to free, whether or not it is in it.
void dbh_registry_remove(dbh_connection *connection);
/// Any thread, with the registry's lock, so that the connection stays.
bool dbh_changes_unseen(dbh_connection *connection);
/// What was changed so far is accounted for.
void dbh_sync_changes(dbh_connection *connection);

#endif
