// The stacks of one recording, each once, and which executions they are captured of.

#include "Private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/// Words of stacks, never moved: who has a number reads them without the lock being held for long.
typedef struct block {
  struct block *next;     // an older one, which is full, or NULL
  size_t used, capacity;  // words
  uintptr_t words[];
} block;

/// A stack that is kept.
typedef struct {
  uint64_t hash;
  const uintptr_t *words;  // in a block
  size_t count;
} entry;

struct dcs_stacks {
  pthread_mutex_t mutex;  // of everything below
  entry *entries;            // by number less 1; malloc, or NULL
  uint32_t count, capacity;  // of entries; 0 or a power of two
  uint32_t *slots;           // numbers by hash, twice as many as entries have room at least; 0: free; malloc, or NULL
  uint32_t mask;             // of a place in `slots`
  block *blocks;             // the newest first, or NULL
};

// Whether somebody has the lock: the caller.
static inline bool is_locked(dcs_stacks *stacks) { return pthread_mutex_trylock(&stacks->mutex) != 0; }

dcs_stacks *dcs_stacks_create(void) {
  dcs_stacks *stacks = calloc(1, sizeof *stacks);
  if (stacks) pthread_mutex_init(&stacks->mutex, NULL);
  return stacks;
}

void dcs_stacks_free(dcs_stacks *stacks) {
  if (!stacks) return;
  for (block *b = stacks->blocks; b;) {
    block *next = b->next;
    free(b);
    b = next;
  }
  free(stacks->entries);
  free(stacks->slots);
  pthread_mutex_destroy(&stacks->mutex);
  free(stacks);
}

// Where a stack is, or its free place. Under the lock, where there are places.
static uint32_t slot_of(const dcs_stacks *stacks, uint64_t hash, const uintptr_t *words, size_t count) {
  uint32_t slot = (uint32_t)hash & stacks->mask;
  for (;; slot = (slot + 1) & stacks->mask) {
    uint32_t number = stacks->slots[slot];
    if (number == 0) return slot;
    const entry *e = &stacks->entries[number - 1];
    if (e->hash == hash && e->count == count && memcmp(e->words, words, count * sizeof *words) == 0) return slot;
  }
}

// Under the lock. False without memory: all is as it was.
static bool grow(dcs_stacks *stacks) {
  DCS_ASSERT(is_locked(stacks) && stacks->count == stacks->capacity);
  uint32_t capacity = stacks->capacity ? stacks->capacity * 2 : 32;
  entry *entries = realloc(stacks->entries, capacity * sizeof *entries);
  if (!entries) return false;
  stacks->entries = entries;
  uint32_t *slots = calloc(capacity * 2, sizeof *slots);
  if (!slots) return false;
  free(stacks->slots);
  stacks->slots = slots;
  stacks->capacity = capacity;
  stacks->mask = capacity * 2 - 1;
  for (uint32_t i = 0; i < stacks->count; i++) {
    const entry *e = &stacks->entries[i];
    stacks->slots[slot_of(stacks, e->hash, e->words, e->count)] = i + 1;
  }
  return true;
}

// Under the lock. NULL without memory.
static uintptr_t *room_for(dcs_stacks *stacks, size_t count) {
  DCS_ASSERT(is_locked(stacks));
  block *b = stacks->blocks;
  if (!b || b->capacity - b->used < count) {
    // Most recordings have some ten stacks.
    size_t capacity = b ? 4096 : 512;
    if (capacity < count) capacity = count;
    b = malloc(sizeof *b + capacity * sizeof *b->words);
    if (!b) return NULL;
    *b = (block){.next = stacks->blocks, .capacity = capacity};
    stacks->blocks = b;
  }
  uintptr_t *room = b->words + b->used;
  b->used += count;
  return room;
}

uint32_t dcs_keep(dcs_stacks *stacks, const uintptr_t *words, size_t count, uint64_t hash) {
  if (!stacks) return 0;
  pthread_mutex_lock(&stacks->mutex);
  uint32_t number = 0;
  if (stacks->count < stacks->capacity || grow(stacks)) {
    uint32_t slot = slot_of(stacks, hash, words, count);
    number = stacks->slots[slot];
    if (number == 0) {
      uintptr_t *room = room_for(stacks, count);
      if (room) {
        memcpy(room, words, count * sizeof *words);
        stacks->entries[stacks->count] = (entry){.hash = hash, .words = room, .count = count};
        number = ++stacks->count;
        stacks->slots[slot] = number;
      }
    }
  }
  pthread_mutex_unlock(&stacks->mutex);
  return number;
}

// A program whose every read comes from another place is none that anybody could be told of: 1 MB of stacks.
enum { PLACES = 1024 };

uint32_t dcs_find(dcs_stacks *stacks, uint64_t hash, bool *is_full) {
  uint32_t number = 0;
  pthread_mutex_lock(&stacks->mutex);
  *is_full = stacks->count >= PLACES;
  if (stacks->capacity) {
    uint32_t slot = (uint32_t)hash & stacks->mask;
    while ((number = stacks->slots[slot]) != 0 && stacks->entries[number - 1].hash != hash) slot = (slot + 1) & stacks->mask;
  }
  pthread_mutex_unlock(&stacks->mutex);
  return number;
}

uint32_t dcs_stacks_count(const dcs_stacks *stacks) {
  if (!stacks) return 0;
  pthread_mutex_t *mutex = (pthread_mutex_t *)&stacks->mutex;
  pthread_mutex_lock(mutex);
  uint32_t count = stacks->count;
  pthread_mutex_unlock(mutex);
  return count;
}

size_t dcs_stacks_read(const dcs_stacks *stacks, uint32_t number, uintptr_t *words) {
  if (!stacks) return 0;
  pthread_mutex_t *mutex = (pthread_mutex_t *)&stacks->mutex;
  pthread_mutex_lock(mutex);
  size_t count = 0;
  if (number >= 1 && number <= stacks->count) {
    const entry *e = &stacks->entries[number - 1];
    count = e->count < DCS_DEPTH ? e->count : DCS_DEPTH;
    memcpy(words, e->words, count * sizeof *words);
  }
  pthread_mutex_unlock(mutex);
  return count;
}

struct dcs_capture_count {
  uint32_t shape;  // plus 1; 0: free
  uint32_t scope;  // the one that had it last
  uint32_t count;  // of its captures in that scope
};

// Its place, or a free one, of which there is one.
static struct dcs_capture_count *count_of(const dcs_capture_counts *counts, uint32_t shape) {
  DCS_ASSERT(counts->count < counts->capacity && (counts->capacity & (counts->capacity - 1)) == 0);
  uint32_t slot = shape * 0x9E3779B1u & (counts->capacity - 1);
  while (counts->slots[slot].shape != 0 && counts->slots[slot].shape != shape + 1) slot = (slot + 1) & (counts->capacity - 1);
  return &counts->slots[slot];
}

// False without memory: all is as it was.
static bool grow_counts(dcs_capture_counts *counts) {
  dcs_capture_counts grown = {.capacity = counts->capacity ? counts->capacity * 2 : 16, .count = counts->count};
  grown.slots = calloc(grown.capacity, sizeof *grown.slots);
  if (!grown.slots) return false;
  for (uint32_t i = 0; i < counts->capacity; i++) {
    if (counts->slots[i].shape) *count_of(&grown, counts->slots[i].shape - 1) = counts->slots[i];
  }
  free(counts->slots);
  *counts = grown;
  return true;
}

bool dcs_wants_capture(dcs_capture_counts *counts, uint32_t shape, uint32_t scope, uint32_t limit) {
  if (counts->count * 2 >= counts->capacity && !grow_counts(counts)) return false;
  struct dcs_capture_count *c = count_of(counts, shape);
  if (c->shape == 0) {
    counts->count++;
    *c = (struct dcs_capture_count){.shape = shape + 1, .scope = scope};
  } else if (c->scope != scope) {
    c->scope = scope;
    c->count = 0;
  }
  if (c->count >= limit) return false;
  c->count++;
  return true;
}

void dcs_forget_captures(dcs_capture_counts *counts) {
  free(counts->slots);
  *counts = (dcs_capture_counts){0};
}
