// Shared by this module's files; not public. What holds of the functions of CCallStacks.h holds of these.

#ifndef CCALLSTACKS_PRIVATE_H
#define CCALLSTACKS_PRIVATE_H

#include "include/CCallStacks.h"

#if DCS_ELF && defined(__linux__) && defined(__x86_64__)
#define DCS_LEARNS 1
#else
#define DCS_LEARNS 0
#endif

#if defined(__has_attribute)
#if __has_attribute(swiftcall)
#define DCS_KNOWS_SWIFT 1
#define DCS_SWIFT_CALL __attribute__((swiftcall))
#endif
#endif

// Untried: arm64, and Apple's platforms. There every function has a frame pointer, and that of an asynchronous one is marked. Elsewhere there
// are no chains.
#if !DCS_LEARNS && (defined(__aarch64__) || defined(__APPLE__))
#define DCS_HAS_FRAME_POINTERS 1
#else
#define DCS_HAS_FRAME_POINTERS 0
#endif

// For functions that read frames and contexts, of which a sanitizer knows nothing.
#define DCS_READS_STACK __attribute__((no_sanitize("address", "thread", "undefined")))

/// How the frame is left that a return address is in. 0 in a slot of the table: not known yet.
typedef enum { DCS_UNKNOWN, DCS_CALLED, DCS_OUTERMOST, DCS_REFUSED } dcs_kind;

/// What a function is that the walk has to know.
typedef enum {
  DCS_ORDINARY,
  DCS_ASYNCHRONOUS,  // keeps its asynchronous context below its frame pointer
  DCS_CREATES,       // the runtime's that makes a task
  DCS_RUNS_NOW,      // the runtime's that runs a new task within its creator's call
  DCS_DRAINS,        // runs what others have left behind: who did is not on the stack
} dcs_role;

/// The frame's canonical address (the stack pointer before the call) is a register plus an offset, the return address lies right
/// below it.
typedef struct {
  dcs_kind kind;
  bool from_rbp;       // the register: rbp, else rsp
  int32_t cfa_offset;  // bytes
  bool saves_rbp;      // whether the frame keeps its caller's rbp in memory
  int32_t rbp_offset;  // where: bytes from the canonical address, negative
  dcs_role role;
} dcs_rule;

/// Where the words of a stack go. The hash is of all of them, also of those for which there was no room: the last word of a stack that was
/// cut is not its root.
typedef struct {
  uintptr_t *words;  // the caller's; NULL: only the hash is wanted, and there is no room
  size_t capacity;   // room at `words`
  size_t count;      // of words that are there
  size_t all;        // with those for which there was no room
  uint64_t hash;     // of all so far
} dcs_sink;

static inline uint64_t dcs_mixed(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15;
  return hash ^ (hash >> 29);
}

static inline void dcs_store(dcs_sink *sink, uintptr_t word) {
  if (sink->count < sink->capacity) sink->words[sink->count++] = word;
  sink->all++;
}

static inline void dcs_put(dcs_sink *sink, uintptr_t word) {
  sink->hash = dcs_mixed(sink->hash, word);
  dcs_store(sink, word);
}

/// Keeps a stack, unless it is kept already. Returns its number, from 1; 0 without memory. `stacks` may be NULL. Takes their lock.
uint32_t dcs_keep(dcs_stacks *stacks, const uintptr_t *words, size_t count, uint64_t hash);

/// The number of a stack that is kept, by its hash alone. 0: there is none. `is_full`: whether no more are to be kept of those that are
/// not among the first executions of anything. Takes the lock of the stacks.
uint32_t dcs_find(dcs_stacks *stacks, uint64_t hash, bool *is_full);

/// Reads the rule of a return address from the tables of its image. Takes the loader's lock.
dcs_rule dcs_read_rule(uintptr_t return_address);

/// The function around an address by the tables of its image, and its size; 0: they have none there. Takes the loader's lock.
uintptr_t dcs_function_around(uintptr_t address, uintptr_t *size);

/// What the function is that begins at `start`; of asynchronous ones, whether its frame is `framed` like theirs.
dcs_role dcs_role_of(uintptr_t start, uintptr_t size, bool framed);

/// Whether an address is in the function of the runtime that runs jobs.
bool dcs_is_in_runner(uintptr_t address);

/// Takes the function around an address for the one that runs jobs. False: another one is known, or it cannot be told.
bool dcs_set_runner(uintptr_t address);

/// Appends the functions that await the one with this frame pointer.
///
/// `bp` is that of a frame on the current thread's stack. `key` is the entry of the table that led here; what it leads to is read
/// carefully once. Returns whether the chain was followed to the end of its task; false: nothing was appended, or it is too long.
bool dcs_follow(dcs_sink *sink, uintptr_t bp, uintptr_t key);

/// Where frame pointers tell: replaces the frames from the runner on, in what was unwound of the current thread, by the functions
/// that await.
void dcs_follow_frame_pointers(dcs_sink *sink);

/// Appends what is known of who created the current task, or the root.
void dcs_append_creator(dcs_sink *sink);

/// Whether a stack that ends with the current thread's first frame is whole: the thread is the main one, or a recording began on it.
bool dcs_is_root_thread(void);

/// Whether the current thread is the main one.
bool dcs_is_main_thread(void);

/// The number of the current task, which no other one has as long as the process lives; 0 outside of tasks.
uint64_t dcs_current_task(void);

/// Captures who called for the task that is about to be made on the current thread, without the runtime's frames. False: none is.
bool dcs_capture_creator(dcs_sink *sink);

#endif
