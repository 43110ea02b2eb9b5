// Where the caller runs, as Swift's concurrency runtime and libdispatch know it. Each function asks of the current thread.

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include "Private.h"

// Part of the ABI of Swift's concurrency runtime. Weak, so that a program without the runtime links.
#if DCS_KNOWS_SWIFT
extern DCS_SWIFT_CALL __attribute__((weak)) void *swift_task_getCurrent(void);
extern DCS_SWIFT_CALL __attribute__((weak)) dcs_executor swift_task_getCurrentExecutor(void);
extern DCS_SWIFT_CALL __attribute__((weak)) dcs_executor swift_task_getMainExecutor(void);
extern DCS_SWIFT_CALL __attribute__((weak)) dcs_executor swift_task_getPreferredTaskExecutor(void);
#endif

// Weak, so that a program without libdispatch links.
extern const char *dispatch_queue_get_label(void *queue) __attribute__((weak));
extern char _dispatch_main_q __attribute__((weak));

static const dcs_executor none;

static bool are_equal(dcs_executor a, dcs_executor b) {
  return a.identity == b.identity && a.implementation == b.implementation;
}

bool dcs_is_in_task(void) {
#if DCS_KNOWS_SWIFT
  return swift_task_getCurrent && swift_task_getCurrent();
#else
  return false;
#endif
}

dcs_executor dcs_current_executor(void) {
#if DCS_KNOWS_SWIFT
  if (swift_task_getCurrentExecutor) return swift_task_getCurrentExecutor();
#endif
  return none;
}

dcs_executor dcs_preferred_executor(void) {
#if DCS_KNOWS_SWIFT
  if (swift_task_getPreferredTaskExecutor) return swift_task_getPreferredTaskExecutor();
#endif
  return none;
}

dcs_executor dcs_main_executor(void) {
#if DCS_KNOWS_SWIFT
  // The same for the life of the process, and whoever comes first asks the runtime. The second word is written last.
  static _Atomic(void *) identity;
  static _Atomic uintptr_t implementation;
  void *known = atomic_load_explicit(&identity, memory_order_acquire);
  if (known) {
    return (dcs_executor){known, atomic_load_explicit(&implementation, memory_order_relaxed)};
  }
  if (!swift_task_getMainExecutor) return none;
  dcs_executor main = swift_task_getMainExecutor();
  atomic_store_explicit(&implementation, main.implementation, memory_order_relaxed);
  atomic_store_explicit(&identity, main.identity, memory_order_release);
  return main;
#else
  return none;
#endif
}

static _Atomic bool knows_executors;

void dcs_set_knows_executors(bool knows) { atomic_store_explicit(&knows_executors, knows, memory_order_relaxed); }

bool dcs_knows_executors(void) { return atomic_load_explicit(&knows_executors, memory_order_relaxed); }

bool dcs_is_main_thread(void) {
#if defined(__APPLE__)
  return pthread_main_np() != 0;
#elif defined(__linux__)
  static _Thread_local int known;  // 0: not asked
  if (known == 0) known = (pid_t)syscall(SYS_gettid) == getpid() ? 1 : -1;
  return known > 0;
#else
  return false;
#endif
}

bool dcs_is_on_main(void) {
  if (dcs_is_main_thread()) return true;
  if (dcs_knows_executors()) {
    dcs_executor main = dcs_main_executor();
    if (main.identity && are_equal(dcs_current_executor(), main)) return true;
  }
  if (!dispatch_queue_get_label || !&_dispatch_main_q) return false;
  return dispatch_queue_get_label(NULL) == dispatch_queue_get_label(&_dispatch_main_q);
}
