#include "machine_facts.h"

#include "cgroup.h"
#include "descriptors.h"
#include "host_users.h"
#include "network.h"
#include "program_path.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* With less the server itself is soon in trouble. */
#define FREE_LOW (1ULL << 30)

void machine_facts_kernel(struct facts *facts)
{
	struct utsname name;
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	unsigned int major = 0, minor = 0;
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));
	int error = errno;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	bool is_new = major > 5 || (major == 5 && minor >= 9);
	facts_add(facts, "kernel", fd >= 0 && is_new ? FACT_OK : FACT_FAILURE,
	          is_new ? "let openat2 through: a container's seccomp profile or an emulator refuses it"
	                 : "run Linux 5.9 or later",
	          "%s %s, openat2 %s", name.sysname, name.release, fd >= 0 ? "works" : strerror(error));
	if (fd >= 0)
		close(fd);
}

void machine_facts_bubblewrap(struct facts *facts)
{
	char path[PATH_MAX], version[256];
	unsigned int major = 0, minor = 0;

	if (!program_path_find("bwrap", path)) {
		facts_add(facts, "bubblewrap", FACT_FAILURE, "install it: apt install bubblewrap",
		          "bwrap is not on the PATH");
		return;
	}
	program_path_ask(path, "--version", version, sizeof(version));
	version[strcspn(version, "\n")] = '\0';
	bool known = sscanf(version, "bubblewrap %u.%u", &major, &minor) == 2;
	bool disables = major > 0 || minor >= 8;
	facts_add(facts, "bubblewrap", known && disables ? FACT_OK : FACT_WARNING,
	          "install version 0.8 or later: with an older one only the seccomp filter keeps sandboxes from making "
	          "user namespaces",
	          "%.300s: %s%s", path, known ? version : "of an unknown version",
	          known && disables ? ", with --disable-userns" : "");
}

void machine_facts_users(struct facts *facts)
{
	struct host_users users;
	struct failure failure;

	if (host_users_find(&users, &failure) < 0)
		facts_add(facts, "host users", FACT_FAILURE, strchr(failure.message, ';') + 2, "%s", failure.message);
	else if (users.count == 0)
		facts_add(facts, "host users", FACT_OK, NULL, "all sandboxes are user %u, who runs this",
		          (unsigned int)geteuid());
	else
		facts_add(facts, "host users", FACT_OK, NULL, "each sandbox is one of %u users from %u on", users.count,
		          users.first);
}

void machine_facts_cgroup(struct facts *facts)
{
	static const char cure[] = "run sandboxd by systemd with Delegate=yes (it comes with a unit), or in a cgroup "
	                           "of its own that its user may write to";
	struct cgroup cgroup;

	cgroup_find(&cgroup);
	if (!cgroup.mounted)
		facts_add(facts, "cgroup v2", FACT_WARNING, "boot with systemd.unified_cgroup_hierarchy=1",
		          "there is none here");
	else if (!cgroup.delegated)
		facts_add(facts, "cgroup v2", FACT_WARNING, cure, "%.300s is not delegated to this user", cgroup.path);
	else
		facts_add(facts, "cgroup v2", cgroup.memory && cgroup.cpu && cgroup.pids ? FACT_OK : FACT_WARNING, cure,
		          "%.300s is delegated, with%s%s%s", cgroup.path, cgroup.memory ? " memory" : "",
		          cgroup.cpu ? " cpu" : "",
		          cgroup.pids     ? " pids"
		          : cgroup.memory ? ""
		                          : " no controller of use");
}

void machine_facts_limits(struct facts *facts, const struct health_facts *limits)
{
	for (size_t i = 0; i < limits->count; i++) {
		char name[48];
		bool holds = strcmp(limits->list[i].state, "enforced") == 0;
		snprintf(name, sizeof(name), "limit of %s", limits->list[i].name);
		facts_add(facts, name, holds ? FACT_OK : FACT_WARNING,
		          "do not let code run that may take all there is, or give sandboxd a machine of its own",
		          "%s: %s", limits->list[i].state, limits->list[i].detail);
	}
}

void machine_facts_open_files(struct facts *facts, int64_t sandboxes)
{
	rlim_t wanted = descriptors_wanted(sandboxes);
	struct rlimit limit;
	char cure[128];

	/* The server raises its own limit as far as it may. */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	snprintf(cure, sizeof(cure), "raise the hard limit (LimitNOFILE= of the unit, ulimit -Hn) to %llu or more",
	         (unsigned long long)wanted);
	facts_add(facts, "open files", limit.rlim_max >= wanted ? FACT_OK : FACT_WARNING, cure,
	          "%llu: room for %u connections with a command each, beside %u sandboxes with processes",
	          (unsigned long long)limit.rlim_max, descriptors_for_connections(limit.rlim_max, sandboxes),
	          descriptors_for_sandboxes(limit.rlim_max));
}

void machine_facts_network(struct facts *facts, bool network)
{
	char path[PATH_MAX];
	bool found = program_path_find(NETWORK_HELPER, path);

	facts_add(facts, "network", FACT_OK, NULL, "%s",
	          network ? "on: sandboxes reach other machines" : "off: sandboxes reach nothing (--network)");
	if (found)
		facts_add(facts, "network helper", FACT_OK, NULL, "%.400s", path);
	else
		facts_add(facts, "network helper", network ? FACT_FAILURE : FACT_WARNING,
		          "install it if sandboxes are to reach the network: apt install " NETWORK_HELPER,
		          NETWORK_HELPER " is not on the PATH");
}

/* Whether the file system can make copies that share their blocks: tried out. */
static bool can_reflink(const char *folder)
{
	int from = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int to = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	bool works = from >= 0 && to >= 0 && write(from, "x", 1) == 1 && ioctl(to, FICLONE, from) == 0;

	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return works;
}

void machine_facts_disk(struct facts *facts, const char *path)
{
	struct statvfs info;

	if (statvfs(path, &info) < 0) {
		facts_add(facts, "disk", FACT_FAILURE, "give a directory of another disk with --state", "%.300s: %s",
		          path, strerror(errno));
		return;
	}
	unsigned long long available = (unsigned long long)info.f_bavail * info.f_frsize;
	facts_add(facts, "disk", available >= FREE_LOW ? FACT_OK : FACT_WARNING,
	          "free some, or give a directory of another disk with --state", "%llu MiB and %llu files are free",
	          available >> 20, (unsigned long long)info.f_favail);
	bool reflink = can_reflink(path);
	facts_add(facts, "copies", FACT_OK, NULL, "%s",
	          reflink ? "by reflink: at once, and without taking room"
	                  : "file by file: this file system has no reflinks (XFS and Btrfs have)");
}
