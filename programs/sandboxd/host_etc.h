/* The /etc that sandboxes see: an allow-list of the host's files, and synthetic ones. */
#ifndef SANDBOXD_HOST_ETC_H
#define SANDBOXD_HOST_ETC_H

#include "failure.h"

/* Makes the directory `etc` in the directory `folder` anew. */
int host_etc_make(int folder, struct failure *failure);

#endif
