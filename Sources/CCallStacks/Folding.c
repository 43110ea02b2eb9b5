// Comparing words of stacks, whatever they stand for. Nothing here is shared between threads.

#include <string.h>

#include "CCallStacks.h"

size_t dcs_fold(uintptr_t *words, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    words[length++] = words[i];
    // The word may end a part that stands before it already: the shortest first.
    for (size_t part = 1; part * 2 <= length; part++) {
      size_t start = length - part;
      if (words[start - 1] != words[length - 1]) continue;
      if (memcmp(&words[start - part], &words[start], part * sizeof *words) != 0) continue;
      length -= part;
      break;
    }
  }
  return length;
}

size_t dcs_common_start(const uintptr_t *a, size_t a_count, const uintptr_t *b, size_t b_count) {
  size_t most = a_count < b_count ? a_count : b_count, count = 0;
  while (count < most && a[count] == b[count]) count++;
  return count;
}

size_t dcs_common_end(const uintptr_t *a, size_t a_count, const uintptr_t *b, size_t b_count) {
  size_t most = a_count < b_count ? a_count : b_count, count = 0;
  while (count < most && a[a_count - 1 - count] == b[b_count - 1 - count]) count++;
  return count;
}
