"""A server that records every request and answers as the test says, over TCP or a Unix socket, with TLS or without."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Request:
    """One request, as it came."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    peer: str
    connection: int

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
    """An answer's bytes; underscores in the names of headers stand for hyphens."""
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Some Words\r\n{head}\r\n".encode() + body


def read_head(stream: socket.socket) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """The first line, the headers and what came after them; None where the other side has ended."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = stream.recv(65536)
        if not more:
            return None
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return first, [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)], rest


def linger(stream: socket.socket) -> None:
    """Ends a connection so that the other side gets to read what was sent last: a reset would take that from it."""
    stream.shutdown(socket.SHUT_WR)
    while stream.recv(65536):
        pass


class Listener:
    """Accepts connections until it is closed, and hands each to `serve` on a thread of its own."""

    def __init__(self, listening: socket.socket, serve: Callable[[socket.socket, int], None]) -> None:
        self.listening = listening
        self.serve = serve
        self.open: list[socket.socket] = []
        self.connections = 0
        self.stop, self.stopped = socket.socketpair()
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self) -> None:
        while True:
            ready, _, _ = select.select([self.listening, self.stopped], [], [])
            if self.stopped in ready:
                return
            stream, _ = self.listening.accept()
            self.connections += 1
            self.open.append(stream)
            threading.Thread(target=self.guard, args=(stream, self.connections), daemon=True).start()

    def guard(self, stream: socket.socket, number: int) -> None:
        # A client that goes away, or that refuses a certificate, is what many tests are about.
        with contextlib.suppress(OSError), stream:
            self.serve(stream, number)

    def close(self) -> None:
        self.stop.close()
        self.thread.join()
        self.listening.close()
        self.stopped.close()
        for stream in self.open:
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)


def listen(unix_path: str | None = None) -> socket.socket:
    if unix_path is None:
        return socket.create_server(("127.0.0.1", 0))
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(unix_path)
    listening.listen()
    return listening


@dataclass
class Origin:
    """The server. Each request takes the next answer; the last one is repeated."""

    tls: ssl.SSLContext | None = None
    unix_path: str | None = None
    answers: list[bytes] = field(default_factory=lambda: [answer()])
    requests: list[Request] = field(default_factory=list)
    handshake_failures: list[str] = field(default_factory=list)
    keep_alive: bool = True

    def __post_init__(self) -> None:
        listening = listen(self.unix_path)
        self.port = listening.getsockname()[1] if self.unix_path is None else 0
        self.listener = Listener(listening, self.serve)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        return self.listener.connections

    def url_of(self, host: str) -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def serve(self, stream: socket.socket, number: int) -> None:
        if self.tls:
            try:
                stream = self.tls.wrap_socket(stream.dup(), server_side=True)
            except OSError as error:
                self.handshake_failures.append(str(error))
                linger(stream)
                return
        while self.serve_one(stream, number) and self.keep_alive:
            pass

    def serve_one(self, stream: socket.socket, number: int) -> bool:
        came = read_head(stream)
        if came is None:
            return False
        first, headers, body = came
        method, target, _ = first.split(" ", 2)
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        while len(body) < length:
            more = stream.recv(65536)
            if not more:
                return False
            body += more
        peer = stream.getpeername()
        request = Request(method, target, headers, body, peer[0] if isinstance(peer, tuple) else "", number)
        self.requests.append(request)
        reply = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        stream.sendall(reply)
        return True

    def close(self) -> None:
        self.listener.close()
