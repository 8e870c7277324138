"""nginx with TLS and HTTP/2 before another server."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """
daemon off;
master_process off;
pid "{folder}/nginx.pid";
error_log "{folder}/error.log";
events {{ worker_connections 64; }}
http {{
	log_format seen '$server_protocol $request_method $connection $status';
	access_log "{folder}/access.log" seen;
	client_body_temp_path "{folder}/body";
	proxy_temp_path "{folder}/proxy";
	fastcgi_temp_path "{folder}/fastcgi";
	uwsgi_temp_path "{folder}/uwsgi";
	scgi_temp_path "{folder}/scgi";
	client_max_body_size 0;
	proxy_buffering off;
	proxy_request_buffering off;
	proxy_http_version 1.1;
	server {{
		listen 127.0.0.1:{port} ssl {http2};
		ssl_certificate "{folder}/certificate.pem";
		ssl_certificate_key "{folder}/key.pem";
		keepalive_requests {requests};
		location / {{ proxy_pass http://127.0.0.1:{behind}; }}
	}}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Front:
    """The server; `folder` has certificate.pem and key.pem. It ends a connection after `requests`."""

    folder: Path
    behind: int
    http2: bool = True
    requests: int = 1000

    def __post_init__(self) -> None:
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        assert program, "nginx is not installed; scripts/setup does it"
        self.port = free_port()
        configuration = self.folder / "nginx.conf"
        text = CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            behind=self.behind,
            http2="http2" if self.http2 else "",
            requests=self.requests,
        )
        configuration.write_text(text)
        command = [program, "-p", str(self.folder), "-c", str(configuration), "-e", str(self.folder / "error.log")]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while True:
            assert self.process.poll() is None, (self.folder / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.01)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def seen(self) -> list[list[str]]:
        """Protocol, method, connection and status of each request. nginx writes them when it ends, at the latest."""
        self.close()
        return [line.split() for line in (self.folder / "access.log").read_text().splitlines()]
