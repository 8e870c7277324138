#include "confine.h"

#include "worker.h"

#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEBIBYTE ((rlim_t)1 << 20)

/* Beside what Lua counts itself there are the program, its libraries and the JSON of messages. */
#define DATA_MAX (256 * MEBIBYTE)
#define ADDRESSES_MAX (512 * MEBIBYTE)
#define STACK_MAX (8 * MEBIBYTE)
/* The server ends it sooner; this is for a server that is not there any more. */
#define CPU_SECONDS_MAX 900

/* AddressSanitizer reserves terabytes of addresses, and tells of what it finds by more system calls. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_CHECKED 1
#endif
#endif
#ifndef IS_CHECKED
#define IS_CHECKED 0
#endif

static int limit(__rlimit_resource_t resource, rlim_t most)
{
	const struct rlimit both = {most, most};
	return setrlimit(resource, &both);
}

int confine_resources(void)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t most;
	} limits[] = {
	        {RLIMIT_CORE, 0},          {RLIMIT_CPU, CPU_SECONDS_MAX}, {RLIMIT_FSIZE, 0},
	        {RLIMIT_MEMLOCK, 0},       {RLIMIT_MSGQUEUE, 0},          {RLIMIT_NOFILE, 0},
	        {RLIMIT_STACK, STACK_MAX},
	};
	int status = 0;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		status |= limit(limits[i].resource, limits[i].most);
	if (!IS_CHECKED)
		status |= limit(RLIMIT_DATA, DATA_MAX) | limit(RLIMIT_AS, ADDRESSES_MAX);
	/* What computes must not keep the server from its other requests. */
	setpriority(PRIO_PROCESS, 0, 10);
	status |= prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) | prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) |
	          prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	return status == 0 ? 0 : -1;
}

/* ---- system calls ---- */

/* Of advice about memory only this: a privileged process could poison the machine's pages by another one. */
static int allow_advice(scmp_filter_ctx filter, uint64_t advice)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(madvise), 1,
	                        SCMP_A2(SCMP_CMP_MASKED_EQ, UINT64_MAX, advice));
}

/* What AddressSanitizer asks at each longjmp(), and of its own memory. */
static int allow_checks(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0) |
	       allow_advice(filter, MADV_NOHUGEPAGE) | allow_advice(filter, MADV_DONTDUMP);
}

/* Of each only what its conditions allow. */
static int allow(scmp_filter_ctx filter)
{
	static const int always[] = {
	        SCMP_SYS(brk),          SCMP_SYS(munmap),          SCMP_SYS(mremap),    SCMP_SYS(exit_group),
	        SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(getrandom), /* json-c has a seed */
	};
	int status = IS_CHECKED ? allow_checks(filter) : 0;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, always[i], 0);
	status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
	                           SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, WORKER_SOCKET));
	status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
	                           SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, WORKER_SOCKET));
	/* Memory of its own, in which nothing can be run. */
	status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
	                           SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	                           SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return status | allow_advice(filter, MADV_DONTNEED);
}

int confine_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

	if (!filter)
		return -1;
	int status = allow(filter) == 0 && seccomp_load(filter) == 0 ? 0 : -1;
	seccomp_release(filter);
	return status;
}
