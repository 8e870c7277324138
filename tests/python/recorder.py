"""A server that records every request and answers what the test has put in line."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Recorded:
    """One request, as it came."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """The value of a header; None where it was not sent."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


@dataclass
class Answer:
    """What the next request is answered with."""

    json: Any = None
    status: int = 200
    body: bytes | None = None  # in the place of `json`
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    length: int | None = None  # what Content-Length says, if not the truth
    pieces: Iterable[bytes] | None = None  # in the place of `body`, sent one by one and without a length


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # many connect at once

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away before its answer is what some tests are about."""


class Recorder:
    """The server. Without an answer in line it repeats the last one, which begins as an empty object."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Recorded] = []
        self.last = Answer({})
        self.line: list[Answer] = []
        self.connections = 0
        self.addresses: deque[str] = deque(maxlen=8)  # of the last clients
        self.left = threading.Event()  # a client has gone away before it had all pieces
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"

    def answer(self, json: Any = None, **given: Any) -> None:
        """Puts an answer in line."""
        self.line.append(Answer(json, **given))

    @property
    def request(self) -> Recorded:
        """The one request that there was."""
        (only,) = self.requests
        return only

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self) -> Answer:
        with self._lock:
            if self.line:
                self.last = self.line.pop(0)
            return self.last

    def _handler(recorder) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                recorder.connections += 1
                recorder.addresses.append(self.client_address[0])

            def handle_any(self) -> None:
                body = self.read_body()
                recorder.requests.append(Recorded(self.command, self.path, self.headers.items(), body))
                answer = recorder._next()
                time.sleep(answer.delay)
                content = json.dumps(answer.json).encode() if answer.body is None else answer.body
                self.send_response(answer.status)
                headers = {"Content-Type": "application/json", **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                if answer.pieces is not None:
                    self.send_pieces(answer.pieces)
                    return
                self.send_header("Content-Length", str(len(content) if answer.length is None else answer.length))
                self.end_headers()
                self.wfile.write(content)
                if answer.length is not None:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def send_pieces(self, pieces: Iterable[bytes]) -> None:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    for piece in pieces:
                        self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                    self.wfile.write(b"0\r\n\r\n")
                except OSError:
                    recorder.left.set()
                    self.close_connection = True

            def read_body(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = bytearray()
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return bytes(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
