// Connections of our own, by which a schema is read where no connection of the application was asked, and a query plan made.
//
// Neither carries our hooks, runs an extension that the application loads into its connections, waits for a lock, or holds one
// that a writer could meet.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "Texts.h"

enum { TRIES = 50, FEW_TRIES = 3, PAUSE = 1000 };  // of microseconds

typedef struct {
  const char *file;
  dbh_texts texts;
  int result;
} reading;

// What changes with each commit, and the kind of journal.
typedef struct {
  unsigned char bytes[100];
} header;

static bool read_header(sqlite3 *handle, header *h) {
  sqlite3_file *file = NULL;
  memset(h, 0, sizeof *h);
  if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file || !file->pMethods) {
    return false;
  }
  // Through SQLite: closing the file in any other way would drop the application's locks.
  int result = file->pMethods->xRead(file, h->bytes, sizeof h->bytes, 0);
  return result == SQLITE_OK || result == SQLITE_IOERR_SHORT_READ;
}

static bool is_wal(const header *h) { return h->bytes[18] == 2 || h->bytes[19] == 2; }

static char *beside(const char *file, const char *ending) {
  char *path = malloc(strlen(file) + strlen(ending) + 1);
  if (path) sprintf(path, "%s%s", file, ending);
  return path;
}

// A journal whose first bytes were zeroed belongs to no transaction any more.
static bool has_content(const char *file, const char *ending) {
  char *path = beside(file, ending);
  if (!path) return true;
  char first[8] = {0};
  bool has_one = false;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    has_one = read(descriptor, first, sizeof first) > 0 && memcmp(first, (char[8]){0}, sizeof first) != 0;
    close(descriptor);
  }
  free(path);
  return has_one;
}

static int open_file(const char *file, const char *option, sqlite3 **handle) {
  char *uri = malloc(strlen(file) * 3 + strlen(option) + 8);
  if (!uri) return SQLITE_NOMEM;
  char *end = stpcpy(uri, "file:");
  for (const char *p = file; *p; p++) {
    if (strchr("?#%", *p)) end += sprintf(end, "%%%02X", (unsigned char)*p);
    else *end++ = *p;
  }
  sprintf(end, "?%s", option);
  int result = sqlite3_open_v2(uri, handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
  free(uri);
  return result;
}

// Without a lock, which is sound if nothing was written meanwhile.
static int read_unlocked(reading *r, bool *must_lock) {
  sqlite3 *handle = NULL;
  header before, after;
  int result = open_file(r->file, "immutable=1", &handle);
  if (result == SQLITE_OK && !read_header(handle, &before)) result = SQLITE_IOERR;
  // What was committed may not be in the file itself yet. Readers never stand in a writer's way there.
  if (result == SQLITE_OK && is_wal(&before) && has_content(r->file, "-wal")) {
    *must_lock = true;
  } else if (result == SQLITE_OK) {
    bool is_sound = !has_content(r->file, "-journal");
    r->texts.length = 0;
    if (is_sound) result = dbh_append_schema(&r->texts, handle, "main");
    is_sound = is_sound && read_header(handle, &after) && memcmp(&before, &after, sizeof before) == 0 &&
               !has_content(r->file, "-journal");
    if (!is_sound) result = SQLITE_BUSY;
  }
  sqlite3_close(handle);
  return result;
}

static int read_wal(reading *r) {
  sqlite3 *handle = NULL;
  r->texts.length = 0;
  int result = open_file(r->file, "mode=ro", &handle);
  if (result == SQLITE_OK) result = dbh_append_schema(&r->texts, handle, "main");
  sqlite3_close(handle);
  return result;
}

static void read_schema(void *argument) {
  reading *r = argument;
  bool must_lock = false;
  for (int i = 0; i < TRIES; i++) {
    if (i) usleep(PAUSE);
    r->result = read_unlocked(r, &must_lock);
    if (must_lock) break;
    int code = r->result & 0xff;
    // A page that is half written looks like a damaged one; a file that is encrypted does each time.
    bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    if (code != SQLITE_BUSY && !(is_damaged && i < FEW_TRIES)) break;
  }
  if (must_lock) r->result = read_wal(r);
  dbh_append_text(&r->texts, "");
  if (r->texts.has_failed && r->result == SQLITE_OK) r->result = SQLITE_TOOBIG;
}

int32_t dbh_read_schema(const char *file, void (*visit)(const dbh_tables *tables, void *argument), void *argument) {
  struct stat status;
  if (stat(file, &status) != 0) return SQLITE_CANTOPEN;
  reading r = {.file = file};
  dbh_without_hooks(read_schema, &r);
  if (r.result == SQLITE_OK) {
    dbh_tables tables = {.texts = r.texts.bytes, .length = r.texts.length, .is_complete = true};
    visit(&tables, argument);
  }
  free(r.texts.bytes);
  return r.result;
}

// A database in memory with the tables of the application's and without their rows.

typedef struct {
  const char *definitions;  // each with its zero, an empty one at last
  const char *statistics;   // threes: table, index, numbers
  const char *sql;
  void (*visit)(const char *, void *);
  void *argument;
  int32_t result;
} asking;

// Steps of SQLite's machine, in thousands: some milliseconds. Making tables takes a few dozen each.
enum { STEPS = 2000, LENGTH = 8 << 20, UNKNOWN_FUNCTIONS = 64 };

static int count_steps(void *argument) {
  int *left = argument;
  return --*left < 0;
}

static void nothing(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  (void)values;
  sqlite3_result_null(context);
}

static int compare(void *context, int length, const void *a, int other, const void *b) {
  (void)context;
  int result = memcmp(a, b, (size_t)(length < other ? length : other));
  return result ? result : length - other;
}

static void add_collation(void *context, sqlite3 *handle, int encoding, const char *name) {
  (void)context;
  (void)encoding;
  sqlite3_create_collation_v2(handle, name, SQLITE_UTF8, NULL, compare, NULL);
}

// The application's functions are not here, and a plan does not depend on what they return.
static bool add_missing_function(sqlite3 *handle) {
  static const char beginning[] = "no such function: ";
  const char *message = sqlite3_errmsg(handle);
  if (!message || strncmp(message, beginning, sizeof beginning - 1) != 0) return false;
  char *name = strdup(message + sizeof beginning - 1);
  int result = name ? sqlite3_create_function_v2(handle, name, -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, nothing, NULL,
                                                 NULL, NULL)
                    : SQLITE_NOMEM;
  free(name);
  return result == SQLITE_OK;
}

static int prepare(sqlite3 *handle, const char *sql, sqlite3_stmt **statement) {
  int result = sqlite3_prepare_v2(handle, sql, -1, statement, NULL);
  for (int i = 0; i < UNKNOWN_FUNCTIONS && result == SQLITE_ERROR && add_missing_function(handle); i++) {
    result = sqlite3_prepare_v2(handle, sql, -1, statement, NULL);
  }
  return result;
}

static void run(sqlite3 *handle, const char *sql) {
  sqlite3_stmt *statement = NULL;
  // One that fails may not be needed.
  if (prepare(handle, sql, &statement) == SQLITE_OK) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
    }
  }
  sqlite3_finalize(statement);
}

static void add_statistics(sqlite3 *handle, const char *statistics) {
  if (!*statistics) return;
  run(handle, "ANALYZE");
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(handle, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, nullif(?, ''), ?)", -1, &statement,
                         NULL) == SQLITE_OK) {
    for (const char *text = statistics; *text;) {
      for (int i = 1; i <= 3; i++) {
        sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
        text += strlen(text) + 1;
      }
      sqlite3_step(statement);
      sqlite3_reset(statement);
    }
  }
  sqlite3_finalize(statement);
  run(handle, "ANALYZE sqlite_master");
}

static void ask_copy(void *argument) {
  asking *p = argument;
  sqlite3 *handle = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  p->result = sqlite3_open_v2(":memory:", &handle, flags, NULL);
  if (p->result == SQLITE_OK) {
    int steps = STEPS;
    run(handle, "PRAGMA max_page_count = 20000");
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, LENGTH);
    sqlite3_progress_handler(handle, 1000, count_steps, &steps);
    sqlite3_collation_needed(handle, NULL, add_collation);
    for (const char *text = p->definitions; *text; text += strlen(text) + 1) run(handle, text);
    add_statistics(handle, p->statistics);
    sqlite3_stmt *statement = NULL;
    p->result = prepare(handle, p->sql, &statement);
    while (p->result == SQLITE_OK || p->result == SQLITE_ROW) {
      p->result = sqlite3_step(statement);
      if (p->result != SQLITE_ROW) break;
      const char *text = (const char *)sqlite3_column_text(statement, sqlite3_column_count(statement) - 1);
      p->visit(text ? text : "", p->argument);
    }
    sqlite3_finalize(statement);
    if (p->result == SQLITE_DONE) p->result = SQLITE_OK;
  }
  sqlite3_close(handle);
}

int32_t dbh_ask_copy(const char *definitions, const char *statistics, const char *sql,
                     void (*visit)(const char *, void *), void *argument) {
  asking p = {
      .definitions = definitions, .statistics = statistics, .sql = sql, .visit = visit, .argument = argument};
  dbh_without_hooks(ask_copy, &p);
  return p.result;
}

const char *dbh_error_text(int32_t code) { return sqlite3_errstr(code); }
