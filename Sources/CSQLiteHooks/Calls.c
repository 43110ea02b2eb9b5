#include "Private.h"

// Not a constant: a compiler that sees through it calls the functions by their names again.
dbh_sqlite_calls dbh_sqlite = {
    .stmt_status = sqlite3_stmt_status,
    .stmt_busy = sqlite3_stmt_busy,
    .get_autocommit = sqlite3_get_autocommit,
    .changes = sqlite3_changes,
    .total_changes = sqlite3_total_changes,
};
