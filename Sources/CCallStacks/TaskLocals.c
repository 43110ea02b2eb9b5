// Values of task-local variables beyond the end of a function. Each function is for the current thread, and takes no lock.

#include "Private.h"

// Part of the ABI of Swift's concurrency runtime. Weak, so that a program without the runtime links.
#if DCS_KNOWS_SWIFT
extern DCS_SWIFT_CALL __attribute__((weak)) void swift_task_localValuePush(const void *key, void *value, const void *type);
extern DCS_SWIFT_CALL __attribute__((weak)) void swift_task_localValuePop(void);
#endif

bool dcs_bind_task_local(const void *key, void *value, const void *type) {
#if DCS_KNOWS_SWIFT
  if (!swift_task_localValuePush || !swift_task_localValuePop) return false;
  swift_task_localValuePush(key, value, type);
  return true;
#else
  (void)key, (void)value, (void)type;
  return false;
#endif
}

void dcs_unbind_task_local(void) {
#if DCS_KNOWS_SWIFT
  if (swift_task_localValuePop) swift_task_localValuePop();
#endif
}
