/* The groups that this server makes in the cgroup v2 hierarchy, beneath its own place there: one that holds the server
 * itself, for a group with others in it can have no processes of its own, and one for each sandbox. */
#ifndef SANDBOXD_CGROUP_TREE_H
#define SANDBOXD_CGROUP_TREE_H

#include "sandbox.h"

#include <stdbool.h>
#include <sys/resource.h>

struct cgroup_tree {
	int folder;             /* of this server's groups; -1: none can be made */
	bool cpu, memory, pids; /* what they bound */
};

/* Moves this process into a group of its own where that gains something. What killed servers have left is removed. */
void cgroup_tree_open(struct cgroup_tree *tree);
/* Moves it back, and removes all groups. */
void cgroup_tree_close(struct cgroup_tree *tree);

/* Makes the group of a sandbox, with its limits. Returns a descriptor of it, or -1 with errno. */
int cgroup_tree_make(const struct cgroup_tree *tree, const struct sandbox *sandbox, rlim_t processes);
/* Removes it; its processes are gone, or are ended by this. */
void cgroup_tree_remove(const struct cgroup_tree *tree, const char *id);
/* Stops all that is in the group, or lets it go on, and returns when that is done. -1: it cannot be done so. */
int cgroup_tree_freeze(const struct cgroup_tree *tree, const char *id, bool frozen);

#endif
