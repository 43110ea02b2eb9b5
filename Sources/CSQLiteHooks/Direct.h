// Recording a statement without a call into Swift: one more like the ones before, of the same recording.
//
// Whatever is not that (the first statement of a recording on a connection; a full block of records; an error; an instrumentor
// that is active) goes the long way, on which Swift finds out where it belongs. Both end in the same functions (CStatementLog.h).
//
// A header, so that all of it is one piece of code with what calls it: what a statement costs is above all the code that it
// pushes SQLite's own out of the processor's cache with.

#ifndef CSQLITEHOOKS_DIRECT_H
#define CSQLITEHOOKS_DIRECT_H

#include <CCallStacks.h>

#include "Private.h"

/// Of the task-local variable that holds the recording scope; NULL: nothing is recorded directly.
extern _Atomic(const void *) dbh_scope_key;
/// Whether somebody wants more of each statement than its record. Written by any thread.
extern atomic_bool dbh_takes_detours;

// The innermost value that is bound to a task-local variable on the current thread, not retained: its scope outlives the statement
// that asks. NULL where there is none.
static inline void *task_local(const void *key) {
#if DBH_KNOWS_SWIFT
  if (!swift_task_localValueGet) return NULL;
  void **value = swift_task_localValueGet(key);
  return value ? *value : NULL;
#else
  (void)key;
  return NULL;
#endif
}

// Whether the lane takes the statement that begins: the task is in its scope, which has not ended, and nobody wants a detour. Inside of
// the connection, on the thread of the statement.
static inline bool is_running(const dbh_lane *lane) {
  const void *key = atomic_load_explicit(&dbh_scope_key, memory_order_acquire);
  return key && !atomic_load_explicit(&dbh_takes_detours, memory_order_relaxed) && task_local(key) == lane->scope_object &&
         atomic_load_explicit((const _Atomic uint64_t *)lane->end, memory_order_acquire) == UINT64_MAX;
}

// Whether no call site of the shape is wanted any more. A shape that another one displaced is asked about again.
static inline bool knows(const dbh_lane *lane, uint32_t shape) {
  return lane->known[shape % DBH_LANE_SHAPES] == shape + 1;
}

/// Whether the stack of an execution is to be taken, which is counted. `has_room`: whether there is room for its record, set where the
/// answer takes the lock of the head. Inside of the lane's connection.
static inline bool wants_stack(dbh_lane *lane, dbh_shape of, bool *has_room) {
  uint32_t shape = of.id;
  if (knows(lane, shape)) return false;
  uint32_t limit = of.flags & DBH_SHAPE_ONE_SITE ? 1 : lane->captured;
  bool wants = dsl_wants_stack(lane->head, shape, lane->scope, limit, has_room);
  if (!wants && *has_room) lane->known[shape % DBH_LANE_SHAPES] = shape + 1;
  return wants;
}

/// Records a statement that begins and sets its slot; false: nothing was done, and Swift has to. Inside of the connection; takes the lock
/// of the lane's head, twice for a shape whose call sites are wanted. `parent`: the slot of another open statement, or NULL.
static inline bool began_directly(dbh_connection *c, dbh_open_statement *open, const dbh_known_text *text,
                                  uint16_t flags, const dbh_slot *parent) {
  DCS_ASSERT(dbh_is_inside(c));
  dbh_lane *lane = c->lane;
  if (!lane || !is_running(lane)) return false;
  DCS_ASSERT(lane->uses > 0 && lane->head && lane->log && lane->scope_object);
  bool has_room = true;
  bool is_captured = wants_stack(lane, text->shape, &has_room);
  if (!has_room) return false;
  dsl_beginning begun = {
      .shape = text->shape.id,
      .scope = lane->scope,
      .transaction = open->transaction,
      .thread = (uint32_t)open->thread,
      .flags = (dsl_flags)flags,
  };
  if (text->shape.flags & DBH_SHAPE_READS) {
    begun.values = dbh_hash_values(open->statement, text->shape, text->hash, is_captured);
  }
  if (is_captured || (text->shape.flags & DBH_SHAPE_READS)) {
    begun.stack = dcs_stacks_place(lane->stacks, &lane->places, is_captured);
  }
  // After all that may take a while: what the recording itself costs is not the statement's time.
  begun.start = dbh_monotonic();
  if (!dsl_append(lane->head, &begun, parent ? &parent->kept : NULL, &open->slot.kept)) return false;
  lane->uses++;
  open->slot.lane = lane;
  return true;
}

/// Completes the record of a statement that ended; false: nothing was done, and Swift has to. Inside of its connection; takes the lock of
/// the lane's head. `changes`: all that it changed, or NULL. `is_settled`: they are in the run of the log; set only if so.
static inline bool ended_directly(const dbh_open_statement *open, const dsl_ending *ending,
                                  const dsl_row_changes *changes, bool *is_settled) {
  const dbh_slot *slot = &open->slot;
  if (!slot->kept.record || slot->telemetry || open->error) return false;
  // Where there is a record there is a lane, which lives for as long as the statement.
  DCS_ASSERT(slot->lane && slot->lane->uses > 0 && slot->lane->head == slot->kept.head);
  // An ORM that declares flushes wants each statement by itself.
  if (atomic_load_explicit(&dbh_takes_detours, memory_order_relaxed)) changes = NULL;
  *is_settled = dsl_complete(&slot->kept, ending, changes);
  return true;
}

#endif
