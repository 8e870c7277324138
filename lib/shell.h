/*
 * Words of a command line of sh.
 */
#ifndef SBX_LIB_SHELL_H
#define SBX_LIB_SHELL_H

#include "buffer.h"

/* Appends a path as one word, whatever it holds, that no program takes for an option. */
void sbx__shell_path(sbx__buffer *command, const char *path);

#endif
