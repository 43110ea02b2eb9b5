// What was learned, by address: of a return address how its frame is left, of one at which an awaiting function goes on that it is
// one. It only grows. Any thread may read and write it at any time, without a lock.

#ifndef CCALLSTACKS_TABLE_H
#define CCALLSTACKS_TABLE_H

#include <stdatomic.h>

#include "Private.h"

enum { DCS_SLOTS_SHIFT = 14, DCS_SLOTS = 1 << DCS_SLOTS_SHIFT };

/// A key and what is known of it in one word each. Once a slot has both, nothing but DCS_TRIED changes.
typedef struct {
  _Atomic uintptr_t key;  // a return address, or one at which an awaiting function goes on, with DCS_AWAITING; 0: free
  _Atomic uint64_t rule;  // a packed dcs_rule, with DCS_TRIED or not; 0: about to be written
} dcs_slot;

extern dcs_slot dcs_table[DCS_SLOTS];

// The parts of a packed rule.
#define DCS_KIND(word) ((dcs_kind)((word) & 3))
#define DCS_FROM_RBP(word) ((word) >> 2 & 1)
#define DCS_SAVES_RBP(word) ((word) >> 3 & 1)
#define DCS_ROLE(word) ((dcs_role)((word) >> 4 & 7))
// What a context behind this address points to was found readable.
#define DCS_TRIED ((uint64_t)1 << 7)
#define DCS_CFA_OFFSET(word) ((uintptr_t)((word) >> 8 & 0xFFFFFF) * 8)
#define DCS_RBP_OFFSET(word) ((uintptr_t)(intptr_t)(int32_t)((word) >> 32))

/// Finds out what is to be known of a key and puts it into the table, from `index` on, if there is room.
uint64_t dcs_learn(uintptr_t key, size_t index);

/// What a slot will have that another thread is about to write.
uint64_t dcs_find_out(uintptr_t key);

/// Notes that what the key leads to was tried.
void dcs_mark_tried(uintptr_t key);

static inline size_t dcs_index_of(uintptr_t key) { return (key * 0x9E3779B97F4A7C15) >> (64 - DCS_SLOTS_SHIFT); }

static inline uint64_t dcs_rule_of(uintptr_t key) {
  size_t index = dcs_index_of(key);
  for (;; index = (index + 1) % DCS_SLOTS) {
    uintptr_t found = atomic_load_explicit(&dcs_table[index].key, memory_order_relaxed);
    if (found == key) {
      uint64_t word = atomic_load_explicit(&dcs_table[index].rule, memory_order_acquire);
      return word ? word : dcs_find_out(key);
    }
    if (found == 0) return dcs_learn(key, index);
  }
}

#endif
