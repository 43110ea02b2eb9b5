// The header of a module that has a constructor alone.

#ifndef CINSTRUMENTSATOPEN_H
#define CINSTRUMENTSATOPEN_H

#endif
