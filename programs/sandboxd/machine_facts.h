/* What this machine has of what sandboxes need, and of what bounds them. */
#ifndef SANDBOXD_MACHINE_FACTS_H
#define SANDBOXD_MACHINE_FACTS_H

#include "facts.h"
#include "health.h"

void machine_facts_kernel(struct facts *facts);
void machine_facts_bubblewrap(struct facts *facts);
void machine_facts_users(struct facts *facts);
void machine_facts_cgroup(struct facts *facts);
/* What of a sandbox's limits is enforced, and by what. */
void machine_facts_limits(struct facts *facts, const struct health_facts *limits);
/* Whether they are enough for so many sandboxes. */
void machine_facts_open_files(struct facts *facts, int64_t sandboxes);
/* `network`: it is asked for. */
void machine_facts_network(struct facts *facts, bool network);
/* `path` is a directory of the file system that the state is on. */
void machine_facts_disk(struct facts *facts, const char *path);

#endif
