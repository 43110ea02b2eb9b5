// Our own rules, checked while this repository's tests run: which thread uses something, which lock is held, what follows from what.
//
// They are in no build of a user's, who runs suites in debug builds as well: `Package.swift` switches them on where the environment
// says DATABASE_TESTING_ASSERTIONS=1, as Tests/run does, and in debug builds alone. Not by assert(): C is always optimised here, and
// NDEBUG does not say whose build it is. No rule is one that an application could break.

#ifndef CCALLSTACKSASSERTIONS_H
#define CCALLSTACKSASSERTIONS_H

#include <stdbool.h>

#include "CCallStacksPlatform.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Whether rules are checked in this build. Any thread.
bool dcs_checks_rules(void);

#if DATABASE_TESTING_ASSERTIONS

/// One rule in the code. Static, in a section of its own, so that the rules which no test reached can be listed.
typedef struct {
  const char *file, *rule;  // without a path
  int line;
  bool was_reached;  // written by any thread, atomically
} dcs_assertion;

/// Says which rule is broken, and ends the process. Any thread, with any lock.
void dcs_assertion_failed(const dcs_assertion *assertion) __attribute__((cold, noinline, noreturn));

#if DCS_ELF
#define DCS_ASSERTION_SECTION __attribute__((used, section("dcs_assertions")))
#else
#define DCS_ASSERTION_SECTION
#endif

#define DCS_ASSERT(holds)                                                                                          \
  do {                                                                                                             \
    static dcs_assertion here DCS_ASSERTION_SECTION = {.file = __FILE_NAME__, .rule = #holds, .line = __LINE__};   \
    __atomic_store_n(&here.was_reached, true, __ATOMIC_RELAXED);                                                   \
    if (!(holds)) dcs_assertion_failed(&here);                                                                     \
  } while (0)

#else

/// Compiled, and never evaluated.
#define DCS_ASSERT(holds) ((void)(0 && (holds)))

#endif

#ifdef __cplusplus
}
#endif

#endif
