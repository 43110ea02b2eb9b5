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

/// Writes the return addresses of the caller's stack, innermost first.
///
/// Allocates nothing after the first call in a thread. Where a frame cannot be left like that (no table, one that computes, a
/// signal's), and on other platforms than x86-64 Linux, backtrace() unwinds the whole stack instead.
///
/// `hash` is set to a hash of what was written. Returns how many were: at most `capacity`.
size_t dcs_capture(uintptr_t *addresses, size_t capacity, uint64_t *hash);

/// The same by backtrace() alone.
size_t dcs_unwind(uintptr_t *addresses, size_t capacity);

/// Whether stacks are captured by what was learned. The first ones of a process are compared with backtrace(); one difference
/// and it is false for good.
bool dcs_is_learning(void);

/// For tests: how many return addresses are known.
size_t dcs_known_count(void);

#endif
