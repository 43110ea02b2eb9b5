// Statements that begin inside of another one. SQLite tells of the application's, which a function or a callback of its runs, in
// the same way as of those by which its own modules (full-text search, R-trees) keep their tables.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include <CCallStacks.h>

#if DCS_ELF
#include <link.h>
#endif

#include "Private.h"

// Written once, before the first connection is instrumented.
dbh_code dbh_sqlite_code;

#if DCS_ELF

typedef struct {
  uintptr_t address;
  dbh_code code;
} search;

static int find_code(struct dl_phdr_info *info, size_t size, void *argument) {
  (void)size;
  search *s = argument;
  dbh_code code = {0, 0};
  bool has_it = false;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
    uintptr_t first = info->dlpi_addr + header->p_vaddr, end = first + header->p_memsz;
    if (code.first == 0 || first < code.first) code.first = first;
    if (end > code.end) code.end = end;
    if (s->address >= first && s->address < end) has_it = true;
  }
  if (has_it) s->code = code;
  return has_it;
}

static dbh_code code_of(uintptr_t address) {
  search s = {.address = address};
  if (address) dl_iterate_phdr(find_code, &s);
  return s.code;
}

static void find_ranges(void) {
  // Where SQLite and the application are in one file, an address tells nothing.
  if (dbh_interposes_statements()) dbh_sqlite_code = code_of((uintptr_t)dlsym(RTLD_NEXT, "sqlite3_column_count"));
}

#else

static void find_ranges(void) {}

#endif

void dbh_find_sqlite_code(void) {
  static pthread_once_t found = PTHREAD_ONCE_INIT;
  pthread_once(&found, find_ranges);
}

// How often the application's code called into SQLite, as the stack has it: a statement that a module runs for another one has as
// many calls around it as that one. Calls that come through this module lie between the two, or within SQLite's code.
typedef struct {
  uint32_t all;
  uint32_t inside;  // of the call of a certain statement; 0: it is not on the stack
} app_calls;

// On the current thread's stack, from `call` outwards. `outer`: NULL: of no statement in particular.
static app_calls count_calls(const dbh_call *call, const sqlite3_stmt *outer) {
  enum { DEPTH = 256 };
  uintptr_t addresses[DEPTH];
  uintptr_t origin = dcs_set_origin(0);
  size_t count = dcs_capture_frames(addresses, DEPTH);
  dcs_set_origin(origin);
  app_calls calls = {0, 0};
  bool is_inside = false;
  for (size_t i = 0; i < count; i++) {
    if (dbh_is_sqlite_code((void *)addresses[i])) {
      if (!is_inside) calls.all++;
      is_inside = true;
    } else if (calls.all && call && i + 1 < count && addresses[i + 1] == call->caller) {
      if (outer && call->statement == outer && calls.inside == 0) calls.inside = calls.all;
      call = call->outer;
    } else {
      is_inside = false;
    }
  }
  return calls;
}

static bool is_of_app(app_calls calls, uint32_t of_outer) {
  if (calls.inside) return calls.inside > 1;
  return calls.all > (of_outer ? of_outer : 1);
}

bool dbh_is_called_by_app(const dbh_call *call) {
  if (dbh_sqlite_code.end == 0) return true;
  const dbh_call *enclosing = call;
  while (enclosing && !enclosing->statement) enclosing = enclosing->outer;
  return is_of_app(count_calls(call, enclosing ? enclosing->statement : NULL), 0);
}

// Whether a text names one of the tables that full-text search and R-trees keep: their statements name them with their database, each
// in quotes.
static bool names_shadow_table(const char *sql) {
  for (const char *dot = strchr(sql, '.'); dot; dot = strchr(dot + 1, '.')) {
    if (dot == sql || !strchr("'\"", dot[-1]) || !dot[1] || !strchr("'\"", dot[1])) continue;
    const char *end = strchr(dot + 2, dot[1]);
    if (!end) return false;
    if (dbh_may_be_shadow(dot + 2, (size_t)(end - dot - 2))) return true;
  }
  return false;
}

// Whether full-text search asks whether somebody else wrote, as it does before it reads.
static bool asks_for_version(const char *sql) {
  size_t length = strlen(sql);
  return sqlite3_strnicmp(sql, "PRAGMA ", 7) == 0 && length > 13 && strcmp(sql + length - 13, ".data_version") == 0;
}

bool dbh_is_nested_of_app(dbh_connection *c, sqlite3_stmt *statement, const char *sql) {
  DCS_ASSERT(dbh_is_inside(c));
  const dbh_call *call = dbh_this_thread.call;
  if (call && call->statement == statement && call->is_app) return true;
  if (dbh_sqlite_code.end == 0) return !names_shadow_table(sql) && !asks_for_version(sql);
  // Modules keep their statements for as long as the connection is open.
  dbh_internal *known = &c->internal[((uintptr_t)statement >> 4) % DBH_INTERNAL_CACHE];
  if (known->statement == statement && known->sql == sql) return false;
  uint32_t depth = atomic_load_explicit(&c->depth, memory_order_relaxed);
  const dbh_open_statement *outer = depth ? c->open[depth - 1] : NULL;
  app_calls calls = count_calls(call, outer ? outer->statement : NULL);
  bool is_app = is_of_app(calls, outer ? outer->calls : 0);
  if (is_app) c->nested_calls = calls.all;
  else *known = (dbh_internal){.statement = statement, .sql = sql};
  return is_app;
}
