// Who created a task.
//
// The chain of a child task ends where its code begins. Who called for it is on the stack of the thread that creates it, when the
// runtime enqueues the new task: while a recording is on, that stack is kept for the number of the task, which the runtime gives
// once in the life of a process.
//
// The runtime tells a thread sanitizer of each job that it enqueues, by a pointer to a function that is empty otherwise. Ours is put
// there, and calls the one before. The hooks for enqueuing are left to the app: they are many, do not see what begins on an actor
// or an executor of the app's own, and test libraries replace them.
//
// What is not known, so that a stack ends without DCS_ROOT: creators of tasks that were created while nothing was recorded; that began
// within the call of their creator (Task.immediate), beyond that call; after which 131,072 others were created; or that were created
// from more than 12,288 different stacks in one process.

#include "Private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/// A stack that created tasks. Made once, never changed, never freed: there are as many as places in the code.
typedef struct {
  uint64_t hash;
  size_t count;
  uintptr_t words[];
} creator;

enum { STACK_BITS = 14, MOST_STACKS = 1 << STACK_BITS, TASK_BITS = 17, TASKS = 1 << TASK_BITS };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;  // of adding to `stacks`
static _Atomic(creator *) stacks[MOST_STACKS];             // by hash
static _Atomic uint32_t stack_count;

// By the lower bits of a task's number: its upper bits, and the place of its creator plus 1. A later task takes the place of an
// earlier one.
static _Atomic uint64_t tasks[TASKS];

// The tasks, and the threads without one, in which a recording began. What is around it is the same for all that it sees.
enum { ROOTS = 1024, PROBED = 16 };
static _Atomic uint64_t roots[ROOTS];

static _Atomic int watching;  // recordings

#if DCS_KNOWS_SWIFT

extern DCS_SWIFT_CALL void *swift_task_getCurrent(void) __attribute__((weak));
extern DCS_SWIFT_CALL uint64_t swift_task_getJobTaskId(void *job) __attribute__((weak));
extern DCS_SWIFT_CALL size_t swift_task_getJobFlags(void *task) __attribute__((weak));

extern void (*_swift_tsan_release)(void *object) __attribute__((weak));
// Its address alone is asked for.
extern char swift_task_enqueue __attribute__((weak));

static bool knows_tasks(void) { return swift_task_getCurrent && swift_task_getJobTaskId; }

uint64_t dcs_current_task(void) {
  if (!knows_tasks()) return 0;
  void *task = swift_task_getCurrent();
  return task ? swift_task_getJobTaskId(task) : 0;
}

// Keeps a creator's stack. Returns its place plus 1; 0: there is no room, or no memory. Takes the mutex where it is a new one.
// The words of both are compared: equal stacks are kept once, and a stack that was cut is like all that were cut like it.
static uint32_t keep(const uintptr_t *words, size_t count) {
  uint64_t hash = 0;
  for (size_t i = 0; i < count; i++) hash = dcs_mixed(hash, words[i]);
  hash = dcs_mixed(hash, count);
  bool is_locked = false;
  uint32_t found = 0;
  for (uint32_t i = 0, at = (uint32_t)(hash >> (64 - STACK_BITS)); i < MOST_STACKS; i++, at = (at + 1) % MOST_STACKS) {
    creator *known = atomic_load_explicit(&stacks[at], memory_order_acquire);
    if (!known && !is_locked) {
      pthread_mutex_lock(&mutex);
      is_locked = true;
      known = atomic_load_explicit(&stacks[at], memory_order_acquire);
    }
    if (!known) {
      DCS_ASSERT(pthread_mutex_trylock(&mutex) != 0);
      // A quarter stays free, so that a search ends soon.
      if (atomic_load(&stack_count) >= MOST_STACKS / 4 * 3) break;
      known = malloc(sizeof *known + count * sizeof *words);
      if (!known) break;
      known->hash = hash;
      known->count = count;
      memcpy(known->words, words, count * sizeof *words);
      atomic_fetch_add(&stack_count, 1);
      atomic_store_explicit(&stacks[at], known, memory_order_release);
    }
    if (known->hash == hash && known->count == count && memcmp(known->words, words, count * sizeof *words) == 0) {
      found = at + 1;
      break;
    }
  }
  if (is_locked) pthread_mutex_unlock(&mutex);
  return found;
}

// On the thread that enqueues; `job` is what it enqueues, and not NULL. It holds no lock of the runtime's where it has just made the task.
static __attribute__((noinline)) void note(void *job) {
  // Another kind of job has no number of its own.
  if ((swift_task_getJobFlags(job) & 0xFF) != 0) return;
  uintptr_t words[DCS_DEPTH];
  dcs_sink sink = {.words = words, .capacity = DCS_DEPTH};
  if (!dcs_capture_creator(&sink)) return;
  uint64_t number = swift_task_getJobTaskId(job);
  uint64_t entry = number >> TASK_BITS << (STACK_BITS + 1) | keep(words, sink.count);
  atomic_store_explicit(&tasks[number % TASKS], entry, memory_order_release);
}

static _Atomic(void *) release_before;
static _Atomic uintptr_t enqueue_start, enqueue_size;  // written before the function below is installed

// The runtime calls it on any thread, with whatever locks that has.
static void on_release(void *object) {
  // Of all that it is called for, the jobs.
  uintptr_t start = atomic_load_explicit(&enqueue_start, memory_order_relaxed);
  uintptr_t size = atomic_load_explicit(&enqueue_size, memory_order_relaxed);
  bool is_job = (uintptr_t)__builtin_return_address(0) - 1 - start < size;
  if (is_job && atomic_load_explicit(&watching, memory_order_relaxed) > 0) note(object);
  void *before = atomic_load_explicit(&release_before, memory_order_acquire);
  if (before) ((void (*)(void *))before)(object);
}

// It stays: whoever takes the pointer afterwards may call ours, so that it could not be taken out again. Where ours is called by
// another function creators are not known, since what it is called for is not.
static void install(void) {
  if (!knows_tasks() || !swift_task_getJobFlags || !&_swift_tsan_release || !&swift_task_enqueue) return;
  uintptr_t size, start = dcs_function_around((uintptr_t)&swift_task_enqueue, &size);
  if (start == 0) return;
  atomic_store(&enqueue_size, size);
  atomic_store(&enqueue_start, start);
  atomic_store_explicit(&release_before, (void *)_swift_tsan_release, memory_order_release);
  _swift_tsan_release = on_release;
}

#else

uint64_t dcs_current_task(void) { return 0; }

static void install(void) {}

#endif

void dcs_begin_watching(void) {
  static pthread_once_t installed = PTHREAD_ONCE_INIT;
  if (dcs_follows_chains()) pthread_once(&installed, install);
  atomic_fetch_add(&watching, 1);
}

void dcs_end_watching(void) {
  DCS_ASSERT(atomic_load(&watching) > 0);
  atomic_fetch_sub(&watching, 1);
}

size_t dcs_creator_count(void) { return atomic_load(&stack_count); }

// NULL: not known, or another task has its place.
static const creator *creator_of(uint64_t number) {
  uint64_t entry = atomic_load_explicit(&tasks[number % TASKS], memory_order_acquire);
  uint64_t at = entry & ((1 << (STACK_BITS + 1)) - 1);
  if (at == 0 || entry >> (STACK_BITS + 1) != number >> TASK_BITS) return NULL;
  return atomic_load_explicit(&stacks[at - 1], memory_order_acquire);
}

static uint32_t root_index(uint64_t number) { return (uint32_t)(number * 0x9E3779B97F4A7C15 >> 54); }

static bool is_root(uint64_t number) {
  for (uint32_t i = 0, at = root_index(number); i < PROBED; i++) {
    if (atomic_load_explicit(&roots[(at + i) % ROOTS], memory_order_acquire) == number) return true;
  }
  return false;
}

// No task has such a number.
static uint64_t thread_number(void) {
  static _Thread_local char own;
  return (uint64_t)(uintptr_t)&own | (uint64_t)1 << 63;
}

uint64_t dcs_open_root(void) {
  uint64_t number = dcs_current_task();
  if (number == 0) number = thread_number();
  for (uint32_t i = 0, at = root_index(number); i < PROBED; i++) {
    uint64_t none = 0;
    if (atomic_compare_exchange_strong(&roots[(at + i) % ROOTS], &none, number)) return number;
  }
  return 0;
}

void dcs_close_root(uint64_t number) {
  if (number == 0) return;
  DCS_ASSERT(is_root(number));
  for (uint32_t i = 0, at = root_index(number); i < PROBED; i++) {
    uint64_t found = number;
    if (atomic_compare_exchange_strong(&roots[(at + i) % ROOTS], &found, 0)) return;
  }
}

bool dcs_is_root_thread(void) { return dcs_is_main_thread() || is_root(thread_number()); }

__attribute__((noinline)) void dcs_append_creator(dcs_sink *sink) {
  uint64_t number = dcs_current_task();
  if (number == 0) return;
  // Around an outermost recording everything is the same.
  if (is_root(number)) {
    dcs_put(sink, DCS_ROOT);
    return;
  }
  const creator *known = creator_of(number);
  if (!known) return;
  // Its hash stands for its words.
  sink->hash = dcs_mixed(dcs_mixed(sink->hash, DCS_CREATOR), known->hash);
  dcs_store(sink, DCS_CREATOR);
  for (size_t i = 0; i < known->count; i++) dcs_store(sink, known->words[i]);
}
