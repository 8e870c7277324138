/* Telling the kernel something by a file of /proc. */
#ifndef SANDBOXD_INIT_WRITE_FILE_H
#define SANDBOXD_INIT_WRITE_FILE_H

#include <stdbool.h>

/* Writes a text at once into a file that is there. */
bool write_file(const char *path, const char *text);

#endif
