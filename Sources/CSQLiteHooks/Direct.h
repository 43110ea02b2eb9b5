// Recording a statement without a call into Swift: one more like the ones before, of the same recording.
//
// Whatever is not that (the first statement of a recording on a connection; a full block of records; an error; an instrumentor
// that is active) goes the long way, which does the same in Swift.
//
// A header, so that all of it is one piece of code with what calls it: what a statement costs is above all the code that it
// pushes SQLite's own out of the processor's cache with.

#ifndef CSQLITEHOOKS_DIRECT_H
#define CSQLITEHOOKS_DIRECT_H

#include <CCallStacks.h>

#include "Private.h"

#if defined(__APPLE__)
#include <os/lock.h>
#endif

/// Of the task-local variable that holds the recording scope; NULL: nothing is recorded directly.
extern _Atomic(const void *) dbh_scope_key;
/// Whether somebody wants more of each statement than its record. Written by any thread.
extern atomic_bool dbh_takes_detours;

/// Takes a lock that another thread has, in any thread; the slow part of lock().
void dbh_wait_for_lock(_Atomic uint32_t *lock);

// Any thread, with any other lock. Not recursive: between lock() and unlock() stand some instructions, which call nothing that may wait,
// and nothing of Swift's.
static inline void lock(dbh_log_head *head) {
#if defined(__APPLE__)
  os_unfair_lock_lock((os_unfair_lock_t)&head->lock);
#else
  _Atomic uint32_t *taken = (_Atomic uint32_t *)&head->lock;
#if DATABASE_TESTING_ASSERTIONS
  DCS_ASSERT(__atomic_load_n(&head->holder, __ATOMIC_RELAXED) != (uint32_t)dbh_thread());
#endif
  if (atomic_exchange_explicit(taken, 1, memory_order_acquire)) dbh_wait_for_lock(taken);
#if DATABASE_TESTING_ASSERTIONS
  __atomic_store_n(&head->holder, (uint32_t)dbh_thread(), __ATOMIC_RELAXED);
#endif
#endif
}

// Whether the caller has the lock. Swift notes nobody as its holder.
static inline bool is_locked(const dbh_log_head *head) {
#if defined(__APPLE__)
  os_unfair_lock_assert_owner((os_unfair_lock_t)&head->lock);
  return true;
#else
  return __atomic_load_n(&head->lock, __ATOMIC_RELAXED) == 1 &&
         __atomic_load_n(&head->holder, __ATOMIC_RELAXED) == (uint32_t)dbh_thread();
#endif
}

// The thread that called lock().
static inline void unlock(dbh_log_head *head) {
  DCS_ASSERT(is_locked(head));
#if DATABASE_TESTING_ASSERTIONS
  __atomic_store_n(&head->holder, 0, __ATOMIC_RELAXED);
#endif
#if defined(__APPLE__)
  os_unfair_lock_unlock((os_unfair_lock_t)&head->lock);
#else
  atomic_store_explicit((_Atomic uint32_t *)&head->lock, 0, memory_order_release);
#endif
}

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

_Static_assert(sizeof(((dbh_lane *)NULL)->places) == sizeof(dcs_places), "a lane has room for the places of its reads");

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
/// answer takes the lock of the head.
static inline bool wants_stack(dbh_lane *lane, dbh_shape of, bool *has_room) {
  uint32_t shape = of.id;
  if (knows(lane, shape)) return false;
  uint32_t limit = of.flags & DBH_SHAPE_ONE_SITE ? 1 : lane->captured;
  dbh_log_head *head = lane->head;
  lock(head);
  *has_room = head->room != 0;
  bool wants = *has_room && dcs_wants_capture(lane->captures, shape, lane->scope, limit);
  unlock(head);
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
  dbh_value_hashes values = {0};
  if (text->shape.flags & DBH_SHAPE_READS) {
    values = dbh_hash_values(open->statement, text->shape, text->hash, is_captured);
  }
  if (values.has_unknown) flags |= DBH_FLAG_UNKNOWN_VALUES;
  uint32_t stack = 0;
  if (is_captured || (text->shape.flags & DBH_SHAPE_READS)) {
    stack = dcs_stacks_place(lane->stacks, (dcs_places *)&lane->places, is_captured);
  }
  dbh_log_head *head = lane->head;
  lock(head);
  if (head->room == 0) {
    unlock(head);
    return false;
  }
  DCS_ASSERT(head->next);
  head->room--;
  dbh_record *record = head->next++;
  // After all that may take a while: what the recording itself costs is not the statement's time.
  uint64_t now = dbh_monotonic();
  uint64_t sequence = (now < head->origin ? 0 : now - head->origin) << 12 | (head->number & 0xFFF);
  if (sequence <= head->last_sequence) sequence = head->last_sequence + 1;
  head->last_sequence = sequence;
  uint64_t place = ++head->count;
  bool is_nested = parent && parent->lane && parent->lane->head == head && parent->record &&
                   parent->generation == head->generation;
  DCS_ASSERT(!is_nested || (parent->place > 0 && parent->place < place && parent->record->sequence < sequence));
  *record = (dbh_record){
      .sequence = sequence,
      .start = now,
      .duration = UINT64_MAX,
      .parameters = values.parameters,
      .parent = is_nested ? parent->record->sequence + 1 : 0,
      .shape = text->shape.id,
      .scope = lane->scope,
      .stack = stack,
      .transaction = open->transaction,
      .rows_changed = -1,
      .thread = (uint32_t)open->thread,
      .flags = flags,
      .key_counts = values.key_counts,
      .keys = {values.keys[0], values.keys[1], values.keys[2]},
  };
  uint32_t generation = head->generation;
  unlock(head);
  lane->uses++;
  open->slot = (dbh_slot){.lane = lane, .record = record, .place = place, .start = now, .generation = generation};
  return true;
}

/// Adds one statement's changes to the run of a log, under the lock of its head; false: they are no part of it, and it is as it was.
/// `place`: of the statement's record.
static inline bool add_to_run(dbh_run *run, const dbh_row_changes *changes, uint32_t scope, uint32_t transaction,
                              uint64_t place) {
  if (run->transaction != transaction || transaction == 0 || run->scope != scope) return false;
  if (run->writes == 0) {
    run->table = changes->table;
  } else if (run->table != changes->table) {
    return false;
  }
  DCS_ASSERT(place > run->last && (run->writes == 0) == (run->first == 0));
  for (int which = 0; which < 3; which++) {
    if (changes->counts[which] == 0) continue;
    dbh_row_count *rows = &run->rows[which];
    rows->count += (int64_t)changes->counts[which];
    if (changes->first[which] < rows->first) rows->first = changes->first[which];
    if (changes->last[which] > rows->last) rows->last = changes->last[which];
  }
  run->columns |= changes->columns;
  run->writes++;
  if (run->first == 0) run->first = place;
  run->last = place;
  return true;
}

static inline uint32_t clamped(uint64_t value) { return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value; }

/// What a statement turned out to be when it ended.
typedef struct {
  uint64_t duration;  // nanoseconds
  int64_t changed;    // rows changed, -1: unknown
  uint32_t steps, full_scan_steps, sorts, automatic_index_rows;
  uint32_t version;  // of its databases; 0: unknown
  bool autocommit;
  bool is_busy;
} dbh_ending;

/// Completes the record of a statement that ended; false: nothing was done, and Swift has to. Inside of its connection; takes the lock of
/// the lane's head. `changes`: all that it changed, or NULL. `is_settled`: they are in the run of the log; set only if so.
static inline bool ended_directly(const dbh_open_statement *open, const dbh_ending *ending,
                                  const dbh_row_changes *changes, bool *is_settled) {
  const dbh_slot *slot = &open->slot;
  bool is_allowed = atomic_load_explicit(&dbh_scope_key, memory_order_acquire) != NULL;
  if (!slot->record || slot->telemetry || open->error || !is_allowed) return false;
  // Where there is a record there is a lane, which lives for as long as the statement.
  DCS_ASSERT(slot->lane && slot->lane->uses > 0 && slot->place > 0);
  dbh_log_head *head = slot->lane->head;
  lock(head);
  // The records may have been handed over while the statement was open.
  if (head->generation == slot->generation) {
    dbh_record *record = slot->record;
    DCS_ASSERT(slot->place <= head->count && record->sequence <= head->last_sequence);
    DCS_ASSERT(record->shape == open->shape && record->scope == slot->lane->scope);
    record->duration = ending->duration;
    record->rows_returned = clamped(open->rows);
    record->rows_changed = ending->changed > INT32_MAX ? INT32_MAX : (int32_t)ending->changed;
    record->steps = ending->steps;
    record->full_scan_steps = ending->full_scan_steps;
    record->sorts = ending->sorts;
    record->automatic_index_rows = ending->automatic_index_rows;
    record->transaction = open->transaction;
    record->error = 0;
    record->version = ending->version;
    uint16_t flags = record->flags & (uint16_t)~(DBH_FLAG_UNFINISHED | DBH_FLAG_ENDS_IN_AUTOCOMMIT);
    if (ending->is_busy) flags |= DBH_FLAG_UNFINISHED;
    if (ending->autocommit) flags |= DBH_FLAG_ENDS_IN_AUTOCOMMIT;
    record->flags = flags;
    if (changes && !atomic_load_explicit(&dbh_takes_detours, memory_order_relaxed)) {
      *is_settled = add_to_run(&head->run, changes, slot->lane->scope, open->transaction, slot->place);
    }
  }
  unlock(head);
  return true;
}

#endif
