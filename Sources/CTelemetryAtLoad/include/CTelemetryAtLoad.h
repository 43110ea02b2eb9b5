// Linking this module makes telemetry the observer of a program when it is loaded.

#ifndef CTELEMETRYATLOAD_H
#define CTELEMETRYATLOAD_H

#include <stdbool.h>

/// True. Referring to it keeps the constructor in a program that links this module from a static library.
bool dta_observes_at_load(void);

#endif
