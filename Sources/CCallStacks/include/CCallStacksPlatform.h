// What the modules in C ask of the platform, in one place. The manifest has the same condition for Swift: `ELF`.

#ifndef CCALLSTACKSPLATFORM_H
#define CCALLSTACKSPLATFORM_H

/// Whether what rests on ELF is compiled: names that are interposed, weak functions, sections, automatic extensions of SQLite, unwinding by
/// tables, and the processor's clock. 1 on Linux.
///
/// DATABASE_TESTING_PORTABLE compiles everything there as where there is no ELF, as on Apple platforms: `./Tests/run --portable`.
#if defined(__ELF__) && !defined(DATABASE_TESTING_PORTABLE)
#define DCS_ELF 1
#else
#define DCS_ELF 0
#endif

#endif
