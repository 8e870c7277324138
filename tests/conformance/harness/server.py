"""A server that does what a case says and records every byte that reaches it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from . import answer

LINGER_NONE = struct.pack("ii", 1, 0)
BEYOND_SCRIPT = {"status": 500, "headers": {"x-should-retry": "false"}, "text": "the case has no answer for this"}


@dataclass
class Request:
    """A request as it came."""

    number: int
    connection: int
    listener: str
    arrived: float
    raw: bytearray = field(default_factory=bytearray)
    method: str = ""
    target: str = ""
    version: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    whole: bool = False
    answered: float = 0

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else None


class Disconnected(Exception):
    """The client went away."""


class Connection:
    """Reads requests from one connection and gives the script's answers, one after the other."""

    def __init__(self, server: Server, sock: socket.socket, number: int, listener: str) -> None:
        self.server = server
        self.sock = sock
        self.number = number
        self.listener = listener
        self.buffer = b""
        self.request: Request | None = None

    def serve(self) -> None:
        try:
            while self.serve_one():
                pass
        except (Disconnected, OSError):
            pass
        except (ValueError, TypeError) as error:
            self.server.problems.append(f"the server could not read or answer a request: {error!r}")
        finally:
            self.sock.close()

    def serve_one(self) -> bool:
        self.buffer = self.buffer or self.receive()
        self.request = self.server.record(self.number, self.listener)
        self.read_head()
        spec = self.server.next_answer(self.request)
        goes_on = True
        if spec.get("early"):
            goes_on = self.give(answer.build(spec))
        self.read_body()
        self.request.whole = True
        return goes_on if spec.get("early") else self.give(answer.build(spec))

    def give(self, reply: answer.Answer) -> bool:
        """Sends an answer; False ends the connection."""
        self.pause(reply.delay)
        try:
            for position, piece in enumerate(reply.pieces):
                self.pause(reply.delay_between if position else 0)
                # Before it is sent: on a busy machine the client may have waited and come back when we get on.
                self.request.answered = time.monotonic()
                self.sock.sendall(piece)
        finally:
            self.request.answered = self.request.answered or time.monotonic()
        if reply.hang:
            self.wait_for_client()
        if reply.reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
        return not (reply.close or reply.reset or reply.hang)

    def pause(self, seconds: float) -> None:
        if seconds and self.server.stopping.wait(seconds):
            raise Disconnected

    def wait_for_client(self) -> None:
        while self.sock.recv(65536):
            pass

    def receive(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise Disconnected
        return data

    def take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self.buffer += self.receive()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        self.request.raw += data
        return data

    def take_until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self.buffer += self.receive()
        return self.take(self.buffer.index(mark) + len(mark))

    def read_head(self) -> None:
        lines = self.take_until(b"\r\n\r\n")[:-4].decode("latin-1").split("\r\n")
        words = [*lines[0].split(" "), "", ""]
        self.request.method, self.request.target, self.request.version = words[:3]
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.request.headers.append((name, value.strip()))

    def read_body(self) -> None:
        if (self.request.header("expect") or "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if (self.request.header("transfer-encoding") or "").lower() == "chunked":
            self.request.body = self.read_chunks()
        else:
            self.request.body = self.take(int(self.request.header("content-length") or 0))

    def read_chunks(self) -> bytes:
        body = b""
        while True:
            size = int(self.take_until(b"\r\n")[:-2], 16)
            body += self.take(size)
            self.take(2)
            if size == 0:
                return body


class Server:
    """Listens on a port for each name that is asked for; the answers are one script, whichever port is called."""

    def __init__(self, script: list[dict]) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.listeners: dict[str, socket.socket] = {}
        self.sockets: list[socket.socket] = []
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def port(self, name: str) -> int:
        """The port of a listener: `main`, `other`, `ipv6`; `unused` refuses, `full` leaves connections waiting."""
        if name not in self.listeners:
            family, host = (socket.AF_INET6, "::1") if name == "ipv6" else (socket.AF_INET, "127.0.0.1")
            listener = socket.socket(family)
            listener.bind((host, 0))
            self.listeners[name] = listener
            if name == "full":
                self.fill(listener)
            elif name != "unused":  # bound but not listening: refused, and nobody else can take the port meanwhile
                listener.listen()
                self.start_thread(self.accept, name, listener)
        return self.listeners[name].getsockname()[1]

    def fill(self, listener: socket.socket) -> None:
        """Takes every place in the queue of connections that nobody accepts."""
        listener.listen(0)
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
            self.sockets.append(sock)

    def start_thread(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self, name: str, listener: socket.socket) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.sockets.append(sock)
                number = len(self.sockets)
            self.start_thread(Connection(self, sock, number, name).serve)

    def record(self, connection: int, listener: str) -> Request:
        with self.lock:
            request = Request(len(self.requests) + 1, connection, listener, time.monotonic())
            self.requests.append(request)
            return request

    def next_answer(self, request: Request) -> dict:
        return self.script[request.number - 1] if request.number <= len(self.script) else BEYOND_SCRIPT

    def stop(self) -> None:
        self.stopping.set()
        with self.lock:
            sockets = [*self.listeners.values(), *self.sockets]
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self.threads):
            thread.join(timeout=5)
        for sock in [*self.listeners.values(), *self.sockets]:
            sock.close()
