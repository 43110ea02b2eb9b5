// Attaching to a connection, and learning of its end.

#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/uio.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#endif

#include "Private.h"

void dbh_without_hooks(void (*body)(void *), void *argument) {
  dbh_this_thread.hooks_off++;
  body(argument);
  DCS_ASSERT(dbh_hooks_are_off());
  dbh_this_thread.hooks_off--;
}

_Atomic(const dbh_callbacks *) dbh_known_swift;

const dbh_callbacks *dbh_find_swift(void) {
  if (!database_testing_sqlite_callbacks) return NULL;
  const dbh_callbacks *callbacks = database_testing_sqlite_callbacks();
  atomic_store_explicit(&dbh_known_swift, callbacks, memory_order_release);
  return callbacks;
}

// Rows were changed unseen, or the trace is not ours any more. Of a connection that is being closed.
static bool lost_its_trace(dbh_connection *c) {
  if (!atomic_load(&dbh_listening) || atomic_load(&c->epoch) != atomic_load(&dbh_epoch)) return false;
  if (dbh_lost_trace_at_close(c)) return true;
  // A closing connection may be refused an answer, which is then 0.
  return sqlite3_total_changes(c->handle) > atomic_load(&c->total_changes) && !atomic_load(&c->resync);
}

// SQLITE_TRACE_CLOSE goes to whoever set the trace last; a function's destructor is always called, and only when the
// connection is really closed (sqlite3_close_v2 may leave it open for a while). SQLite has the connection's mutex, and no statement and no
// call of ours is left that could use it.
static void connection_closed(void *context) {
  dbh_connection *c = context;
  dbh_go_in(c);
#if DATABASE_TESTING_ASSERTIONS
  DCS_ASSERT(c->entries == 1);
#endif
  const dbh_callbacks *swift = dbh_swift();
  dbh_registry_remove(c);
  dbh_trace_close(c);
  dbh_free_rows(c);
  if (swift && c->context) {
    if (lost_its_trace(c)) swift->lost(c->context);
    swift->closed(c->context);
  }
  free(c);
}

// What carries the destructor. An application that calls it gets the number of its connection.
static void function(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  (void)values;
  sqlite3_result_int64(context, (sqlite3_int64)((dbh_connection *)sqlite3_user_data(context))->id);
}

int dbh_attach(sqlite3 *handle, const char *name, bool is_new) {
  static _Atomic uint64_t last_id;
  const dbh_callbacks *swift = dbh_swift();
  if (!swift) return SQLITE_OK;
  dbh_connection *c = calloc(1, sizeof *c);
  if (!c) return SQLITE_NOMEM;
  c->handle = handle;
  c->id = atomic_fetch_add(&last_id, 1) + 1;
  atomic_store(&c->epoch, atomic_load(&dbh_epoch));
  atomic_store(&c->total_changes, sqlite3_total_changes(handle));
  dbh_find_sqlite_code();
  // From here on the destructor frees it, also when the call fails.
  int result = sqlite3_create_function_v2(handle, "database_testing_connection", 0, SQLITE_UTF8, c, function, NULL,
                                          NULL, connection_closed);
  if (result != SQLITE_OK) return result;
  DBH_IS_CALLED(c);
  dbh_sync_pages(c);
  dbh_opening opening = {
      .connection = c,
      .handle = handle,
      .file = sqlite3_db_filename(handle, "main"),
      .name = name,
      .id = c->id,
      .is_new = is_new,
  };
  dbh_identify(handle, "main", &opening.identity);
  // Copies that are made of another database are not seen elsewhere.
  opening.is_told = is_new && opening.identity.is_alone && opening.identity.is_empty && dbh_interposes_statements();
  c->is_told = opening.is_told;
  c->context = swift->opened(&opening);
  if (!dbh_registry_add(c)) return SQLITE_NOMEM;
  dbh_adopt_foreign_callbacks(c);
  dbh_adopt_foreign_preupdate(c);
  dbh_adopt_sessions(c);
  dbh_adopt_foreign_update(c);
  dbh_update_row_hook(c);
  return dbh_real_trace_v2(handle, DBH_TRACE_MASK, dbh_trace, c);
}

// A connection's first member is its VFS, in every version of SQLite 3. Reading it through the kernel cannot trap, and a
// VFS that this library does not know belongs to another copy of SQLite, or the memory to something else by now.
static int first_word(void *handle, void **word) {
#if defined(__linux__)
  struct iovec local = {.iov_base = word, .iov_len = sizeof *word};
  struct iovec remote = {.iov_base = handle, .iov_len = sizeof *word};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)sizeof *word;
#elif defined(__APPLE__)
  vm_size_t size = 0;
  return vm_read_overwrite(mach_task_self(), (vm_address_t)handle, sizeof *word, (vm_address_t)word, &size) == KERN_SUCCESS;
#else
  memcpy(word, handle, sizeof *word);
  return 1;
#endif
}

static bool is_vfs_of_this_library(void *vfs) {
  for (sqlite3_vfs *v = sqlite3_vfs_find(NULL); v; v = v->pNext) {
    if (v == vfs) return true;
  }
  return false;
}

int32_t dbh_instrument(void *handle, const char *name) {
  if (dbh_is_disabled()) return DBH_DISABLED;
  if (!handle) return DBH_NULL;
  if (dbh_registry_find(handle)) return DBH_OK;
  void *vfs = NULL;
  if (!first_word(handle, &vfs)) return DBH_NOT_A_CONNECTION;
  if (!is_vfs_of_this_library(vfs)) return DBH_FOREIGN;
  // Freed memory may still look like a connection. Where every open is seen, a new one at the same address is known.
  if (dbh_get_status().is_armed && dbh_registry_was_closed(handle)) return DBH_CLOSED;
  // Other threads may use it meanwhile, or instrument it as well.
  sqlite3_mutex *mutex = sqlite3_db_mutex(handle);
  sqlite3_mutex_enter(mutex);
  bool is_attached = dbh_registry_find(handle) || dbh_attach(handle, name, false) == SQLITE_OK;
  sqlite3_mutex_leave(mutex);
  return is_attached ? DBH_OK : DBH_FAILED;
}
