// Calls by which a database gets other contents than statements give it.

#if defined(__ELF__)

#include <pthread.h>
#include <stdlib.h>

#include "Interpose.h"

typedef sqlite3_backup *(*backup_function)(sqlite3 *, const char *, sqlite3 *, const char *);
typedef int (*finish_function)(sqlite3_backup *);
typedef int (*deserialize_function)(sqlite3 *, const char *, unsigned char *, sqlite3_int64, sqlite3_int64, unsigned);

NEXT(backup_function, sqlite3_backup_init)
NEXT(finish_function, sqlite3_backup_finish)
NEXT(deserialize_function, sqlite3_deserialize)

typedef struct copying {
  sqlite3_backup *backup;
  sqlite3 *handle;
  struct copying *next;
} copying;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static copying *copyings;

static void changed(sqlite3 *handle) {
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) return;
  sqlite3_mutex *mutex = sqlite3_db_mutex(handle);
  sqlite3_mutex_enter(mutex);
  dbh_stop_telling(c);
  dbh_schema_changes(c);
  sqlite3_mutex_leave(mutex);
}

sqlite3_backup *dbh_interposed_backup_init(sqlite3 *to, const char *to_schema, sqlite3 *from, const char *from_schema) {
  sqlite3_backup *backup = sqlite3_backup_init_next()(to, to_schema, from, from_schema);
  copying *known = backup ? malloc(sizeof *known) : NULL;
  if (known) {
    pthread_mutex_lock(&lock);
    *known = (copying){.backup = backup, .handle = to, .next = copyings};
    copyings = known;
    pthread_mutex_unlock(&lock);
  }
  return backup;
}

int dbh_interposed_backup_finish(sqlite3_backup *backup) {
  pthread_mutex_lock(&lock);
  copying **link = &copyings;
  while (*link && (*link)->backup != backup) link = &(*link)->next;
  copying *known = *link;
  if (known) *link = known->next;
  pthread_mutex_unlock(&lock);
  int result = sqlite3_backup_finish_next()(backup);
  if (known) changed(known->handle);
  free(known);
  return result;
}

int dbh_interposed_deserialize(sqlite3 *handle, const char *schema, unsigned char *bytes, sqlite3_int64 size,
                               sqlite3_int64 capacity, unsigned flags) {
  deserialize_function next = sqlite3_deserialize_next();
  if (!next) return SQLITE_ERROR;  // this SQLite was built without it
  int result = next(handle, schema, bytes, size, capacity, flags);
  changed(handle);
  return result;
}

sqlite3_backup *sqlite3_backup_init(sqlite3 *, const char *, sqlite3 *, const char *)
    __attribute__((weak, alias("dbh_interposed_backup_init")));
int sqlite3_backup_finish(sqlite3_backup *) __attribute__((weak, alias("dbh_interposed_backup_finish")));
int sqlite3_deserialize(sqlite3 *, const char *, unsigned char *, sqlite3_int64, sqlite3_int64, unsigned)
    __attribute__((weak, alias("dbh_interposed_deserialize")));

#endif
