// Linked by DatabaseTelemetry alone: in a program that has it, pools and connections are told to it from the first one on, also
// those that are made before anything of that module is called.

#include "CTelemetryAtLoad.h"

#include "CStatementObserver.h"

// Swift's, in DatabaseTelemetry.
extern const void *database_telemetry_observer(void);

__attribute__((constructor)) static void observe_at_load(void) { dso_set_observer(database_telemetry_observer); }

bool dta_observes_at_load(void) { return true; }
