#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include <CCallStacks.h>

#include "Private.h"

uint64_t dbh_now(void) { return dbh_monotonic(); }

DBH_THREAD_LOCAL dbh_thread_state dbh_this_thread;

uint64_t dbh_thread(void) {
  dbh_thread_state *thread = &dbh_this_thread;
  if (thread->number == 0) {
#if defined(__linux__)
    thread->number = (uint64_t)syscall(SYS_gettid);
#elif defined(__APPLE__)
    pthread_threadid_np(NULL, &thread->number);
#else
    thread->number = (uint64_t)(uintptr_t)thread;
#endif
  }
  return thread->number;
}

uint16_t dbh_thread_flags(void) {
  return (uint16_t)((dcs_is_on_main() ? DSL_MAIN_THREAD : 0) | (dcs_knows_executors() ? 0 : DSL_UNKNOWN_EXECUTOR));
}

static inline uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t read8(const unsigned char *p) {
  uint64_t value;
  memcpy(&value, p, 8);
  return value;
}

// Differs between processes: a hash of bound values means nothing outside the process that made it.
static uint64_t seed(void) {
  static _Atomic uint64_t value;
  uint64_t known = atomic_load_explicit(&value, memory_order_relaxed);
  if (known == 0) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t fresh = mix((uint64_t)now.tv_nsec ^ 0x9E3779B97F4A7C15u, (uint64_t)(uintptr_t)&value ^ (uint64_t)getpid()) | 1;
    if (atomic_compare_exchange_strong(&value, &known, fresh)) known = fresh;
  }
  return known;
}

uint64_t dbh_hash(const void *bytes, size_t length) {
  const unsigned char *p = bytes;
  uint64_t hash = seed() ^ mix(length, 0xA0761D6478BD642Fu);
  size_t rest = length;
  while (rest >= 16) {
    hash = mix(read8(p) ^ 0xE7037ED1A0B428DBu, read8(p + 8) ^ hash);
    p += 16;
    rest -= 16;
  }
  uint64_t a = 0, b = 0;
  if (length >= 16) {
    // The last bytes once more, whatever was read of them already: cheaper than one at a time.
    a = read8(p + rest - 16);
    b = read8(p + rest - 8);
  } else {
    if (rest >= 8) {
      a = read8(p);
      p += 8;
      rest -= 8;
    }
    for (size_t i = 0; i < rest; i++) b |= (uint64_t)p[i] << (8 * i);
  }
  hash = mix(a ^ 0x8EBC6AF09C88C6E3u, (b + rest) ^ hash);
  hash = mix(hash ^ 0x589965CC75374CC3u, length ^ 0xE7037ED1A0B428DBu);
  return hash == 0 ? 1 : hash;
}
