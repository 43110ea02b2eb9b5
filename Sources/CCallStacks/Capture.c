// The walk along the current thread's stack. Nothing here takes a lock, but for the first look at an address (Table.h), and no thread reads
// the stack of another.

#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "Table.h"

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

static _Thread_local uintptr_t origin;  // 0: none is set

uintptr_t dcs_set_origin(uintptr_t return_address) {
  uintptr_t before = origin;
  origin = return_address;
  return before;
}

enum { MOST = 1024, OWN = 64 };

// By backtrace(), from `caller` on: a return address into the function that asked, behind the frames of this file.
static __attribute__((noinline)) size_t unwound(uintptr_t *addresses, size_t capacity, uintptr_t caller) {
  uintptr_t all[MOST];
  size_t wanted = capacity < MOST - OWN ? capacity + OWN : MOST;
  size_t count = dcs_unwind(all, wanted);
  size_t first = 0;
  while (first < count && first < OWN && all[first] != caller) first++;
  if (first == OWN || first == count) first = 0;
  count -= first;
  if (count > capacity) count = capacity;
  memcpy(addresses, all + first, count * sizeof *addresses);
  return count;
}

// The last step of every capture: nothing is put into the sink any more.
static inline void finish(dcs_sink *sink) { sink->hash = dcs_mixed(sink->hash, sink->all); }

// The whole sink anew.
static __attribute__((noinline)) void put_unwound(dcs_sink *sink, uintptr_t caller) {
  uintptr_t words[MOST];
  size_t count = unwound(words, sink->words ? sink->capacity : MOST - OWN, caller);
  sink->count = sink->all = 0;
  sink->hash = 0;
  for (size_t i = 0; i < count; i++) dcs_put(sink, words[i]);
}

/// What is captured beyond the synchronous frames of the caller.
typedef enum {
  FRAMES,          // nothing; those of the runtime that runs the task are among them
  WHOLE,           // who awaits, and who created the task
  WHOLE_UNTESTED,  // the same, without regard to whether that was found to work
  OF_CREATOR,      // the same, from the frame on that creates a task
} parts;

#if DCS_LEARNS

#include <pthread.h>

// Captures that are compared before what was learned is trusted, and then one of so many of each thread: another library may have
// been loaded where one was that is gone.
enum { COMPARED = 64, COMPARED_AGAIN = 4096 };
static _Atomic int compared;
static _Atomic bool is_wrong;

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

static _Thread_local uintptr_t stack_end;  // 0: not asked; 1: it cannot be told
static _Thread_local unsigned captures;    // of which one of COMPARED_AGAIN is compared

/// The registers of a frame at one of its calls.
typedef struct {
  uintptr_t pc, sp, bp, end;
} frame;

// Of the function that it stands in.
#define HERE(f)                                                                                                     \
  do {                                                                                                              \
    /* Where it is not told, it is asked once: every frame lies beyond 1. */                                        \
    if (stack_end == 0 && (stack_end = find_stack_end()) == 0) stack_end = 1;                                       \
    __asm__ volatile("leaq 0(%%rip), %0\n\tmovq %%rsp, %1\n\tmovq %%rbp, %2"                                        \
                     : "=r"((f).pc), "=r"((f).sp), "=r"((f).bp));                                                   \
    (f).end = stack_end;                                                                                            \
  } while (0)

// Leaves a frame; false: it cannot be left. What it reads lies between its own frame and the beginning of the stack, in words that
// the compiler's tables name.
DCS_READS_STACK static inline __attribute__((always_inline)) bool leave(frame *f, uint64_t rule) {
  if (DCS_KIND(rule) != DCS_CALLED) return false;
  uintptr_t cfa = (DCS_FROM_RBP(rule) ? f->bp : f->sp) + DCS_CFA_OFFSET(rule);
  if (cfa <= f->sp || cfa > f->end || cfa % 8 != 0) return false;
  if (DCS_SAVES_RBP(rule)) {
    uintptr_t place = cfa + DCS_RBP_OFFSET(rule);
    if (place < f->sp || place % 8 != 0) return false;
    // On some platforms the frame pointer of an asynchronous function is marked.
    f->bp = *(const uintptr_t *)place & ~((uintptr_t)1 << 60);
  }
  f->pc = *(const uintptr_t *)(cfa - 8);
  f->sp = cfa;
  return true;
}

// Whether the runtime runs a new task within the call that created it; then `f` is the frame of that call.
DCS_READS_STACK static inline __attribute__((always_inline)) bool runs_now(frame *f) {
  for (int i = 0; i < 3; i++) {
    uint64_t rule = dcs_rule_of(f->pc);
    if (DCS_KIND(rule) == DCS_OUTERMOST || !leave(f, rule)) return false;
    if (DCS_ROLE(rule) == DCS_RUNS_NOW) return f->pc != 0;
  }
  return false;
}

/// How a walk ended.
typedef struct {
  size_t synchronous;  // frames before the first word of another kind
  bool is_outermost;   // those are all that the thread has
} ending;

// false: it has to be unwound, and nothing is to be taken from the sink.
DCS_READS_STACK static inline __attribute__((always_inline)) bool walk(dcs_sink *sink, uintptr_t caller, parts wanted, ending *how) {
  enum { RUNTIME = 8 };  // frames between the runtime's function that makes a task and this one, at most
  frame f;
  HERE(f);
  bool follows = wanted != FRAMES && (wanted == WHOLE_UNTESTED || dcs_follows_chains());
  bool found = false, drains = false, is_creator = false;
  size_t before = 0;
  *how = (ending){0};
  for (;;) {
    uint64_t rule = dcs_rule_of(f.pc);
    if (DCS_KIND(rule) == DCS_OUTERMOST) break;
    uintptr_t bp = f.bp, inner = f.pc;
    if (!leave(&f, rule)) return is_creator;
    dcs_role role = DCS_ROLE(rule);
    if (role != DCS_ORDINARY) {
      if (role == DCS_DRAINS) drains = true;
      if (role == DCS_CREATES && wanted == OF_CREATOR) found = true;
      if (role == DCS_ASYNCHRONOUS && follows && dcs_is_in_runner(f.pc)) {
        if (!found) return false;
        if (!is_creator) how->synchronous = sink->all;
        if (!dcs_follow(sink, bp, inner)) return true;
        bool has_caller = runs_now(&f);
        // The number of the task that made this one is not known, since it is not the current one.
        if (is_creator && !has_caller) return true;
        if (!has_caller) {
          dcs_append_creator(sink);
          return true;
        }
        is_creator = true;
        dcs_put(sink, DCS_CREATOR);
        dcs_put(sink, f.pc);
        continue;
      }
    }
    if (f.pc == 0) break;
    // What comes before the caller are frames of this file, and of those who captured for it.
    if (!found) {
      if (wanted == OF_CREATOR ? ++before > RUNTIME : f.pc == caller) found = true;
      if (!found) continue;
      if (wanted == OF_CREATOR) return false;
    }
    if (sink->all == MOST - OWN) {
      if (!is_creator) how->synchronous = sink->all;
      return true;
    }
    dcs_put(sink, f.pc);
  }
  if (sink->all == 0) return false;
  if (!is_creator) {
    how->synchronous = sink->all;
    how->is_outermost = true;
  }
  bool is_root = follows && !drains && (is_creator || !dcs_is_in_task()) && dcs_is_root_thread();
  if (is_root) dcs_put(sink, DCS_ROOT);
  return true;
}

// Whether the unwinder finds the same frames. The sink has words.
static __attribute__((noinline)) bool agrees(const dcs_sink *sink, uintptr_t caller, ending how) {
  uintptr_t words[MOST];
  size_t count = unwound(words, MOST - OWN, caller);
  size_t own = how.synchronous < sink->count ? how.synchronous : sink->count;
  bool is_same = count >= own && memcmp(words, sink->words, own * sizeof *words) == 0 &&
                 (!how.is_outermost || count == how.synchronous);
  if (is_same) atomic_fetch_add_explicit(&compared, 1, memory_order_relaxed);
  else atomic_store_explicit(&is_wrong, true, memory_order_relaxed);
  return is_same;
}

DCS_READS_STACK static inline __attribute__((always_inline)) void capture(dcs_sink *sink, uintptr_t caller, parts wanted) {
  if (origin && wanted != OF_CREATOR) caller = origin;
  ending how;
  if (atomic_load_explicit(&is_wrong, memory_order_relaxed) || !walk(sink, caller, wanted, &how)) {
    put_unwound(sink, caller);
  } else if (sink->words && (++captures % COMPARED_AGAIN == 0 ||
                             atomic_load_explicit(&compared, memory_order_relaxed) < COMPARED)) {
    if (!agrees(sink, caller, how)) put_unwound(sink, caller);
  }
  finish(sink);
}

DCS_READS_STACK __attribute__((noinline)) bool dcs_capture_creator(dcs_sink *sink) {
  if (atomic_load_explicit(&is_wrong, memory_order_relaxed)) return false;
  ending how;
  if (!walk(sink, 0, OF_CREATOR, &how)) return false;
  finish(sink);
  return true;
}

DCS_READS_STACK __attribute__((noinline)) bool dcs_learn_runner(void) {
  frame f;
  HERE(f);
  for (int i = 0; i < 8; i++) {
    uint64_t rule = dcs_rule_of(f.pc);
    if (DCS_KIND(rule) == DCS_OUTERMOST || !leave(&f, rule)) return false;
    if (DCS_ROLE(rule) == DCS_ASYNCHRONOUS) return dcs_set_runner(f.pc - 1);
  }
  return false;
}

bool dcs_is_learning(void) { return !atomic_load(&is_wrong); }

#else

static void capture(dcs_sink *sink, uintptr_t caller, parts wanted) {
  put_unwound(sink, origin ? origin : caller);
#if DCS_HAS_FRAME_POINTERS
  if (wanted != FRAMES && (wanted == WHOLE_UNTESTED || dcs_follows_chains())) dcs_follow_frame_pointers(sink);
#else
  (void)wanted;
#endif
  finish(sink);
}

bool dcs_capture_creator(dcs_sink *sink) {
  (void)sink;
  return false;
}

bool dcs_learn_runner(void) { return DCS_HAS_FRAME_POINTERS; }

bool dcs_is_learning(void) { return false; }

#endif

DCS_READS_STACK __attribute__((noinline)) size_t dcs_capture(uintptr_t *words, size_t capacity, uint64_t *hash) {
  dcs_sink sink = {.words = words, .capacity = capacity};
  capture(&sink, (uintptr_t)__builtin_return_address(0), WHOLE);
  *hash = sink.hash;
  return sink.count;
}

DCS_READS_STACK __attribute__((noinline)) size_t dcs_capture_frames(uintptr_t *words, size_t capacity) {
  dcs_sink sink = {.words = words, .capacity = capacity};
  capture(&sink, (uintptr_t)__builtin_return_address(0), FRAMES);
  return sink.count;
}

DCS_READS_STACK __attribute__((noinline)) size_t dcs_capture_untested(uintptr_t *words, size_t capacity) {
  dcs_sink sink = {.words = words, .capacity = capacity};
  capture(&sink, (uintptr_t)__builtin_return_address(0), WHOLE_UNTESTED);
  return sink.count;
}

DCS_READS_STACK __attribute__((noinline)) uint64_t dcs_identity(void) {
  dcs_sink sink = {0};
  capture(&sink, (uintptr_t)__builtin_return_address(0), WHOLE);
  return sink.hash;
}

DCS_READS_STACK __attribute__((noinline)) uint32_t dcs_stacks_capture(dcs_stacks *stacks) {
  uintptr_t words[DCS_DEPTH];
  dcs_sink sink = {.words = words, .capacity = DCS_DEPTH};
  capture(&sink, (uintptr_t)__builtin_return_address(0), WHOLE);
  return dcs_keep(stacks, words, sink.count, sink.hash);
}

// Without a lock where the place is one of those of `known`.
DCS_READS_STACK __attribute__((noinline)) uint32_t dcs_stacks_place(dcs_stacks *stacks, dcs_places *known, bool wanted) {
  uintptr_t caller = (uintptr_t)__builtin_return_address(0), words[DCS_DEPTH];
  dcs_sink whole = {.words = words, .capacity = DCS_DEPTH};
  if (wanted) {
    capture(&whole, caller, WHOLE);
    return dcs_keep(stacks, words, whole.count, whole.hash);
  }
#if DCS_LEARNS
  if (!stacks || atomic_load_explicit(&is_wrong, memory_order_relaxed)) return 0;
  if (origin) caller = origin;
  dcs_sink sink = {0};
  ending how;
  if (!walk(&sink, caller, WHOLE, &how)) return 0;
  finish(&sink);
  unsigned at = (unsigned)(sink.hash >> 62);
  if (known && known->numbers[at] && known->hashes[at] == sink.hash) return known->numbers[at];
  bool is_full = false;
  uint32_t number = dcs_find(stacks, sink.hash, &is_full);
  if (!number && !is_full) {
    capture(&whole, caller, WHOLE);
    number = dcs_keep(stacks, words, whole.count, whole.hash);
    if (whole.hash != sink.hash) return number;
  }
  if (known && number) {
    known->hashes[at] = sink.hash;
    known->numbers[at] = number;
  }
  return number;
#else
  (void)known;
  return 0;
#endif
}
