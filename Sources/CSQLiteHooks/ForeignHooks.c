// Hooks that an application set before its connection was instrumented.

#include <pthread.h>
#include <stdlib.h>

#include "Private.h"

typedef struct foreign {
  dbh_foreign_kind kind;
  sqlite3 *handle;
  dbh_any_callback callback;
  void *context;
  struct foreign *next;
} foreign;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static foreign *hooks;

dbh_any_callback dbh_take_foreign(dbh_foreign_kind kind, sqlite3 *handle, void **context) {
  pthread_mutex_lock(&lock);
  foreign **link = &hooks;
  while (*link && ((*link)->handle != handle || (*link)->kind != kind)) link = &(*link)->next;
  foreign *hook = *link;
  if (hook) *link = hook->next;
  pthread_mutex_unlock(&lock);
  dbh_any_callback callback = hook ? hook->callback : NULL;
  *context = hook ? hook->context : NULL;
  free(hook);
  return callback;
}

void dbh_note_foreign(dbh_foreign_kind kind, sqlite3 *handle, dbh_any_callback callback, void *context) {
  void *old;
  dbh_take_foreign(kind, handle, &old);
  if (!callback) return;
  foreign *hook = malloc(sizeof *hook);
  if (!hook) return;
  pthread_mutex_lock(&lock);
  *hook = (foreign){.kind = kind, .handle = handle, .callback = callback, .context = context, .next = hooks};
  hooks = hook;
  pthread_mutex_unlock(&lock);
}
