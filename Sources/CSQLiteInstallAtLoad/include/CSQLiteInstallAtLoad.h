// Importing and linking this module installs the SQLite hooks when the program is loaded.

#ifndef CSQLITEINSTALLATLOAD_H
#define CSQLITEINSTALLATLOAD_H

#include <stdbool.h>

/// True. Referring to it keeps the constructor in a program that links this module from a static library.
bool dbh_installs_at_load(void);

/// The working directory when the program was loaded, before any code of it could change it; empty where it is unknown.
const char *dbh_folder_at_load(void);

#endif
