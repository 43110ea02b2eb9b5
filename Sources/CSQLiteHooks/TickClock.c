// The monotonic clock at a third of its price.
//
// The clock is read twice for each statement, which was a quarter of all that recording one costs. Between two readings of the
// kernel's clock, 100 microseconds apart at most, the processor's own counter tells each thread how much time has passed.
//
// Only where the kernel itself takes its time from that counter, and so knows that it runs at one rate and shows the same on all
// processors. Each reading of the kernel's clock is compared with what the counter made of it: where they differ, as after a
// virtual machine has moved, the counter is not used any more.

#define _GNU_SOURCE

#include "Private.h"

static const uint64_t checked = 250000000;  // nanoseconds: after longer the machine may have slept

bool dbh_agrees(const dbh_tick_clock *clock, uint64_t ticks, uint64_t time) {
  uint64_t counted = ticks - clock->ticks;
  if (clock->window == 0 || time - clock->time > checked) return true;
  if (counted >= (uint64_t)1 << 32) return false;
  uint64_t told = dbh_told_time(clock, counted);
  uint64_t difference = told > time ? told - time : time - told;
  return difference <= 1000 + (time - clock->time) / 512;
}

dbh_tick_clock dbh_clock_of_thread(void) { return dbh_this_thread.clock; }

#if DBH_HAS_TICKS

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static _Atomic bool is_trusted;
static _Atomic uint64_t rate;  // nanoseconds of a tick, times 2 to the 32; 0: not known yet
static pthread_once_t asked = PTHREAD_ONCE_INIT;

static const uint64_t window = 100000;   // nanoseconds in which the counter tells the time
static const uint64_t least = 20000000, most = 1000000000;  // nanoseconds over which the rate is found
static const uint64_t exact = 600;       // ticks that a reading of both clocks may take, and twice what it may be wrong by

static void ask(void) {
  int mode = 0;
  if (prctl(PR_GET_TSC, &mode) != 0 || mode != PR_TSC_ENABLE) return;
  int file = open("/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  char name[8] = "";
  ssize_t length = read(file, name, sizeof name - 1);
  close(file);
  atomic_store(&is_trusted, length > 0 && strcmp(name, "tsc\n") == 0);
}

static void find_rate(uint64_t ticks, uint64_t time) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static uint64_t first_ticks, first_time;
  // Whoever comes later tries again, also in a fork that finds it locked for ever.
  if (pthread_mutex_trylock(&mutex) != 0) return;
  uint64_t passed = time - first_time;
  if (first_time == 0 || time < first_time || passed > most) {
    first_ticks = ticks;
    first_time = time;
  } else if (passed >= least && atomic_load(&rate) == 0) {
    uint64_t counted = ticks - first_ticks;
    // Below 0.5 GHz, or above 16, it is no counter of this kind.
    if (counted < passed / 2 || counted > passed * 16) atomic_store(&is_trusted, false);
    else atomic_store(&rate, (passed << 32) / counted);
  }
  pthread_mutex_unlock(&mutex);
}

uint64_t dbh_set_ticks(dbh_tick_clock *clock) {
  pthread_once(&asked, ask);
  if (!atomic_load_explicit(&is_trusted, memory_order_relaxed)) {
    clock->window = 0;
    return dbh_kernel_time();
  }
  uint64_t before = __builtin_ia32_rdtsc();
  uint64_t time = dbh_kernel_time();
  uint64_t width = __builtin_ia32_rdtsc() - before;
  if (width > exact) {
    // The thread was interrupted in between.
    clock->window = 0;
    return time;
  }
  uint64_t ticks = before + width / 2;
  uint64_t known = atomic_load_explicit(&rate, memory_order_relaxed);
  if (known == 0) {
    find_rate(ticks, time);
    return time;
  }
  if (!dbh_agrees(clock, ticks, time)) {
    atomic_store(&is_trusted, false);
    clock->window = 0;
    return time;
  }
  *clock = (dbh_tick_clock){.ticks = ticks, .time = time, .rate = known, .window = (window << 32) / known};
  return time;
}

#endif
