"""A service manager's part: sockets that are passed, what the server tells in return, its units; the network."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from harness import BINARY, BUILT, IS_ROOT, OTHER_USER, ROOT, Server, fail, status_field, wait_until

# Makes descriptor 3 of what it is given, and itself the process that LISTEN_PID means.
ACTIVATE = 'exec 3<&"$FD"; export LISTEN_PID=$$ LISTEN_FDS=${FDS:-1}; exec "$0" "$@"'


def passed(listening: socket.socket, fds: str = "1", **env: str) -> dict:
    fd = listening.fileno()
    os.set_inheritable(fd, True)
    return {
        "prefix": ["/bin/bash", "-c", ACTIVATE],
        "env": {"FD": str(fd), "FDS": fds, **env},
        "pass_fds": [fd],
    }


def refused(*arguments: str, prefix, env, pass_fds) -> tuple[int, str]:
    done = subprocess.run(
        [*prefix, str(BINARY), "--ephemeral", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **env},
        pass_fds=pass_fds,
        timeout=30,
    )
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1
    assert "; " in lines[0]
    return done.returncode, lines[0]


def test_passed_port(start):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = start("--ephemeral", **passed(listening))
        assert server.port == listening.getsockname()[1]
        assert server.output(server.create(), "echo passed; ls /proc/self/fd | wc -l") == "passed\n4\n"
        assert server.stop() == 0
        # The manager's socket lives on: what connects now waits for the next start.
        with socket.create_connection(listening.getsockname(), timeout=5) as early:
            early.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            start("--ephemeral", **passed(listening))
            assert early.recv(100).startswith(b"HTTP/1.1 401 ")


def test_passed_unix_socket(start, directories):
    path = directories.new() / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        # Options of the configuration are not meant where a socket is passed.
        server = start("--ephemeral", "--unix-socket", "/nowhere/at/all", **passed(listening))
        assert server.ready["unix_socket"] == str(path)
        assert server.ready["url"] == "http://localhost"
        assert server.list() == []
        assert server.stop() == 0
        assert stat.S_ISSOCK(path.stat().st_mode), "who made it removes it"


def test_variables_of_another_process(start):
    """LISTEN_PID names who is meant."""
    server = start("--ephemeral", env={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    assert server.list() == []


def test_several_sockets():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        code, line = refused(**passed(listening, fds="2"))
        assert (code, "2 sockets" in line) == (5, True)


@pytest.mark.parametrize("kind", ["not listening", "datagram", "file"])
def test_what_is_no_listening_socket(kind, tmp_path):
    if kind == "file":
        thing = (tmp_path / "f").open("w")
    else:
        thing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "datagram" else socket.SOCK_STREAM)
    with thing:
        assert refused(**passed(thing))[0] == 5


def test_passed_socket_on_the_network(start, directories):
    with socket.create_server(("0.0.0.0", 0)) as listening:
        code, line = refused(**passed(listening))
        assert (code, "--listen" in line) == (5, True)
        port = listening.getsockname()[1]
        key = directories.new() / "key"
        server = start("--ephemeral", "--listen", f"0.0.0.0:{port}", "--key-file", str(key), **passed(listening))
        assert server.port == port


# ---- notifications ----


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_notifications(start, directories, abstract):
    path = f"@sandboxd-test-{os.getpid()}" if abstract else str(directories.new() / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + path[1:] if abstract else path)
        manager.settimeout(10)
        server = start("--ephemeral", env={"NOTIFY_SOCKET": path})
        assert manager.recv(100) == b"READY=1"
        assert server.list() == []
        server.process.send_signal(signal.SIGTERM)
        assert manager.recv(100) == b"STOPPING=1"
        assert server.stop() == 0


@pytest.mark.parametrize("path", ["", "relative", "/nowhere/notify", "/" + "x" * 200, "@"])
def test_nobody_to_notify(start, path):
    assert start("--ephemeral", env={"NOTIFY_SOCKET": path}).list() == []


# ---- units ----


def test_units(directories):
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd is not installed here")
    folder = directories.new()
    service = (BUILT.parents[1] / "programs/sandboxd/systemd/sandboxd.service").read_text()
    command = re.search(r"^ExecStart=(\S+)", service, re.MULTILINE)[1]
    assert command.endswith("/bin/sandboxd")
    (folder / "sandboxd.service").write_text(service.replace(command, str(BINARY)))
    shutil.copy(ROOT / "programs/sandboxd/systemd/sandboxd.socket", folder)
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(folder / "sandboxd.service"), str(folder / "sandboxd.socket")],
        capture_output=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
    )
    said = (done.stdout + done.stderr).decode()
    assert (done.returncode, [line for line in said.splitlines() if "sandboxd" in line]) == (0, []), said


@pytest.mark.skipif(not IS_ROOT, reason="needs root to take privileges away as the unit does")
def test_hardening_that_sandboxing_allows(start, directories):
    """As systemd does for NoNewPrivileges, CapabilityBoundingSet, ProtectSystem=strict and ProtectHome."""
    state = directories.new(OTHER_USER)
    script = (
        "mount --make-rprivate / && mount --bind $1 $1 && mount -o remount,bind,ro / && "
        'mount -t tmpfs -o mode=0 none /home && mount -t tmpfs -o mode=0 none /root && shift && exec "$@"'
    )
    prefix = ["unshare", "--mount", "/bin/sh", "-c", script, "sh", str(state)]
    prefix += ["setpriv", "--reuid", str(OTHER_USER), "--regid", str(OTHER_USER), "--clear-groups"]
    prefix += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    server = start("--state", str(state), prefix=prefix)
    assert server.output(server.create(), "id -u; touch /data/f && ls /data") == "1000\nf\n"
    assert status_field(server.pid, "CapBnd") == ["0000000000000000"]
    assert status_field(server.pid, "NoNewPrivs") == ["1"]


# ---- the network ----


def ask(server: Server, host: str | None, key: str | None = None) -> int:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    with contextlib.closing(connection):
        connection.putrequest("GET", "/v1/sandboxes/list", skip_host=True)
        if host is not None:
            connection.putheader("Host", host)
        connection.putheader("x-api-key", key or server.key)
        connection.endheaders()
        return connection.getresponse().status


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"])
def test_network_needs_a_key_file(address):
    code, line = fail("--ephemeral", "--listen", address)
    assert (code, "--key-file" in line) == (2, True)


def test_network_needs_a_closed_key_file(directories):
    key = directories.new() / "key"
    key.write_text("known-to-all\n")
    key.chmod(0o644)
    assert fail("--ephemeral", "--listen", "0.0.0.0:0", "--key-file", str(key))[0] == 8


def test_network_needs_a_long_key(start, directories):
    key = directories.new() / "key"
    key.write_text("x" * 31 + "\n")
    key.chmod(0o600)
    options = ["--ephemeral", "--key-file", str(key), "--listen"]
    code, line = fail(*options, "0.0.0.0:0")
    assert (code, str(key) in line, "32" in line) == (8, True, True)
    assert start(*options, "127.0.0.2:0").key == "x" * 31, "on loopback a short one does"
    key.write_text("x" * 32 + "\n")
    assert start(*options, "0.0.0.0:0").key == "x" * 32


def test_network(start, directories):
    key = directories.new() / "key"
    server = start(
        "--ephemeral", "--listen", "0.0.0.0:0", "--key-file", str(key), "--allow-host", "build.example, 10.0.0.7"
    )
    assert server.ready["url"] == f"http://0.0.0.0:{server.port}"
    local = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [entry[1] for entry in local if entry[3] == "0A" and int(entry[1].split(":")[1], 16) == server.port]
    assert ours == [f"00000000:{server.port:04X}"]
    server.host = "127.0.0.1"
    for host in ("localhost", "127.0.0.1:1", "build.example", "BUILD.example:8080", "10.0.0.7"):
        assert ask(server, host) == 200, host
    for host in ("build.example.org", "example", "0.0.0.0", "10.0.0.70", "build.example:", "build.example:x", "", None):
        assert ask(server, host) in (400, 403), host
    assert ask(server, "build.example", key="wrong") == 401


def test_address_itself_is_a_name(start):
    server = start("--ephemeral", "--listen", "127.0.0.2:0")
    assert server.ready["url"] == f"http://127.0.0.2:{server.port}"
    assert ask(server, f"127.0.0.2:{server.port}") == 200
    assert ask(server, "127.0.0.3") == 403


def test_other_names_on_loopback(start):
    server = start("--ephemeral", env={"SANDBOXD_ALLOW_HOST": "proxy.example"})
    assert ask(server, "proxy.example") == 200
    assert ask(server, "other.example") == 403


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "localhost:80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "::1:80",
        "[::1]",
        "[127.0.0.1]:80",
        "1.2.3:80",
        "127.0.0.1:080000",
        "[::1]:-1",
        ":80",
    ],
)
def test_bad_addresses(address):
    assert fail("--ephemeral", "--listen", address)[0] == 2


@pytest.mark.parametrize("names", ["", ",", "a,,b", "a b", "a:80", "a/b", "http://a", "a,"])
def test_bad_names(names):
    assert fail("--ephemeral", f"--allow-host={names}")[0] == 2


def test_address_excludes_the_other_ways(directories):
    path = directories.new() / "sandboxd.conf"
    path.write_text("unix-socket = /run/x\nport = 80\n")
    path.chmod(0o600)
    done = subprocess.run(
        [str(BINARY), "options", "--config", str(path), "--listen", "127.0.0.1:81"], capture_output=True, check=True
    )
    assert b"/run/x" not in done.stdout
    assert fail("--ephemeral", "--listen", "127.0.0.1:0", "--port", "1")[0] == 2


def test_killed_server_leaves_the_passed_socket(start):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        start("--ephemeral", **passed(listening)).kill()
        server = start("--ephemeral", **passed(listening))
        assert wait_until(lambda: server.list() == [])
