"""Attempts by sockets: to get to the host, to its services, to the server itself, and to other sandboxes."""

from __future__ import annotations

import os
import re
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import read_proc, wait_until
from hostile import SECRET, attack, delete, inits, link, meanwhile, on_the_host, python


@contextmanager
def listening(family, address):
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
        listener.settimeout(0.3)
        yield listener


def host_addresses() -> list[tuple[int, str]]:
    """Of this machine, beyond loopback: the address that a packet to elsewhere would have."""
    found = []
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))
                found.append((family, probe.getsockname()[0]))
            except OSError:
                continue
    return found


KINDS = {
    "loopback": (socket.AF_INET, "127.0.0.1"),
    "all of loopback": (socket.AF_INET, "127.9.9.9"),
    "loopback, IPv6": (socket.AF_INET6, "::1"),
    "every address": (socket.AF_INET, "0.0.0.0"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_listener_of_the_host(any_server, any_sandbox, kind):
    family, address = KINDS[kind]
    if family == socket.AF_INET6 and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with listening(family, (address, 0)) as listener:
        port = listener.getsockname()[1]
        targets = [address, "127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::1", *(one for _, one in host_addresses())]
        code = f"import socket\nfor target in {targets}:\n"
        code += f"    try: socket.create_connection((target, {port}), 1); print('connected', target)\n"
        code += "    except OSError: pass\n"
        assert attack(any_server, any_sandbox, code) == ""
        with pytest.raises(socket.timeout):
            listener.accept()
        assert f"connected {address}\n" in on_the_host(code), "this is how one does get there"
        listener.accept()[0].close()


# The metadata services of clouds, resolvers of containers, and the world.
ELSEWHERE = [
    "169.254.169.254",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "127.0.0.11",
    "8.8.8.8",
    "10.0.0.1",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_addresses_elsewhere(any_server, any_sandbox, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    code = (
        "import socket, time\n"
        f"for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n    s = socket.socket({int(family)}, kind)\n"
        f"    try: s.settimeout(2); s.connect(('{address}', 80)); s.send(b'x'); s.recv(1); print('reached')\n"
        "    except OSError as error: print(error.errno, flush=True)\n"
        "open('/data/tried', 'w').close(); time.sleep(60)\n"
    )
    any_server.upload(any_sandbox, "/tmp/elsewhere.py", code.encode())
    with meanwhile(any_server, any_sandbox, "exec python3 /tmp/elsewhere.py", timeout=3) as answers:
        assert wait_until(lambda: (any_server.root(any_sandbox) / "data/tried").exists())
        init = inits(any_server)[any_sandbox["id"]]
        assert read_proc(init, "net/route").decode().splitlines()[1:] == [], "no route to anywhere"
        devices = [line.split(":")[0].strip() for line in read_proc(init, "net/dev").decode().splitlines()[2:]]
        assert devices == ["lo"]
        assert any_server.call("DELETE", f"/v1/sandboxes/{any_sandbox['id']}/delete").status == 200
    said = answers[0].json["stdout"].split()
    assert len(said) == 2, "it was tried in both ways"
    assert set(said) <= {"101", "111"}, "unreachable, or nobody there"


# A request without the key. Who gets an answer was there, and the server has counted it.
REQUEST = "s.settimeout(5); s.sendall(b'GET /v1/sandboxes/list HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n'); s.recv(1)"


def strangers(server) -> int:
    """How many requests without its key the server has had."""
    text = server.call("GET", "/metrics").body.decode()
    return int(re.search(r'sandboxd_refused_total{reason="authentication_error"} (\d+)', text)[1])


def test_the_servers_own_port(any_server, any_sandbox):
    code = (
        "import socket\n"
        f"for target in ('127.0.0.1', '::1', '{socket.gethostname()}', 'localhost'):\n"
        f"    try: s = socket.create_connection((target, {any_server.port}), 1); {REQUEST}; print('answered', target)\n"
        "    except OSError: pass\n"
    )
    before = strangers(any_server)
    assert attack(any_server, any_sandbox, code) == ""
    assert strangers(any_server) == before
    reached = on_the_host(code).splitlines()
    assert "answered 127.0.0.1" in reached, "this is how one does get there"
    assert strangers(any_server) == before + len(reached)


def test_the_servers_unix_socket(start, directories):
    folder = directories.new()
    folder.chmod(0o777)
    server = start("--ephemeral", "--unix-socket", str(folder / "socket"))
    sandbox = server.create()
    place = folder / "socket"
    server.output(sandbox, f"ln -s {place} /data/link")
    code = (
        "import socket\n"
        f"for path in ('{place}', '/proc/1/root{place}', '/proc/self/root/../..{place}', '/data/link'):\n"
        f"    try: s = socket.socket(socket.AF_UNIX); s.connect(path); {REQUEST}; print('answered', path)\n"
        "    except OSError: pass\n"
    )
    before = strangers(server)
    assert attack(server, sandbox, code) == ""
    assert strangers(server) == before
    reached = on_the_host(code).splitlines()
    assert f"answered {place}" in reached, "this is how one does get there"
    assert strangers(server) == before + len(reached)
    assert server.download(sandbox, "/data/link").status in (403, 404, 422)


@pytest.mark.parametrize(
    "path", ["/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/tmp/.X11-unix"]
)
def test_sockets_of_the_hosts_services(any_server, any_sandbox, path):
    result = any_server.execute(any_sandbox, f"ls -d {path} /var{path} /proc/1/root{path}")
    assert (result["stdout"], result["exit_code"]) == ("", 2), "it has looked, and found none of them"
    init = inits(any_server)[any_sandbox["id"]]
    names = [line.split()[7:] for line in read_proc(init, "net/unix").decode().splitlines()[1:]]
    assert [name for name in names if name] == [], "no named socket is in its network"


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET"])
def test_abstract_sockets(any_server, any_sandbox, kind):
    name = f"sandboxd-hostile-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, getattr(socket, kind)) as listener:
        listener.bind("\0" + name)
        listener.settimeout(0.3)
        code = (
            "import socket\n"
            f"s = socket.socket(socket.AF_UNIX, socket.{kind})\n"
            f"try: s.connect(chr(0) + '{name}'); s.send(b'x'); print('sent')\nexcept OSError as e: print(e.errno)\n"
        )
        assert attack(any_server, any_sandbox, code) == "111\n"
        with pytest.raises(OSError):
            listener.recv(1) if kind == "SOCK_DGRAM" else listener.accept()


CONFIGURE = {
    "address": "fcntl.ioctl(s, 0x8916, struct.pack('16sHH4s8x', b'lo', 2, 0, bytes([10, 0, 0, 1])))",
    "down": "fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', b'lo', 0))",
    "bridge": "fcntl.ioctl(s, 0x89a0, b'bridge0' + bytes(9))",
    "link": "n.send(struct.pack('IHHIIBBHiII', 32, 16, 0x605, 1, 0, 0, 0, 0, 0, 1, 1)); print(n.recv(999)[16:20])",
    "firewall": "s.setsockopt(0, 64, bytes(84))",
    "mark": "s.setsockopt(1, 36, 7)",
    "device": "s.setsockopt(1, 25, b'lo')",
    "buffer": "s.setsockopt(1, 33, 1 << 30)",
}


@pytest.mark.parametrize("how", CONFIGURE)
def test_the_network_cannot_be_configured(any_server, any_sandbox, how):
    init = inits(any_server)[any_sandbox["id"]]
    names = ("net/dev", "net/route", "net/if_inet6", "net/fib_trie")
    before = [read_proc(init, name).split(b":")[0] if name == "net/dev" else read_proc(init, name) for name in names]
    code = (
        "import fcntl, socket, struct\ns = socket.socket()\nn = socket.socket(16, socket.SOCK_RAW, 0)\n"
        f"try: {CONFIGURE[how]}\nexcept OSError as e: print(e.errno)\n"
    )
    output = attack(any_server, any_sandbox, code)
    after = [read_proc(init, name).split(b":")[0] if name == "net/dev" else read_proc(init, name) for name in names]
    assert after == before
    if how != "device":  # of the only one that there is
        assert output.strip() in ("1", "92", "95", "25", "22", str(b"\xff\xff\xff\xff")), output


# ---- between sandboxes ----

TALK = {
    "abstract socket": (
        "import socket\ns = socket.socket(socket.AF_UNIX); s.bind(chr(0) + 'meet'); s.listen()",
        "import socket\ns = socket.socket(socket.AF_UNIX); s.connect(chr(0) + 'meet'); print('met')",
    ),
    "port": (
        "import socket\ns = socket.create_server(('0.0.0.0', 4711))",
        "import socket\nsocket.create_connection(('127.0.0.1', 4711)); print('met')",
    ),
    "shared memory": (
        "open('/dev/shm/meet', 'w').close()",
        "open('/dev/shm/meet'); print('met')",
    ),
    "System V memory": (
        "import ctypes\nassert ctypes.CDLL(None).shmget(4711, 4096, 0o1666) >= 0",
        "import ctypes\nif ctypes.CDLL(None).shmget(4711, 4096, 0) >= 0: print('met')",
    ),
    "System V queue": (
        "import ctypes\nassert ctypes.CDLL(None).msgget(4711, 0o1666) >= 0",
        "import ctypes\nif ctypes.CDLL(None).msgget(4711, 0) >= 0: print('met')",
    ),
    "message queue": (
        "import ctypes\nassert ctypes.CDLL('librt.so.1').mq_open(b'/meet', 66, 0o666, None) >= 0",
        "import ctypes\nif ctypes.CDLL('librt.so.1').mq_open(b'/meet', 2) >= 0: print('met')",
    ),
    "temporary file": ("open('/tmp/meet', 'w').close()", "open('/tmp/meet'); print('met')"),
    "its process": (
        "import os\nopen('/data/pid', 'w').write(str(os.getpid()))",
        "import os\nif any(b'meet' in open(f'/proc/{p}/cmdline', 'rb').read() for p in os.listdir('/proc') "
        "if p.isdigit() and int(p) != os.getpid()): print('met')",
    ),
}


@pytest.fixture(scope="module")
def neighbour(any_server):
    """A sandbox in which everything of the first kind goes on."""
    sandbox = any_server.create()
    any_server.upload(sandbox, "/data/secret", SECRET)
    for name, (code, _) in TALK.items():
        place = f"/tmp/{name.replace(' ', '-')}.py"
        ready = f"\nimport time\nopen('/data/ready-{name.replace(' ', '-')}', 'w').close()\ntime.sleep(600)  # meet\n"
        any_server.upload(sandbox, place, (code + ready).encode())
        any_server.output(sandbox, f"python3 {place} meet > /data/errors 2>&1 &")
    data = any_server.root(sandbox) / "data"
    assert wait_until(lambda: len(list(data.glob("ready-*"))) == len(TALK), 20), (data / "errors").read_text()
    yield sandbox
    assert (data / "secret").read_bytes() == SECRET
    delete(any_server, sandbox)


@pytest.mark.parametrize("way", TALK)
def test_sandboxes_do_not_meet(any_server, any_sandbox, neighbour, way):
    assert attack(any_server, any_sandbox, f"try: exec({TALK[way][1]!r})\nexcept OSError: pass") == ""
    assert python(any_server, neighbour, TALK[way][1])["stdout"] == "met\n", "this is how one does meet"
    mine, theirs = (inits(any_server)[one["id"]] for one in (any_sandbox, neighbour))
    for name in ("net", "ipc", "pid", "user", "mnt", "uts"):
        assert link(f"/proc/{mine}/ns/{name}") != link(f"/proc/{theirs}/ns/{name}")
