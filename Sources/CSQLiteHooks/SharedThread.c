// Threads that others need.

#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include <CCallStacks.h>

#include "Private.h"

bool dbh_has_default_executor(void) {
#if DBH_KNOWS_SWIFT
  return swift_task_getCurrentExecutor != NULL && dcs_knows_executors() &&
         swift_task_getCurrentExecutor().implementation == 0;
#else
  return false;
#endif
}

bool dbh_is_event_loop_thread(void) {
  dbh_thread_state *thread = &dbh_this_thread;
  if (thread->event_loop == 0) {
    char name[64] = "";
    bool is_named = pthread_getname_np(pthread_self(), name, sizeof name) == 0;
    // MultiThreadedEventLoopGroup and its singleton; the thread pools of NIO are called otherwise.
    bool is_loop = is_named && (strncmp(name, "NIO-ELT-", 8) == 0 || strncmp(name, "NIO-SGLTN-", 10) == 0);
    thread->event_loop = is_loop ? 1 : -1;
  }
  return thread->event_loop > 0;
}

bool dbh_is_shared_thread(const dbh_callbacks *swift) {
  if (dbh_is_event_loop_thread()) return true;
#if DBH_KNOWS_SWIFT
  // What `is_cooperative` asks, without its way through Swift.
  if (swift_task_getCurrent && !swift_task_getCurrent()) return false;
  if (swift_task_getPreferredTaskExecutor && swift_task_getCurrentExecutor) {
    return swift_task_getPreferredTaskExecutor().identity == NULL && dbh_has_default_executor();
  }
#endif
  return swift->is_cooperative();
}
