/* The command `sandboxd gc`: removes what belongs to nothing, in a state directory that no server uses. */
#ifndef SANDBOXD_GC_H
#define SANDBOXD_GC_H

#include "options.h"

int gc(const struct options *options, struct failure *failure);

#endif
