"""What a server does with one connection: the steps of a script, see README.md."""

from __future__ import annotations

import contextlib
import functools
import gzip
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field

from . import answers
from .world import World

NO_LINGER = struct.pack("ii", 1, 0)
LONGEST_STALL = 30.0


@functools.lru_cache
def bomb() -> bytes:
    """Made of parts that unpack to a mebibyte each (RFC 1952, section 2.2: a file may have several members)."""
    return gzip.compress(b" " * (1 << 20)) * 64


class Ended(Exception):
    """The client went away, or the suite is over."""


@dataclass
class Request:
    """A request as far as it came."""

    connection: int
    operation: str = ""
    head: bytes = b""
    body: bytes = b""
    whole: bool = False
    answered: bool = False

    def header(self, name: str) -> str:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.encode():
                return value.strip().decode("latin-1")
        return ""


def split_step(step: str | dict) -> tuple[str, object, dict]:
    """A step's name, its value, and what else is said of it."""
    if isinstance(step, str):
        return step, None, {}
    (name, value), *rest = step.items()
    return name, value, dict(rest)


@dataclass
class Connection:
    """Plays a script to one client."""

    number: int
    sock: socket.socket
    operation: str
    stopping: threading.Event
    requests: list[Request]
    world: World | None = None
    buffer: bytes = b""
    request: Request | None = None
    ended: bool = field(default=False)

    def play(self, script: list) -> None:
        try:
            if self.world:
                self.play_world()
            else:
                self.play_steps(script)
            if not self.ended:
                self.do_close(None)
        except (Ended, OSError):
            pass
        finally:
            self.sock.close()

    def play_steps(self, script: list) -> None:
        for step in script:
            name, value, more = split_step(step)
            getattr(self, f"do_{name.replace(' ', '_')}")(value, **more)

    def play_world(self) -> None:
        """To each request the script of what it is for; where there is none it is answered."""
        while not self.ended:
            self.read_head()
            if self.current() == "execute":  # only its body says what it is for
                self.do_read(None)
            script = self.world.fault["requests"].get(self.world.kind(self.current(), self.request), ["read", "answer"])
            self.play_steps(script[1:] if self.request.whole and script[0] == "read" else script)

    # ---- taking ----

    def receive(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise Ended
        return data

    def begin_request(self) -> Request:
        if self.request is None or self.request.whole:
            self.request = Request(self.number)
            self.requests.append(self.request)
        return self.request

    def take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self.buffer += self.receive()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def take_until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self.buffer += self.receive()
        return self.take(self.buffer.index(mark) + len(mark))

    def read_head(self) -> None:
        if self.request and self.request.head and not self.request.whole:
            return
        head = self.take_until(b"\r\n\r\n")
        request = self.begin_request()
        request.head = head
        request.operation = answers.operation_of(head.split(b" ")[1].decode("latin-1"))

    def read_chunks(self) -> bytes:
        body = b""
        while True:
            size = int(self.take_until(b"\r\n"), 16)
            body += self.take(size)
            self.take(2)
            if size == 0:
                return body

    def do_read(self, amount: str | int | None) -> None:
        """`read`: a whole request; `read: head`: all before its body; `read: N`: so many bytes of what is next."""
        if isinstance(amount, int):
            data = self.take(amount)
            if self.request and self.request.head:
                self.request.body += data
            return
        self.read_head()
        if amount == "head":
            return
        if self.request.header("transfer-encoding").lower() == "chunked":
            self.request.body = self.read_chunks()
        else:
            left = int(self.request.header("content-length") or 0) - len(self.request.body)
            self.request.body += self.take(left)
        self.request.whole = True
        if self.world:
            kind = self.world.kind(self.current(), self.request)
            self.world.take(kind, self.request.head, self.request.body)

    def do_read_slowly(self, amount: int, every: float) -> None:
        """So many bytes at a time, with a pause after each, until the client goes away."""
        while True:
            self.sock.recv(amount)
            self.pause(every)

    # ---- giving ----

    def pause(self, seconds: float) -> None:
        if seconds and self.stopping.wait(seconds):
            raise Ended

    def current(self) -> str:
        return self.request.operation if self.request and self.request.operation else self.operation

    def good_body(self) -> bytes:
        return self.world.body(self.current()) if self.world else answers.body(self.current())

    def filled(self, text: str) -> bytes:
        """A text of the script with what it stands for."""
        data = self.good_body()
        half = data[: len(data) // 2]
        packed = gzip.compress(data)
        values = {
            "${key}": self.request.header("x-api-key").encode() if self.request else b"",
            "${request}": self.request.body[-200:].replace(b"\r\n", b" ") if self.request else b"",
            "${body}": data,
            "${half}": half,
            "${length}": str(len(data)).encode(),
            "${half length}": str(len(half)).encode(),
            "${result}": b"event: result\ndata: %s\n\n" % data,
            "${chunks}": answers.chunks(data),
            "${half chunks}": answers.chunks(half),
            "${gzip}": packed,
            "${gzip length}": str(len(packed)).encode(),
            "${half gzip}": packed[: len(packed) // 2],
            "${half gzip length}": str(len(packed) // 2).encode(),
            "${half gzip chunks}": answers.chunks(packed[: len(packed) // 2]),
            "${type}": answers.content_type(self.current()).encode(),
        }
        filled = text.encode("latin-1")
        for name, value in values.items():
            filled = filled.replace(name.encode(), value)
        return filled

    def give(self, data: bytes, piece: int = 0, every: float = 0) -> None:
        step = piece or len(data) or 1
        for start in range(0, len(data), step):
            self.pause(every if start else 0)
            self.sock.sendall(data[start : start + step])

    def do_send(self, text: str, times: int = 1) -> None:
        self.give(self.filled(text) * times)

    def do_repeat(self, text: str, every: float = 0) -> None:
        """The same bytes until the client goes away."""
        data = self.filled(text) * (1 if every else 2000)
        while True:
            self.sock.sendall(data)
            self.pause(every)

    def do_answer(self, options: dict | None) -> None:
        """`answer`: a good one; its options change it, end it early (`until`, `cut`) or slow it down."""
        options = dict(options or {})
        until, cut = options.pop("until", None), options.pop("cut", None)
        pace = {name: options.pop(name) for name in ("piece", "every") if name in options}
        data = answers.whole(self.current(), data=self.good_body(), **options)
        head = data.index(b"\r\n\r\n") + 4
        ends = {"status line": 12, "headers": head - 10, "blank line": head, "body": (head + len(data)) // 2}
        if until:
            cut = ends[until]
        self.give(data[:cut], **pace)
        if self.request and cut is None:
            self.request.answered = True

    def do_bomb(self, _: None) -> None:
        """A small gzip body that is 64 MiB of spaces once it is unpacked."""
        data = bomb()
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(data)}\r\n\r\n"
        self.give(head.encode() + data)

    # ---- ending ----

    def do_wait(self, seconds: float) -> None:
        self.pause(seconds)

    def do_stall(self, _: None) -> None:
        """Nothing, neither read nor written, until the client goes away."""
        self.sock.settimeout(None)
        for _tick in range(int(LONGEST_STALL / 0.05)):
            self.pause(0.05)
            if self.client_gone():
                break
        self.ended = True

    def client_gone(self) -> bool:
        state = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return state[0] != 1  # no longer ESTABLISHED

    def do_close(self, _: None) -> None:
        """An end that loses nothing of what was sent: what still comes is read and thrown away."""
        self.ended = True
        if isinstance(self.sock, ssl.SSLSocket):
            with contextlib.suppress(OSError):
                self.sock.settimeout(1)
                self.sock = self.sock.unwrap()
        self.do_cut(None)

    def do_cut(self, _: None) -> None:
        """The end of TCP without that of TLS."""
        self.ended = True
        self.sock.shutdown(socket.SHUT_WR)
        self.sock.settimeout(LONGEST_STALL)
        while self.sock.recv(65536):
            pass

    def do_reset(self, _: None) -> None:
        self.ended = True
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.sock.close()
