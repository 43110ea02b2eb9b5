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

extern _Atomic(const void *) dbh_scope_key;
extern atomic_bool dbh_takes_detours;

/// Whether the thread is one that others need while a query makes them wait.
bool dbh_is_shared_thread(const dbh_callbacks *swift);
void dbh_wait_for_lock(_Atomic uint32_t *lock);

static inline void lock(dbh_log_head *head) {
#if defined(__APPLE__)
  os_unfair_lock_lock((os_unfair_lock_t)&head->lock);
#else
  _Atomic uint32_t *taken = (_Atomic uint32_t *)&head->lock;
  if (atomic_exchange_explicit(taken, 1, memory_order_acquire)) dbh_wait_for_lock(taken);
#endif
}

static inline void unlock(dbh_log_head *head) {
#if defined(__APPLE__)
  os_unfair_lock_unlock((os_unfair_lock_t)&head->lock);
#else
  atomic_store_explicit((_Atomic uint32_t *)&head->lock, 0, memory_order_release);
#endif
}

// The innermost value that is bound to a task-local variable.
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

static inline bool is_running(const dbh_lane *lane) {
  const void *key = atomic_load_explicit(&dbh_scope_key, memory_order_acquire);
  return key && !atomic_load_explicit(&dbh_takes_detours, memory_order_relaxed) && task_local(key) == lane->scope_object &&
         atomic_load_explicit((const _Atomic uint64_t *)lane->end, memory_order_acquire) == UINT64_MAX;
}

static inline bool knows(const dbh_lane *lane, uint32_t shape) {
  return lane->known[shape % DBH_LANE_SHAPES] == shape + 1;
}

/// Whether the stack of an execution is to be taken, which is counted. `has_room`: whether there is room for its record.
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

/// Records a statement that begins and sets its slot; false: Swift has to.
static inline bool began_directly(dbh_connection *c, dbh_open_statement *open, const dbh_known_text *text,
                                  uint16_t flags, const dbh_slot *parent, const dbh_callbacks *swift) {
  dbh_lane *lane = c->lane;
  if (!lane || !is_running(lane)) return false;
  bool has_room = true;
  bool is_captured = wants_stack(lane, text->shape, &has_room);
  if (!has_room) return false;
  if (!(flags & DBH_FLAG_MAIN_THREAD) && dbh_is_shared_thread(swift)) flags |= DBH_FLAG_SHARED_THREAD;
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

static inline bool add_to_run(dbh_run *run, const dbh_row_changes *changes, uint32_t scope, uint32_t transaction,
                              uint64_t place) {
  if (run->transaction != transaction || transaction == 0 || run->scope != scope) return false;
  if (run->writes == 0) {
    run->table = changes->table;
  } else if (run->table != changes->table) {
    return false;
  }
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

/// Completes the record of a statement that ended; false: Swift has to. `is_settled`: its changes are in the run of the log.
static inline bool ended_directly(const dbh_open_statement *open, const dbh_ending *ending,
                                  const dbh_row_changes *changes, bool *is_settled) {
  const dbh_slot *slot = &open->slot;
  bool is_allowed = atomic_load_explicit(&dbh_scope_key, memory_order_acquire) != NULL;
  if (!slot->record || slot->telemetry || open->error || !is_allowed) return false;
  dbh_log_head *head = slot->lane->head;
  lock(head);
  // The records may have been handed over while the statement was open.
  if (head->generation == slot->generation) {
    dbh_record *record = slot->record;
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
