/* The system calls that a sandbox is refused. */
#ifndef SANDBOXD_SECCOMP_FILTER_H
#define SANDBOXD_SECCOMP_FILTER_H

#include "lib/buffer.h"

/* Appends the filter's program in the form that bubblewrap reads. Returns -1 when it cannot be made. */
int seccomp_filter_make(sbx__buffer *program);

#endif
