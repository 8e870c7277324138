"""Starting: options, the ready line, and each way in which a start fails."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from harness import BINARY, IS_ROOT, OTHER_USER, ROOT, Server, fail


def test_version():
    text = subprocess.run([str(BINARY), "--version"], capture_output=True, check=True).stdout.decode()
    assert text == f"sandboxd {(ROOT / 'VERSION').read_text().strip()}\n"


def test_help_has_every_exit_code():
    text = subprocess.run([str(BINARY), "--help"], capture_output=True, check=True).stdout.decode()
    documented = (ROOT / "docs/server.md").read_text()
    for code in range(9):
        assert f"  {code}  " in text
        assert f"\n| {code} |" in documented


def test_ready_line(start, directories):
    state = directories.new() / "s"
    server = start("--state", str(state))
    assert set(server.ready) == {"url", "key_file", "pid", "state"}
    assert server.ready["url"] == f"http://127.0.0.1:{server.port}"
    assert server.ready["state"] == str(state)
    assert server.ready["key_file"] == str(state / "key")
    assert server.pid == server.process.pid
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE((state / "state.db").stat().st_mode) == 0o600
    assert server.stop() == 0
    assert server.rest == b""
    assert server.errors == b""


def test_default_state_directory(start, directories):
    home = directories.new()
    assert start(env={"XDG_STATE_HOME": str(home)}).state == home / "sandboxd"
    assert start(env={"XDG_STATE_HOME": "", "HOME": str(home)}).state == home / ".local/state/sandboxd"


def test_key_file(start, directories):
    path = directories.new() / "my key"
    server = start("--ephemeral", "--key-file", str(path))
    assert server.ready["key_file"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(server.key) == 64
    path.write_text("chosen-by-hand\n")
    again = start("--ephemeral", "--key-file", str(path))
    assert again.key == "chosen-by-hand"
    assert again.list() == []


@pytest.mark.skipif(not IS_ROOT, reason="needs root to give a file away")
def test_key_file_of_another_user(start, directories):
    """Whoever has made it knows the key. Root may: it knows all of them."""
    path = directories.new() / "key"
    path.write_text("k" * 64)
    path.chmod(0o600)
    os.chown(path, OTHER_USER, OTHER_USER)
    code, line = fail("--ephemeral", "--key-file", str(path))
    assert (code, str(path) in line, "chown" in line) == (8, True, True)
    path.parent.chmod(0o755)
    assert start("--ephemeral", "--key-file", str(path), user=OTHER_USER, env={"TMPDIR": "/tmp"}).list() == []


@pytest.mark.parametrize("how", [("--isolation", "none"), ("--isolation=none",)], ids=["apart", "together"])
def test_there_is_no_mode_without_isolation(how):
    code, line = fail("--ephemeral", *how)
    assert (code, "isolation" in line) == (2, True)


def test_ipv6(start):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    server = start("--ephemeral", "--host", "::1")
    assert server.ready["url"] == f"http://[::1]:{server.port}"
    assert server.list() == []


def test_listens_on_loopback_only(server):
    local = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [entry[1] for entry in local if entry[3] == "0A" and int(entry[1].split(":")[1], 16) == server.port]
    assert ours == [f"0100007F:{server.port:04X}"]


def test_unix_socket(start, directories):
    path = directories.new() / "socket"
    server = start("--ephemeral", "--unix-socket", str(path))
    assert server.ready["url"] == "http://localhost"
    assert server.ready["unix_socket"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert server.output(server.create(), "echo over a socket") == "over a socket\n"
    assert server.stop() == 0
    assert not path.exists()


def test_stale_unix_socket_is_replaced(start, directories):
    path = directories.new() / "socket"
    start("--ephemeral", "--unix-socket", str(path)).kill()
    assert path.exists()
    assert start("--ephemeral", "--unix-socket", str(path)).list() == []


def test_unix_socket_in_use(start, directories):
    path = directories.new() / "socket"
    first = start("--ephemeral", "--unix-socket", str(path))
    code, line = fail("--ephemeral", "--unix-socket", str(path))
    assert (code, str(path) in line) == (5, True)
    assert first.list() == []
    (path.parent / "file").write_text("precious")
    assert fail("--ephemeral", "--unix-socket", str(path.parent / "file"))[0] == 5
    assert (path.parent / "file").read_text() == "precious"
    assert fail("--ephemeral", "--unix-socket", "/tmp/" + "x" * 200)[0] == 5


def test_port_in_use(start):
    first = start("--ephemeral")
    code, line = fail("--ephemeral", "--port", str(first.port))
    assert (code, f"port {first.port}" in line) == (5, True)


def test_given_port(start):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert start("--ephemeral", "--port", str(port)).port == port


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["stray"],
        ["--port"],
        ["--port", "x"],
        ["--port", "65536"],
        ["--port", "-1"],
        ["--port", ""],
        ["--host", "0.0.0.0"],
        ["--host", "localhost.example.com"],
        ["--host", "192.168.1.1"],
        ["--host", "::"],
        ["--grace", "1s"],
        ["--max-output", "-5"],
        ["--owner-fd", "77"],
        ["--owner-fd", "1"],
        ["--state", ""],
        ["--ephemeral", "--state", "/tmp/x"],
    ],
    ids=" ".join,
)
def test_bad_option(arguments):
    code, line = fail(*arguments)
    assert code == 2
    assert arguments[0].lstrip("-") in line


def test_no_bubblewrap(directories):
    code, line = fail("--ephemeral", env={"PATH": str(directories.new()), "TMPDIR": str(directories.new())})
    assert code == 3
    assert "install" in line


@pytest.mark.parametrize("program", ["false", "ls"])
def test_bubblewrap_that_cannot_make_a_sandbox(directories, program):
    path, temporary = directories.new(), directories.new()
    (path / "bwrap").symlink_to(shutil.which(program))
    code, line = fail("--ephemeral", env={"PATH": str(path), "TMPDIR": str(temporary)})
    assert code == 4
    if program == "ls":
        assert "unrecognized option" in line, "the program's own words"
    assert list(temporary.iterdir()) == [], "an ephemeral directory goes also when the start fails"


@pytest.mark.skipif(not IS_ROOT, reason="needs root to set a namespace's limits")
def test_no_namespaces_allowed(directories):
    temporary = directories.new(OTHER_USER)
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$0" "$@"'
    prefix = ["unshare", "--user", "--keep-caps", f"--map-user={OTHER_USER}", f"--map-group={OTHER_USER}"]
    prefix += ["/bin/sh", "-c", script]
    code, line = fail("--ephemeral", prefix=prefix, env={"TMPDIR": str(temporary)}, user=OTHER_USER)
    assert code == 4
    assert "max_user_namespaces" in line


@pytest.mark.skipif(not IS_ROOT, reason="needs root to be a root of few users")
def test_root_of_a_namespace_without_other_users(directories):
    temporary = directories.new(OTHER_USER)
    prefix = ["unshare", "--user", "--map-root-user"]
    code, line = fail("--ephemeral", prefix=prefix, env={"TMPDIR": str(temporary)}, user=OTHER_USER)
    assert code == 4
    assert "ordinary user" in line


def test_state_is_a_file(directories):
    path = directories.new() / "file"
    path.write_text("mine")
    assert fail("--state", str(path))[0] == 6
    assert path.read_text() == "mine"


def test_state_is_open_to_others(directories):
    path = directories.new()
    path.chmod(0o755)
    code, line = fail("--state", str(path))
    assert (code, "chmod 700" in line) == (6, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755, "left as it was"
    assert list(path.iterdir()) == []


@pytest.mark.skipif(not IS_ROOT, reason="needs root to give a directory away")
def test_state_of_another_user(directories):
    path = directories.new(OTHER_USER)
    assert fail("--state", str(path))[0] == 6


def test_state_is_not_writable(directories):
    path = directories.new(OTHER_USER if IS_ROOT else None)
    path.chmod(0o500)
    user = OTHER_USER if IS_ROOT else None
    assert fail("--state", str(path), user=user)[0] == 6
    assert fail("--state", str(path / "below"), user=user)[0] == 6


def test_no_place_for_the_state():
    assert fail(env={"XDG_STATE_HOME": "", "HOME": ""})[0] == 6
    assert fail("--ephemeral", env={"TMPDIR": "/nowhere"})[0] == 6


@pytest.mark.parametrize("damage", ["garbage", "pages", "newer"])
def test_broken_database(start, directories, damage):
    state = directories.new()
    server = start("--state", str(state))
    for _ in range(50):
        server.create(env_vars={"A": "x" * 1000})
    server.stop()
    database = state / "state.db"
    content = bytearray(database.read_bytes())
    if damage == "garbage":
        content = b"this is no database at all " * 1000
    elif damage == "pages":
        content[8192:] = os.urandom(len(content) - 8192)
    else:
        content[60:64] = (99).to_bytes(4, "big")  # user_version in SQLite's header
    database.write_bytes(content)
    code, line = fail("--state", str(state))
    assert (code, str(database) in line) == (6, True)
    assert database.read_bytes() == content, "left as it was"


@pytest.mark.parametrize("loss", ["removed", "emptied"])
def test_lost_database(start, directories, loss):
    """Without their rows the sandboxes' files look like half-made ones: they must not be removed."""
    state = directories.new()
    one = start("--state", str(state))
    sandbox = one.create()
    one.upload(sandbox, "/data/kept", b"1")
    one.kill()
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (state / name).unlink(missing_ok=True)
    if loss == "emptied":
        (state / "state.db").touch()
    code, line = fail("--state", str(state))
    assert code == 6
    assert "state.db" in line
    assert (state / "bwrap/sandboxes" / sandbox["id"] / "root/data/kept").read_bytes() == b"1"


def test_locked_state(start, directories):
    state = directories.new()
    first = start("--state", str(state))
    code, line = fail("--state", str(state))
    assert (code, str(state) in line) == (7, True)
    first.stop()
    assert start("--state", str(state)).list() == []


@pytest.mark.parametrize("problem", ["open", "empty", "two lines", "directory", "nowhere"])
def test_unusable_key_file(directories, problem):
    path = directories.new() / "key"
    if problem == "directory":
        path.mkdir()
    elif problem == "nowhere":
        path = path / "below" / "key"
    else:
        path.touch(0o600)
        path.write_text({"open": "k\n", "empty": "", "two lines": "a\nb\n"}[problem])
    if problem == "open":
        path.chmod(0o644)
    code, line = fail("--ephemeral", "--key-file", str(path))
    assert (code, str(path) in line) == (8, True)


def test_engine_that_dies_stops_the_server(start):
    server = start("--ephemeral")
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.pid)], capture_output=True, check=True).stdout
    (keeper,) = (int(pid) for pid in children.split())
    os.kill(keeper, signal.SIGKILL)
    server.process.wait(10)
    assert server.stop() == 1
    assert server.errors.startswith(b"sandboxd: the process that runs the commands was killed; ")
    assert not server.state.exists()


@pytest.mark.parametrize("closed", ["0<&- 1>&- 2>&-", "1>&-"])
def test_closed_standard_streams(closed):
    """What is opened first must not take their place."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"timeout 1 '{BINARY}' --ephemeral {closed}"], capture_output=True, check=False
    )
    assert done.returncode == 124
    assert done.stdout + done.stderr == b""


def test_started_with_signals_ignored():
    """As by nohup, or by a program that does not want to hear of its children."""
    trap = "trap '' HUP INT TERM CHLD PIPE; exec \"$0\" --ephemeral"
    process = subprocess.Popen(["/bin/sh", "-c", trap, str(BINARY)], stdout=subprocess.PIPE)
    server = Server.__new__(Server)
    server.process, server.socket, server.host = process, None, "127.0.0.1"
    server.ready = server._read_ready()
    server.port = int(server.ready["url"].rsplit(":", 1)[1])
    server.key = Path(server.ready["key_file"]).read_text().strip()
    sandbox = server.create()
    assert server.output(sandbox, "sleep 0.1 & wait; yes | head -1; grep SigIgn /proc/self/status") == (
        "y\nSigIgn:\t0000000000000000\n"
    )
    assert server.stop() == 0


def test_state_where_sandboxes_could_see_it():
    path = Path("/usr/local/lib") / f"sandboxd-test-{os.getpid()}"
    if not os.access(path.parent, os.W_OK):
        pytest.skip("needs a writable /usr")
    path.mkdir(mode=0o700)
    try:
        code, line = fail("--state", str(path))
        assert (code, "/usr" in line) == (6, True)
        assert list(path.iterdir()) == []
    finally:
        path.rmdir()


def test_many_starts_leave_nothing(directories):
    temporary = directories.new()
    for _ in range(3):
        server = Server("--ephemeral", env={"TMPDIR": str(temporary)})
        assert server.state.parent == temporary
        assert server.stop() == 0
    assert list(temporary.iterdir()) == []
