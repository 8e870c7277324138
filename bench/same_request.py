"""The same request on both sides of a comparison, byte for byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from harness import Broken, Command, run
from servers import ANSWER

# libcurl writes these itself, on both sides alike.
WRITTEN_BY_CURL = {b"host", b"content-length"}


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        more = connection.recv(65536)
        if not more:
            return request
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


class Recorder:
    """A server that keeps the exact bytes of each request and gives the canned answer."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        answer = ANSWER.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n"
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection:
                    self.requests.append(read_request(connection))
                    connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + answer)

    def request_of(self, command: Callable[[str], Command]) -> bytes:
        self.requests.clear()
        run(command(self.base_url))
        if len(self.requests) != 1:
            raise Broken(f"{command(self.base_url)[0]} sent {len(self.requests)} requests for one call")
        return self.requests[0]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def same_request(ours: Callable[[str], Command], bare: Callable[[str], Command], headers: Path) -> str:
    """Writes the headers that we send for the bare program to send too, and fails unless both requests are the same.

    Both are given a base URL and make one call.
    """
    recorder = Recorder()
    try:
        sent = recorder.request_of(ours)
        lines = sent.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        kept = [line for line in lines if line.partition(b":")[0].lower() not in WRITTEN_BY_CURL]
        headers.write_bytes(b"\n".join(kept) + b"\n")
        sent_bare = recorder.request_of(bare)
    finally:
        recorder.close()
    if sent != sent_bare:
        raise Broken(f"the two sides do not send the same request:\n{sent!r}\n{sent_bare!r}")
    return sent.decode("latin-1").replace(recorder.base_url.removeprefix("http://"), "HOST")
