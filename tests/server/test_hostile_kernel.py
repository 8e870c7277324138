"""Attempts by system calls. Each is made by a process of its own, which then waits to be looked at from the host."""

from __future__ import annotations

import errno
import os
import re
import time
from pathlib import Path

import pytest
from harness import read_proc, status_field, wait_until
from hostile import in_namespaces, inits, inside, link, meanwhile, names, needs_x86_64, plant

pytestmark = needs_x86_64

# An attempt is a name and an expression in C whose value is negative, with errno, when it was refused.
ATTEMPTS = {
    "unshare user": "syscall(SYS_unshare, CLONE_NEWUSER)",
    "unshare mount": "syscall(SYS_unshare, CLONE_NEWNS)",
    "unshare net": "syscall(SYS_unshare, CLONE_NEWNET)",
    "unshare pid": "syscall(SYS_unshare, CLONE_NEWPID)",
    "unshare ipc": "syscall(SYS_unshare, CLONE_NEWIPC)",
    "unshare uts": "syscall(SYS_unshare, CLONE_NEWUTS)",
    "unshare cgroup": "syscall(SYS_unshare, CLONE_NEWCGROUP)",
    "unshare time": "syscall(SYS_unshare, 0x80)",
    "clone user": "syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)",
    "clone user high": "syscall(SYS_clone, 1L << 32 | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)",
    "clone mount": "syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0)",
    "clone net": "syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0)",
    "clone pid": "syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0)",
    "clone ipc": "syscall(SYS_clone, CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0)",
    "clone uts": "syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0)",
    "clone cgroup": "syscall(SYS_clone, CLONE_NEWCGROUP | SIGCHLD, 0, 0, 0, 0)",
    "clone3": "syscall(SYS_clone3, (long[11]){CLONE_NEWUSER, 0, 0, 0, SIGCHLD}, 88)",
    "setns own": 'syscall(SYS_setns, open("/proc/self/ns/mnt", O_RDONLY), 0)',
    "setns init": 'syscall(SYS_setns, open("/proc/1/ns/user", O_RDONLY), 0)',
    "setns pidfd": "syscall(SYS_setns, syscall(SYS_pidfd_open, 1, 0), CLONE_NEWNS)",
    "mount tmpfs": 'syscall(SYS_mount, "none", "/data", "tmpfs", 0, 0)',
    "mount bind": 'syscall(SYS_mount, "/", "/data", 0, MS_BIND | MS_REC, 0)',
    "mount proc": 'syscall(SYS_mount, "none", "/data", "proc", 0, 0)',
    "remount usr": 'syscall(SYS_mount, 0, "/usr", 0, MS_REMOUNT | MS_BIND, 0)',
    "remount proc": 'syscall(SYS_mount, 0, "/proc/sys", 0, MS_REMOUNT | MS_BIND, 0)',
    "make shared": 'syscall(SYS_mount, 0, "/", 0, MS_SHARED | MS_REC, 0)',
    "umount": 'syscall(SYS_umount2, "/proc/sys", MNT_DETACH)',
    "umount data": 'syscall(SYS_umount2, "/data", MNT_FORCE)',
    "pivot_root": 'syscall(SYS_pivot_root, "/data", "/data")',
    "chroot": 'syscall(SYS_chroot, "/data")',
    "open_tree": 'syscall(428, AT_FDCWD, "/", 1)',
    "move_mount": 'syscall(429, AT_FDCWD, "/data", AT_FDCWD, "/tmp", 0)',
    "fsopen": 'syscall(430, "tmpfs", 0)',
    "fspick": 'syscall(433, AT_FDCWD, "/", 0)',
    "mount_setattr": 'syscall(442, AT_FDCWD, "/usr", 0, (long[4]){0, 1}, 32)',
    "keyctl join": 'syscall(SYS_keyctl, 1, "mine")',
    "keyctl session": "syscall(SYS_keyctl, 0, -3, 1)",
    "keyctl persistent": "syscall(SYS_keyctl, 22, -1, -3)",
    "add_key": 'syscall(SYS_add_key, "user", "hostile", "x", 1, -4)',
    "request_key": 'syscall(SYS_request_key, "user", "hostile", 0, -4)',
    "bpf map": "syscall(SYS_bpf, 0, (int[18]){2, 4, 4, 1}, 72)",
    "bpf program": "syscall(SYS_bpf, 5, (long[16]){1}, 128)",
    "perf_event_open": "syscall(SYS_perf_event_open, (long[16]){128L << 32 | 1}, 0, -1, -1, 0)",
    "userfaultfd": "syscall(SYS_userfaultfd, 1)",
    "io_uring": "syscall(SYS_io_uring_setup, 4, (long[16]){0})",
    "fanotify": "syscall(SYS_fanotify_init, 0, 0)",
    "fanotify report": "syscall(SYS_fanotify_init, 0x200, 0)",
    "file handle": 'syscall(SYS_name_to_handle_at, AT_FDCWD, "/data", (long[20]){128}, (int[1]){0}, 0)',
    "by handle": 'syscall(SYS_open_by_handle_at, open("/data", 0), (long[4]){1L << 32 | 8, 2}, O_RDONLY)',
    "tiocsti": 'ioctl(0, TIOCSTI, "x")',
    "tiocsti high": 'syscall(SYS_ioctl, 0L, 1L << 32 | TIOCSTI, "x")',
    "tioclinux": "ioctl(0, TIOCLINUX, (char[1]){2})",
    "kexec": "syscall(SYS_kexec_load, 0, 0, 0, 0)",
    "kexec file": "syscall(SYS_kexec_file_load, -1, -1, 0, 0, 0)",
    "init_module": 'syscall(SYS_init_module, "x", 1, "")',
    "finit_module": 'syscall(SYS_finit_module, open("/usr/bin/env", 0), "", 0)',
    "delete_module": 'syscall(SYS_delete_module, "loop", 0)',
    "reboot": "syscall(SYS_reboot, 0xfee1dead, 672274793, 0)",
    "swapon": 'syscall(SYS_swapon, "/data/swap", 0)',
    "acct": 'syscall(SYS_acct, "/data/acct")',
    "iopl": "syscall(SYS_iopl, 3)",
    "ioperm": "syscall(SYS_ioperm, 0x80, 1, 1)",
    "syslog": "syscall(SYS_syslog, 3, (char[64]){0}, 64)",
    "quotactl": 'syscall(SYS_quotactl, 0x800002, "/dev/vda", 0, 0)',
    "settimeofday": "syscall(SYS_settimeofday, (long[2]){0}, 0)",
    "clock_settime": "syscall(SYS_clock_settime, 0, (long[2]){0})",
    "adjtimex": "syscall(SYS_adjtimex, (long[32]){1, 1})",
    "sethostname": 'syscall(SYS_sethostname, "hostile", 7)',
    "setdomainname": 'syscall(SYS_setdomainname, "hostile", 7)',
    "executable memory": "personality(READ_IMPLIES_EXEC)",
    "first page": "personality(MMAP_PAGE_ZERO)",
    "personality junk": "syscall(SYS_personality, 0x80000000UL | READ_IMPLIES_EXEC)",
    "personality high": "syscall(SYS_personality, 1L << 32 | READ_IMPLIES_EXEC | 0xffL)",
    "personality most": "syscall(SYS_personality, 0xfffffffeUL)",
    "low page": "(long)mmap(0, 4096, 3, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)",
    "modify_ldt": "syscall(SYS_modify_ldt, 1, (int[4]){0}, 16)",
    "kcmp": "syscall(SYS_kcmp, getpid(), 1, 0, 0, 0)",
    "vmsplice": "syscall(SYS_vmsplice, 1, 0, 0, 0)",
    "mbind": "syscall(SYS_mbind, 0, 0, 0, 0, 0, 0)",
    "migrate_pages": "syscall(SYS_migrate_pages, 1, 64, (long[1]){1}, (long[1]){1})",
    "setuid": "setuid(0)",
    "setresuid": "setresuid(0, 0, 0)",
    "setgid": "setgid(0)",
    "setgroups": "setgroups(1, (gid_t[1]){0})",
    "ambient": "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0)",
    "capset": "syscall(SYS_capset, (int[2]){0x20080522, 0}, (int[6]){-1, -1, -1, -1, -1, -1})",
    "securebits": "prctl(PR_SET_SECUREBITS, 0x2f, 0, 0, 0)",
    "new privileges": "prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)",
    "no seccomp": "prctl(PR_SET_SECCOMP, 0, 0, 0, 0)",
    "mm map": "prctl(PR_SET_MM, 9, 0, 0, 0)",
    "mknod": 'mknod("/data/null", S_IFCHR | 0666, 1 << 8 | 3)',
    "chown": 'chown("/data", 0, 0)',
    "raw socket": "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)",
    "packet socket": "socket(AF_PACKET, SOCK_RAW, 0)",
    "vsock": "socket(40, SOCK_STREAM, 0)",
    "vsock high": "syscall(SYS_socket, 1L << 32 | 40, SOCK_STREAM, 0)",
    "alg socket": "socket(38, SOCK_SEQPACKET, 0)",
    "bluetooth": "socket(31, SOCK_RAW, 0)",
    "rds": "socket(21, SOCK_SEQPACKET, 0)",
    "tipc": "socket(30, SOCK_RDM, 0)",
    "xdp": "socket(44, SOCK_RAW, 0)",
    "key socket": "socket(15, SOCK_RAW, 2)",
    "realtime": "sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){1})",
    "renice": "setpriority(PRIO_PROCESS, 0, -20)",
    "more files": "setrlimit(RLIMIT_NOFILE, &(struct rlimit){100000, 100000})",
    "more processes": "setrlimit(RLIMIT_NPROC, &(struct rlimit){100000, 100000})",
    "core files": "setrlimit(RLIMIT_CORE, &(struct rlimit){1, 1})",
    "x32 mount": 'syscall(0x40000000 | SYS_mount, "none", "/data", "tmpfs", 0, 0)',
    "x32 getpid": "syscall(0x40000000 | SYS_getpid)",
    "x32 ptrace": "syscall(0x40000000 | 521, 0, 0, 0, 0)",
    "32 bit mount": "old(21)",
    "32 bit getpid": "old(20)",
    "32 bit socket": "old(359)",
    "32 bit unshare": "old(310)",
    "core_pattern": 'put("/proc/sys/kernel/core_pattern")',
    "modprobe": 'put("/proc/sys/kernel/modprobe")',
    "sysrq": 'put("/proc/sysrq-trigger")',
    "user namespaces": 'put("/proc/sys/user/max_user_namespaces")',
    "hostname file": 'put("/proc/sys/kernel/hostname")',
    "next pid": 'put("/proc/sys/kernel/ns_last_pid")',
    "ip_forward": 'put("/proc/sys/net/ipv4/ip_forward")',
    "uid_map": 'put("/proc/self/uid_map")',
    "setgroups file": 'put("/proc/self/setgroups")',
    "irq": 'put("/proc/irq/default_smp_affinity")',
    "uevent": 'put("/sys/kernel/uevent_helper")',
    "cgroup": 'put("/sys/fs/cgroup/cgroup.procs")',
    "kernel memory": 'open("/proc/kcore", O_RDONLY)',
    "kernel log": 'open("/proc/kmsg", O_RDONLY)',
    "page flags": 'open("/proc/kpageflags", O_RDONLY)',
    "disk": 'open("/dev/vda", O_RDONLY)',
    "port": 'open("/dev/port", O_RDWR)',
    "kvm": 'open("/dev/kvm", O_RDWR)',
    "fuse": 'open("/dev/fuse", O_RDWR)',
    "console": 'open("/dev/console", O_RDWR)',
    "terminal": 'open("/dev/tty", O_RDWR)',
}

PROGRAM = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A system call of 32 bit programs. */
static long old(long number) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0x10000000), "c"(0), "d"(0), "S"(0), "D"(0)
                     : "memory");
    if (result < 0) errno = (int)-result;
    return result < 0 ? -1 : result;
}

static long put(const char *path) {
    int fd = open(path, O_WRONLY);
    return fd < 0 ? -1 : write(fd, "0", 1);
}

static long attempt(int number) {
    switch (number) {
%s
    }
    return 0;
}

int main(void) {
    for (int number = 0; number < %d; number++) {
        if (fork() == 0) {
            char name[16], path[64];
            pid_t pid = getpid();
            snprintf(name, sizeof(name), "attempt-%%d", number);
            prctl(PR_SET_NAME, name);
            errno = 0;
            long result = attempt(number);
            int error = result < 0 ? errno : 0;
            if (getpid() != pid) { for (;;) pause(); }
            snprintf(path, sizeof(path), "/data/%%d.new", number);
            FILE *file = fopen(path, "w");
            fprintf(file, "%%d", error);
            fclose(file);
            char place[64];
            snprintf(place, sizeof(place), "/data/%%d", number);
            rename(path, place);
            for (;;) pause();
        }
    }
    for (;;) pause();
}
"""


def program() -> str:
    cases = "\n".join(f"    case {number}: return {code};" for number, code in enumerate(ATTEMPTS.values()))
    return PROGRAM % (cases, len(ATTEMPTS))


def looks(pid: int) -> dict:
    """What the host can say of a process, as far as it is the same for all of a sandbox."""
    return {
        "namespaces": in_namespaces(pid),
        "mounts": read_proc(pid, "mountinfo"),
        "root": link(f"/proc/{pid}/root"),
        "personality": read_proc(pid, "personality"),
        "limits": read_proc(pid, "limits"),
        "nice": os.getpriority(os.PRIO_PROCESS, pid),
        "policy": os.sched_getscheduler(pid),
        **{
            name: status_field(pid, name)
            for name in (
                "Uid",
                "Gid",
                "Groups",
                "CapInh",
                "CapPrm",
                "CapEff",
                "CapBnd",
                "CapAmb",
                "NoNewPrivs",
                "Seccomp",
            )
        },
    }


def of_the_host() -> dict:
    names = (
        "kernel/core_pattern",
        "kernel/modprobe",
        "kernel/hostname",
        "user/max_user_namespaces",
        "net/ipv4/ip_forward",
    )
    return {
        "settings": {name: read_proc("sys", name) for name in names},
        "swaps": Path("/proc/swaps").read_text(),
        "modules": Path("/proc/modules").exists() and len(Path("/proc/modules").read_text().splitlines()),
        "mounts": len(Path("/proc/self/mounts").read_text()) > 0,
        "keys": "hostile" in Path("/proc/keys").read_text(),
    }


@pytest.fixture(scope="module")
def attempted(any_server):
    """Gives the sandbox, the attempts' processes by their number, and how a process is that attempts nothing."""
    sandbox = any_server.create()
    path = plant(any_server, sandbox, "attempts", program())
    before, clock = of_the_host(), time.time() - time.monotonic()
    with meanwhile(any_server, sandbox, f"{path} > /dev/null 2>&1 < /dev/null", timeout=120):
        data = any_server.root(sandbox) / "data"
        assert wait_until(lambda: len(list(data.glob("*[0-9]"))) == len(ATTEMPTS), 20), sorted(data.iterdir())
        pids: dict[int, list[int]] = {}
        plain = None
        for pid in inside(any_server, sandbox):
            name = read_proc(pid, "comm").decode().strip()
            if name.startswith("attempt-"):
                pids.setdefault(int(name.removeprefix("attempt-")), []).append(pid)
            elif name == "attempts":
                plain = looks(pid)
        yield any_server, sandbox, pids, plain
        assert of_the_host() == before
        assert abs(time.time() - time.monotonic() - clock) < 60
        any_server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


@pytest.mark.parametrize("name", ATTEMPTS)
def test_system_call(attempted, name):
    server, sandbox, pids, plain = attempted
    number = list(ATTEMPTS).index(name)
    assert len(pids[number]) == 1, "it has no child"
    (pid,) = pids[number]
    assert looks(pid) == plain
    assert status_field(pid, "CapEff") == ["0000000000000000"]
    opened = [link(f"/proc/{pid}/fd/{fd}") for fd in names(f"/proc/{pid}/fd")]
    special = [target for target in opened if target.startswith(("anon_inode:", "socket:", "/dev/", "/memfd:"))]
    assert set(special) <= {"/dev/null", "anon_inode:[pidfd]"}
    assert (server.root(sandbox) / f"data/{number}").read_text() != "0", "it was refused"


# ---- by the list ----

# Of a system call that no library's header here has to know.
NUMBERS = {"mount_setattr": 442, "quotactl_fd": 443, "set_mempolicy_home_node": 450, "open_tree_attr": 467}
# Those of other architectures.
ELSEWHERE = {"clock_adjtime64", "clock_settime64", "stime", "umount", "vm86", "vm86old"}
# Newer than what was judged; and such as no kernel has.
UNKNOWN = (470, 471, 600, 0x3FFFFFFF)

LIST = r"""
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
static void call(const char *name, long number) {
    long result = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
    printf("%%s %%d\n", name, result < 0 ? errno : 0);
}
int main(void) {
%s
}
"""


def refused_calls() -> list[str]:
    """Those that docs/server.md says to be refused whatever their arguments, by EPERM."""
    document = (Path(__file__).parents[2] / "docs/server.md").read_text()
    items = document.partition("seccomp_docs begins")[2].partition("seccomp_docs ends")[0].split("\n  - ")
    always = [
        item
        for item in items
        if item.startswith(("kernel interfaces", "keys", "the shape", "namespaces", "the machine"))
    ]
    assert len(always) == 5
    return [name for item in always for name in re.findall(r"`(\w+)`", item)]


def test_every_call_of_the_list_is_refused(any_server):
    """By the filter: most of them would fail in another way for what they are given here."""
    calls = refused_calls()
    lines = [
        f'#ifdef SYS_{name}\ncall("{name}", SYS_{name});\n#else\ncall("{name}", {NUMBERS.get(name, -1)});\n#endif'
        for name in calls
    ]
    lines += [f'call("{number}", {number}L);' for number in UNKNOWN]
    sandbox = any_server.create()
    path = plant(any_server, sandbox, "list", LIST % "\n".join(lines))
    found = dict(line.split() for line in any_server.output(sandbox, path).splitlines())
    assert {name for name, error in found.items() if error != str(errno.EPERM)} == ELSEWHERE | set(map(str, UNKNOWN))
    assert {found[name] for name in [*ELSEWHERE, *map(str, UNKNOWN)]} == {str(errno.ENOSYS)}
    assert len(calls) - len(ELSEWHERE) > 55


# ---- with a tracer ----

# Changes a harmless call of its child into another one at the moment when it is made.
DODGE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_NAME, "dodger");
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        long result = syscall(SYS_getppid, 0x10000000);
        printf("%ld %d\n", result, result < 0 ? errno : 0);
        fflush(stdout);
        for (;;) pause();
    }
    int status;
    struct user_regs_struct registers;
    waitpid(child, &status, 0);
    printf("%ld\n", ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_SUSPEND_SECCOMP) < 0 ? 0L : 1L);
    fflush(stdout);
    for (;;) {
        ptrace(PTRACE_SYSCALL, child, 0, 0);
        waitpid(child, &status, 0);
        ptrace(PTRACE_GETREGS, child, 0, &registers);
        if (registers.orig_rax == SYS_getppid) break;
    }
    registers.orig_rax = SYS_unshare;
    ptrace(PTRACE_SETREGS, child, 0, &registers);
    ptrace(PTRACE_DETACH, child, 0, 0);
    pause();
}
"""


def test_a_tracer_does_not_get_past_the_filter(any_server, any_sandbox):
    path = plant(any_server, any_sandbox, "dodge", DODGE)
    place = any_server.root(any_sandbox) / "data/out"
    with meanwhile(any_server, any_sandbox, f"{path} > /data/out", timeout=3):
        assert wait_until(lambda: place.exists() and place.read_text().count("\n") == 2)
        (pid,) = [pid for pid in inside(any_server, any_sandbox) if read_proc(pid, "comm") == b"dodger\n"]
        assert in_namespaces(pid) == in_namespaces(inits(any_server)[any_sandbox["id"]])
        assert status_field(pid, "Seccomp") == ["2"]
    assert place.read_text() == "0\n-1 1\n"


# A filter of the sandbox's own, which allows everything, and one that asks a supervisor.
FILTER = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, allow};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    printf("%ld\n", syscall(SYS_unshare, CLONE_NEWUSER) < 0 ? (long)errno : 0);
    return 0;
}
"""


def test_another_filter_allows_no_more(any_server, any_sandbox):
    any_server.output(any_sandbox, plant(any_server, any_sandbox, "filter", FILTER) + " > /data/out")
    assert (any_server.root(any_sandbox) / "data/out").read_text() == "1\n"
