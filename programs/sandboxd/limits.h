/* Which of a sandbox's limits are enforced here, and by what. */
#ifndef SANDBOXD_LIMITS_H
#define SANDBOXD_LIMITS_H

#include "cgroup_tree.h"
#include "health.h"

void limits_tell(struct health_facts *facts, const struct cgroup_tree *groups);

#endif
