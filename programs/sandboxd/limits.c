#include "limits.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Before Linux 5.14 the processes of one host user are counted together, whichever user namespace they are in. */
static bool counts_by_namespace(void)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major > 5 || (major == 5 && minor >= 14);
}

void limits_tell(struct health_facts *facts, const struct cgroup_tree *groups)
{
	if (groups->memory)
		health_add(facts, "memory", "enforced", "each sandbox's own, by cgroup v2");
	else
		health_add(facts, "memory", "partly",
		           "by looking at what a sandbox's processes take: it can be exceeded for a moment, and the "
		           "kernel's own memory (sockets, pipes) and what a program hides do not count");
	if (groups->cpu)
		health_add(facts, "cpu", "enforced", "each sandbox's own, by cgroup v2");
	else
		health_add(facts, "cpu", "missing", "a sandbox can use all of this machine's processors");
	if (groups->pids)
		health_add(facts, "processes", "enforced", "512 of each sandbox, by cgroup v2 and an rlimit");
	else if (counts_by_namespace() || geteuid() == 0)
		health_add(facts, "processes", "enforced", "512 of each sandbox, by an rlimit");
	else
		health_add(facts, "processes", "partly",
		           "512 of all sandboxes and the server's user together, by an rlimit");
	health_add(facts, "disk", "partly",
	           "by looking at what a sandbox holds: its storage can be exceeded for a moment, and files that have "
	           "no name "
	           "any more do not count");
}
