#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "Private.h"

#include <string.h>

#if defined(__GLIBC__) || defined(__APPLE__)
#include <execinfo.h>
#define DCS_UNWINDS 1
#else
#define DCS_UNWINDS 0
#endif

__attribute__((noinline)) size_t dcs_unwind(uintptr_t *addresses, size_t capacity) {
#if DCS_UNWINDS
  int limit = capacity > 0x7FFF ? 0x7FFF : (int)capacity;
  int count = limit > 0 ? backtrace((void **)addresses, limit) : 0;
  return count > 0 ? (size_t)count : 0;
#else
  (void)addresses;
  (void)capacity;
  return 0;
#endif
}

static inline uint64_t mixed(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15;
  return hash ^ (hash >> 29);
}

static _Thread_local uintptr_t origin;

uintptr_t dcs_set_origin(uintptr_t return_address) {
  uintptr_t before = origin;
  origin = return_address;
  return before;
}

static uint64_t hash_of(const uintptr_t *addresses, size_t count) {
  uint64_t hash = 0;
  for (size_t i = 0; i < count; i++) hash = mixed(hash, addresses[i]);
  return mixed(hash, count);
}

// By backtrace(), from `caller` on: a return address into the function that asked, behind the frames of this file.
static __attribute__((noinline)) size_t unwound(uintptr_t *addresses, size_t capacity, uintptr_t caller, uint64_t *hash) {
  enum { MOST = 1024, OWN = 64 };
  uintptr_t all[MOST];
  size_t wanted = capacity < MOST - OWN ? capacity + OWN : MOST;
  size_t count = dcs_unwind(all, wanted);
  size_t first = 0;
  while (first < count && first < OWN && all[first] != caller) first++;
  if (first == OWN || first == count) first = 0;
  count -= first;
  if (count > capacity) count = capacity;
  memcpy(addresses, all + first, count * sizeof *addresses);
  *hash = hash_of(addresses, count);
  return count;
}

#if DCS_LEARNS

#include <pthread.h>
#include <stdatomic.h>

enum { SLOTS_SHIFT = 14, SLOTS = 1 << SLOTS_SHIFT };

/// A return address and its rule in one word each; a slot never changes once it has both.
typedef struct {
  _Atomic uintptr_t address;
  _Atomic uint64_t rule;
} slot;

static slot table[SLOTS];
static _Atomic size_t known_count;

// Captures that are compared before what was learned is trusted, and then one of so many of each thread: another library may have
// been loaded where one was that is gone.
enum { COMPARED = 64, COMPARED_AGAIN = 4096 };
static _Atomic int compared;
static _Atomic bool is_wrong;

static uint64_t packed(dcs_rule rule) {
  return (uint64_t)rule.kind | (uint64_t)rule.from_rbp << 2 | (uint64_t)rule.saves_rbp << 3 |
         (uint64_t)((uint32_t)rule.cfa_offset & 0x0FFFFFFF) << 4 | (uint64_t)(uint32_t)rule.rbp_offset << 32;
}

// The parts of a packed rule.
#define KIND(word) ((dcs_kind)((word) & 3))
#define FROM_RBP(word) ((word) >> 2 & 1)
#define SAVES_RBP(word) ((word) >> 3 & 1)
#define CFA_OFFSET(word) ((uintptr_t)((word) >> 4 & 0x0FFFFFFF))
#define RBP_OFFSET(word) ((uintptr_t)(intptr_t)(int32_t)((word) >> 32))

// Room for as many as a large program has; one that has more asks its tables again for the rest.
static __attribute__((noinline)) uint64_t learn(uintptr_t address, size_t index) {
  dcs_rule rule = dcs_read_rule(address);
  if (rule.cfa_offset > 0x0FFFFFFF) rule = (dcs_rule){.kind = DCS_REFUSED};
  if (atomic_load_explicit(&known_count, memory_order_relaxed) >= SLOTS / 4 * 3) return packed(rule);
  for (;; index = (index + 1) % SLOTS) {
    uintptr_t found = 0;
    if (atomic_compare_exchange_strong(&table[index].address, &found, address)) {
      atomic_fetch_add_explicit(&known_count, 1, memory_order_relaxed);
    } else if (found != address) {
      continue;
    }
    uint64_t word = packed(rule);
    atomic_store_explicit(&table[index].rule, word, memory_order_release);
    return word;
  }
}

static inline uint64_t rule_of(uintptr_t address) {
  size_t index = (address * 0x9E3779B97F4A7C15) >> (64 - SLOTS_SHIFT);
  for (;; index = (index + 1) % SLOTS) {
    uintptr_t found = atomic_load_explicit(&table[index].address, memory_order_relaxed);
    if (found == address) {
      uint64_t word = atomic_load_explicit(&table[index].rule, memory_order_acquire);
      // Another thread is about to write it.
      return word ? word : packed(dcs_read_rule(address));
    }
    if (found == 0) return learn(address, index);
  }
}

// Where the stack of this thread begins; nothing is read beyond it.
static __attribute__((noinline)) uintptr_t find_stack_end(void) {
  pthread_attr_t attributes;
  void *low = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return (uintptr_t)low + size;
}

static _Thread_local uintptr_t stack_end;
static _Thread_local unsigned captures;

// 0: it has to be unwound. What it reads lies between its own frame and the beginning of the stack, in words that the
// compiler's tables name; a sanitizer knows nothing of these.
__attribute__((noinline, no_sanitize("address", "thread", "undefined"))) static size_t learned(
    uintptr_t *addresses, size_t capacity, uintptr_t caller, uint64_t *hash) {
  // Where it is not told, it is asked once: every frame lies beyond 1.
  if (stack_end == 0 && (stack_end = find_stack_end()) == 0) stack_end = 1;
  uintptr_t pc, sp, bp;
  __asm__ volatile("leaq 0(%%rip), %0\n\tmovq %%rsp, %1\n\tmovq %%rbp, %2" : "=r"(pc), "=r"(sp), "=r"(bp));
  uintptr_t end = stack_end;
  size_t count = 0;
  uint64_t sum = 0;
  while (count < capacity) {
    uint64_t rule = rule_of(pc);
    if (KIND(rule) == DCS_OUTERMOST) break;
    if (KIND(rule) != DCS_CALLED) return 0;
    uintptr_t cfa = (FROM_RBP(rule) ? bp : sp) + CFA_OFFSET(rule);
    if (cfa <= sp || cfa > end || cfa % 8 != 0) return 0;
    if (SAVES_RBP(rule)) {
      uintptr_t place = cfa + RBP_OFFSET(rule);
      if (place < sp || place % 8 != 0) return 0;
      bp = *(const uintptr_t *)place;
    }
    pc = *(const uintptr_t *)(cfa - 8);
    sp = cfa;
    if (pc == 0) break;
    // What comes before the caller are frames of this file, and of those who captured for it.
    if (count == 0 && pc != caller) continue;
    addresses[count++] = pc;
    sum = mixed(sum, pc);
  }
  *hash = mixed(sum, count);
  return count;
}

// Compares what was learned with the unwinder's, whose stack is the one that counts.
static __attribute__((noinline)) size_t compare(
    uintptr_t *addresses, size_t capacity, uintptr_t caller, uint64_t *hash) {
  uint64_t mine = *hash;
  size_t count = unwound(addresses, capacity, caller, hash);
  if (mine == *hash) atomic_fetch_add_explicit(&compared, 1, memory_order_relaxed);
  else atomic_store_explicit(&is_wrong, true, memory_order_relaxed);
  return count;
}

static size_t capture(uintptr_t *addresses, size_t capacity, uintptr_t caller, uint64_t *hash) {
  if (origin) caller = origin;
  size_t count = 0;
  if (!atomic_load_explicit(&is_wrong, memory_order_relaxed)) count = learned(addresses, capacity, caller, hash);
  bool is_due = ++captures % COMPARED_AGAIN == 0 || atomic_load_explicit(&compared, memory_order_relaxed) < COMPARED;
  if (count > 0 && is_due) {
    count = compare(addresses, capacity, caller, hash);
  } else if (count == 0) {
    count = unwound(addresses, capacity, caller, hash);
  }
  return count;
}

bool dcs_is_learning(void) { return !atomic_load(&is_wrong); }

size_t dcs_known_count(void) { return atomic_load(&known_count); }

#else

static size_t capture(uintptr_t *addresses, size_t capacity, uintptr_t caller, uint64_t *hash) {
  return unwound(addresses, capacity, origin ? origin : caller, hash);
}

bool dcs_is_learning(void) { return false; }

size_t dcs_known_count(void) { return 0; }

#endif

__attribute__((noinline)) size_t dcs_capture(uintptr_t *addresses, size_t capacity, uint64_t *hash) {
  return capture(addresses, capacity, (uintptr_t)__builtin_return_address(0), hash);
}

__attribute__((noinline)) uint32_t dcs_stacks_capture(dcs_stacks *stacks) {
  uintptr_t addresses[DCS_DEPTH];
  uint64_t hash;
  size_t count = capture(addresses, DCS_DEPTH, (uintptr_t)__builtin_return_address(0), &hash);
  return dcs_keep(stacks, addresses, count, hash);
}
