"""What a sandbox can see and do, looked at from inside and from the host."""

from __future__ import annotations

import ast
import os
import re
import resource
import socket
import stat
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from harness import IS_ROOT, OTHER_USER, SERVER_IS_ROOT, descendants, read_proc, sleepers, status_field, wait_until

CANARY = "canary-4711-do-not-leak"


@contextmanager
def running(server, sandbox, mark, command="sleep {}"):
    """A command that runs meanwhile; gives the pid of its `sleep` on the host."""
    thread = threading.Thread(target=lambda: server.execute(sandbox, command.format(mark), timeout=20))
    thread.start()
    assert wait_until(lambda: sleepers(mark))
    (pid,) = sleepers(mark)
    yield pid
    os.kill(pid, 9)
    thread.join()


def test_a_command_is_not_the_hosts_root(any_server, any_sandbox, mark):
    with running(any_server, any_sandbox, mark) as pid:
        uids, gids = set(status_field(pid, "Uid")), set(status_field(pid, "Gid"))
        assert uids == {str(any_server.folder(any_sandbox).stat().st_uid)}
        assert "0" not in uids | gids
        assert len(gids) == 1
        if IS_ROOT:
            assert status_field(pid, "Groups") == []
        assert status_field(pid, "NoNewPrivs") == ["1"]
        assert status_field(pid, "Seccomp") == ["2"]
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status_field(pid, name)[0], 16) == 0, name


@pytest.mark.skipif(not SERVER_IS_ROOT, reason="a server that is not root has one user for all")
def test_each_sandbox_has_a_user_of_its_own(server, mark):
    sandboxes = [server.create() for _ in range(5)]
    owners = {server.folder(sandbox).stat().st_uid for sandbox in sandboxes}
    assert len(owners) == 5
    assert all(owner >= 40000 for owner in owners)
    for sandbox in sandboxes:
        server.output(sandbox, "touch /data/a /tmp/b ~/c; mkdir /data/d")
        mine = server.folder(sandbox).stat().st_uid
        for path in ("data/a", "data/d", "tmp/b", "home/sandbox/c", "data", "tmp", "home/sandbox"):
            info = (server.root(sandbox) / path).stat()
            assert (info.st_uid, info.st_gid) == (mine, mine)
        for frame in ("", "home"):
            assert (server.root(sandbox) / frame).stat().st_uid == 0


@pytest.mark.skipif(not SERVER_IS_ROOT, reason="needs a server that is root")
def test_no_process_of_a_command_is_root(server, sandbox, mark):
    """Bubblewrap and the init neither: only the keeper, which starts them, is."""
    with running(server, sandbox, mark) as pid:
        owner = str(server.folder(sandbox).stat().st_uid)
        tree = descendants(server.pid)
        assert pid in tree
        assert set(status_field(pid, "Uid")) == {owner}
        root = [one for one in tree if "0" in status_field(one, "Uid") + status_field(one, "Gid")]
        assert [status_field(one, "Name") for one in root] == [["sandboxd-keeper"]]


@pytest.mark.skipif(not SERVER_IS_ROOT, reason="needs a server that is root")
def test_a_setuid_file_is_worth_nothing(server, sandbox):
    server.output(sandbox, "cp /usr/bin/id /data/id && chmod 6755 /data/id")
    info = (server.root(sandbox) / "data/id").stat()
    assert info.st_uid != 0
    assert server.output(sandbox, "/data/id -u") == "1000\n"


def test_nothing_of_the_server_leaks_in(start, directories):
    """A canary in the environment, in the paths and in open descriptors of the server is found nowhere inside."""
    folder = directories.new() / CANARY
    folder.mkdir(mode=0o700)
    (folder / "open").write_text(CANARY)
    fds = [os.open(folder / "open", os.O_RDONLY), os.open(folder, os.O_RDONLY)]
    for fd in fds:
        os.set_inheritable(fd, True)
    server = start("--state", str(folder / "state"), env={CANARY: CANARY}, pass_fds=fds)
    if IS_ROOT:  # others cannot read it: the server cannot be traced
        assert CANARY.encode() in read_proc(server.pid, "environ")
    sandbox = server.create(name=CANARY)
    for fd in fds:
        os.close(fd)
    script = """
import os
found, seen = [], 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline", "comm", "status", "maps"):
        try:
            text = open(f"/proc/{pid}/{name}", "rb").read()
        except OSError:
            continue
        seen += 1
        if b"canary-" b"4711" in text or b"state.db" in text or b"x-api" in text:
            found.append((pid, name, text))
    for fd in range(100):
        try:
            found.append((pid, str(fd), os.readlink(f"/proc/{pid}/fd/{fd}")))
        except OSError:
            pass
print(seen, sorted(found))
"""
    server.upload(sandbox, "/data/search.py", script.encode())
    seen, _, found = server.output(sandbox, "exec python3 /data/search.py").partition(" ")
    assert int(seen) >= 8, "the processes inside can be looked at"
    entries = ast.literal_eval(found)
    mine = [entry for entry in entries if isinstance(entry[1], str) and entry[1].isdigit()]
    assert [entry for entry in entries if entry not in mine] == []
    targets = {re.sub(r"\d+", "N", target) for _, _, target in mine}
    assert targets <= {"/dev/null", "pipe:[N]"}, mine
    assert "1" not in {pid for pid, _, _ in mine}, "the init shows none of its own"
    key = server.key
    assert (
        server.execute(sandbox, f"grep -rs {key} /proc/[0-9]*/environ /etc /run /var /home /tmp /data")["stdout"] == ""
    )


MASKED = ["acpi", "bus", "fs", "interrupts", "irq", "kallsyms", "kcore", "key-users", "keys", "kmsg", "timer_list"]


@pytest.mark.parametrize("name", [name for name in MASKED if Path("/proc", name).exists()])
def test_what_proc_shows_of_the_machine_is_masked(any_server, any_sandbox, name):
    look = f"ls -A /proc/{name}" if Path("/proc", name).is_dir() else f"cat /proc/{name}"
    assert any_server.execute(any_sandbox, look)["stdout"] == ""


def test_the_hosts_files_cannot_be_seen(any_server, any_sandbox, directories):
    secret = directories.new() / "secret"
    secret.write_text("x")
    listing = any_server.output(any_sandbox, "ls -A /; ls -A /root /mnt /srv /opt /sys /boot /var /run 2>&1; true")
    top = listing.splitlines()[: listing.splitlines().index(next(line for line in listing.splitlines() if ":" in line))]
    assert set(top) <= {
        "bin",
        "data",
        "dev",
        "etc",
        "home",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "proc",
        "run",
        "sbin",
        "tmp",
        "usr",
        "var",
    }
    assert any_server.execute(any_sandbox, f"ls {secret} {any_server.state} /etc/shadow /etc/sudoers")["stdout"] == ""
    assert any_server.output(any_sandbox, "cut -d: -f1 /etc/passwd").split() == ["root", "sandbox", "nobody"]
    assert any_server.output(any_sandbox, "id -un; hostname; echo ~") == "sandbox\nsandbox\n/home/sandbox\n"


def test_sandboxes_cannot_see_each_other(server, mark):
    one, other = server.create(), server.create()
    server.output(other, "echo theirs > /data/f; echo theirs > /tmp/f")
    assert server.execute(one, "cat /data/f /tmp/f")["stdout"] == ""
    with running(server, other, mark) as pid:
        assert str(mark) not in server.output(one, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").replace(f"cat {mark}", "")
        assert server.execute(one, f"kill -9 {pid}; kill -9 -1")["exit_code"] != 0
        assert sleepers(mark) == [pid]


def test_only_the_own_places_are_writable(any_server, any_sandbox):
    places = "/ /usr /usr/bin /etc /dev /proc /run /var /home /bin /lib"
    script = f"for d in {places}; do touch $d/x 2>/dev/null && echo $d; done; "
    assert any_server.output(any_sandbox, script + "mkdir /new 2>/dev/null && echo new; true") == ""
    assert any_server.output(any_sandbox, "touch /data/x /tmp/x ~/x /dev/shm/x /var/tmp/x && echo fine") == "fine\n"


def test_dev_is_minimal(server, sandbox):
    names = set(server.output(sandbox, "ls -A /dev").split())
    assert names == {
        "core",
        "fd",
        "full",
        "null",
        "ptmx",
        "pts",
        "random",
        "shm",
        "stderr",
        "stdin",
        "stdout",
        "tty",
        "urandom",
        "zero",
    }
    assert server.execute(sandbox, "head -c 1 /dev/core")["exit_code"] != 0
    assert server.execute(sandbox, "mknod /data/null c 1 3")["exit_code"] != 0


def test_no_network(any_server, any_sandbox):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        port = listener.getsockname()[1]
        code = (
            "import socket\n"
            f"for address in (('127.0.0.1', {port}), ('127.0.0.1', {any_server.port}), ('8.8.8.8', 53)):\n"
            "    try: socket.create_connection(address, 2); print('connected', address)\n"
            "    except OSError as e: print(e.errno)\n"
        )
        lines = any_server.output(any_sandbox, f'python3 -c "{code}"').split("\n")
        assert lines == ["111", "111", "101", ""], "refused, refused, unreachable"
        with pytest.raises(socket.timeout):
            listener.accept()
    interfaces = any_server.output(any_sandbox, "tail -n +3 /proc/net/dev | cut -d: -f1").split()
    assert interfaces == ["lo"]


def test_no_abstract_sockets_of_the_host(any_server, any_sandbox):
    with socket.socket(socket.AF_UNIX) as listener:
        name = f"sandboxd-test-{os.getpid()}"
        listener.bind("\0" + name)
        listener.listen()
        code = f"import socket; socket.socket(socket.AF_UNIX).connect(chr(0) + '{name}')"
        assert "ConnectionRefusedError" in any_server.execute(any_sandbox, f'python3 -c "{code}"')["stderr"]


# Each prints the error's number; 1 is EPERM, 38 ENOSYS, 97 EAFNOSUPPORT.
REFUSED = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    return ctypes.get_errno() if result < 0 else "allowed"
NEWUSER = 0x10000000
print("unshare", call(272, NEWUSER))
print("clone", call(56, NEWUSER | 17, 0, 0, 0, 0))
print("clone3", call(435, 0, 0))
print("setns", call(308, 0, 0))
print("mount", call(165, 0, b"/data", b"tmpfs", 0, 0))
print("pivot_root", call(155, b"/", b"/"))
print("keyctl", call(250, 0, -3, 0))
print("add_key", call(248, b"user", b"x", b"y", 1, -3))
print("bpf", call(321, 0, 0, 0))
print("perf_event_open", call(298, 0, 0, -1, -1, 0))
print("userfaultfd", call(323, 0))
print("io_uring_setup", call(425, 1, 0))
print("open_by_handle_at", call(304, 0, 0, 0))
print("tiocsti", call(16, 0, 0x5412, b"x"))
print("tiocsti high bits", call(16, 0, ctypes.c_long(0x100005412), b"x"))
print("tioclinux", call(16, 0, 0x541C, b"x"))
for family in (16, 38, 40, 17):
    try:
        socket.socket(family, socket.SOCK_DGRAM if family != 38 else socket.SOCK_SEQPACKET)
        print("family", family, "allowed")
    except OSError as error:
        print("family", family, error.errno)
# The kernel reads 32 bits of the family, a register has 64.
for family in (38, 40, 17):
    print("socket high bits", family, call(41, ctypes.c_long(1 << 32 | family), 2, 0))
    pair = ctypes.create_string_buffer(8)
    print("socketpair", family, call(53, family, 1, 0, pair))
    print("socketpair high bits", family, call(53, ctypes.c_long(1 << 32 | family), 1, 0, pair))
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
def test_refused_system_calls(any_server, any_sandbox):
    any_server.upload(any_sandbox, "/data/refused.py", REFUSED.encode())
    results = dict(
        line.rsplit(" ", 1) for line in any_server.output(any_sandbox, "python3 /data/refused.py").splitlines()
    )
    assert results.pop("clone3") == "38"
    assert results.pop("family 16") == "allowed", "netlink, which programs ask for their own network"
    for way in ("family", "socket high bits", "socketpair", "socketpair high bits"):
        assert {results.pop(f"{way} {number}") for number in (38, 40, 17)} == {"97"}, way
    assert set(results.values()) == {"1"}, results


def test_nothing_is_namespaced_anew(server, sandbox):
    assert server.execute(sandbox, "unshare -U true")["exit_code"] != 0
    assert server.execute(sandbox, "unshare -r id")["exit_code"] != 0


def test_threads_and_common_programs_work(any_server, any_sandbox):
    """The filter leaves alone what programs need."""
    code = (
        "import threading, subprocess, multiprocessing, socket\n"
        "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
        "print(subprocess.run(['echo', 'child'], capture_output=True).stdout)\n"
        "s = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(s.getsockname()); print('loopback')\n"
        "print(multiprocessing.Pool(2).map(abs, [-1, -2]))\n"
    )
    any_server.upload(any_sandbox, "/data/work.py", code.encode())
    assert any_server.output(any_sandbox, "python3 /data/work.py") == "thread\nb'child\\n'\nloopback\n[1, 2]\n"


def test_limits(any_server, any_sandbox):
    limits = any_server.output(
        any_sandbox, "ulimit -c; ulimit -n; ulimit -p 2>/dev/null || ulimit -u; ulimit -Hn"
    ).split()
    assert limits == ["0", "4096", "512", "4096"]


# What a sandbox gets, however much the server may.
GIVEN = {
    resource.RLIMIT_CORE: ("Max core file size", "0"),
    resource.RLIMIT_NOFILE: ("Max open files", "4096"),
    resource.RLIMIT_MEMLOCK: ("Max locked memory", "65536"),
    resource.RLIMIT_SIGPENDING: ("Max pending signals", "4096"),
    resource.RLIMIT_MSGQUEUE: ("Max msgqueue size", "819200"),
    resource.RLIMIT_NICE: ("Max nice priority", "0"),
    resource.RLIMIT_RTPRIO: ("Max realtime priority", "0"),
}


def given_limits(text: str) -> dict[str, set[str]]:
    """Soft and hard, by what /proc calls them."""
    lines = [re.split(r"\s{2,}", line) for line in text.splitlines()]
    return {line[0]: set(line[1:3]) for line in lines if line[0] in dict(GIVEN.values())}


def give_more(pid: int) -> None:
    """What a process may have, where this one is allowed to give more than there is."""
    for which in GIVEN:
        high = 40 if which in (resource.RLIMIT_NICE, resource.RLIMIT_RTPRIO) else 10**6
        with suppress(PermissionError, ValueError):
            resource.prlimit(pid, which, (high, high))


@pytest.mark.parametrize(
    "user", [None, pytest.param(OTHER_USER, marks=pytest.mark.skipif(not IS_ROOT, reason="only root can be another"))]
)
def test_limits_are_not_the_servers(start, mark, user):
    server = start("--ephemeral", user=user, env={"TMPDIR": "/tmp"})
    # What makes the sandboxes.
    give_more(descendants(server.pid)[0])
    sandbox = server.create()
    expected = {name: {value} for name, value in GIVEN.values()}
    assert given_limits(server.output(sandbox, "cat /proc/self/limits")) == expected
    with running(server, sandbox, mark) as pid:
        assert given_limits(read_proc(pid, "limits").decode()) == expected
    for command in ("chrt -f 1 true", "chrt -r 1 true", "nice -n -1 true 2>&1 | grep denied && exit 1"):
        assert server.execute(sandbox, command)["exit_code"] == 1, command


def niceness(pid: int) -> int:
    return int(read_proc(pid, "stat").rpartition(b")")[2].split()[16])


def test_commands_go_after_what_holds_them(any_server, mark):
    before = set(descendants(any_server.pid))
    sandbox = any_server.create()
    holding = set(descendants(any_server.pid)) - before
    with running(any_server, sandbox, mark) as pid:
        assert niceness(pid) == niceness(any_server.pid) + 5
        holding |= {each for each in descendants(any_server.pid) if status_field(each, "Name") == ["command"]}
        assert {niceness(each) for each in holding} == {niceness(any_server.pid)}
    any_server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")


def test_fork_bomb_is_bounded(any_server, any_sandbox):
    code = (
        "import os, time\npids = []\n"
        "try:\n    while len(pids) < 2000:\n        pid = os.fork()\n        if pid == 0:\n            time.sleep(60)\n"
        "        pids.append(pid)\n"
        "except OSError as e:\n    print(e.errno, len(pids) < 600)\n"
    )
    any_server.upload(any_sandbox, "/data/bomb.py", code.encode())
    assert any_server.output(any_sandbox, "python3 /data/bomb.py") == "11 True\n"
    assert any_server.output(any_sandbox, "echo still works") == "still works\n"


def test_memory_pressure_ends_commands_first(any_server, any_sandbox, mark):
    """The kernel's choice when memory runs out is a command, never the server or what keeps the commands."""
    with running(any_server, any_sandbox, mark) as pid:
        assert read_proc(pid, "oom_score_adj") == b"1000\n"
        (keeper,) = [
            child for child in descendants(any_server.pid) if status_field(child, "PPid") == [str(any_server.pid)]
        ]
        assert read_proc(keeper, "oom_score_adj") == read_proc(any_server.pid, "oom_score_adj")
        assert int(read_proc(keeper, "oom_score_adj")) < 1000


def test_host_processes_cannot_be_seen(server, sandbox):
    pids = server.output(sandbox, "ls /proc | grep '^[0-9]' | sort -n").split()
    assert len(pids) < 10
    assert pids[0] == "1"


def test_the_sandbox_cannot_kill_or_trace_its_first_process(server, sandbox):
    result = server.execute(sandbox, "kill -9 1; kill -STOP 1; echo still here")
    assert result["stdout"] == "still here\n"


@pytest.mark.skipif(not IS_ROOT, reason="needs root to be another user beside the server")
def test_the_state_is_closed_to_other_users(server):
    assert stat.S_IMODE(server.state.stat().st_mode) == 0o700
    for path in ("key", "state.db", "lock"):
        assert stat.S_IMODE((server.state / path).stat().st_mode) & 0o077 == 0


def test_the_key_is_not_in_the_command_line(server):
    assert server.key.encode() not in read_proc(server.pid, "cmdline") + read_proc(server.pid, "environ")


@pytest.mark.skipif(not IS_ROOT, reason="needs another user")
def test_the_server_cannot_be_traced(any_server):
    """Not by its own user either: its memory holds the key."""
    assert Path(f"/proc/{any_server.pid}/environ").stat().st_uid == 0


def test_an_env_variable_cannot_change_how_bubblewrap_runs(start, directories):
    """What the loader would obey reaches the command only, inside."""
    trap = directories.new()
    trap.chmod(0o755)
    server = start("--ephemeral")
    sandbox = server.create(
        env_vars={"LD_PRELOAD": f"{trap}/no.so", "LD_LIBRARY_PATH": str(trap), "BASH_ENV": "/data/x"}
    )
    assert server.output(sandbox, "echo fine") == "fine\n"
