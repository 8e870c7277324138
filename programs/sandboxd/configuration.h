/* The configuration file: one `name = value` a line. */
#ifndef SANDBOXD_CONFIGURATION_H
#define SANDBOXD_CONFIGURATION_H

#include "options.h"

/* Reads the file that the options name, else the first of the usual ones that is there, into the options. */
int configuration_read(struct options *options, struct failure *failure);

#endif
