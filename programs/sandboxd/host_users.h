/* The range of the host's users that sandboxes of a root server get. */
#ifndef SANDBOXD_HOST_USERS_H
#define SANDBOXD_HOST_USERS_H

#include "failure.h"

#include <stdint.h>
#include <sys/types.h>

struct host_users {
	uint32_t first;
	uint32_t count; /* 0: the server is not root, its sandboxes are the user that it is */
};

int host_users_find(struct host_users *out, struct failure *failure);
/* A random one. */
uid_t host_users_choose(const struct host_users *users);

#endif
