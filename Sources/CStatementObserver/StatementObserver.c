#include "CStatementObserver.h"

#include <stddef.h>

// Written by constructors alone, which run one after the other before anybody reads it.
static dso_observer finder;

void dso_set_observer(dso_observer find) { finder = find; }

const void *dso_find_observer(void) { return finder ? finder() : NULL; }
