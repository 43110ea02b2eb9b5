// The list of statements that are open on a connection, outermost first. All of it inside of the connection (Inside.h).

#ifndef CSQLITEHOOKS_OPEN_STATEMENTS_H
#define CSQLITEHOOKS_OPEN_STATEMENTS_H

#include <stdlib.h>

#include "Private.h"

static inline uint32_t counter(sqlite3_stmt *statement, int which) {
  return (uint32_t)dbh_sqlite.stmt_status(statement, which, 0);
}

// A counter that somebody reset in between starts again from zero.
static inline uint32_t since(uint32_t now, uint32_t before) { return now >= before ? now - before : now; }

static inline uint32_t depth_of(const dbh_connection *c) { return atomic_load_explicit(&c->depth, memory_order_relaxed); }

// NULL: it is not open.
static inline dbh_open_statement *find(dbh_connection *c, void *statement) {
  for (uint32_t i = depth_of(c); i > 0; i--) {
    if (c->open[i - 1]->statement == statement) return c->open[i - 1];
  }
  return NULL;
}

static inline void set_depth(dbh_connection *c, uint32_t depth) {
  DCS_ASSERT(dbh_is_inside(c) && depth <= c->capacity);
  atomic_store_explicit(&c->depth, depth, memory_order_release);
}

// Whether somebody has to hear of the statement's end.
static inline bool is_wanted(const dbh_slot *slot) { return slot->lane || slot->telemetry; }

static __attribute__((cold, noinline)) void forget_more(dbh_open_statement *open) {
  free(open->error_message);
  const dbh_callbacks *swift = dbh_swift();
  if (swift && open->slot.telemetry) swift->release_telemetry(open->slot.telemetry);
}

// Releases what a statement has that is in no list any more, nor to be told of. The memory is there for another one.
static inline void forget(dbh_connection *c, dbh_open_statement *open) {
  DCS_ASSERT(dbh_is_inside(c) && open != c->spare && open != c->unsettled);
  if (open->error_message || open->slot.telemetry) forget_more(open);
  dbh_leave_lane(open->slot.lane);
  if (c->spare) free(open);
  else c->spare = open;
}

// One that is in the list; its memory stays.
static inline void remove_open(dbh_connection *c, dbh_open_statement *open) {
  DCS_ASSERT(find(c, open->statement) == open);
  uint32_t depth = depth_of(c);
  uint32_t index = depth - 1;
  while (c->open[index] != open) index--;
  for (; index + 1 < depth; index++) c->open[index] = c->open[index + 1];
  set_depth(c, depth - 1);
}

// False without memory.
static __attribute__((cold, noinline)) bool grow(dbh_connection *c) {
  uint32_t capacity = c->capacity ? c->capacity * 2 : 4;
  dbh_open_statement **grown = realloc(c->open, capacity * sizeof *grown);
  if (!grown) return false;
  c->open = grown;
  c->capacity = capacity;
  return true;
}

// Room for one more, innermost, whose fields the caller sets before anything else looks at the list. NULL without memory.
static inline dbh_open_statement *push(dbh_connection *c) {
  uint32_t depth = depth_of(c);
  if (depth == c->capacity && !grow(c)) return NULL;
  dbh_open_statement *open = c->spare ? c->spare : malloc(sizeof *open);
  if (!open) return NULL;
  c->spare = NULL;
  c->open[depth] = open;
  set_depth(c, depth + 1);
  return open;
}

#endif
