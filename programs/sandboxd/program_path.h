/* Where a program is, and what it says of itself. */
#ifndef SANDBOXD_PROGRAM_PATH_H
#define SANDBOXD_PROGRAM_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Finds one that can be executed in the absolute directories of the PATH; without that variable in the usual ones. */
bool program_path_find(const char *name, char path[PATH_MAX]);
/* Runs it with one argument, and waits; what it writes is cut to its room, and empty where it cannot be run. */
void program_path_ask(const char *path, const char *argument, char *out, size_t size);

#endif
