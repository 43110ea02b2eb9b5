// What recording without Swift needs seldom, or of the runtime.

#include "Direct.h"

_Atomic(const void *) dbh_scope_key;
atomic_bool dbh_takes_detours;

// Once, before the first connection is recorded; the variable lives for ever.
void dbh_set_direct(const void *scope_key) { atomic_store_explicit(&dbh_scope_key, scope_key, memory_order_release); }

// Any thread, with a lock of Swift's.
void dbh_set_detours(bool wanted) { atomic_store_explicit(&dbh_takes_detours, wanted, memory_order_relaxed); }

// Inside of the connection whose lane it is.
void dbh_settle_shape(dbh_lane *lane, uint32_t shape) { lane->known[shape % DBH_LANE_SHAPES] = shape + 1; }

// Any thread, of itself.
void *dbh_task_local(const void *key) { return task_local(key); }
