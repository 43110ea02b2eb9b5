// Who awaits the code of a task that is being executed.
//
// The runtime has one function that runs jobs, and calls the asynchronous function of a task from there: the runner. It is in no
// header and has no symbol of its own in a program that is linked statically, so that it is learned: it is what calls a function of
// ours in a task of ours. An asynchronous function keeps its context one word below its frame pointer, which its first instructions
// prove. A context begins with its caller's context, and the address at which the caller goes on.
//
// Nothing here takes a lock, except where an address is seen for the first time. The contexts of the current task do not change
// while it runs, so that each thread reads what is its own.

#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "Table.h"

#include <errno.h>
#include <string.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#endif

#if DCS_ELF
#include <link.h>
#endif

static _Atomic bool follows;

bool dcs_follows_chains(void) { return atomic_load_explicit(&follows, memory_order_relaxed); }

void dcs_set_follows_chains(bool does) { atomic_store_explicit(&follows, does, memory_order_relaxed); }

// The runner: written once, before chains are followed; size before start. 0: not known.
static _Atomic uintptr_t runner_start, runner_size;

bool dcs_is_in_runner(uintptr_t address) {
  return address - 1 - atomic_load_explicit(&runner_start, memory_order_relaxed) <
         atomic_load_explicit(&runner_size, memory_order_relaxed);
}

#if DCS_ELF

// The image that the runner is in, written before.
static _Atomic uintptr_t image_start, image_size;

static int find_image(struct dl_phdr_info *info, size_t size, void *address) {
  (void)size;
  uintptr_t first = UINTPTR_MAX, end = 0;
  bool has_it = false;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
    uintptr_t from = info->dlpi_addr + header->p_vaddr, to = from + header->p_memsz;
    if (from < first) first = from;
    if (to > end) end = to;
    if ((uintptr_t)address - from < to - from) has_it = true;
  }
  if (!has_it) return 0;
  atomic_store(&image_start, first);
  atomic_store(&image_size, end - first);
  return 1;
}

// Within the trial, which is made once.
bool dcs_set_runner(uintptr_t address) {
  uintptr_t size, start = dcs_function_around(address, &size);
  if (!start) return false;
  uintptr_t known = atomic_load(&runner_start);
  if (known) return known == start;
  if (!dl_iterate_phdr(find_image, (void *)address)) return false;
  atomic_store(&runner_size, size);
  atomic_store(&runner_start, start);
  return true;
}

#endif

// Where a chain ends the runtime completes the task.
static bool may_complete(uintptr_t address) {
#if DCS_LEARNS
  return address - atomic_load(&image_start) < atomic_load(&image_size);
#else
  (void)address;
  return true;
#endif
}

// Whether two words can be read, which never faults.
static __attribute__((noinline)) bool can_read(uintptr_t address) {
#if defined(__linux__)
  int before = errno;
  bool can = true;
  // Changes nothing, since there is no such way to change the mask; where the memory is none, that comes first.
  for (uintptr_t word = address; can && word <= address + 8; word += 8) {
    can = syscall(SYS_rt_sigprocmask, -1, (void *)word, NULL, 8) == 0 || errno != EFAULT;
  }
  errno = before;
  return can;
#elif defined(__APPLE__)
  uintptr_t words[2];
  vm_size_t size = 0;
  return vm_read_overwrite(mach_task_self(), address, sizeof words, (vm_address_t)words, &size) == KERN_SUCCESS;
#else
  (void)address;
  return false;
#endif
}

// Addresses in contexts may be signed on arm64.
static inline uintptr_t stripped(uintptr_t address) {
#if defined(__aarch64__) && defined(__APPLE__)
  return address & 0x00007FFFFFFFFFFF;
#elif defined(__aarch64__)
  return address & 0x0000FFFFFFFFFFFF;
#else
  return address;
#endif
}

DCS_READS_STACK __attribute__((noinline)) bool dcs_follow(dcs_sink *sink, uintptr_t bp, uintptr_t key) {
  enum { LONGEST = 512 };
  DCS_ASSERT(key != 0 && bp % 8 == 0 && sink->count <= sink->capacity);
  dcs_sink before = *sink;
  bool is_tried = (dcs_rule_of(key) & DCS_TRIED) != 0;
  uintptr_t context = *(const uintptr_t *)(bp - 8);
  for (int i = 0; i < LONGEST; i++) {
    if (context == 0 || context % 8 != 0 || (!is_tried && !can_read(context))) break;
    if (!is_tried) dcs_mark_tried(key);
    uintptr_t parent = ((const uintptr_t *)context)[0];
    uintptr_t resume = stripped(((const uintptr_t *)context)[1]);
    if (resume == 0 || (resume & ~DCS_ADDRESS)) break;
    key = resume | DCS_AWAITING;
    uint64_t rule = dcs_rule_of(key);
    if (DCS_KIND(rule) != DCS_CALLED) break;
    is_tried = (rule & DCS_TRIED) != 0;
    if (parent == 0) {
      if (!is_tried && !may_complete(resume)) break;
      if (!is_tried) dcs_mark_tried(key);
      return true;
    }
    dcs_put(sink, key);
    context = parent;
    if (i + 1 == LONGEST) return false;
  }
  *sink = before;
  return false;
}

// The functions of the runtime that the walk has to know. Weak, so that a program without them links; their declarations say
// nothing of their parameters.
extern char swift_task_create_common __attribute__((weak));
extern char swift_task_immediate __attribute__((weak));
extern char _dispatch_main_queue_callback_4CF __attribute__((weak));
extern char CFRunLoopRunSpecific __attribute__((weak));

DCS_READS_STACK dcs_role dcs_role_of(uintptr_t start, uintptr_t size, bool framed) {
  if (start == 0) return DCS_ORDINARY;
  if (start == (uintptr_t)&swift_task_create_common) return DCS_CREATES;
  if (start == (uintptr_t)&swift_task_immediate) return DCS_RUNS_NOW;
  if (start == (uintptr_t)&_dispatch_main_queue_callback_4CF || start == (uintptr_t)&CFRunLoopRunSpecific) return DCS_DRAINS;
  // push %rbp; push %r14; lea 8(%rsp), %rbp: behind the return address and the caller's frame pointer stands the context.
  static const uint8_t prologue[] = {0x55, 0x41, 0x56, 0x48, 0x8D, 0x6C, 0x24, 0x08};
  enum { FIRST = 40 };
  if (!framed) return DCS_ORDINARY;
  for (uintptr_t at = 0; at + sizeof prologue <= size && at + sizeof prologue <= FIRST + sizeof prologue; at++) {
    if (memcmp((const void *)(start + at), prologue, sizeof prologue) == 0) return DCS_ASYNCHRONOUS;
  }
  return DCS_ORDINARY;
}
