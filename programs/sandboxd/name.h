/* What sandboxes, volumes and snapshots can be called. */
#ifndef SANDBOXD_NAME_H
#define SANDBOXD_NAME_H

#include "problem.h"

/* How often a generated name is tried: others can be made in the same millisecond. */
#define NAME_TRIES 1000
/* Room for a generated name. */
#define NAME_GENERATED_SIZE 64

/* NULL is no name, and fine. `field` is where the name came from. */
int name_check(const char *name, const char *field, struct problem *problem);

#endif
