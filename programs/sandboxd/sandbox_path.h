/* Paths in a sandbox, resolved by the kernel inside of its root, as the sandbox's user. */
#ifndef SANDBOXD_SANDBOX_PATH_H
#define SANDBOXD_SANDBOX_PATH_H

#include "problem.h"

#include <limits.h>
#include <stdbool.h>

/* Opens a path: links, absolute ones and "..", end at the root, and nothing that is mounted there is entered. Returns
 * -1 with errno. */
int sandbox_path_open(int root, const char *path, int flags);
/* What errno says of a path. */
int sandbox_path_problem(struct problem *problem, const char *path);
/* Makes the path absolute. */
int sandbox_path_absolute(const char *path, char absolute[PATH_MAX], struct problem *problem);
/* The same for a file: what could not name one is refused. */
int sandbox_path_file(const char *path, char absolute[PATH_MAX], struct problem *problem);
/* Opens the directory that is to hold the file, making what is missing of the way there; `name` is set to the rest of
 * the path, and `whole` is what it is called in a problem. Each step is resolved from the root again, so that what the
 * sandbox changes meanwhile cannot lead anywhere else. */
int sandbox_path_parent(int root, char *path, const char **name, const char *whole, struct problem *problem);
/* Whether the directory is / or /home, the frame that holds the writable places: nothing is made there. */
bool sandbox_path_is_frame(int root, int directory);
/* Whether the path, as it is written, is one of a place whose files the server has. */
bool sandbox_path_is_served(const char *absolute);

#endif
