// Call stacks at the price of a few loads for each frame.
//
// How a frame is left depends on nothing but its return address, so it is worked out once for each from the tables that the
// compiler wrote for exceptions (.eh_frame), and remembered. glibc's backtrace() works it out again for each frame of each stack:
// 30 times as long.

#ifndef CCALLSTACKS_H
#define CCALLSTACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CCallStacksAssertions.h"

// What holds unless it is said otherwise: any thread may call a function at any time, of its own stack, and with any lock of its own; a
// pointer is not NULL. An address that was never seen takes the loader's lock, once in the process.

// A stack is a flat list of words, innermost first:
//
//   synchronous frames    return addresses, as they are
//   awaiting frames       the functions that await these: the address at which each is resumed, with DCS_AWAITING
//   DCS_CREATOR           the same of the code that created the task, then of the one that created that code's task, …
//   DCS_ROOT              the last word of a stack that is known to be whole
//
// No user-space address has one of the upper bits.

/// Set in the address at which an awaiting function goes on.
#define DCS_AWAITING (1ull << 63)
/// A word without an address: what follows called for the task that the frames before belong to.
#define DCS_CREATOR (1ull << 62)
/// A word without an address, the last one: nothing is missing, neither a frame nor a creator. A stack without it may be a part of
/// another, and equal ones do not prove that the same code ran.
#define DCS_ROOT (1ull << 61)
/// The address of a word.
#define DCS_ADDRESS (DCS_ROOT - 1)

/// Writes the words of the caller's stack. Where it has more than there is room for the innermost are written, and it is not whole.
///
/// The runtime's frames around a task are left out where its chain was followed. Allocates nothing after the first call in a thread.
/// Where a frame cannot be left like that (no table, one that computes, a signal's), and on other platforms than x86-64 Linux,
/// backtrace() unwinds the whole stack instead; then there is no chain.
///
/// `hash` is set to a hash of the whole stack, also of what there was no room for. Returns how many words were written: at most
/// `capacity`. The caller has a frame of its own: it must not be inlined or a tail call.
size_t dcs_capture(uintptr_t *words, size_t capacity, uint64_t *hash);

/// The same hash, without keeping the stack: whether two executions came from one place.
uint64_t dcs_identity(void);

/// The synchronous frames alone, with the runtime's: what the thread is doing.
size_t dcs_capture_frames(uintptr_t *words, size_t capacity);

/// Stacks that the thread captures from now on begin at a return address, without the frames below it: a callback sets its
/// own, so that a stack is the same whichever way in the callback led to the capture. 0: at the caller of the capture.
///
/// Returns what was set before, to be set again at the end.
uintptr_t dcs_set_origin(uintptr_t return_address);

/// The same by backtrace() alone.
size_t dcs_unwind(uintptr_t *addresses, size_t capacity);

/// Whether stacks are captured by what was learned. The first ones of a process are compared with backtrace(); one difference
/// and it is false for good.
bool dcs_is_learning(void);

// Whether awaiting callers are known. They depend on how Swift's runtime calls a task's code, which is no public interface, so that it is
// tried before: until then, and where it differs, stacks have synchronous frames alone.

/// Whether they are; false until it was tried.
bool dcs_follows_chains(void);
/// What the trial found.
void dcs_set_follows_chains(bool does);

/// For the trial. Called by an asynchronous function: learns what of the runtime calls it. False: that cannot be told, or it was
/// something else before.
bool dcs_learn_runner(void);

/// For the trial: dcs_capture() before it is known whether it works.
size_t dcs_capture_untested(uintptr_t *words, size_t capacity);

// Whether the creators of tasks are known.

/// A recording begins, or ends: meanwhile the creators of tasks are noted. Nested calls are counted; each end has its beginning, on
/// whichever thread.
void dcs_begin_watching(void);
void dcs_end_watching(void);

/// An outermost recording begins in the current task, or without one on the current thread: what is around it is the same for all
/// that it sees, so that a stack which goes as far as this is whole. Returns what is passed to dcs_close_root() at its end, once and on
/// whichever thread; 0: there was no room, and no stack is whole.
uint64_t dcs_open_root(void);
void dcs_close_root(uint64_t root);

/// For tests: how many different stacks created tasks.
size_t dcs_creator_count(void);

/// The stacks of one recording, each kept once. Any thread may use one at any time.
typedef struct dcs_stacks dcs_stacks;

enum { DCS_DEPTH = 128 };  // words that are kept of a deeper stack

/// NULL without memory, which each of the functions below takes for one without stacks.
dcs_stacks *dcs_stacks_create(void);
/// Nobody uses it any more.
void dcs_stacks_free(dcs_stacks *stacks);

/// Keeps the stack of the caller. Returns its number, from 1, which stays; 0 without memory.
uint32_t dcs_stacks_capture(dcs_stacks *stacks);

/// The last stacks that one thread at a time was given numbers of, by their hashes. Zeroed memory is an empty one.
typedef struct {
  uint64_t hashes[4];   // by their upper bits
  uint32_t numbers[4];  // 0: the place is free
} dcs_places;

/// The number of the caller's stack, which is kept if it is a new one, at about the price of its identity.
///
/// 0: it is not known, because it cannot be told without unwinding (see `dcs_capture`), or because there are too many different ones;
/// never for these reasons where it is `wanted` at any price. `known` may be NULL.
uint32_t dcs_stacks_place(dcs_stacks *stacks, dcs_places *known, bool wanted);

/// How many there are.
uint32_t dcs_stacks_count(const dcs_stacks *stacks);

/// Copies a stack that was kept to `words`, which has room for DCS_DEPTH. Returns how many there are.
size_t dcs_stacks_read(const dcs_stacks *stacks, uint32_t number, uintptr_t *words);

/// How many executions of each shape had their stack captured in the scope that uses a connection now. Zeroed memory is an
/// empty one. Its owner lets one thread at a time use it.
typedef struct {
  struct dcs_capture_count *slots;  // malloc, or NULL; by the shape
  uint32_t capacity, count;         // of places, 0 or a power of two; of those that are taken, at most half of them
} dcs_capture_counts;

/// Whether the stack of an execution is to be captured, which is counted; no more than `limit` for each shape in one scope. Not without
/// memory.
bool dcs_wants_capture(dcs_capture_counts *counts, uint32_t shape, uint32_t scope, uint32_t limit);

/// Empties it and gives its memory back.
void dcs_forget_captures(dcs_capture_counts *counts);

/// Leaves out what follows on itself: `a b b b c` becomes `a b c`, and `a b c b c d` becomes `a b c d`. Returns how many words are left.
/// Of O(n²) at most, and O(n) for most stacks.
size_t dcs_fold(uintptr_t *words, size_t count);

/// How many words two stacks have in common from their first one on, and up to their last one.
size_t dcs_common_start(const uintptr_t *a, size_t a_count, const uintptr_t *b, size_t b_count);
size_t dcs_common_end(const uintptr_t *a, size_t a_count, const uintptr_t *b, size_t b_count);

/// For tests: how many addresses are known.
size_t dcs_known_count(void);

// Where the caller runs.

/// An executor of Swift's runtime: an object, and the witness table of its SerialExecutor conformance. Without either: the
/// global pool's, also outside of a task.
typedef struct {
  void *identity;            // not retained: to be compared
  uintptr_t implementation;  // 0: one of the runtime's own
} dcs_executor;

/// Whether a task of Swift's runs on the current thread.
bool dcs_is_in_task(void);
/// The one that the current thread runs on.
dcs_executor dcs_current_executor(void);
/// The one that the current task prefers, without identity where it prefers none.
dcs_executor dcs_preferred_executor(void);
/// The main actor's; without identity where there is no runtime.
dcs_executor dcs_main_executor(void);

/// Whether the caller runs on the main thread, on the main actor or on the main queue. The main actor may have any thread: on Linux
/// another one after its first suspension.
bool dcs_is_on_main(void);

/// Whether the runtime's executors are as they are known here; false until somebody has found out.
bool dcs_knows_executors(void);
/// What was found out.
void dcs_set_knows_executors(bool knows);

// Task-local variables.

/// Binds a value to a task-local variable, as `withValue` of `TaskLocal` does, for the current task, or the current thread outside of one,
/// until dcs_unbind_task_local() is called there. Between the two, others have to be bound and unbound in pairs.
///
/// `key` is the variable's object, `value` of the Swift type `type`. Takes the value over, but not its memory; false, and the value is the
/// caller's, where the runtime has no such function.
bool dcs_bind_task_local(const void *key, void *value, const void *type);
/// Ends what was bound last on the current task or thread.
void dcs_unbind_task_local(void);

// Where an address is taken.

/// An instruction that takes the address `target`.
typedef struct {
  uintptr_t target, instruction;
} dcs_take;

/// Finds the instructions of x86-64 code that take one of `count` targets, which ascend: `lea target(%rip), register`.
///
/// `address` is that of the first byte of `code`. Writes at most `capacity` of them, ascending, and returns how many.
size_t dcs_find_takes_x86_64(
    const uint8_t *code, size_t size, uintptr_t address, const uintptr_t *targets, size_t count, dcs_take *takes,
    size_t capacity);

/// The same for arm64 code, which begins at a multiple of four: `adrp` with `add`, or `adr`.
size_t dcs_find_takes_arm64(
    const uint8_t *code, size_t size, uintptr_t address, const uintptr_t *targets, size_t count, dcs_take *takes,
    size_t capacity);

#endif
