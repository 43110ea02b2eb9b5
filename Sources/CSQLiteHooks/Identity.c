// Which database a connection has opened, whatever its name is.

#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "Private.h"

static bool identify_file(const char *path, dbh_identity *identity) {
#if defined(__linux__)
  struct statx status;
  if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &status) != 0) return false;
  identity->parts[0] = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
  identity->parts[1] = status.stx_ino;
  if (status.stx_mask & STATX_BTIME) {
    identity->parts[2] = (uint64_t)status.stx_btime.tv_sec * 1000000000u + status.stx_btime.tv_nsec;
  }
#else
  struct stat status;
  if (stat(path, &status) != 0) return false;
  identity->parts[0] = (uint64_t)status.st_dev;
  identity->parts[1] = (uint64_t)status.st_ino;
#if defined(__APPLE__)
  identity->parts[2] = (uint64_t)status.st_birthtimespec.tv_sec * 1000000000u + (uint64_t)status.st_birthtimespec.tv_nsec;
#endif
#endif
  identity->kind = DBH_DATABASE_FILE;
  return true;
}

void dbh_identify(sqlite3 *handle, const char *schema, dbh_identity *identity) {
  *identity = (dbh_identity){.kind = DBH_DATABASE_UNKNOWN};
  const char *name = sqlite3_db_filename(handle, schema);
  sqlite3_vfs *vfs = NULL;
  sqlite3_file_control(handle, schema, SQLITE_FCNTL_VFS_POINTER, &vfs);
  if (name && *name && vfs && vfs->zName && strcmp(vfs->zName, "memdb") == 0) {
    identity->is_memory = true;
    // Others share it by a name that begins with a slash.
    if (*name == '/') {
      identity->kind = DBH_DATABASE_NAMED;
      identity->parts[0] = dbh_hash(name, strlen(name));
      return;
    }
  } else if (name && *name && identify_file(name, identity)) {
    return;
  }
  sqlite3_file *file = NULL;
  if (sqlite3_file_control(handle, schema, SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file) {
    // What the caches of a database take is divided among the connections that share it.
    int all = 0, own = 0, highest = 0;
    sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_USED, &all, &highest, 0);
    sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_USED_SHARED, &own, &highest, 0);
    identity->kind = DBH_DATABASE_SHARED;
    identity->is_alone = own == all;
    // A database in memory, or a temporary one, of one connection.
    identity->is_empty = identity->is_alone;
    identity->parts[0] = (uint64_t)(uintptr_t)file;
  }
}
