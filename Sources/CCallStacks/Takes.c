// Finds the instructions that take an address: what awaits takes the address at which it is resumed, and is thereby the only code
// whose line is the awaiting one. In optimised code the resumed function's own beginning has another line, or none.

#include "Private.h"

#include <string.h>

/// The first of ascending targets that is not below a value.
static size_t lower_bound(const uintptr_t *targets, size_t count, uintptr_t value) {
  size_t low = 0;
  while (low < count) {
    size_t middle = low + (count - low) / 2;
    if (targets[middle] < value) low = middle + 1;
    else count = middle;
  }
  return low;
}

static bool is_target(const uintptr_t *targets, size_t count, uintptr_t value) {
  if (value < targets[0] || value > targets[count - 1]) return false;
  size_t at = lower_bound(targets, count, value);
  return at < count && targets[at] == value;
}

// Reads memory of its caller alone and writes to it alone: any thread may call it at any time.
size_t dcs_find_takes_x86_64(
    const uint8_t *code, size_t size, uintptr_t address, const uintptr_t *targets, size_t count, dcs_take *takes,
    size_t capacity) {
  // REX.W, 8D, a register and [rip + 32 bits]: lea.
  enum { LENGTH = 7 };
  size_t found = 0;
  if (!code || count == 0 || size < LENGTH) return 0;
  const uint8_t *last = code + size - LENGTH;
  const uint8_t *at = code + 1;
  while (found < capacity && at <= last + 1 && (at = memchr(at, 0x8D, (size_t)(last + 2 - at)))) {
    const uint8_t *start = at++ - 1;
    if ((start[0] & 0xFB) != 0x48 || (start[2] & 0xC7) != 0x05) continue;
    int32_t distance;
    memcpy(&distance, start + 3, sizeof distance);
    uintptr_t instruction = address + (uintptr_t)(start - code);
    uintptr_t target = instruction + LENGTH + (uintptr_t)(intptr_t)distance;
    if (is_target(targets, count, target)) takes[found++] = (dcs_take){target, instruction};
  }
  return found;
}

static uint32_t word_at(const uint8_t *code, size_t index) {
  uint32_t word;
  memcpy(&word, code + index * 4, sizeof word);
  return word;
}

/// The 21 bits of adr and adrp, with their sign.
static uintptr_t immediate(uint32_t word) {
  uint64_t bits = (uint64_t)(word >> 5 & 0x7FFFF) << 2 | (word >> 29 & 3);
  return (uintptr_t)((bits ^ 0x100000) - 0x100000);
}

// Reads memory of its caller alone and writes to it alone: any thread may call it at any time.
size_t dcs_find_takes_arm64(
    const uint8_t *code, size_t size, uintptr_t address, const uintptr_t *targets, size_t count, dcs_take *takes,
    size_t capacity) {
  // Instructions between adrp and its add, which the compiler may move apart.
  enum { APART = 32 };
  size_t found = 0;
  if (!code || count == 0) return 0;
  size_t words = size / 4;
  for (size_t i = 0; i < words && found < capacity; i++) {
    uint32_t word = word_at(code, i);
    if ((word & 0x1F000000) != 0x10000000) continue;
    uintptr_t instruction = address + i * 4;
    if ((word & 0x80000000) == 0) {
      // adr: what a linker makes of the two where it is near.
      uintptr_t target = instruction + immediate(word);
      if (is_target(targets, count, target)) takes[found++] = (dcs_take){target, instruction};
      continue;
    }
    uintptr_t page = (instruction & ~(uintptr_t)0xFFF) + (immediate(word) << 12);
    size_t first = lower_bound(targets, count, page);
    if (first == count || targets[first] - page > 0xFFF) continue;
    uint32_t reg = word & 31;
    for (size_t j = i + 1; j < words && j <= i + APART && found < capacity; j++) {
      uint32_t next = word_at(code, j);
      // Another adrp to the same register.
      if ((next & 0x9F00001F) == (0x90000000 | reg)) break;
      // add of 64 bits with 12 bits that are not shifted.
      if ((next & 0xFFC00000) != 0x91000000 || (next >> 5 & 31) != reg) continue;
      uintptr_t target = page + (next >> 10 & 0xFFF);
      if (is_target(targets, count, target)) takes[found++] = (dcs_take){target, address + j * 4};
      if ((next & 31) == reg) break;
    }
  }
  return found;
}
