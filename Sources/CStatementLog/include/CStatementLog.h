// The log of one connection in one tree of recordings: the only layout of a record, and the only code that writes one.
//
// SQLite's callbacks have these functions inline, and so nothing is called to record one statement more. Swift calls them, for all other
// sources and for what is done seldom: its debug builds would run an inline function without optimisation.
//
// Who may call what, unless it is said otherwise: any thread at any time, with any other lock. A function that needs the lock of a head
// says so; every other one takes it, so that its caller does not have it. A pointer is not NULL unless that is said.

#ifndef CSTATEMENTLOG_H
#define CSTATEMENTLOG_H

#include <CCallStacks.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__APPLE__)
#include <os/lock.h>
#elif !defined(__swift__)
#include <pthread.h>
#endif

// What Swift calls it.
#if defined(__swift__)
#define DSL_NAME(name) __attribute__((swift_name(name)))
#else
#define DSL_NAME(name)
#endif

enum { DSL_KEY_COLUMNS = 3 };

/// What is known of a statement beside its numbers.
enum __attribute__((flag_enum, enum_extensibility(open))) dsl_flags : uint16_t {
  /// Ran on the main thread, the main actor or the main queue.
  DSL_MAIN_THREAD DSL_NAME("mainThread") = 1,
  /// Began outside of a transaction.
  DSL_AUTOCOMMIT DSL_NAME("autocommit") = 2,
  /// Belongs to its scope because its connection does, not because its task does.
  DSL_VIA_CONNECTION DSL_NAME("viaConnection") = 4,
  /// The source can tell rows, changes and cost.
  DSL_HAS_COUNTERS DSL_NAME("hasCounters") = 8,
  /// Reset before its last row.
  DSL_UNFINISHED DSL_NAME("unfinished") = 16,
  /// Could not be prepared: it never ran.
  DSL_NOT_PREPARED DSL_NAME("notPrepared") = 32,
  /// Left its connection outside of a transaction.
  DSL_ENDS_IN_AUTOCOMMIT DSL_NAME("endsInAutocommit") = 64,
  /// The source tells of transactions, and of that around this statement, though not what the statement cost.
  DSL_KNOWS_TRANSACTION DSL_NAME("knowsTransaction") = 0x80,
  /// Whether it ran on the main actor or on a shared thread cannot be told: Swift's runtime is not as it is known.
  DSL_UNKNOWN_EXECUTOR DSL_NAME("unknownExecutor") = 0x100,
  /// Ran on a thread that other tasks need.
  DSL_SHARED_THREAD DSL_NAME("sharedThread") = 0x200,
  /// A value was too large to be told apart from others, or was told in a way that others are told in as well.
  DSL_UNKNOWN_VALUES DSL_NAME("unknownValues") = 0x400,
  /// Its text inserts one row at most.
  DSL_INSERTS_ONE_ROW DSL_NAME("insertsOneRow") = 0x800,
  /// The source can tell rows, though not what the statement cost.
  DSL_KNOWS_ROWS DSL_NAME("knowsRows") = 0x1000,
  /// The source can tell the rows that were changed, though not what the statement cost.
  DSL_KNOWS_CHANGES DSL_NAME("knowsChanges") = 0x2000,
  /// A log message told of it, and nobody how it ended.
  DSL_FROM_LOG DSL_NAME("fromLog") = 0x4000,
  /// Only the span of an ORM told of it, and those are not there for all that it sends.
  DSL_FROM_ORM DSL_NAME("fromORM") = 0x8000,
};
typedef enum dsl_flags dsl_flags;

/// What is kept of the values of one execution.
typedef struct {
  uint64_t parameters;               // of all; 0: unknown, or the answer depends on more than them
  uint32_t keys[DSL_KEY_COLUMNS];    // of the columns of a key; 0: unknown
  uint16_t key_counts;               // five bits for each column: different values, 31 for more; 0: unknown
  bool has_unknown;                  // a value is too large to be told apart from others, or a pointer
} dsl_values;

/// One execution of a statement: 112 bytes, no references.
///
/// In a log it is used under the lock of its head, until the head's generation changes.
typedef struct {
  uint64_t sequence;    // ascends in a log; of two logs it orders by time
  uint64_t start;       // nanoseconds of the monotonic clock
  uint64_t duration;    // nanoseconds; UINT64_MAX: it has not ended, or the source cannot know
  uint64_t parameters;  // as in dsl_values
  uint64_t parent;      // sequence of the statement that was open around this one, plus 1; 0: none
  uint32_t shape;       // number of the shape
  uint32_t scope;       // number of the recording
  uint32_t stack;       // number among the stacks of the tree, from 1; 0: none was kept
  uint32_t transaction;                               // number on the connection, from 1; 0: outside of one, or unknown
  uint32_t rows_returned DSL_NAME("rowsReturned");    // so far
  int32_t rows_changed DSL_NAME("rowsChanged");       // -1: unknown
  uint32_t steps;                                     // SQLite's counters, of this execution
  uint32_t full_scan_steps DSL_NAME("fullScanSteps");
  uint32_t sorts;
  uint32_t automatic_index_rows DSL_NAME("automaticIndexRows");
  uint32_t thread;  // lower bits of the system's number of it; 0: unknown
  uint32_t error;   // number among the errors of the tree, from 1; 0: none
  uint32_t load;    // number among what an ORM declared in the tree, from 1; 0: nothing
  dsl_flags flags;
  uint16_t key_counts DSL_NAME("keyCounts");                // as in dsl_values
  uint32_t keys[DSL_KEY_COLUMNS] DSL_NAME("keyWords");  // as in dsl_values
  uint32_t version;  // changes with each commit to the databases of its connection, as known when it ended; 0: unknown
} dsl_record;

_Static_assert(sizeof(dsl_record) == 112, "a record has the size that Performance promises");

/// Row changes to one table: inserts, updates, deletes.
typedef struct {
  uint32_t table;        // number on its connection
  uint64_t counts[3];    // all,
  uint64_t indirect[3];  // and of them those by triggers and foreign key actions
  uint64_t first[3], last[3];  // positions in the order of all changes of the process; of no changes meaningless
  uint64_t columns;      // a bit for each column that updates changed, the highest for all beyond; 0 where nobody asks
} dsl_row_changes;

/// Statements in a row that only wrote to one table within one transaction and one scope. Nearly all that a transaction does is such a run:
/// it is counted at the end of each statement, and the ledger of the connection takes it as a whole.
typedef struct {
  uint32_t transaction;     // number on the connection; 0: nothing may be added
  uint32_t scope;           // number of the recording
  dsl_row_changes changes;  // of all of them; its table is meaningless without writes
  uint64_t writes;          // statements
  uint64_t first, last;     // places of their records, which ascend; 0: there are none
} dsl_run;

/// The part of a log that is written with each statement. All but `lock`, `number` and `origin` is used under the lock, by any thread. It
/// lives for as long as the log.
typedef struct {
  uint32_t lock;           // 1: somebody has it; on Apple's platforms an os_unfair_lock
  uint32_t generation;     // changes when the records are given back: a statement that was open then has none any more
  uintptr_t holder;        // in builds with assertions the thread that has the lock; else 0
  uint64_t origin;         // nanoseconds of the monotonic clock from which sequence numbers count
  uint64_t last_sequence;  // of the last record
  uint64_t count;          // records so far
  dsl_record *next;        // where the next one goes; the memory belongs to the log; may be NULL without room
  uint32_t room;           // records from `next` on that may be written; 0: the log has to make room
  uint32_t number;         // of the log among those of its tree
  dcs_capture_counts captures;  // of which executions call sites were taken
  dsl_run run;                  // what the ledger of the connection was not told of yet
} dsl_head;

/// Where one statement was filed: used by one thread at a time, for as long as the log lives.
typedef struct {
  dsl_head *head;       // of the log; NULL: in none
  dsl_record *record;   // as long as `generation` is the head's; NULL: counted, without a record
  uint64_t place;       // of the record in its log, counted from 1; 0: it has none
  uint64_t start;       // nanoseconds of the monotonic clock
  uint32_t generation;  // of the head when it began
} dsl_slot;

/// What a source tells when a statement begins, and what was found out of it. As in a record.
typedef struct {
  uint64_t start;
  uint32_t shape, scope, stack, transaction, thread, error, load;
  dsl_flags flags;
  dsl_values values;
} dsl_beginning;

/// What a source tells when a statement ended, and what was found out of it. As in a record, but for the last four.
typedef struct {
  uint64_t duration;
  uint32_t rows_returned DSL_NAME("rowsReturned");
  int32_t rows_changed DSL_NAME("rowsChanged");
  uint32_t steps;
  uint32_t full_scan_steps DSL_NAME("fullScanSteps");
  uint32_t sorts;
  uint32_t automatic_index_rows DSL_NAME("automaticIndexRows");
  uint32_t transaction, version, error, stack;
  bool is_unfinished DSL_NAME("isUnfinished");            // reset before the last row
  bool ends_in_autocommit DSL_NAME("endsInAutocommit");  // its connection is outside of a transaction now
  bool has_rows DSL_NAME("hasRows");                      // `rows_returned` is known
  bool has_duration DSL_NAME("hasDuration");              // `duration` is known
} dsl_ending;

// Part of the caller in C. Swift calls the one copy in StatementLog.c.
#if defined(__swift__)
#define DSL_INLINE
#else
#define DSL_INLINE inline __attribute__((always_inline))
#endif

/// Makes a head without records, of a log that nobody else knows yet.
void dsl_initialize(dsl_head *head, uint64_t origin, uint32_t number);
/// Gives back what the head has, of a log that nobody else knows any more.
void dsl_destroy(dsl_head *head);

/// Waits for the lock. Not recursive: up to dsl_unlock() stand some instructions, which call nothing that may wait.
DSL_INLINE void dsl_lock(dsl_head *head);
/// On the thread that called dsl_lock().
DSL_INLINE void dsl_unlock(dsl_head *head);
/// Whether the caller has the lock; to be asserted, elsewhere it says nothing.
DSL_INLINE bool dsl_is_locked(const dsl_head *head);
/// Takes a lock that another thread has: the slow part of dsl_lock().
void dsl_wait(dsl_head *head);

/// The sequence number of what begins at a time. The time orders the logs of different connections without anything that their threads
/// would share; the number of the log makes it unique. It suffices for 52 days.
DSL_INLINE uint64_t dsl_sequence(uint64_t time, uint64_t origin, uint32_t number);

/// A record of a statement that has not ended, of which nothing else is known.
DSL_INLINE dsl_record dsl_make_record(uint64_t start, uint32_t shape, uint32_t scope);

/// Whether the stack of an execution is to be taken, which is counted; no more than `limit` for each shape in one scope.
///
/// `has_room`: set to whether there is room for its record, without which nothing is counted, nor a stack wanted. NULL: there may be.
DSL_INLINE bool dsl_wants_stack(dsl_head *head, uint32_t shape, uint32_t scope, uint32_t limit, bool *has_room);

/// Writes the record of a statement that begins, with its sequence number drawn under the lock, so that a log is always in order.
///
/// `outer`: of the statement that is open around it, in whichever log; may be NULL. `slot`: set in any case. False: there was no room.
DSL_INLINE bool dsl_append(dsl_head *head, const dsl_beginning *begun, const dsl_slot *outer, dsl_slot *slot);

/// Completes the record of a statement that ended, which it may do several times. Nothing is done where the records were given back
/// meanwhile. `slot`: with a record. `changes`: all that it changed, to be counted in the run; may be NULL. Returns whether they are.
DSL_INLINE bool dsl_complete(const dsl_slot *slot, const dsl_ending *ending, const dsl_row_changes *changes);

/// A statement that ended turns out to have failed. `slot`: with a record. `stack`: taken where the record has none.
void dsl_fail(const dsl_slot *slot, uint32_t error, uint32_t stack);

/// The ledger of the connection knows all, and statements that only write in `transaction` may be counted in the run.
void dsl_begin_run(dsl_head *head, uint32_t transaction, uint32_t scope);
/// Ends the run, and hands over what is in it.
dsl_run dsl_take_run(dsl_head *head);

/// Adds one statement's changes to a run. With the lock of the head that it is in. False: they are no part of it, and it is as it was.
/// `record`: of the statement, complete; `place`: of that.
DSL_INLINE bool dsl_add_to_run(dsl_run *run, const dsl_row_changes *changes, const dsl_record *record, uint64_t place);

/// What of some records in a row is a scope's.
typedef struct {
  size_t count;                                        // records
  bool has_messages DSL_NAME("hasMessages");  // a log message told of one of them
} dsl_share;

/// Of records that were copied, or with the lock of the head. `records`: may be NULL without any.
dsl_share dsl_share_of(const dsl_record *records, size_t count, uint32_t scope);

/// The records are given back: a statement that is open has none any more. With the lock of the head.
void dsl_forget_records(dsl_head *head);

#if !defined(__swift__)

// The rules that were reached are noted in variables, each in its own copy of a function.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wstatic-local-in-inline"

inline void dsl_lock(dsl_head *head) {
#if defined(__APPLE__)
  os_unfair_lock_lock((os_unfair_lock_t)&head->lock);
#else
#if DATABASE_TESTING_ASSERTIONS
  DCS_ASSERT(__atomic_load_n(&head->holder, __ATOMIC_RELAXED) != (uintptr_t)pthread_self());
#endif
  if (__atomic_exchange_n(&head->lock, 1, __ATOMIC_ACQUIRE)) dsl_wait(head);
#if DATABASE_TESTING_ASSERTIONS
  __atomic_store_n(&head->holder, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
#endif
#endif
}

inline bool dsl_is_locked(const dsl_head *head) {
#if defined(__APPLE__)
  os_unfair_lock_assert_owner((os_unfair_lock_t)&head->lock);
  return true;
#elif DATABASE_TESTING_ASSERTIONS
  return __atomic_load_n(&head->lock, __ATOMIC_RELAXED) == 1 &&
         __atomic_load_n(&head->holder, __ATOMIC_RELAXED) == (uintptr_t)pthread_self();
#else
  return __atomic_load_n(&head->lock, __ATOMIC_RELAXED) == 1;
#endif
}

inline void dsl_unlock(dsl_head *head) {
  DCS_ASSERT(dsl_is_locked(head));
#if defined(__APPLE__)
  os_unfair_lock_unlock((os_unfair_lock_t)&head->lock);
#else
#if DATABASE_TESTING_ASSERTIONS
  __atomic_store_n(&head->holder, 0, __ATOMIC_RELAXED);
#endif
  __atomic_store_n(&head->lock, 0, __ATOMIC_RELEASE);
#endif
}

inline uint64_t dsl_sequence(uint64_t time, uint64_t origin, uint32_t number) {
  return (time < origin ? 0 : time - origin) << 12 | (number & 0xFFF);
}

inline dsl_record dsl_make_record(uint64_t start, uint32_t shape, uint32_t scope) {
  return (dsl_record){.start = start, .duration = UINT64_MAX, .shape = shape, .scope = scope, .rows_changed = -1};
}

inline bool dsl_wants_stack(dsl_head *head, uint32_t shape, uint32_t scope, uint32_t limit, bool *has_room) {
  DCS_ASSERT(limit > 0);
  dsl_lock(head);
  if (has_room) *has_room = head->room != 0;
  bool wants = (!has_room || *has_room) && dcs_wants_capture(&head->captures, shape, scope, limit);
  dsl_unlock(head);
  return wants;
}

inline bool dsl_append(dsl_head *head, const dsl_beginning *begun, const dsl_slot *outer, dsl_slot *slot) {
  dsl_lock(head);
  *slot = (dsl_slot){.head = head, .start = begun->start, .generation = head->generation};
  if (head->room == 0) {
    dsl_unlock(head);
    return false;
  }
  DCS_ASSERT(head->next);
  head->room--;
  dsl_record *record = head->next++;
  uint64_t sequence = dsl_sequence(begun->start, head->origin, head->number);
  if (sequence <= head->last_sequence) sequence = head->last_sequence + 1;
  head->last_sequence = sequence;
  slot->record = record;
  slot->place = ++head->count;
  bool is_nested = outer && outer->head == head && outer->record && outer->generation == head->generation;
  DCS_ASSERT(!is_nested || (outer->place > 0 && outer->place < slot->place && outer->record->sequence < sequence));
  uint16_t flags = begun->values.has_unknown ? begun->flags | DSL_UNKNOWN_VALUES : begun->flags;
  *record = dsl_make_record(begun->start, begun->shape, begun->scope);
  record->sequence = sequence;
  record->parameters = begun->values.parameters;
  record->parent = is_nested ? outer->record->sequence + 1 : 0;
  record->stack = begun->stack;
  record->transaction = begun->transaction;
  record->thread = begun->thread;
  record->error = begun->error;
  record->load = begun->load;
  record->flags = (dsl_flags)flags;
  record->key_counts = begun->values.key_counts;
  for (int i = 0; i < DSL_KEY_COLUMNS; i++) record->keys[i] = begun->values.keys[i];
  dsl_unlock(head);
  return true;
}

inline bool dsl_add_to_run(dsl_run *run, const dsl_row_changes *changes, const dsl_record *record, uint64_t place) {
  if (run->transaction != record->transaction || run->transaction == 0 || run->scope != record->scope) return false;
  if (run->writes == 0) {
    run->changes.table = changes->table;
  } else if (run->changes.table != changes->table) {
    return false;
  }
  DCS_ASSERT(place > run->last && (run->writes == 0) == (run->first == 0));
  for (int which = 0; which < 3; which++) {
    if (changes->counts[which] == 0) continue;
    dsl_row_changes *all = &run->changes;
    if (all->counts[which] == 0 || changes->first[which] < all->first[which]) all->first[which] = changes->first[which];
    if (changes->last[which] > all->last[which]) all->last[which] = changes->last[which];
    all->counts[which] += changes->counts[which];
    all->indirect[which] += changes->indirect[which];
  }
  run->changes.columns |= changes->columns;
  run->writes++;
  if (run->first == 0) run->first = place;
  run->last = place;
  return true;
}

inline bool dsl_complete(const dsl_slot *slot, const dsl_ending *ending, const dsl_row_changes *changes) {
  DCS_ASSERT(slot->record && slot->place > 0);
  dsl_head *head = slot->head;
  bool is_in_run = false;
  dsl_lock(head);
  // The records may have been given back while the statement was open.
  if (head->generation == slot->generation) {
    dsl_record *record = slot->record;
    DCS_ASSERT(slot->place <= head->count && record->sequence <= head->last_sequence);
    record->duration = ending->has_duration ? ending->duration : UINT64_MAX;
    record->rows_returned = ending->rows_returned;
    record->rows_changed = ending->rows_changed;
    record->steps = ending->steps;
    record->full_scan_steps = ending->full_scan_steps;
    record->sorts = ending->sorts;
    record->automatic_index_rows = ending->automatic_index_rows;
    record->transaction = ending->transaction;
    record->version = ending->version;
    record->error = ending->error;
    if (record->stack == 0) record->stack = ending->stack;
    unsigned flags = record->flags & ~(unsigned)(DSL_UNFINISHED | DSL_ENDS_IN_AUTOCOMMIT);
    if (ending->is_unfinished) flags |= DSL_UNFINISHED;
    if (ending->ends_in_autocommit) flags |= DSL_ENDS_IN_AUTOCOMMIT;
    if (!(flags & DSL_HAS_COUNTERS)) {
      if (ending->has_rows) flags |= DSL_KNOWS_ROWS;
      if (ending->rows_changed >= 0) flags |= DSL_KNOWS_CHANGES;
    }
    record->flags = (dsl_flags)flags;
    if (changes) is_in_run = dsl_add_to_run(&head->run, changes, record, slot->place);
  }
  dsl_unlock(head);
  return is_in_run;
}

#pragma clang diagnostic pop

#endif

#endif
