/* Giving a file that is whole its place. */
#ifndef SANDBOXD_FILE_REPLACE_H
#define SANDBOXD_FILE_REPLACE_H

/* Moves what is called `temporary` in `incoming`, and is no directory, to `name` in `parent`, in place of what is
 * there, unless that is a directory. Whoever looks sees the one or the other. Both directories are on one file system.
 * Returns 0, or -1 with errno; then it is where it was, as far as who changes `parent` meanwhile allows. */
int file_replace(int incoming, const char *temporary, int parent, const char *name);

#endif
