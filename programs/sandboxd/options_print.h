/* What the table of options says to a person. */
#ifndef SANDBOXD_OPTIONS_PRINT_H
#define SANDBOXD_OPTIONS_PRINT_H

#include "options.h"

void options_print_help(void);
/* The command `options`: each value and where it comes from, or the table for docs/server.md. */
int options_print(const struct options *options, struct failure *failure);

#endif
