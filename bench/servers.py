"""The servers that the benchmarks ask: nginx for fixed answers, server.c for late ones."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness import BIN, Broken

ANSWER = json.dumps(
    {
        "id": "execution-1",
        "created_at": "2025-01-01T00:00:00Z",
        "completed_at": "2025-01-01T00:00:00Z",
        "execution_time_ms": 3,
        "exit_code": 0,
        "status": "completed",
        "stdout": "HELLO\n",
        "stderr": "",
    }
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_program() -> str:
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        raise Broken("nginx is not installed; scripts/setup does it")
    return found


def nginx_configuration(folder: Path, port: int, file: Path | None, page: Path | None) -> str:
    body = ANSWER.replace("\\", "\\\\").replace("'", "\\'").replace("$", "")
    downloads = f'location ~ /download$ {{ sendfile on; alias "{file}"; }}' if file else ""
    pages = f'location = /v1/sandboxes/list {{ sendfile on; alias "{page}"; }}' if page else ""
    return f"""
daemon off;
master_process off;
pid "{folder}/nginx.pid";
error_log "{folder}/error.log";
events {{ worker_connections 512; }}
http {{
	access_log off;
	client_body_temp_path "{folder}/body";
	proxy_temp_path "{folder}/proxy";
	fastcgi_temp_path "{folder}/fastcgi";
	uwsgi_temp_path "{folder}/uwsgi";
	scgi_temp_path "{folder}/scgi";
	keepalive_requests 1000000000;
	keepalive_timeout 600s;
	default_type application/json;
	server {{
		listen 127.0.0.1:{port};
		location / {{ return 200 '{body}'; }}
		{downloads}
		{pages}
	}}
}}
"""


@contextlib.contextmanager
def canned_server(file: Path | None = None, page: Path | None = None) -> Iterator[str]:
    """One nginx, one worker, one answer, to downloads that file, to lists that page; gives its base URL."""
    with tempfile.TemporaryDirectory(prefix="sbx-bench-") as name:
        folder = Path(name)
        port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(nginx_configuration(folder, port, file, page))
        with (folder / "output").open("wb") as output:
            server = subprocess.Popen(
                [nginx_program(), "-p", name, "-c", configuration, "-e", folder / "error.log"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            wait_for(server, port, folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(500):
        if server.poll() is not None:
            said = (folder / "error.log").read_text() + (folder / "output").read_text()
            raise Broken(f"nginx did not start: {said.strip()[-300:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise Broken("nginx did not answer within 5 s")


@dataclass
class LateServer:
    """Answers after a certain time. `seen` is what it has told when it is over."""

    url: str
    seen: dict[str, int] = field(default_factory=dict)


@contextlib.contextmanager
def late_server(milliseconds: int) -> Iterator[LateServer]:
    """server.c on a port of its own: connections of an earlier comparison do not stand in the way of new ones."""
    with subprocess.Popen(
        [BIN / "bench_server", str(milliseconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip()
        if not port:
            raise Broken("the server of the late answers did not start")
        server = LateServer(f"http://127.0.0.1:{port}")
        try:
            yield server
        finally:
            process.stdin.close()
            server.seen.update(json.loads(process.stdout.read() or "{}"))
