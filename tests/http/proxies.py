"""Proxies that record what they are told: HTTP and HTTPS with CONNECT, and SOCKS5 (RFC 1928, RFC 1929)."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from origin import Listener, listen, read_head


def relay(left: socket.socket, right: socket.socket, seen: bytearray) -> None:
    """Carries bytes both ways until one side ends; `seen` gets those that come from the left."""
    while True:
        ready = (
            [left] if isinstance(left, ssl.SSLSocket) and left.pending() else select.select([left, right], [], [])[0]
        )
        for stream in ready:
            data = stream.recv(65536)
            if not data:
                return
            if stream is left:
                seen += data
            (right if stream is left else left).sendall(data)


@dataclass
class Tunnel:
    """One connection that was asked for."""

    host: str
    port: int
    seen: bytearray = field(default_factory=bytearray)


@dataclass
class Proxy:
    """What the proxies share: credentials, the real place of every host, and a record."""

    username: str | None = None
    password: str = ""
    tls: ssl.SSLContext | None = None
    refusal: int = 0  # an HTTP proxy answers CONNECT with it, a SOCKS proxy its reply
    tunnels: list[Tunnel] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)  # all that an HTTP proxy was told in clear
    given: list[tuple[str, str]] = field(default_factory=list)  # user names and passwords

    def __post_init__(self) -> None:
        listening = listen()
        self.port = listening.getsockname()[1]
        self.listener = Listener(listening, self.serve)

    def serve(self, stream: socket.socket, number: int) -> None:
        raise NotImplementedError

    def carry(self, stream: socket.socket, tunnel: Tunnel, first: bytes = b"") -> None:
        self.tunnels.append(tunnel)
        # Every name is a host of this machine: no test asks a resolver.
        with socket.create_connection(("127.0.0.1", tunnel.port)) as target:
            target.sendall(first)
            relay(stream, target, tunnel.seen)

    def close(self) -> None:
        self.listener.close()


class HttpProxy(Proxy):
    """An HTTP proxy, over TLS where it has a certificate."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def serve(self, stream: socket.socket, number: int) -> None:
        if self.tls:
            stream = self.tls.wrap_socket(stream, server_side=True)
        with stream, contextlib.suppress(OSError):
            self.serve_one(stream)

    def serve_one(self, stream: socket.socket) -> None:
        came = read_head(stream)
        if came is None:
            return
        first, headers, rest = came
        self.heads.append("\r\n".join([first, *(f"{name}: {value}" for name, value in headers)]))
        method, target, version = first.split(" ", 2)
        refusal = self.check(headers)
        if refusal:
            wanted = "Proxy-Authenticate: Basic realm=proxy\r\n" if refusal == 407 else ""
            stream.sendall(f"HTTP/1.1 {refusal} No\r\n{wanted}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        elif method == "CONNECT":
            host, _, port = target.rpartition(":")
            stream.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            self.carry(stream, Tunnel(host, int(port)), rest)
        else:
            url = urlsplit(target)
            kept = [(name, value) for name, value in headers if not name.lower().startswith("proxy-")]
            head = "\r\n".join([f"{method} {url.path}?{url.query} {version}", *(f"{n}: {v}" for n, v in kept)])
            self.carry(stream, Tunnel(url.hostname or "", url.port or 80), head.encode() + b"\r\n\r\n" + rest)

    def check(self, headers: list[tuple[str, str]]) -> int:
        """The status of a refusal, or 0."""
        value = next((value for name, value in headers if name.lower() == "proxy-authorization"), "")
        if value.startswith("Basic "):
            username, _, password = base64.b64decode(value[6:]).decode().partition(":")
            self.given.append((username, password))
            if (username, password) == (self.username, self.password):
                return self.refusal
        return 407 if self.username else self.refusal


class SocksProxy(Proxy):
    """A SOCKS5 proxy."""

    def serve(self, stream: socket.socket, number: int) -> None:
        version, count = self.take(stream, 2)
        assert version == 5
        methods = self.take(stream, count)
        wanted = 2 if self.username else 0
        if wanted not in methods:
            stream.sendall(b"\x05\xff")
            return
        stream.sendall(bytes([5, wanted]))
        if wanted and not self.authenticate(stream):
            return
        self.connect(stream)

    @staticmethod
    def take(stream: socket.socket, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = stream.recv(length - len(data))
            if not more:
                raise ConnectionError("the client went away")
            data += more
        return data

    def authenticate(self, stream: socket.socket) -> bool:
        _, length = self.take(stream, 2)
        username = self.take(stream, length).decode()
        password = self.take(stream, self.take(stream, 1)[0]).decode()
        self.given.append((username, password))
        right = (username, password) == (self.username, self.password)
        stream.sendall(b"\x01\x00" if right else b"\x01\x01")
        return right

    def connect(self, stream: socket.socket) -> None:
        _, _, _, kind = self.take(stream, 4)
        if kind == 1:
            host = socket.inet_ntop(socket.AF_INET, self.take(stream, 4))
        elif kind == 4:
            host = socket.inet_ntop(socket.AF_INET6, self.take(stream, 16))
        else:
            host = self.take(stream, self.take(stream, 1)[0]).decode()
        port = int.from_bytes(self.take(stream, 2), "big")
        stream.sendall(bytes([5, self.refusal, 0, 1, 0, 0, 0, 0, 0, 0]))
        if not self.refusal:
            self.carry(stream, Tunnel(host, port))
