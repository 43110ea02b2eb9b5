// Threads that others need.

#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include <CCallStacks.h>

#include "Private.h"

// Whether the thread has the name that NIO gives to those of its event loops. The system is asked once for each.
static bool is_event_loop(dbh_thread_state *thread) {
  if (thread->event_loop == 0) {
    char name[64] = "";
    bool is_named = pthread_getname_np(pthread_self(), name, sizeof name) == 0;
    // MultiThreadedEventLoopGroup and its singleton; the thread pools of NIO are called otherwise.
    bool is_loop = is_named && (strncmp(name, "NIO-ELT-", 8) == 0 || strncmp(name, "NIO-SGLTN-", 10) == 0);
    thread->event_loop = is_loop ? 1 : -1;
  }
  return thread->event_loop > 0;
}

// Whether a task runs on a thread of Swift's cooperative pool: neither on an actor with an executor of its own, nor with a preference
// for another executor. A queue's `sync` stays on the thread of its caller, and so does the task.
static bool is_cooperative(void) {
  return dcs_is_in_task() && dcs_knows_executors() && dcs_preferred_executor().identity == NULL &&
         dcs_current_executor().implementation == 0;
}

bool dbh_is_shared_thread(void) { return is_event_loop(&dbh_this_thread) || is_cooperative(); }
