// Threads that others need.

#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include "Private.h"

bool dbh_has_default_executor(void) {
#if DBH_KNOWS_SWIFT
  return swift_task_getCurrentExecutor != NULL && swift_task_getCurrentExecutor().implementation == 0;
#else
  return false;
#endif
}

bool dbh_is_event_loop_thread(void) {
  static _Thread_local int answer;
  if (answer == 0) {
    char name[64] = "";
    bool is_named = pthread_getname_np(pthread_self(), name, sizeof name) == 0;
    // MultiThreadedEventLoopGroup and its singleton; the thread pools of NIO are called otherwise.
    bool is_loop = is_named && (strncmp(name, "NIO-ELT-", 8) == 0 || strncmp(name, "NIO-SGLTN-", 10) == 0);
    answer = is_loop ? 1 : -1;
  }
  return answer > 0;
}
