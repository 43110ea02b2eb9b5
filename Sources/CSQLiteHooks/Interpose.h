// SQLite's own functions, defined weakly under aliases of functions with names of ours.
//
// Where the program takes SQLite from a shared library, the weak definitions are the ones that it calls, and RTLD_NEXT is
// SQLite's. Where SQLite is linked statically, its strong definitions win and ours are never called; so none may be defined that
// is all an object of the archive is needed for (sqlite3_exec, sqlite3_get_table): it would be left out.

#ifndef CSQLITEHOOKS_INTERPOSE_H
#define CSQLITEHOOKS_INTERPOSE_H

#define _GNU_SOURCE
#include <dlfcn.h>

#include "Private.h"

// The next definition of a symbol behind ours, looked up once.
#define NEXT(type, name)                                                  \
  static type name##_next(void) {                                         \
    static _Atomic(type) known;                                           \
    type found = atomic_load_explicit(&known, memory_order_acquire);      \
    if (!found) {                                                         \
      found = (type)dlsym(RTLD_NEXT, #name);                              \
      atomic_store_explicit(&known, found, memory_order_release);         \
    }                                                                     \
    return found;                                                         \
  }

#endif
