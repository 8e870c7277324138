"""Attempts by processes: to outlive a timeout or a sandbox, and against the init and the supervisors of commands."""

from __future__ import annotations

import os
import select

import pytest
from harness import descendants, is_alive, processes_with, read_proc, sleepers, status_field, wait_until
from hostile import (
    FULL,
    delete,
    in_namespaces,
    inits,
    inside,
    is_well,
    link,
    meanwhile,
    named,
    names,
    needs_x86_64,
    plant,
)

# ---- what tries to live on ----

# Each is told how, and takes that as its name, by which it is found on the host.
STUBBORN = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void begin(void) { close(open("/data/begun", O_CREAT | O_WRONLY, 0644)); }
static void forever(void) { begin(); for (;;) pause(); }
static void *thread(void *unused) { forever(); return unused; }

static void hide(void) {
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    for (int fd = 0; fd < 100; fd++) close(fd);
    chdir("/");
    setsid();
}

static void daemonize(void) {
    if (fork()) _exit(0);
    hide();
    if (fork()) _exit(0);
    hide();
}

/* A chain of processes, each of which is gone before it can be found. */
static void chain(void) {
    hide();
    for (;;) if (fork() > 0) _exit(0);
}

int main(int count, char **words) {
    const char *how = words[1];
    prctl(PR_SET_NAME, words[2]);
    if (!strcmp(how, "daemon")) { if (fork() == 0) { daemonize(); forever(); } forever(); }
    if (!strcmp(how, "leader")) {
        pthread_t id;
        pthread_create(&id, 0, thread, 0);
        begin();
        pthread_exit(0);
    }
    if (!strcmp(how, "daemon-leader")) {
        if (fork() == 0) { pthread_t id; daemonize(); pthread_create(&id, 0, thread, 0); pthread_exit(0); }
        forever();
    }
    if (!strcmp(how, "chain")) { for (int i = 0; i < 4; i++) if (fork() == 0) chain(); forever(); }
    if (!strcmp(how, "sibling")) {
        if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0) { hide(); forever(); }
        forever();
    }
    if (!strcmp(how, "reaper")) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        if (fork() == 0) daemonize();
        forever();
    }
    if (!strcmp(how, "vfork")) { if (vfork() == 0) { setsid(); forever(); } forever(); }
    if (!strcmp(how, "traced")) {
        pid_t child = fork();
        if (child == 0) { ptrace(PTRACE_TRACEME, 0, 0, 0); hide(); raise(SIGSTOP); forever(); }
        waitpid(child, 0, 0);
        forever();
    }
    if (!strcmp(how, "stopped")) {
        begin();
        if (fork() == 0) { setsid(); raise(SIGSTOP); }
        kill(getpid(), SIGSTOP);
        forever();
    }
    if (!strcmp(how, "continuing")) {
        if (fork() == 0) { hide(); for (;;) kill(-1, SIGCONT); }
        forever();
    }
    if (!strcmp(how, "continuing-chain")) {
        if (fork() == 0) { hide(); for (;;) kill(-1, SIGCONT); }
        for (int i = 0; i < 3; i++) if (fork() == 0) chain();
        for (int i = 0; i < 10; i++) if (fork() == 0) {
            hide();
            for (;;) if (fork() == 0) { usleep(5000); _exit(0); } else wait(0);
        }
        forever();
    }
    if (!strcmp(how, "many")) { for (int i = 0; i < 150; i++) if (fork() == 0) { hide(); forever(); } forever(); }
    if (!strcmp(how, "tree")) { for (int i = 0; i < 6; i++) fork(); daemonize(); forever(); }
    return 1;
}
"""
WAYS = [
    "daemon",
    "leader",
    "daemon-leader",
    "chain",
    "sibling",
    "reaper",
    "vfork",
    "traced",
    "stopped",
    "continuing",
    "continuing-chain",
    "many",
    "tree",
]


def outlive(server, sandbox, way) -> dict:
    """Runs one with a timeout, and with a longer one where it was ended before it had begun."""
    path = plant(server, sandbox, "stubborn", STUBBORN)
    for timeout in (1, 4, 16):
        keep = "; while :; do sleep 60; done" if way == "tree" else ""
        result = server.execute(sandbox, f"{path} {way} {name_of(server, way)}{keep}", timeout=timeout)
        if (server.root(sandbox) / "data/begun").exists():
            return result
    raise AssertionError("it did not begin")


def name_of(server, way) -> str:
    """At most 15 characters, all of which tell it from what another test's server runs."""
    return f"{WAYS.index(way)}-{server.pid}"


@pytest.mark.parametrize("way", WAYS)
def test_what_tries_to_outlive_a_timeout(any_server, any_sandbox, way):
    result = outlive(any_server, any_sandbox, way)
    assert named(name_of(any_server, way)) == []
    assert inside(any_server, any_sandbox) == []
    assert (result["status"], result["exit_code"]) == ("timeout", 124)


@pytest.mark.parametrize("way", ["daemon", "daemon-leader", "chain", "traced", "continuing"])
def test_what_tries_to_outlive_its_sandbox(any_server, way):
    sandbox = any_server.create()
    path = plant(any_server, sandbox, "stubborn", STUBBORN)
    name = "x" + name_of(any_server, way)
    any_server.execute(sandbox, f"{path} {way} {name} > /dev/null 2>&1 & sleep 0.3")
    assert wait_until(lambda: named(name))
    delete(any_server, sandbox)
    assert named(name) == []


def test_what_tries_to_outlive_its_client(any_server, any_sandbox):
    path = plant(any_server, any_sandbox, "stubborn", STUBBORN)
    name = "y" + name_of(any_server, "daemon-leader")
    connection = any_server.connection()
    command = {"command": f"{path} daemon-leader {name}"}
    any_server.send(connection, "POST", f"/v1/sandboxes/{any_sandbox['id']}/execute", command)
    assert wait_until(lambda: named(name))
    connection.close()
    assert wait_until(lambda: not named(name))


def test_what_tries_to_outlive_the_server(start):
    server = start("--ephemeral")
    for way in ("daemon", "chain", "leader"):
        sandbox = server.create()
        path = plant(server, sandbox, "stubborn", STUBBORN)
        server.execute(sandbox, f"{path} {way} {'z' + name_of(server, way)} > /dev/null 2>&1 & sleep 0.2")
        assert wait_until(lambda way=way: named("z" + name_of(server, way)))
    tree = descendants(server.pid)
    server.kill()
    assert wait_until(lambda: not any(is_alive(pid) for pid in tree))
    assert [way for way in ("daemon", "chain", "leader") if named("z" + name_of(server, way))] == []


def test_a_name_that_reads_like_a_state(any_server, any_sandbox, mark):
    """The init reads what the kernel tells of processes, with their names within."""
    code = (
        "import ctypes, os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid(); ctypes.CDLL(None).prctl(15, b') Z 1 1 1 (', 0, 0, 0); time.sleep(1000)\n"
        "time.sleep(1000)\n"
    )
    any_server.upload(any_sandbox, f"/tmp/{mark}.py", code.encode())
    assert any_server.execute(any_sandbox, f"python3 /tmp/{mark}.py", timeout=1)["status"] == "timeout"
    assert processes_with(mark) == []


# ---- against the init and the supervisors ----

SIGNALS = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/ptrace.h>
#include <unistd.h>
int main(void) {
    /* As the kernel's own: by a descriptor that has something to read. */
    for (int number = 1; number < 65; number++) {
        int ends[2];
        pipe(ends);
        fcntl(ends[0], F_SETOWN, 1);
        fcntl(ends[0], F_SETSIG, number);
        fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
        write(ends[1], "x", 1);
        close(ends[0]);
        close(ends[1]);
    }
    int pidfd = syscall(SYS_pidfd_open, 1, 0);
    for (int number = 1; number < 65; number++) {
        siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
        info.si_pid = 2;
        kill(1, number);
        syscall(SYS_tkill, 1, number);
        syscall(SYS_tgkill, 1, 1, number);
        syscall(SYS_rt_sigqueueinfo, 1, number, &info);
        syscall(SYS_rt_tgsigqueueinfo, 1, 1, number, &info);
        syscall(SYS_pidfd_send_signal, pidfd, number, &info, 0);
        info.si_code = SI_KERNEL;
        syscall(SYS_rt_sigqueueinfo, 1, number, &info);
    }
    /* Many of one kind, as many as are kept. */
    for (int i = 0; i < 200000; i++) {
        union sigval value = {.sival_int = i};
        sigqueue(1, SIGRTMIN + 1, value);
    }
    return 0;
}
"""


def test_every_signal_to_the_init(any_server, any_sandbox):
    init = inits(any_server)[any_sandbox["id"]]
    any_server.output(any_sandbox, plant(any_server, any_sandbox, "signals", SIGNALS))
    assert inits(any_server)[any_sandbox["id"]] == init
    assert wait_until(lambda: status_field(init, "State")[0] == "S"), "it waits for what comes next"
    assert any_server.output(any_sandbox, "echo alive") == "alive\n"
    assert is_well(any_server)


ATTACH = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
static int got;
static void note(const char *what, long result) { if (result >= 0) { got++; printf("%s\n", what); } }
int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        pid_t pid = atoi(words[i]);
        char bytes[64], path[64];
        struct iovec here = {bytes, 64}, there = {(void *)0x400000, 64};
        int pidfd = syscall(SYS_pidfd_open, pid, 0);
        static const char *const names[] = {"mem", "environ", "fd/0", "fd/3", "fd/4", "map_files", "exe", "cwd",
                                            "root", "ns/net", "auxv", "stack", "syscall", "personality", "io"};
        for (int fd = 0; fd < 16; fd++) note("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, fd, 0));
        note("process_vm_readv", syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0));
        note("process_vm_writev", syscall(SYS_process_vm_writev, pid, &here, 1, &there, 1, 0));
        for (int n = 0; n < 15; n++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[n]);
            note(path, open(path, O_RDONLY));
            note(path, open(path, O_RDWR));
        }
        static const char *const written[] = {"oom_score_adj", "comm", "clear_refs", "coredump_filter", "uid_map",
                                              "setgroups", "timerslack_ns", "autogroup", "attr/current", "sched"};
        for (int n = 0; n < 10; n++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", pid, written[n]);
            int fd = open(path, O_WRONLY);
            if (fd >= 0) note(path, write(fd, "1", 1));
        }
        note("attach", ptrace(PTRACE_ATTACH, pid, 0, 0));
        note("seize", ptrace(PTRACE_SEIZE, pid, 0, 0));
    }
    return got;
}
"""


def test_the_init_and_a_supervisor_cannot_be_traced(any_server, any_sandbox):
    path = plant(any_server, any_sandbox, "attach", ATTACH)
    init = inits(any_server)[any_sandbox["id"]]
    result = any_server.execute(any_sandbox, f"{path} 1 $PPID")
    assert (result["stdout"], result["exit_code"]) == ("", 0)
    assert status_field(init, "TracerPid") == ["0"]
    assert read_proc(init, "comm") == b"sandbox-init\n"
    assert read_proc(init, "oom_score_adj") == b"1000\n"


# Whatever a process is found to have open beside what a command has, while commands start.
SPY = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void look(int pid, const char *name) {
    char path[64], target[256];
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    ssize_t length = readlink(path, target, 255);
    if (length <= 0) return;
    target[length] = 0;
    if (strstr(target, "socket:") || strstr(target, "memfd:") || strstr(target, "signalfd"))
        printf("%s is %s\n", path, target);
}
int main(int count, char **words) {
    time_t end = time(NULL) + atoi(words[1]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (time(NULL) < end) {
        DIR *all = opendir("/proc");
        struct dirent *entry;
        while ((entry = readdir(all))) {
            int pid = atoi(entry->d_name);
            if (pid < 1 || pid == getpid()) continue;
            for (int fd = 0; fd < 12; fd++) {
                char name[16];
                snprintf(name, sizeof(name), "fd/%d", fd);
                look(pid, name);
            }
            look(pid, "exe");
            char path[64];
            snprintf(path, sizeof(path), "/proc/%d/comm", pid);
            char comm[32] = "";
            int fd = open(path, O_RDONLY);
            if (fd >= 0) { read(fd, comm, 31); close(fd); }
            snprintf(path, sizeof(path), "/proc/%d/mem", pid);
            fd = open(path, O_RDWR);
            if (fd >= 0) {
                if (strncmp(comm, "command", 7) == 0 || strncmp(comm, "sandbox-init", 12) == 0) {
                    /* It may have become the command's program meanwhile. */
                    char target[256], exe[64];
                    snprintf(exe, sizeof(exe), "/proc/%d/exe", pid);
                    ssize_t length = readlink(exe, target, 255);
                    if (length > 0 && strstr((target[length] = 0, target), "memfd:")) printf("memory of %d\n", pid);
                }
                close(fd);
            }
        }
        closedir(all);
    }
    puts("done");
    return 0;
}
"""


def test_a_command_cannot_be_spied_on_before_it_begins(any_server, any_sandbox):
    """Between fork and exec it has the supervisor's memory and the channel to the server."""
    path = plant(any_server, any_sandbox, "spy", SPY)
    seconds = 20 if FULL else 2
    with meanwhile(any_server, any_sandbox, f"{path} {seconds} > /data/seen & {path} {seconds} > /data/also; wait"):
        wait_until(lambda: (any_server.root(any_sandbox) / "data/also").exists())
        for number in range(seconds * 30):
            assert any_server.output(any_sandbox, f"echo {number}") == f"{number}\n"
    for name in ("seen", "also"):
        assert (any_server.root(any_sandbox) / "data" / name).read_text() == "done\n"


HINDER = r"""
#define _GNU_SOURCE
#include <linux/ioprio.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
    const long firsts[] = {1, 1L << 32 | 1};
    for (int i = 0; i < 2; i++) {
        long init = firsts[i];
        for (int resource = 0; resource < 16; resource++) {
            struct rlimit none = {resource == RLIMIT_NOFILE ? 4 : 1, resource == RLIMIT_NOFILE ? 4 : 1};
            syscall(SYS_prlimit64, init, resource, &none, 0);
        }
        struct sched_param idle = {0};
        syscall(SYS_sched_setscheduler, init, SCHED_IDLE, &idle);
        syscall(SYS_sched_setscheduler, init, SCHED_BATCH, &idle);
        syscall(SYS_sched_setparam, init, &idle);
        struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t rest[3]; }
            attributes = {48, SCHED_IDLE, 0, 19};
        syscall(SYS_sched_setattr, init, &attributes, 0);
        unsigned long first = 1;
        syscall(SYS_sched_setaffinity, init, sizeof(first), &first);
        syscall(SYS_setpriority, PRIO_PROCESS, init, 19);
        syscall(SYS_setpriority, PRIO_PGRP, init, 19);
        syscall(SYS_setpriority, 1L << 32 | PRIO_PROCESS, init, 19);
        syscall(SYS_ioprio_set, 1, init, 3 << 13);
        syscall(SYS_ioprio_set, 2, init, 3 << 13);
    }
    const long users[] = {0, 1000};
    for (int i = 0; i < 2; i++) {
        syscall(SYS_setpriority, PRIO_USER, users[i], 19);
        syscall(SYS_setpriority, 1L << 32 | PRIO_USER, users[i], 19);
        syscall(SYS_ioprio_set, 3, users[i], 3 << 13);
    }
    return 0;
}
"""


@needs_x86_64
def test_limits_and_priorities_of_the_init(any_server, any_sandbox):
    """The kernel lets every process of its user change them, traced or not."""

    def look(pid):
        return (
            read_proc(pid, "limits"),
            os.sched_getaffinity(pid),
            os.sched_getscheduler(pid),
            os.getpriority(os.PRIO_PROCESS, pid),
        )

    init = inits(any_server)[any_sandbox["id"]]
    before = look(init)
    any_server.output(any_sandbox, plant(any_server, any_sandbox, "hinder", HINDER))
    assert look(init) == before
    assert any_server.output(any_sandbox, "echo well") == "well\n"


def test_own_limits_and_priorities_can_be_set(any_server, any_sandbox):
    """What programs do to themselves goes on to work."""
    command = "ulimit -n 100 && prlimit --nofile=50 true && nice -n 5 taskset 1 ionice -c 3 chrt -b 0 echo fine"
    assert any_server.output(any_sandbox, command) == "fine\n"


def test_a_busy_sandbox_does_not_escape_its_timeout(any_server, any_sandbox, mark):
    """With far more that wants to run than there are processors the init still gets its turn."""
    command = f"for i in $(seq 50); do (: {mark}; while :; do :; done) & done; wait"
    result = any_server.execute(any_sandbox, command, timeout=2)
    assert result["status"] == "timeout"
    assert inside(any_server, any_sandbox) == []


def test_commands_share_nothing_but_the_sandbox(any_server, any_sandbox, mark):
    """All commands of a sandbox are in the same namespaces, none of which is the host's."""
    with meanwhile(any_server, any_sandbox, f"sleep {mark}", timeout=2):
        assert wait_until(lambda: sleepers(mark))
        (pid,) = sleepers(mark)
        mine, init, own = in_namespaces(pid), inits(any_server)[any_sandbox["id"]], in_namespaces(os.getpid())
        assert mine == in_namespaces(init)
        assert [name for name in mine if mine[name] == own[name]] in ([], ["time"])
        targets = {link(f"/proc/{pid}/fd/{fd}").split("[")[0] for fd in names(f"/proc/{pid}/fd")}
        assert targets <= {"/dev/null", "pipe:"}


# ---- too many ----


# It grows to all that it can have, and stays there.
BOMB = r"""
#include <sys/prctl.h>
#include <unistd.h>
int main(int count, char **words) {
    prctl(PR_SET_NAME, words[1]);
    while (fork() >= 0);
    for (;;) pause();
}
"""


def test_a_fork_bomb(any_server):
    sandbox, other = any_server.create(), any_server.create()
    path, name = plant(any_server, sandbox, "bomb", BOMB), f"bomb-{any_server.pid}"
    any_server.output(sandbox, f"{path} {name} > /dev/null 2>&1 &")
    assert wait_until(lambda: len(named(name)) > 400, 20)
    assert any_server.output(other, "echo well") == "well\n"
    assert is_well(any_server)
    assert any_server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true"}).status in (200, 503)
    assert len(inside(any_server, sandbox)) <= 512
    delete(any_server, sandbox)
    assert named(name) == []
    delete(any_server, other)


def test_a_fork_bomb_with_a_timeout(any_server, any_sandbox):
    path, name = plant(any_server, any_sandbox, "bomb", BOMB), f"boom-{any_server.pid}"
    assert any_server.execute(any_sandbox, f"exec {path} {name}", timeout=1)["status"] == "timeout"
    assert named(name) == []
    assert any_server.output(any_sandbox, "echo well") == "well\n"


def test_threads_count_as_processes(any_server, any_sandbox):
    code = (
        "import threading, time\nn = 0\n"
        "try:\n    for n in range(5000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "except RuntimeError: pass\nopen('/data/ready', 'w').write(str(n)); time.sleep(60)\n"
    )
    any_server.upload(any_sandbox, "/tmp/threads.py", code.encode())
    with meanwhile(any_server, any_sandbox, "exec python3 /tmp/threads.py", timeout=3):
        place = any_server.root(any_sandbox) / "data/ready"
        assert wait_until(lambda: place.exists() and place.read_text(), 10)
        threads = sum(int(status_field(pid, "Threads")[0]) for pid in inside(any_server, any_sandbox))
        assert threads <= 512
    assert inside(any_server, any_sandbox) == []


def test_more_commands_than_a_sandbox_can_have(any_server, any_sandbox, mark):
    """One that there is no room for is refused, or says that it cannot fork."""
    any_server.output(any_sandbox, f"for i in $(seq 460); do sleep {mark} & done")
    connections = []
    for _ in range(60):
        connections.append(any_server.connection())
        body = {"command": f"exec sleep {mark}", "timeout": 60}
        any_server.send(connections[-1], "POST", f"/v1/sandboxes/{any_sandbox['id']}/execute", body)
    sockets = {connection.sock: connection for connection in connections}
    assert wait_until(lambda: len(select.select(sockets, [], [], 0)[0]) >= 3, 20)
    answered, _, _ = select.select(sockets, [], [], 0)
    assert {sockets[each].getresponse().status for each in answered} == {503}
    assert len(inside(any_server, any_sandbox)) <= 512
    assert is_well(any_server)
    for connection in connections:
        connection.close()
    assert wait_until(lambda: len(inside(any_server, any_sandbox)) == 460, 20)
    any_server.execute(any_sandbox, "kill -9 -1")
    assert any_server.output(any_sandbox, "echo well") == "well\n"


# Keeps what it is sent, so that streams have no end.
COLLECT = (
    "import socket, array\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\ns.bind('/tmp/s')\nkept = []\n"
    "while True: kept.append(s.recvmsg(1, 100000))\n"
)
GIVE = (
    "import socket, array\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
    "s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [1, 2]))], 0, '/tmp/s')\n"
)


def test_streams_that_are_kept_for_ever(any_server, any_sandbox):
    """The init reads what background processes may go on to write, of 1024 streams at most."""
    any_server.upload(any_sandbox, "/tmp/collect.py", COLLECT.encode())
    any_server.upload(any_sandbox, "/tmp/give.py", GIVE.encode())
    any_server.output(any_sandbox, "python3 /tmp/collect.py & until [ -e /tmp/s ]; do sleep 0.02; done")
    init = inits(any_server)[any_sandbox["id"]]
    for _ in range(600 if FULL else 20):
        any_server.output(any_sandbox, "python3 /tmp/give.py")
    assert len(names(f"/proc/{init}/fd")) < 1100
    assert any_server.output(any_sandbox, "seq 100000 | tail -n 1") == "100000\n"
    assert is_well(any_server)
