// What becomes of a rule that is broken, and which rules were reached.

#include "CCallStacks.h"

#if DATABASE_TESTING_ASSERTIONS

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool dcs_checks_rules(void) { return true; }

void dcs_assertion_failed(const dcs_assertion *assertion) {
  fprintf(stderr, "%s:%d: a rule of ours is broken: %s\n", assertion->file, assertion->line, assertion->rule);
  abort();
}

#if DCS_ELF

// The linker's names for the ends of the section.
extern dcs_assertion __start_dcs_assertions[], __stop_dcs_assertions[];

// Appends a line for each rule to a file, where the environment names one: Tests/run says at its end which none of its processes
// reached. When the process exits, on the thread that ends it; in one piece, since others append as well.
__attribute__((destructor)) static void list_assertions(void) {
  const char *path = getenv("DATABASE_TESTING_ASSERTIONS_LIST");
  if (!path || !*path) return;
  enum { LINE = 160 };
  size_t room = (size_t)(__stop_dcs_assertions - __start_dcs_assertions) * LINE + 1, length = 0;
  char *text = malloc(room);
  if (!text) return;
  for (const dcs_assertion *a = __start_dcs_assertions; a < __stop_dcs_assertions; a++) {
    bool was_reached = __atomic_load_n(&a->was_reached, __ATOMIC_RELAXED);
    length += (size_t)snprintf(text + length, LINE, "%s %s:%d\n", was_reached ? "reached" : "missed", a->file, a->line);
  }
  int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) {
    // What cannot be written is missed in the list.
    ssize_t written = write(file, text, length);
    (void)written;
    close(file);
  }
  free(text);
}

#endif

#else

bool dcs_checks_rules(void) { return false; }

#endif
