// Linked by DatabaseTesting alone: XCTest tells which test runs from the first one on, also where the first recording begins later.

#include "CTestObserverAtLoad.h"

// Swift's, in DatabaseTesting.
extern void database_testing_observe_tests(void);

__attribute__((constructor)) static void observe_at_load(void) { database_testing_observe_tests(); }

bool cto_observes_at_load(void) { return true; }
