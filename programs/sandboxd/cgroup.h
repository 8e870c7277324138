/* What of the cgroup v2 hierarchy is this process's to hand out. */
#ifndef SANDBOXD_CGROUP_H
#define SANDBOXD_CGROUP_H

#include <limits.h>
#include <stdbool.h>

struct cgroup {
	bool mounted;           /* there is a cgroup v2 hierarchy, and this process has a place in it */
	char path[PATH_MAX];    /* that place's directory */
	bool delegated;         /* groups can be made there, and processes moved between them */
	bool cpu, memory, pids; /* controllers that such groups can have */
};

void cgroup_find(struct cgroup *out);

#endif
