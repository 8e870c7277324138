/* What GET /v1/health answers: that the server works and, to who has the key, what it can and cannot hold. */
#ifndef SANDBOXD_HEALTH_H
#define SANDBOXD_HEALTH_H

#include <stddef.h>

#define HEALTH_FACTS_MAX 32

/* Something that this machine enforces, or does not: "memory", "partly", "rlimits only: no cgroup is delegated". */
struct health_fact {
	char name[32];
	char state[16]; /* "enforced", "partly" or "missing" */
	char detail[224];
};

struct health_facts {
	struct health_fact list[HEALTH_FACTS_MAX];
	size_t count;
};

/* Adds one; beyond the last place it is left out. The detail is cut to its room. */
void health_add(struct health_facts *facts, const char *name, const char *state, const char *detail);

#endif
