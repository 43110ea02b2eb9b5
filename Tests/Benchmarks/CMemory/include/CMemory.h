#include <stddef.h>

/// Bytes that are allocated now; 0 where the C library cannot tell.
size_t allocated_bytes(void);

/// Switches SQLite's memory statistics off, before the first connection: their lock hides how threads wait for each other.
void disable_memory_statistics(void);
