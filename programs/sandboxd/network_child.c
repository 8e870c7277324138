#include "network_child.h"

#include "init/protocol.h"
#include "keeper_child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The number of the init's program, beside those that init/protocol.h names. */
#define FD_INIT INIT_NETWORK_DESCRIPTORS

/* For the socket that the helper listens on: nobody else gets to it. */
static bool mount_folder(const struct keeper_limits *limits)
{
	char data[96];

	snprintf(data, sizeof(data), "mode=700,size=64k,uid=%u,gid=%u", (unsigned int)limits->uid,
	         (unsigned int)limits->gid);
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("tmpfs", INIT_NETWORK_FOLDER, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, data) == 0;
}

/* What the network takes is in no cgroup of the sandbox's, and a sandbox is not to take all there is by it. A
 * connection has a descriptor of the helper's and buffers of about 350 KiB at most. */
static bool set_limits(void)
{
	return keeper_child_limit(RLIMIT_NOFILE, 512) && keeper_child_limit(RLIMIT_DATA, 256UL << 20);
}

static bool place_descriptors(const struct keeper_programs *programs, int link)
{
	const int from[] = {link, programs->helper, programs->init};
	const int to[] = {INIT_NETWORK_LINK, INIT_NETWORK_HELPER, FD_INIT};

	return keeper_child_place(from, to, sizeof(to) / sizeof(to[0]));
}

_Noreturn void network_child_run(const struct keeper_programs *programs, const struct keeper_limits *limits, int link)
{
	static char name[] = "sandboxd-net", network[] = INIT_NETWORK;
	char *argv[] = {name, network, NULL};
	char *environment[] = {NULL};

	prctl(PR_SET_NAME, name);
	/* As that of the sandbox: see keeper_child_run. */
	setsid();
	if (!mount_folder(limits) || !keeper_child_become(limits) || !set_limits() ||
	    !place_descriptors(programs, link))
		_exit(1);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* All signals stay blocked: none is meant for it. */
	syscall(SYS_execveat, FD_INIT, "", argv, environment, AT_EMPTY_PATH);
	_exit(1);
}
