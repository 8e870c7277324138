#include "seccomp_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel reads of an argument that is an int: a rule that compared all 64 bits could be passed by setting one
 * of the others. */
#define LOW_BITS 0xFFFFFFFFU

/* The first process of a sandbox. What it does for its sandbox is not to be hindered by what the kernel lets every
 * process of the same user do to it. */
#define INIT 1

/* A comment in the tables below that begins with "Refused:" is the reason of what follows it. scripts/seccomp_docs
 * makes the list in docs/server.md of them. */

/* Names instead of numbers: one that this architecture does not know is skipped. */
static const char *const refused[] = {
        /* Refused: kernel interfaces with a history of holes that sandboxed programs do without */
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "kcmp",
        "process_madvise",
        "vmsplice",
        "lookup_dcookie",
        "modify_ldt",
        "uselib",
        "ustat",
        "sysfs",
        /* Refused: keys, which no namespace separates */
        "add_key",
        "keyctl",
        "request_key",
        /* Refused: the shape of the file system, which is the engine's business */
        "mount",
        "umount",
        "umount2",
        "pivot_root",
        "chroot",
        "open_tree",
        "open_tree_attr",
        "move_mount",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "mount_setattr",
        "open_by_handle_at",
        "name_to_handle_at",
        "quotactl",
        "quotactl_fd",
        "fanotify_init",
        "swapon",
        "swapoff",
        "nfsservctl",
        /* Refused: namespaces */
        "unshare",
        "setns",
        /* Refused: the machine (modules, kernels, clocks, host names, I/O ports, the placement of memory) */
        "acct",
        "reboot",
        "syslog",
        "vhangup",
        "kexec_load",
        "kexec_file_load",
        "init_module",
        "finit_module",
        "delete_module",
        "create_module",
        "query_module",
        "get_kernel_syms",
        "iopl",
        "ioperm",
        "settimeofday",
        "stime",
        "clock_settime",
        "clock_settime64",
        "clock_adjtime",
        "clock_adjtime64",
        "adjtimex",
        "sethostname",
        "setdomainname",
        "move_pages",
        "migrate_pages",
        "mbind",
        "set_mempolicy",
        "set_mempolicy_home_node",
        "_sysctl",
        "vm86",
        "vm86old",
};

/* Calls that are refused where one argument, of which the mask leaves something over, has a value. */
static const struct condition {
	const char *name;
	int error;
	unsigned int argument;
	scmp_datum_t mask;
	scmp_datum_t value;
} conditions[] = {
        /* Refused: user namespaces made by `clone` */
        {"clone", EPERM, 0, CLONE_NEWUSER, CLONE_NEWUSER},
        /* Refused: flags behind a pointer (ENOSYS, which makes C libraries use `clone`) */
        {"clone3", ENOSYS, 0, 0, 0},
        /* Refused: typing into a terminal or pasting into a console, by `TIOCSTI` and `TIOCLINUX` */
        {"ioctl", EPERM, 1, LOW_BITS, TIOCSTI},
        {"ioctl", EPERM, 1, LOW_BITS, TIOCLINUX},
        /* Refused: limits, scheduling and priorities of the init, which the kernel leaves to its user */
        {"prlimit64", EPERM, 0, LOW_BITS, INIT},
        {"sched_setscheduler", EPERM, 0, LOW_BITS, INIT},
        {"sched_setparam", EPERM, 0, LOW_BITS, INIT},
        {"sched_setattr", EPERM, 0, LOW_BITS, INIT},
        {"sched_setaffinity", EPERM, 0, LOW_BITS, INIT},
        {"setpriority", EPERM, 1, LOW_BITS, INIT},
        {"setpriority", EPERM, 0, LOW_BITS, PRIO_USER},
        {"ioprio_set", EPERM, 1, LOW_BITS, INIT},
        {"ioprio_set", EPERM, 0, LOW_BITS, IOPRIO_WHO_USER},
};

/* From this call on the kernel numbers all architectures alike, but for few that begin elsewhere. */
#define FIRST_ALIKE "pidfd_send_signal"
#define FIRST_ALIKE_NUMBER 424

/* Those of the tables above that the library may be too old to know: the kernel is not. */
static const struct newer {
	const char *name;
	int number;
} newer[] = {
        {"process_madvise", 440},         {"mount_setattr", 442},  {"quotactl_fd", 443},
        {"set_mempolicy_home_node", 450}, {"open_tree_attr", 467},
};

/* The first that nobody has judged yet: those of Linux 6.18 end before it. */
#define FIRST_UNKNOWN 470

static bool numbers_are_alike(void)
{
	return seccomp_syscall_resolve_name(FIRST_ALIKE) == FIRST_ALIKE_NUMBER;
}

static int resolve(const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	for (size_t i = 0; number == __NR_SCMP_ERROR && i < sizeof(newer) / sizeof(newer[0]); i++)
		if (strcmp(newer[i].name, name) == 0 && numbers_are_alike())
			return newer[i].number;
	return number;
}

static int refuse(scmp_filter_ctx filter, const struct condition *condition)
{
	const struct scmp_arg_cmp comparison =
	        SCMP_CMP64(condition->argument, SCMP_CMP_MASKED_EQ, condition->mask, condition->value);
	int number = resolve(condition->name);

	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)condition->error), number,
	                              condition->mask ? 1 : 0, &comparison);
}

/* AF_VSOCK would reach a hypervisor past the network namespace, the rest is rarely used kernel code. */
static int refuse_families(scmp_filter_ctx filter)
{
	/* Refused: sockets other than unix, IPv4, IPv6 and netlink (EAFNOSUPPORT) */
	static const char *const calls[] = {"socket", "socketpair"};
	int result = 0;

	for (unsigned int family = 3; result == 0 && family < 64; family++) {
		if (family == AF_INET6 || family == AF_NETLINK)
			continue;
		for (size_t i = 0; result == 0 && i < sizeof(calls) / sizeof(calls[0]); i++) {
			const struct condition condition = {calls[i], EAFNOSUPPORT, 0, LOW_BITS, family};
			result = refuse(filter, &condition);
		}
	}
	return result;
}

/* A rule for every other bit that such a flag can be without: only what has all of them, 0xffffffff, which asks for the
 * present personality and sets nothing, is left. */
static int refuse_personalities(scmp_filter_ctx filter)
{
	/* Refused: personalities that make all memory executable, or map the first page */
	static const char *const calls[] = {"personality"};
	static const scmp_datum_t flags[] = {READ_IMPLIES_EXEC, MMAP_PAGE_ZERO};
	int result = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		for (scmp_datum_t other = 1; result == 0 && other < LOW_BITS; other <<= 1) {
			const struct condition condition = {calls[0], EPERM, 0, flags[i] | other, flags[i]};
			if (other != flags[i])
				result = refuse(filter, &condition);
		}
	}
	return result;
}

static int add_rules(scmp_filter_ctx filter)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct condition always = {refused[i], EPERM, 0, 0, 0};
		result = refuse(filter, &always);
	}
	for (size_t i = 0; result == 0 && i < sizeof(conditions) / sizeof(conditions[0]); i++)
		result = refuse(filter, &conditions[i]);
	if (result == 0)
		result = refuse_families(filter);
	return result == 0 ? refuse_personalities(filter) : result;
}

/* The library compares arguments, not numbers. A tracer that lets a call be skipped makes it number -1. */
static void refuse_the_unknown(sbx__buffer *program)
{
	/* Refused: system calls newer than those of Linux 6.18 (ENOSYS) */
	static const struct sock_filter first[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xFFFFFFFFU, 2, 0),
	        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_UNKNOWN, 0, 1),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};

	if (numbers_are_alike())
		sbx__buffer_append(program, (const char *)first, sizeof(first));
}

static int export_program(scmp_filter_ctx filter, sbx__buffer *program)
{
	char chunk[4096];
	ssize_t got = -1;
	int fd = memfd_create("seccomp", MFD_CLOEXEC);

	refuse_the_unknown(program);
	if (fd >= 0 && seccomp_export_bpf(filter, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		while ((got = read(fd, chunk, sizeof(chunk))) > 0)
			sbx__buffer_append(program, chunk, (size_t)got);
	if (fd >= 0)
		close(fd);
	return got == 0 && program->length > 0 && !program->failed ? 0 : -1;
}

int seccomp_filter_make(sbx__buffer *program)
{
	int result = -1;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return -1;
	/* Refused: system calls of another architecture (ENOSYS): 32 bit programs do not run */
	if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) == 0 &&
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && add_rules(filter) == 0)
		result = export_program(filter, program);
	seccomp_release(filter);
	return result;
}
