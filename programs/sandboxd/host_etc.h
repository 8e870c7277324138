/* The /etc that sandboxes see: an allow-list of the host's files, and synthetic ones. */
#ifndef SANDBOXD_HOST_ETC_H
#define SANDBOXD_HOST_ETC_H

#include "failure.h"

#include <stdbool.h>

/* Makes the directory `etc` in the directory `folder` anew. `network`: it names a resolver. */
int host_etc_make(int folder, bool network, struct failure *failure);

#endif
