#ifndef CCALLSTACKS_PRIVATE_H
#define CCALLSTACKS_PRIVATE_H

#include "include/CCallStacks.h"

#if defined(__linux__) && defined(__x86_64__)
#define DCS_LEARNS 1
#else
#define DCS_LEARNS 0
#endif

/// How the frame is left that a return address is in. 0 in a slot of the table: not known yet.
typedef enum { DCS_UNKNOWN, DCS_CALLED, DCS_OUTERMOST, DCS_REFUSED } dcs_kind;

/// The frame's canonical address (the stack pointer before the call) is a register plus an offset, the return address lies right
/// below it.
typedef struct {
  dcs_kind kind;
  bool from_rbp;       // the register: rbp, else rsp
  int32_t cfa_offset;  // bytes
  bool saves_rbp;      // whether the frame keeps its caller's rbp in memory
  int32_t rbp_offset;  // where: bytes from the canonical address, negative
} dcs_rule;

/// Keeps a stack, unless it is kept already. Returns its number, from 1; 0 without memory.
uint32_t dcs_keep(dcs_stacks *stacks, const uintptr_t *addresses, size_t count, uint64_t hash);

/// Reads the rule of a return address from the tables of its image.
dcs_rule dcs_read_rule(uintptr_t return_address);

#endif
