"""A small world for servers with a network: the machine that they run on, and another one, each a network namespace."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import IS_ROOT

MACHINE = "198.51.100.2"
MACHINE6 = "2001:db8:51::2"
ELSEWHERE = "198.51.100.1"
ELSEWHERE6 = "2001:db8:51::1"
NAME = "elsewhere.test"
# Of the machine, on a device that nothing is routed to.
OTHER_ADDRESS = "203.0.113.7"
METADATA = "169.254.169.254"

# Answers every connection and datagram with its name and where they come from.
ECHO = """
import contextlib, socket, sys, threading
name, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ':' in address else socket.AF_INET
tcp = socket.create_server((address, port), family=family)
udp = socket.socket(family, socket.SOCK_DGRAM)
if family == socket.AF_INET6:
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
udp.bind((address, port))
def datagrams():
    while True:
        data, peer = udp.recvfrom(65536)
        udp.sendto(f'{name} {peer[0]} {len(data)}'.encode(), peer)
threading.Thread(target=datagrams, daemon=True).start()
print('ready', flush=True)
def serve(connection, peer):
    with connection, contextlib.suppress(OSError):
        connection.sendall(f'{name} {peer[0]}'.encode())
        while data := connection.recv(1 << 20):
            connection.sendall(data)
while True:
    threading.Thread(target=serve, args=tcp.accept(), daemon=True).start()
"""

# A resolver that knows one name.
RESOLVER = """
import socket, sys, threading
name = b''.join(bytes([len(part)]) + part.encode() for part in sys.argv[1].split('.')) + bytes(1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[2], 53))
tcp = socket.create_server((sys.argv[2], 53))
def answer(question):
    end = question.index(bytes(1), 12) + 5
    known = question[12:end].lower().startswith(name)
    kind = question[end - 4:end - 2]
    answers = [bytes([192, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]) + socket.inet_aton(sys.argv[3])]
    answers = answers if known and kind == bytes([0, 1]) else []
    head = question[:2] + bytes([129, 128 if known else 131, 0, 1, 0, len(answers), 0, 0, 0, 0])
    return head + question[12:end] + b''.join(answers)
def connections():
    while True:
        connection, _ = tcp.accept()
        with connection, connection.makefile('rb') as stream:
            text = answer(stream.read(int.from_bytes(stream.read(2), 'big')))
            connection.sendall(len(text).to_bytes(2, 'big') + text)
threading.Thread(target=connections, daemon=True).start()
print('ready', flush=True)
while True:
    question, peer = s.recvfrom(4096)
    s.sendto(answer(question), peer)
"""

# A device's own address could not be used for its first seconds.
NO_WAIT = "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad"

# Where the machine's own /dev/net/tun is closed to ordinary users, this one's is open to them, as udev makes it.
MACHINE_SCRIPT = f"""
set -e
{NO_WAIT}
mount --make-rprivate /
mkdir -p "$1/dev"
mknod -m 666 "$1/tun" c 10 200
mount --bind "$1/tun" /dev/net/tun
mount --bind "$1/resolv.conf" /etc/resolv.conf
ip link set lo up
echo ready
exec sleep infinity
"""


def missing() -> str | None:
    """Why there can be no such world here."""
    if not IS_ROOT:
        return "only root can make network namespaces with a machine in each"
    for program in ("slirp4netns", "ip", "nsenter", "unshare", "setpriv"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not Path("/dev/net/tun").exists():
        return "this machine has no /dev/net/tun"
    return None


WHY_NOT = missing()
needs_world = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")


class World:
    """The machine's resolver is its own loopback's where `resolver` says so, as systemd-resolved is."""

    def __init__(self, folder: Path, resolver: str = ELSEWHERE):
        self.started: list[subprocess.Popen] = []
        try:
            self._make(folder, resolver)
        except BaseException:
            self.end()
            raise

    def _make(self, folder: Path, resolver: str) -> None:
        folder.chmod(0o755)
        (folder / "resolv.conf").write_text(f"nameserver {resolver}\n")
        self.elsewhere = self._start("unshare", "--net", "sh", "-c", f"{NO_WAIT}; echo ready; exec sleep infinity").pid
        self.machine = self._start("unshare", "--net", "--mount", "sh", "-c", MACHINE_SCRIPT, "sh", str(folder)).pid
        self._run(f"ip link add up0 type veth peer name down0 netns {self.elsewhere}", self.machine)
        for place, device, addresses in (
            (self.machine, "up0", (f"{MACHINE}/24", f"{OTHER_ADDRESS}/32", f"{MACHINE6}/64")),
            (self.elsewhere, "down0", (f"{ELSEWHERE}/24", f"{METADATA}/16", f"{ELSEWHERE6}/64")),
        ):
            for address in addresses:
                self._run(f"ip addr add {address} dev {device}", place)
            self._run(f"ip link set {device} up", place)
        self._run("ip link set lo up", self.elsewhere)
        self._run(f"ip route add default via {ELSEWHERE}", self.machine)
        self._run(f"ip -6 route add default via {ELSEWHERE6}", self.machine)
        self._run("ip route add 169.254.0.0/16 dev up0", self.machine)
        self.python(
            self.machine if resolver.startswith("127.") else self.elsewhere, RESOLVER, NAME, resolver, ELSEWHERE
        )

    def _start(self, *command: str) -> subprocess.Popen:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.started.append(process)
        assert process.stdout.readline() == "ready\n", command
        return process

    def _run(self, command: str, place: int) -> None:
        subprocess.run(["nsenter", f"--net=/proc/{place}/ns/net", *command.split()], check=True)

    def python(self, place: int, code: str, *arguments: str) -> subprocess.Popen:
        """Runs until the world's end, or its own."""
        return self._start("nsenter", f"--net=/proc/{place}/ns/net", sys.executable, "-c", code, *arguments)

    def listen(self, place: int, name: str, address: str, port: int) -> None:
        self.python(place, ECHO, name, address, str(port))

    def prefix(self, user: int | None = None) -> list[str]:
        """What a command is begun with to run on the machine."""
        found = ["nsenter", f"--net=/proc/{self.machine}/ns/net", f"--mount=/proc/{self.machine}/ns/mnt", "--wd=/"]
        if user is not None:
            found += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
        return found

    def end(self) -> None:
        for process in reversed(self.started):
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):
                process.stdout.close()
