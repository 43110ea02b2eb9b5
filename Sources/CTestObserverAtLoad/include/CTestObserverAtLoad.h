// Linking this module makes DatabaseTesting an observer of XCTest when a test program is loaded.

#ifndef CTESTOBSERVERATLOAD_H
#define CTESTOBSERVERATLOAD_H

#include <stdbool.h>

/// True. Referring to it keeps the constructor in a program that links this module from a static library.
bool cto_observes_at_load(void);

#endif
