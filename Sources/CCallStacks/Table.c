// How the table is filled: by whoever sees an address first. Two threads that see it at a time find out the same, and one writes it.

#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "Table.h"

#if DCS_LEARNS
#include <link.h>
#elif __has_include(<dlfcn.h>)
#include <dlfcn.h>
#define DCS_KNOWS_SYMBOLS 1
#endif

dcs_slot dcs_table[DCS_SLOTS];
static _Atomic size_t known_count;

// Never 0, which is a slot without a rule.
static uint64_t packed(dcs_rule rule) {
  if (rule.cfa_offset > 0xFFFFFF * 8 || rule.cfa_offset % 8 != 0) rule = (dcs_rule){.kind = DCS_REFUSED};
  return (uint64_t)rule.kind | (uint64_t)rule.from_rbp << 2 | (uint64_t)rule.saves_rbp << 3 | (uint64_t)rule.role << 4 |
         (uint64_t)((uint32_t)rule.cfa_offset / 8) << 8 | (uint64_t)(uint32_t)rule.rbp_offset << 32;
}

#if DCS_LEARNS
static int has_code(struct dl_phdr_info *info, size_t size, void *address) {
  (void)size;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
    if ((uintptr_t)address - (info->dlpi_addr + header->p_vaddr) < header->p_memsz) return 1;
  }
  return 0;
}
#endif

// Whether a function can go on at an address. The tables do not have all that are without a frame.
static bool is_code(uintptr_t address) {
#if DCS_LEARNS
  uintptr_t size;
  return dcs_function_around(address, &size) != 0 || dl_iterate_phdr(has_code, (void *)address) != 0;
#elif DCS_KNOWS_SYMBOLS
  Dl_info info;
  return dladdr((void *)address, &info) != 0;
#else
  (void)address;
  return false;
#endif
}

uint64_t dcs_find_out(uintptr_t key) {
  if (key & DCS_AWAITING) {
    return packed((dcs_rule){.kind = is_code(key & DCS_ADDRESS) ? DCS_CALLED : DCS_REFUSED});
  }
#if DCS_LEARNS
  return packed(dcs_read_rule(key));
#else
  return packed((dcs_rule){.kind = DCS_CALLED});
#endif
}

// Room for as many as a large program has; one that has more finds out about the rest again each time.
__attribute__((noinline)) uint64_t dcs_learn(uintptr_t key, size_t index) {
  uint64_t word = dcs_find_out(key);
  DCS_ASSERT(key != 0 && index < DCS_SLOTS && DCS_KIND(word) != DCS_UNKNOWN);
  if (atomic_load_explicit(&known_count, memory_order_relaxed) >= DCS_SLOTS / 4 * 3) return word;
  for (;; index = (index + 1) % DCS_SLOTS) {
    uintptr_t found = 0;
    if (atomic_compare_exchange_strong(&dcs_table[index].key, &found, key)) {
      atomic_fetch_add_explicit(&known_count, 1, memory_order_relaxed);
    } else if (found != key) {
      continue;
    }
    // Whoever was there first may have marked it meanwhile.
    uint64_t none = 0;
    atomic_compare_exchange_strong(&dcs_table[index].rule, &none, word);
    return word;
  }
}

__attribute__((noinline)) void dcs_mark_tried(uintptr_t key) {
  for (size_t index = dcs_index_of(key);; index = (index + 1) % DCS_SLOTS) {
    uintptr_t found = atomic_load_explicit(&dcs_table[index].key, memory_order_relaxed);
    if (found == 0) return;
    if (found != key) continue;
    if (atomic_load(&dcs_table[index].rule)) atomic_fetch_or(&dcs_table[index].rule, DCS_TRIED);
    return;
  }
}

size_t dcs_known_count(void) { return atomic_load(&known_count); }
