"""--network: what a sandbox reaches with it, what it never reaches, and the processes that it takes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from harness import (
    OTHER_USER,
    Directories,
    Server,
    descendants,
    fail,
    is_alive,
    read_proc,
    status_field,
    wait_until,
)
from hostile import inits, link, meanwhile, names, python
from images import BUSYBOX, busybox_root
from network_world import (
    ECHO,
    ELSEWHERE,
    ELSEWHERE6,
    MACHINE,
    MACHINE6,
    METADATA,
    NAME,
    OTHER_ADDRESS,
    World,
    needs_world,
)

PORT = 8000

CONNECT = """
import socket
try:
    with socket.create_connection(({address!r}, {port}), {timeout}) as s: print(s.recv(99).decode())
except OSError as error:
    print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def world():
    directories = Directories()
    made = World(directories.new())
    try:
        made.listen(made.elsewhere, "elsewhere", ELSEWHERE, PORT)
        made.listen(made.elsewhere, "elsewhere", ELSEWHERE6, PORT)
        made.listen(made.elsewhere, "metadata", METADATA, PORT)
        made.listen(made.machine, "machine", "0.0.0.0", PORT)
        made.listen(made.machine, "machine", "::", PORT)
        yield made
    finally:
        made.end()
        directories.remove()


@pytest.fixture(scope="module", params=["own user", "other user"])
def connected(request, world):
    """A server whose sandboxes have a network."""
    directories = Directories()
    user = None if request.param == "own user" else OTHER_USER
    folder = directories.new(user)
    folder.chmod(0o755)
    server = Server(
        "--ephemeral",
        "--network",
        "--unix-socket",
        str(folder / "socket"),
        prefix=world.prefix(user),
        env={"TMPDIR": "/tmp"},
    )
    yield server
    ended = server.stop()
    directories.remove()
    assert (ended, server.errors) == (0, b"")


@pytest.fixture
def inside(connected):
    made = connected.create()
    yield made
    connected.call("DELETE", f"/v1/sandboxes/{made['id']}/delete")


def connect(server, sandbox, address, port=PORT, timeout=5) -> str:
    return python(server, sandbox, CONNECT.format(address=address, port=port, timeout=timeout))["stdout"].strip()


@needs_world
@pytest.mark.parametrize("address", [ELSEWHERE, ELSEWHERE6])
def test_another_machine_is_reached(connected, inside, address):
    assert connect(connected, inside, address).startswith("elsewhere ")


@needs_world
def test_another_machine_is_reached_by_name(connected, inside):
    assert connect(connected, inside, NAME).startswith("elsewhere ")


UNREACHED = {
    "loopback": "127.0.0.1",
    "loopback, IPv6": "::1",
    "every address": "0.0.0.0",
    "the machine's address": MACHINE,
    "the machine's address, IPv6": MACHINE6,
    "the machine's address, mapped": f"::ffff:{MACHINE}",
    "its other address": OTHER_ADDRESS,
    "its own": "192.0.0.100",
    "the helper's": "192.0.0.2",
    "its resolver": "192.0.0.3",
    "the helper's, IPv6": "fd00::2",
    "metadata": METADATA,
    "metadata, translated": f"64:ff9b::{METADATA}",
}


RESOLVE = """
import socket
name = b''.join(bytes([len(part)]) + part.encode() for part in {name!r}.split('.')) + bytes(1)
question = bytes([7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + name + bytes([0, 1, 0, 1])
with socket.create_connection(('192.0.0.3', 53), 5) as s:
    s.sendall(len(question).to_bytes(2, 'big') + question)
    answer = s.makefile('rb').read(2 + len(question) + 16)
print(socket.inet_ntoa(answer[-4:]))
"""


@needs_world
def test_long_answers_of_the_resolver(connected, inside):
    assert python(connected, inside, RESOLVE.format(name=NAME))["stdout"].strip() == ELSEWHERE


@needs_world
def test_resolver_on_the_machines_loopback(start, directories):
    """It is reached by the one address, and by no other."""
    world = World(directories.new(), resolver="127.0.0.53")
    try:
        path = directories.new() / "socket"
        server = start("--ephemeral", "--network", "--unix-socket", str(path), prefix=world.prefix())
        sandbox = server.create()
        script = f"python3 -c 'import socket; print(socket.gethostbyname(\"{NAME}\"))'"
        assert server.output(sandbox, script).strip() == ELSEWHERE
        assert connect(server, sandbox, "127.0.0.53", 53).endswith("Error")
        assert server.stop() == 0
    finally:
        world.end()


@needs_world
@pytest.mark.parametrize("what", UNREACHED)
def test_what_is_not_reached(connected, inside, what):
    """Every one of these is listened on, by the machine or, for the metadata, elsewhere; and nobody has to wait."""
    assert connect(connected, inside, UNREACHED[what]) in ("OSError", "PermissionError", "ConnectionRefusedError")


@needs_world
def test_metadata_is_not_reached_past_the_routes(connected, inside):
    """A socket that is bound to the device takes no notice of routes."""
    code = (
        "import socket\ns = socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'net0')\n"
        f"s.settimeout(5)\ntry: s.connect(('{METADATA}', {PORT})); print('reached')\n"
        "except OSError as error: print(type(error).__name__)\n"
    )
    assert python(connected, inside, code)["stdout"].strip().endswith("Error")


DATAGRAM = """
import socket
s = socket.socket(socket.AF_INET6 if ':' in {address!r} else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout({timeout})
try:
    s.sendto(b'x' * {size}, ({address!r}, {port})); print(s.recv(99).decode())
except OSError as error:
    print(type(error).__name__)
"""


@needs_world
@pytest.mark.parametrize("size", [1, 1200, 9000])
@pytest.mark.parametrize("address", [ELSEWHERE, ELSEWHERE6])
def test_datagrams(connected, inside, address, size):
    code = DATAGRAM.format(address=address, port=PORT, size=size, timeout=5)
    name, peer, length = python(connected, inside, code)["stdout"].split()
    assert (name, peer, length) == ("elsewhere", MACHINE6 if ":" in address else MACHINE, str(size))


@needs_world
def test_datagrams_that_nobody_asked_for(world, connected, inside):
    """The helper has a port of the machine's for each that sends: who was sent one may answer, and nobody else."""
    code = (
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(2)\n"
        f"s.sendto(b'x', ('{ELSEWHERE}', {PORT}))\n"
        "try:\n    while True: print(s.recv(99).decode(), flush=True)\nexcept OSError: pass\n"
    )
    send = (
        "import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(('', 7777))\n"
        f"for port in sys.argv[1:]: s.sendto(b'unasked', ('{MACHINE}', int(port)))\n"
        "print('ready', flush=True)\n"
    )
    with meanwhile(connected, inside, f'exec python3 -c "{code}"') as answers:
        ports = set()

        def found() -> bool:
            command = [*world.prefix(), "ss", "-Hlun4"]
            lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
            ports.update({line.split()[3].rsplit(":", 1)[1] for line in lines} - {str(PORT)})
            return bool(ports)

        assert wait_until(found)
        world.python(world.elsewhere, send, *ports)
    assert answers[0].json["stdout"] == f"elsewhere {MACHINE} 1\n"


@needs_world
@pytest.mark.parametrize("address", [MACHINE, MACHINE6, METADATA, "198.51.100.255", "255.255.255.255", "224.0.0.1"])
def test_datagrams_that_are_not_sent(connected, inside, address):
    code = DATAGRAM.format(address=address, port=PORT, size=1, timeout=1)
    assert python(connected, inside, code)["stdout"].strip() in ("PermissionError", "OSError", "TimeoutError")


@needs_world
def test_much_data(connected, inside):
    """There and back, through every buffer's end."""
    code = (
        "import hashlib, os, socket, threading\n"
        f"s = socket.create_connection(('{ELSEWHERE}', {PORT}), 20)\n"
        "head = s.makefile('rb')\n"
        f"head.read(len('elsewhere {MACHINE}'))\n"
        "piece = os.urandom(1 << 20)\nsent, got = hashlib.sha256(), hashlib.sha256()\n"
        "def send():\n"
        "    for _ in range(64): s.sendall(piece); sent.update(piece)\n"
        "    s.shutdown(socket.SHUT_WR)\n"
        "sender = threading.Thread(target=send); sender.start()\n"
        "while data := head.read1(1 << 20): got.update(data)\n"
        "sender.join(); print(sent.digest() == got.digest())\n"
    )
    assert python(connected, inside, code)["stdout"] == "True\n"


@needs_world
def test_many_connections_at_once(connected, inside):
    code = (
        f"import socket\nall = [socket.create_connection(('{ELSEWHERE}', {PORT}), 10) for _ in range(200)]\n"
        "print(sum(s.recv(9) == b'elsewhere' for s in all))\n"
    )
    assert python(connected, inside, code)["stdout"] == "200\n"


@needs_world
def test_more_connections_than_there_can_be(connected, inside):
    """The helper has a bound, and is there for what comes after."""
    code = (
        "import resource, socket\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)\n"
        "made, refused = [], 0\n"
        "while len(made) < 1500 and not refused:\n"
        f"    try: made.append(socket.create_connection(('{ELSEWHERE}', {PORT}), 3))\n"
        "    except OSError: refused += 1\n"
        "print(len(made))\n"
    )
    assert 400 < int(python(connected, inside, code)["stdout"]) < 512
    assert wait_until(lambda: connect(connected, inside, ELSEWHERE).startswith("elsewhere "), 10)


@needs_world
def test_what_the_helper_may_take(alone):
    sandbox = alone.create()
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    for pid in network_processes(alone):
        limits = read_proc(pid, "limits").decode()
        assert re.search(r"^Max data size +268435456 +268435456 ", limits, re.MULTILINE)
        assert re.search(r"^Max open files +512 +512 ", limits, re.MULTILINE)


@needs_world
def test_sandboxes_do_not_meet(connected, inside):
    """Nothing comes into a sandbox, by whichever address."""
    other = connected.create()
    connected.upload(other, "/tmp/listen.py", ECHO.encode())
    connected.output(other, "nohup python3 /tmp/listen.py other 0.0.0.0 4711 > /tmp/out 2>&1 & sleep 0.5; cat /tmp/out")
    assert connect(connected, other, "127.0.0.1", 4711).startswith("other ")
    for address in ("127.0.0.1", "192.0.0.100", MACHINE, ELSEWHERE):
        assert connect(connected, inside, address, 4711).endswith("Error"), address
    connected.call("DELETE", f"/v1/sandboxes/{other['id']}/delete")


@needs_world
def test_nothing_listens_on_the_machine(world, connected, inside):
    assert connect(connected, inside, ELSEWHERE).startswith("elsewhere ")
    code = "import socket\nsocket.create_server(('0.0.0.0', 4711))\nimport time; time.sleep(1)\n"
    with meanwhile(connected, inside, f'exec python3 -c "{code}"'):
        found = subprocess.run([*world.prefix(), "ss", "-Hltun"], capture_output=True, text=True, check=True).stdout
    assert ":4711" not in found
    assert {line.split()[4].rsplit(":", 1)[1] for line in found.splitlines()} <= {str(PORT)}


@needs_world
def test_no_power_over_the_network(connected, inside):
    script = "for what in Cap NoNewPrivs Seccomp; do grep $what /proc/self/status; done"
    fields = dict(line.split(":") for line in connected.output(inside, script).splitlines())
    assert {int(value, 16) for name, value in fields.items() if name.startswith("Cap")} == {0}
    code = (
        "import socket\n"
        "for family, kind, protocol in ((2, 3, 6), (10, 3, 17), (17, 3, 3), (17, 2, 3), (2, 2, 1), (10, 2, 58)):\n"
        "    try: socket.socket(family, kind, protocol); print('made', family, kind)\n"
        "    except OSError: pass\n"
    )
    assert python(connected, inside, code)["stdout"] == ""
    init = inits(connected)[inside["id"]]
    assert link(f"/proc/{init}/ns/net") not in (link("/proc/self/ns/net"), link(f"/proc/{connected.pid}/ns/net"))


@needs_world
@pytest.mark.skipif(not BUSYBOX.is_file(), reason="needs busybox-static: scripts/setup installs it")
def test_image(alone, directories):
    place = directories.new() / "image.tar"
    place.write_bytes(busybox_root())
    alone.import_image("small", str(place))
    sandbox = alone.create(image="small")
    assert alone.output(sandbox, "cat /etc/resolv.conf") == "nameserver 192.0.0.3\n"
    script = f"/bin/busybox timeout 5 /bin/busybox nc {NAME} {PORT} < /dev/null"
    assert alone.execute(sandbox, script)["stdout"].startswith("elsewhere ")


@needs_world
def test_certificate_authorities(connected, inside):
    """Without them nothing that is reached could be trusted."""
    store = Path("/etc/ssl/certs/ca-certificates.crt")
    if not store.exists():
        pytest.skip("this machine has no certificate authorities of Debian's")
    code = "import ssl\nprint(ssl.create_default_context().cert_store_stats()['x509_ca'])\n"
    assert int(python(connected, inside, code)["stdout"]) > 100
    digest = hashlib.sha256(store.read_bytes()).hexdigest()
    assert connected.output(inside, f"sha256sum {store}").split()[0] == digest
    assert connected.execute(inside, "ls /etc/ssl/private")["exit_code"] != 0


@needs_world
def test_files_that_are_not_everybodys_are_not_for_sandboxes(world, start, directories):
    place = directories.new()
    (place / "certs").mkdir()
    for name, mode in (("open.pem", 0o644), ("closed.pem", 0o600)):
        (place / "certs" / name).write_text(name)
        (place / "certs" / name).chmod(mode)
    bind = ["unshare", "--mount", "sh", "-c", f'mount --bind {place} /etc/ssl && exec "$0" "$@"']
    server = start("--ephemeral", "--network", "--unix-socket", str(place / "socket"), prefix=[*world.prefix(), *bind])
    sandbox = server.create()
    assert server.output(sandbox, "ls /etc/ssl/certs").split() == ["open.pem"]


@needs_world
def test_health_says_so(connected):
    assert connected.call("GET", "/v1/health").json["network"] == "slirp4netns"


CONFIGURE = {
    "address": "fcntl.ioctl(s, 0x8916, struct.pack('16sHH4s8x', b'net0', 2, 0, bytes([10, 0, 0, 1])))",
    "down": "fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', b'net0', 0))",
    "route": "fcntl.ioctl(s, 0x890b, bytes(120))",
    "link": "n.send(struct.pack('IHHIIBBHiII', 32, 16, 0x605, 1, 0, 0, 0, 2, 0, 0, 1)); print(n.recv(999)[16:20])",
    "another device": "fcntl.ioctl(open('/dev/net/tun', 'r+b'), 0x400454ca, struct.pack('16sH22x', b'net1', 1))",
    "sysctl": "open('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'w').write('1')",
    "firewall": "s.setsockopt(0, 64, bytes(84))",
}


@needs_world
@pytest.mark.parametrize("how", CONFIGURE)
def test_the_network_cannot_be_configured(connected, inside, how):
    init = inits(connected)[inside["id"]]
    names_of = ("net/route", "net/if_inet6", "net/fib_trie", "net/ipv6_route")
    before = [read_proc(init, name) for name in names_of]
    code = (
        "import fcntl, socket, struct\ns = socket.socket()\nn = socket.socket(16, socket.SOCK_RAW, 0)\n"
        f"try: {CONFIGURE[how]}\nexcept OSError as e: print(e.errno)\n"
    )
    output = python(connected, inside, code)["stdout"].strip()
    assert [read_proc(init, name) for name in names_of] == before
    assert output in ("1", "2", "13", "30", "92", str(b"\xff\xff\xff\xff")), output
    assert connect(connected, inside, ELSEWHERE).startswith("elsewhere ")


# ---- the processes that it takes ----


def named(server, name: str) -> list[int]:
    return [
        pid for pid in descendants(server.pid) if read_proc(pid, "comm").decode().startswith(name) and is_alive(pid)
    ]


def network_processes(server) -> list[int]:
    return named(server, "sandboxd-net") + named(server, "slirp4netns")


@pytest.fixture
def alone(world, start, directories):
    """A server of the test's own."""
    folder = directories.new()
    socket = str(folder / "socket")
    return start("--state", str(folder / "s"), "--network", "--unix-socket", socket, prefix=world.prefix())


@needs_world
def test_who_runs_the_helper(alone):
    sandbox = alone.create()
    assert named(alone, "slirp4netns") == [], "nothing has left the sandbox yet"
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    uid = status_field(inits(alone)[sandbox["id"]], "Uid")[0]
    assert int(uid) > 0
    found = network_processes(alone)
    assert len(found) == 2
    for pid in found:
        assert set(status_field(pid, "Uid") + status_field(pid, "Gid")) == {uid}
        assert status_field(pid, "Groups") == []
        assert status_field(pid, "NoNewPrivs") == ["1"]
        assert read_proc(pid, "environ") == b""
        assert read_proc(pid, "oom_score_adj") == b"1000\n"
    (helper,), (relay,) = named(alone, "slirp4netns"), named(alone, "sandboxd-net")
    assert status_field(helper, "Seccomp") == ["2"]
    assert link(f"/proc/{helper}/ns/user") != link("/proc/self/ns/user"), "its capabilities are of this one"
    assert sorted(names(f"/proc/{helper}/root")) == ["etc", "run"]
    assert int(status_field(relay, "CapEff")[0], 16) == 0


@needs_world
def test_what_the_helper_holds(alone):
    """Descriptors of its own, and the socket to the relay."""
    first, second = alone.create(), alone.create()
    for sandbox in (first, second):
        assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    for pid in network_processes(alone):
        links = [link(f"/proc/{pid}/fd/{fd}") for fd in names(f"/proc/{pid}/fd")]
        kinds = {one.split(":")[0] for one in links} - {"socket", "pipe", "anon_inode"}
        assert kinds <= {"/dev/null", "/dev/net/tun", shutil.which("slirp4netns")}, links


@needs_world
def test_it_is_out_of_the_sandboxs_sight(alone):
    sandbox = alone.create()
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    assert "slirp4netns" not in alone.output(sandbox, "cat /proc/[0-9]*/comm")
    alone.execute(sandbox, "kill -9 -1")
    assert len(network_processes(alone)) == 2
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")


@needs_world
def test_it_goes_with_the_sandbox(alone):
    first, second = alone.create(), alone.create()
    for sandbox in (first, second):
        assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    assert len(network_processes(alone)) == 4
    alone.call("DELETE", f"/v1/sandboxes/{first['id']}/delete")
    assert len(network_processes(alone)) == 2, "at once"
    os.kill(inits(alone)[second["id"]], signal.SIGKILL)
    assert wait_until(lambda: network_processes(alone) == []), "also with one that breaks"
    assert alone.call("GET", f"/v1/sandboxes/{second['id']}").json["status"] == "broken"


@needs_world
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_goes_with_the_server(alone, number):
    sandbox = alone.create()
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    found = network_processes(alone)
    assert len(found) == 2
    alone.stop(number)
    assert wait_until(lambda: not any(is_alive(pid) for pid in found))


@needs_world
def test_a_sandbox_goes_on_without_its_helper(alone):
    sandbox = alone.create()
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    os.kill(named(alone, "slirp4netns")[0], signal.SIGKILL)
    time.sleep(1)
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere "), "the next packet starts another"
    os.kill(named(alone, "sandboxd-net")[0], signal.SIGKILL)
    assert wait_until(lambda: network_processes(alone) == [])
    assert alone.output(sandbox, "echo here") == "here\n"
    assert connect(alone, sandbox, ELSEWHERE, timeout=1).endswith("Error")
    alone.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert alone.list() == []


@needs_world
def test_it_counts_against_no_limit_of_the_sandbox(alone):
    sandbox = alone.create()
    assert connect(alone, sandbox, ELSEWHERE).startswith("elsewhere ")
    group = read_proc(inits(alone)[sandbox["id"]], "cgroup")
    for pid in network_processes(alone):
        assert read_proc(pid, "cgroup") == read_proc(alone.pid, "cgroup") or read_proc(pid, "cgroup") != group
        assert link(f"/proc/{pid}/ns/user") != link(f"/proc/{inits(alone)[sandbox['id']]}/ns/user")


# ---- without it ----


def test_no_helper(directories):
    path = directories.new()
    (path / "bwrap").symlink_to(shutil.which("bwrap"))
    code, line = fail("--ephemeral", "--network", env={"PATH": str(path)})
    assert code == 3
    assert "slirp4netns is not on the PATH" in line
    assert "apt install slirp4netns" in line


def test_old_helper(directories):
    """One that takes no frames over a socket."""
    path = directories.new()
    (path / "slirp4netns").write_text("#!/bin/sh\necho 'Usage: slirp4netns [OPTION]... PID TAPNAME'\n")
    (path / "slirp4netns").chmod(0o755)
    code, line = fail("--ephemeral", "--network", env={"PATH": f"{path}:{os.environ['PATH']}"})
    assert code == 3
    assert f"{path}/slirp4netns is too old" in line


@needs_world
def test_no_device(directories):
    prefix = ["unshare", "--mount", "sh", "-c", 'mount --bind /dev/null /dev/net/tun && exec "$0" "$@"']
    code, line = fail("--ephemeral", "--network", prefix=prefix)
    assert code == 4
    assert "/dev/net/tun" in line


def test_the_option_is_off(any_server, any_sandbox):
    devices = any_server.output(any_sandbox, "cat /proc/net/dev").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]
    assert any_server.execute(any_sandbox, "cat /etc/resolv.conf")["exit_code"] != 0
    assert network_processes(any_server) == []
