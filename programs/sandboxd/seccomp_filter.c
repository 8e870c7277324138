#include "seccomp_filter.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel reads of an argument that is an int: a rule that compared all 64 bits could be passed by setting one
 * of the others. */
#define LOW_BITS 0xFFFFFFFFU

/* Names instead of numbers: one that this architecture or library does not know is skipped. docs/server.md has the
 * same list with reasons. */
static const char *const refused[] = {
        /* kernel interfaces with a history of holes that sandboxed programs do without */
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
        /* keys are not part of any namespace: the server's session keyring would be in reach */
        "add_key",
        "keyctl",
        "request_key",
        /* the file system's shape is the engine's business */
        "mount",
        "umount",
        "umount2",
        "pivot_root",
        "chroot",
        "open_tree",
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
        /* namespaces; clone is below */
        "unshare",
        "setns",
        /* the machine */
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
        "_sysctl",
        "vm86",
        "vm86old",
};

static int refuse(scmp_filter_ctx filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);
	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
}

/* Socket families beyond unix, IPv4, IPv6 and netlink: AF_VSOCK would reach a hypervisor past the network namespace,
 * the rest is rarely used kernel code. */
static int refuse_family(scmp_filter_ctx filter, unsigned int family)
{
	const int calls[] = {SCMP_SYS(socket), SCMP_SYS(socketpair)};
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(calls) / sizeof(calls[0]); i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), calls[i], 1,
		                          SCMP_A0(SCMP_CMP_MASKED_EQ, LOW_BITS, family));
	return result;
}

static int add_rules(scmp_filter_ctx filter)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(refused) / sizeof(refused[0]); i++)
		result = refuse(filter, refused[i]);
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		                          SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
	/* clone3 hides its flags behind a pointer; without it the C library falls back to clone. */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* Typing into the terminal of whoever started the server, or pasting into a console. */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
		                          SCMP_A1(SCMP_CMP_MASKED_EQ, LOW_BITS, TIOCSTI));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
		                          SCMP_A1(SCMP_CMP_MASKED_EQ, LOW_BITS, TIOCLINUX));
	for (unsigned int family = 3; result == 0 && family < 64; family++)
		if (family != AF_INET6 && family != AF_NETLINK)
			result = refuse_family(filter, family);
	return result;
}

static int export_program(scmp_filter_ctx filter, sbx__buffer *program)
{
	char chunk[4096];
	ssize_t got = -1;
	int fd = memfd_create("seccomp", MFD_CLOEXEC);

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
	/* System calls of another architecture (32 bit programs) do not exist, instead of being unfiltered. */
	if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) == 0 &&
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && add_rules(filter) == 0)
		result = export_program(filter, program);
	seccomp_release(filter);
	return result;
}
