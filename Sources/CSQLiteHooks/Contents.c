// Calls by which a database gets other contents than statements give it.

#include <CCallStacksPlatform.h>

#if DCS_ELF

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "Interpose.h"

typedef sqlite3_backup *(*backup_function)(sqlite3 *, const char *, sqlite3 *, const char *);
typedef int (*finish_function)(sqlite3_backup *);
typedef int (*deserialize_function)(sqlite3 *, const char *, unsigned char *, sqlite3_int64, sqlite3_int64, unsigned);

NEXT(backup_function, sqlite3_backup_init)
NEXT(finish_function, sqlite3_backup_finish)
NEXT(deserialize_function, sqlite3_deserialize)

// A copy that is not finished, to a connection whether or not it carries our hooks.
typedef struct copying {
  sqlite3_backup *backup;
  sqlite3 *handle;   // of what is copied to: the application keeps it open until the copy is finished
  char *schema;      // malloc; NULL: main, or no memory
  unsigned version;  // of what is copied to, before
  struct copying *next;
} copying;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  // of the list, and of nothing that is called
static copying *copyings;

// Goes into the connection, which is open, and then tells Swift. `how`: 0: it got no other contents after all.
static void changed(sqlite3 *handle, const char *schema, uint32_t how) {
  dbh_connection *c = handle ? dbh_registry_find(handle) : NULL;
  if (!c) return;
  sqlite3_mutex *mutex = dbh_enter(c);
  dbh_stop_telling(c);
  dbh_schema_changes(c);
  dbh_leave(c, mutex);
  const dbh_callbacks *swift = dbh_swift();
  if (how && swift && atomic_load_explicit(&dbh_listening, memory_order_relaxed)) {
    swift->replaced(c->context, schema ? schema : "main", how);
  }
}

// Of a connection that is open; takes its mutex.
static unsigned version_of(sqlite3 *handle, const char *schema) {
  unsigned version = 0;
  sqlite3_file_control(handle, schema, SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

sqlite3_backup *dbh_interposed_backup_init(sqlite3 *to, const char *to_schema, sqlite3 *from, const char *from_schema) {
  sqlite3_backup *backup = sqlite3_backup_init_next()(to, to_schema, from, from_schema);
  copying *known = backup ? malloc(sizeof *known) : NULL;
  if (known) {
    *known = (copying){.backup = backup, .handle = to, .schema = to_schema ? strdup(to_schema) : NULL};
    known->version = version_of(to, known->schema);
    pthread_mutex_lock(&lock);
    known->next = copyings;
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
  // A copy that was not finished is rolled back.
  bool is_whole = known && sqlite3_backup_remaining(backup) == 0;
  int result = sqlite3_backup_finish_next()(backup);
  if (known) {
    bool is_copied = is_whole && result == SQLITE_OK && version_of(known->handle, known->schema) != known->version;
    changed(known->handle, known->schema, is_copied ? DBH_REPLACED_BY_BACKUP : 0);
    free(known->schema);
  }
  free(known);
  return result;
}

int dbh_interposed_deserialize(sqlite3 *handle, const char *schema, unsigned char *bytes, sqlite3_int64 size,
                               sqlite3_int64 capacity, unsigned flags) {
  deserialize_function next = sqlite3_deserialize_next();
  if (!next) return SQLITE_ERROR;  // this SQLite was built without it
  int result = next(handle, schema, bytes, size, capacity, flags);
  changed(handle, schema, result == SQLITE_OK ? DBH_REPLACED_BY_DESERIALIZE : 0);
  return result;
}

sqlite3_backup *sqlite3_backup_init(sqlite3 *, const char *, sqlite3 *, const char *)
    __attribute__((weak, alias("dbh_interposed_backup_init")));
int sqlite3_backup_finish(sqlite3_backup *) __attribute__((weak, alias("dbh_interposed_backup_finish")));
int sqlite3_deserialize(sqlite3 *, const char *, unsigned char *, sqlite3_int64, sqlite3_int64, unsigned)
    __attribute__((weak, alias("dbh_interposed_deserialize")));

#endif
