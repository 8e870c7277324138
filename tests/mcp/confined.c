/* A process that is confined as that of a script is, and then tries what its name on the command line says. It should
 * not live to tell: what it could do is its status, 0. */
#include "script/confine.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNKNOWN 3
#define REFUSED 4
#define MEBIBYTE ((size_t)1 << 20)

static const struct {
	const char *name;
	long number;
	long arguments[6];
} calls[] = {
        {"bpf", SYS_bpf, {0}},
        {"chdir", SYS_chdir, {(long)"/"}},
        {"clone", SYS_clone, {SIGCHLD}},
        {"clone3", SYS_clone3, {0}},
        {"close", SYS_close, {0}},
        {"dup", SYS_dup, {0}},
        {"execve", SYS_execve, {(long)"/bin/sh"}},
        {"fcntl", SYS_fcntl, {0, F_GETFL}},
        {"getpid", SYS_getpid, {0}},
        {"io_uring_setup", SYS_io_uring_setup, {1}},
        {"ioctl", SYS_ioctl, {0, TIOCSTI, (long)"x"}},
        {"kill", SYS_kill, {1, 0}},
        {"madvise that merges pages", SYS_madvise, {0, 4096, MADV_MERGEABLE}},
        {"madvise that poisons pages", SYS_madvise, {0, 4096, MADV_HWPOISON}},
        {"memfd_create", SYS_memfd_create, {(long)"x", 0}},
        {"mmap of a file", SYS_mmap, {0, 4096, PROT_READ, MAP_PRIVATE, 0, 0}},
        {"mmap to run", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
        {"mprotect to run", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
        {"openat", SYS_openat, {AT_FDCWD, (long)"/etc/passwd", O_RDONLY}},
        {"pidfd_open", SYS_pidfd_open, {1, 0}},
        {"prctl", SYS_prctl, {PR_SET_DUMPABLE, 1}},
        {"process_vm_readv", SYS_process_vm_readv, {1}},
        {"ptrace", SYS_ptrace, {PTRACE_TRACEME}},
        {"read of another descriptor", SYS_read, {1, 0, 0}},
        {"recvmsg", SYS_recvmsg, {0, 0, 0}},
        {"sendmsg", SYS_sendmsg, {0, 0, 0}},
        {"setrlimit", SYS_prlimit64, {0, RLIMIT_AS, 0, 0}},
        {"setuid", SYS_setuid, {0}},
        {"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
        {"unlinkat", SYS_unlinkat, {AT_FDCWD, (long)"/nothing", 0}},
        {"unshare", SYS_unshare, {0}},
        {"write to another descriptor", SYS_write, {1, (long)"escaped\n", 8}},
        {"write to a descriptor with high bits", SYS_write, {0x100000001, (long)"escaped\n", 8}},
};

/* 0: there was as much as is wanted. */
static int take_memory(size_t wanted)
{
	for (size_t taken = 0; taken < wanted; taken += MEBIBYTE) {
		char *piece = malloc(MEBIBYTE);
		if (!piece)
			return REFUSED;
		memset(piece, 1, MEBIBYTE);
	}
	return 0;
}

static int attempt(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0) {
			const long *a = calls[i].arguments;
			syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
			return 0;
		}
	if (strcmp(name, "32 MiB") == 0)
		return take_memory(32 * MEBIBYTE);
	if (strcmp(name, "1 GiB") == 0)
		return take_memory(1024 * MEBIBYTE);
	return UNKNOWN;
}

int main(int count, char **words)
{
	if (count == 2 && strcmp(words[1], "list") == 0) {
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			puts(calls[i].name);
		return 0;
	}
	if (count != 2 || confine_resources() < 0 || confine_calls() < 0)
		return UNKNOWN;
	_exit(attempt(words[1]));
}
