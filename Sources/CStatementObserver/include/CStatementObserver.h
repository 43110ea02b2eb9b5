// Which observer of statements a program has linked. It stands below the module that tells an observer what happens, so that the one
// which has an observer need not be known to it.

#ifndef CSTATEMENTOBSERVER_H
#define CSTATEMENTOBSERVER_H

/// Finds the observer: a reference to an object that lives as long as the process.
typedef const void *(*dso_observer)(void);

/// Names it. To be called by a constructor, while a program is loaded.
void dso_set_observer(dso_observer find);

/// The observer, not retained; NULL where none was named. On any thread.
const void *dso_find_observer(void);

#endif
