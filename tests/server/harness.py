"""A sandboxd started as a user would start it, spoken to over real HTTP, and looked at from the host."""

from __future__ import annotations

import atexit
import contextlib
import http.client
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

import documents

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("SANDBOXD") or ROOT / "build/release/bin/sandboxd").resolve()
IS_ROOT = os.geteuid() == 0
# Where root runs the tests: every server that is given no place of root's is another user's, not only `any_server`.
NEVER_ROOT = IS_ROOT and bool(os.environ.get("SANDBOXD_NEVER_ROOT"))
SERVER_IS_ROOT = IS_ROOT and not NEVER_ROOT
IS_ASAN = BUILT.is_file() and b"__asan_init" in BUILT.read_bytes()


def _within_reach(program: Path) -> Path:
    """A copy that every user can run: a tree may lie where only its owner gets to, such as root's home."""
    if not program.is_file():
        return program
    folder = Path(tempfile.mkdtemp(prefix="sandboxd-tests-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    return Path(shutil.copy2(program, folder / "sandboxd"))


BINARY = _within_reach(BUILT)

# A server of the tests is not set up as this machine's own is.
for _name in [name for name in os.environ if name.startswith("SANDBOXD_")]:
    del os.environ[_name]
os.environ["SANDBOXD_CONFIG"] = "/dev/null"

# The host's users that tests run servers as; nobody's on any distribution.
OTHER_USER = 54321

_numbers = itertools.count(os.getpid() * 1000)


def marker() -> str:
    """A number of seconds that no other process sleeps: it finds a command's process on the host."""
    return f"31{next(_numbers)}"


def short(value) -> str:
    """The name of a case with a value that can be long."""
    return ascii(value)[:40]


def wait_until(condition, timeout: float = 5.0) -> bool:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


# ---- the host's view ----


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def read_proc(pid: int, name: str) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""


def status_field(pid: int, name: str) -> list[str]:
    for line in read_proc(pid, "status").decode(errors="replace").splitlines():
        if line.startswith(name + ":"):
            return line.split()[1:]
    return []


def is_alive(pid: int) -> bool:
    state = status_field(pid, "State")
    return bool(state) and state[0] not in "ZX"


def processes_with(text: str) -> list[int]:
    """The running processes with this in their command line."""
    return [pid for pid in processes() if text.encode() in read_proc(pid, "cmdline") and is_alive(pid)]


def sleepers(mark: str) -> list[int]:
    """The processes that are `sleep <mark>` itself, not a shell around it."""
    return [pid for pid in processes_with(mark) if read_proc(pid, "cmdline").split(b"\0")[0] == b"sleep"]


def descendants(pid: int) -> list[int]:
    parents = {child: status_field(child, "PPid") for child in processes()}
    found = [pid]
    for parent in found:
        found += [child for child, of in parents.items() if of == [str(parent)]]
    return found[1:]


# ---- HTTP ----


class Answer:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)

    @property
    def error(self) -> dict:
        assert set(self.json) == {"error"}, self.body
        assert isinstance(self.json["error"]["message"], str)
        assert self.json["error"]["message"]
        return self.json["error"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def form(path: str | bytes | None, data: bytes | None, boundary: str = "frontier") -> tuple[dict, bytes]:
    parts = []
    if path is not None:
        raw = path if isinstance(path, bytes) else path.encode()
        parts.append(b'Content-Disposition: form-data; name="path"\r\n\r\n' + raw)
    if data is not None:
        parts.append(b'Content-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + data)
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body


def _is_for_anybody(arguments: tuple[str, ...]) -> bool:
    """Whether a server with these arguments is another user's where none is to be root's: one that needs no device."""
    return NEVER_ROOT and "--ephemeral" in arguments and "--network" not in arguments and "/" not in "".join(arguments)


class Server:
    def __init__(self, *arguments: str, user: int | None = None, env: dict | None = None, pass_fds=(), prefix=()):
        self.ephemeral = "--ephemeral" in arguments
        if user is None and not env and _is_for_anybody(arguments):
            user, env = OTHER_USER, {"TMPDIR": "/tmp"}
        identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.identity = identity
        self.process = subprocess.Popen(
            [*prefix, str(BINARY), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            cwd="/",
            pass_fds=pass_fds,
            **identity,
        )
        self.ready = self._read_ready()
        self.pid = self.ready["pid"]
        self.state = Path(self.ready["state"])
        self.key = Path(self.ready["key_file"]).read_text().strip()
        self.socket = self.ready.get("unix_socket")
        url = urllib.parse.urlsplit(self.ready["url"])
        self.host, self.port = url.hostname, url.port

    def _read_ready(self) -> dict:
        readable, _, _ = select.select([self.process.stdout], [], [], 20)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            self.process.kill()
            _, errors = self.process.communicate()
            raise AssertionError(f"not ready: exit {self.process.returncode}, {errors.decode()}")
        return json.loads(line)

    def connection(self, timeout: float = 30) -> http.client.HTTPConnection:
        if self.socket:
            return UnixConnection(self.socket, timeout)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def send(self, connection, method, path, body=None, headers=None) -> None:
        headers = {"x-api-key": self.key, **(headers or {})}
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, {k: v for k, v in headers.items() if v is not None})

    def call(self, method, path, body=None, headers=None) -> Answer:
        with contextlib.closing(self.connection()) as connection:
            self.send(connection, method, path, body, headers)
            answer = Answer(connection.getresponse())
        documents.check_answer(method, path, answer)
        return answer

    def raw(self, data: bytes) -> bytes:
        """What the server answers to these very bytes."""
        with socket.create_connection((self.host, self.port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer

    # What most tests need of the API.

    def create(self, **params) -> dict:
        answer = self.call("POST", "/v1/sandboxes/create", params)
        assert answer.status == 200, answer.body
        return answer.json

    def execute(self, sandbox: dict, command: str, **params) -> dict:
        answer = self.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": command, **params})
        assert answer.status == 200, answer.body
        return answer.json

    def output(self, sandbox: dict, command: str, **params) -> str:
        result = self.execute(sandbox, command, **params)
        assert result["exit_code"] == 0, result
        return result["stdout"]

    def upload(self, sandbox: dict, path, data: bytes | None) -> Answer:
        headers, body = form(path, data)
        return self.call("POST", f"/v1/sandboxes/{sandbox['id']}/upload", body, headers)

    def download(self, sandbox: dict, path: str) -> Answer:
        return self.call("GET", f"/v1/sandboxes/{sandbox['id']}/download?" + urllib.parse.urlencode({"path": path}))

    def list(self) -> list[dict]:
        """All sandboxes, from all pages."""
        found: list[dict] = []
        page, last = 0, 1
        while page < last:
            page += 1
            answer = self.call("GET", f"/v1/sandboxes/list?page_size=1000&page={page}").json
            found += answer["data"]
            last = answer["pagination"]["total_pages"]
        return found

    def import_image(self, name: str, source: str = "host") -> None:
        subprocess.run(
            [str(BINARY), "image", "--state", str(self.state), "import", name, source],
            check=True,
            stdout=subprocess.DEVNULL,
            **self.identity,
        )

    # What the host has of it.

    def folders(self) -> set[str]:
        return {entry.name for entry in (self.state / "bwrap/sandboxes").iterdir()}

    def folder(self, sandbox: dict) -> Path:
        return self.state / "bwrap/sandboxes" / sandbox["id"]

    def root(self, sandbox: dict) -> Path:
        return self.folder(sandbox) / "root"

    # Its end.

    # AddressSanitizer looks for leaks at the end.
    def stop(self, number: int = signal.SIGTERM, timeout: float = 60 if IS_ASAN else 20) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.rest, self.errors = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode

    def kill(self) -> None:
        """As by the kernel: nothing of the server's own runs any more."""
        self.stop(signal.SIGKILL)
        if self.ephemeral:
            shutil.rmtree(self.state, ignore_errors=True)


@contextlib.contextmanager
def stopped_keeper(server: Server):
    """What is asked for is begun, and not made before the end."""
    keeper = descendants(server.pid)[0]
    os.kill(keeper, signal.SIGSTOP)
    yield
    with contextlib.suppress(ProcessLookupError):
        os.kill(keeper, signal.SIGCONT)


def fail(*arguments: str, user: int | None = None, env: dict | None = None, prefix=()) -> tuple[int, str]:
    """A start that has to fail: its exit code and what it said."""
    identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(
        [*prefix, str(BINARY), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd="/",
        timeout=30,
        check=False,
        **identity,
    )
    assert done.stdout == b"", done.stdout
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("sandboxd: ")
    assert "; " in lines[0], "a cause and a cure"
    return done.returncode, lines[0]


class Directories:
    """Directories directly beneath /tmp: other users can reach them."""

    def __init__(self):
        self.made: list[Path] = []

    def new(self, user: int | None = None) -> Path:
        path = Path(tempfile.mkdtemp(prefix="sandboxd-test-", dir="/tmp"))
        if user is not None:
            os.chown(path, user, user)
        self.made.append(path)
        return path

    def remove(self) -> None:
        for path in self.made:
            shutil.rmtree(path, ignore_errors=True)
