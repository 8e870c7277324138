"""A server that a test writes the answers of byte by byte, and that knows when its clients have gone away."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable


class Connection:
    """One connection of a client."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.received = b""
        self.ended_at: float | None = None

    def read_request(self) -> bytes | None:
        """One request with its body, which has a length; None where the client is gone."""
        while b"\r\n\r\n" not in self.received:
            if not self.receive():
                return None
        head, _, rest = self.received.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(rest) < length:
            if not self.receive():
                return None
            rest = self.received.partition(b"\r\n\r\n")[2]
        self.received = rest[length:]
        return head + b"\r\n\r\n" + rest[:length]

    def receive(self) -> bool:
        """More bytes; whether there were any before the client's end."""
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.ended_at = self.ended_at or time.monotonic()
            return False
        self.received += data
        return True

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.sendall(data)

    def answer(self, body: bytes = b"{}", status: str = "200 OK", kind: str = "application/json") -> None:
        self.send(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def begin(self, kind: str = "text/event-stream") -> None:
        """The head of an answer in chunks."""
        self.send(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())

    def chunk(self, data: bytes) -> None:
        """One of them; the empty one is the last."""
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def wait_for_end(self) -> None:
        """Waits until the client is gone."""
        while self.receive():
            pass


class RawServer:
    """Runs a function for each connection, each in a thread of its own."""

    def __init__(self, serve: Callable[[Connection], None]) -> None:
        self.connections: list[Connection] = []
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(connected)
            self.connections.append(connection)
            thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, connection: Connection) -> None:
        with connection.socket:
            self._serve(connection)

    def seconds_until_ends(self, since: float, count: int = 1) -> float:
        """How long after a moment so many connections had been ended by their clients; waits for that."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            ended = sorted(one.ended_at for one in self.connections if one.ended_at is not None)
            if len(ended) >= count:
                return ended[count - 1] - since
            time.sleep(0.001)
        raise AssertionError(f"{count} connections were to end, {len(ended)} did")


def silent(connection: Connection) -> None:
    """Takes a request and never answers."""
    connection.read_request()
    connection.wait_for_end()


def answering(connection: Connection) -> None:
    """Answers each request with an empty object."""
    while connection.read_request() is not None:
        connection.answer()
