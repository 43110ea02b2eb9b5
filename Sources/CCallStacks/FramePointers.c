// UNTRIED. Written from the ABI of arm64 and of Apple's platforms, compiled and never run there: the same trial as elsewhere decides
// whether it is used (`ChainCheck`).
//
// An asynchronous function sets bit 60 of the frame pointer that it saves, keeps its context one word below its frame record, and is
// called by the runtime's function that runs jobs. Every function has a frame record there, so that no table is needed.

#include "Private.h"

#if DCS_HAS_FRAME_POINTERS

#include <pthread.h>

// Reads the frame records of the current thread only, each beyond the one before. A sink without words is left as it is.
DCS_READS_STACK void dcs_follow_frame_pointers(dcs_sink *sink) {
  enum { MOST = 1024 };
  const uintptr_t marked = (uintptr_t)1 << 60;
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0) & ~marked;
  for (int i = 0; i < MOST; i++) {
    if (frame == 0 || frame % 8 != 0) return;
    uintptr_t saved = ((const uintptr_t *)frame)[0];
    // It is stripped of its signature by keeping what an address has.
    uintptr_t caller = ((const uintptr_t *)frame)[1] & 0x0000FFFFFFFFFFFF;
    if (saved & marked) {
      size_t own = 0;
      while (own < sink->count && (sink->words[own] & 0x0000FFFFFFFFFFFF) != caller) own++;
      if (own == sink->count) return;
      dcs_sink cut = {.words = sink->words, .capacity = sink->capacity};
      for (size_t j = 0; j < own; j++) dcs_put(&cut, sink->words[j]);
      bool is_whole = dcs_follow(&cut, frame, caller);
      if (cut.all == own && !is_whole) return;
      *sink = cut;
      if (is_whole) dcs_append_creator(sink);
      return;
    }
    uintptr_t next = saved & ~marked;
    if (next <= frame) return;
    frame = next;
  }
}

#endif
