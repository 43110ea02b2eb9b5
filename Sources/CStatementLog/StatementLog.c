// What is done seldom, and the one copy of each function that is inline elsewhere.

#include <string.h>

#include "CStatementLog.h"

#if !defined(__APPLE__)
#include <sched.h>
#include <unistd.h>
#endif

extern void dsl_lock(dsl_head *head);
extern void dsl_unlock(dsl_head *head);
extern bool dsl_is_locked(const dsl_head *head);
extern uint64_t dsl_sequence(uint64_t time, uint64_t origin, uint32_t number);
extern dsl_record dsl_make_record(uint64_t start, uint32_t shape, uint32_t scope);
extern bool dsl_wants_stack(dsl_head *head, uint32_t shape, uint32_t scope, uint32_t limit, bool *has_room);
extern bool dsl_append(dsl_head *head, const dsl_beginning *begun, const dsl_slot *outer, dsl_slot *slot);
extern bool dsl_complete(const dsl_slot *slot, const dsl_ending *ending, const dsl_row_changes *changes);
extern bool dsl_add_to_run(dsl_run *run, const dsl_row_changes *changes, const dsl_record *record, uint64_t place);

void dsl_initialize(dsl_head *head, uint64_t origin, uint32_t number) {
  memset(head, 0, sizeof *head);  // an os_unfair_lock of zeros is free
  head->origin = origin;
  head->number = number;
}

void dsl_destroy(dsl_head *head) {
  DCS_ASSERT(head->lock == 0);
  dcs_forget_captures(&head->captures);
}

void dsl_wait(dsl_head *head) {
#if defined(__APPLE__)
  (void)head;  // the system waits
#else
  int tries = 0;
  do {
    while (__atomic_load_n(&head->lock, __ATOMIC_RELAXED)) {
      // A thread of a lower priority may hold it: yielding alone would not let it run.
      if (++tries > 10000) usleep(50);
      else if (tries > 100) sched_yield();
    }
  } while (__atomic_exchange_n(&head->lock, 1, __ATOMIC_ACQUIRE));
#endif
}

void dsl_fail(const dsl_slot *slot, uint32_t error, uint32_t stack) {
  DCS_ASSERT(slot->record && slot->place > 0 && error > 0);
  dsl_lock(slot->head);
  if (slot->head->generation == slot->generation) {
    slot->record->error = error;
    if (slot->record->stack == 0) slot->record->stack = stack;
  }
  dsl_unlock(slot->head);
}

void dsl_begin_run(dsl_head *head, uint32_t transaction, uint32_t scope) {
  DCS_ASSERT(transaction > 0 && scope > 0);
  dsl_lock(head);
  head->run = (dsl_run){.transaction = transaction, .scope = scope};
  dsl_unlock(head);
}

dsl_run dsl_take_run(dsl_head *head) {
  dsl_lock(head);
  dsl_run run = head->run;
  head->run = (dsl_run){0};
  dsl_unlock(head);
  return run;
}

dsl_share dsl_share_of(const dsl_record *records, size_t count, uint32_t scope) {
  dsl_share share = {0};
  for (size_t i = 0; i < count; i++) {
    if (records[i].scope != scope) continue;
    share.count++;
    if (records[i].flags & DSL_FROM_LOG) share.has_messages = true;
  }
  return share;
}

void dsl_forget_records(dsl_head *head) {
  DCS_ASSERT(dsl_is_locked(head));
  dcs_forget_captures(&head->captures);
  head->generation++;
  head->next = NULL;
  head->room = 0;
  head->count = 0;
}
