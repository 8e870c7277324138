"""Who is let in: the key, the Host and the Origin header."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest
from harness import short

LIST = "/v1/sandboxes/list"


@pytest.mark.parametrize("key", [None, "", "wrong", "KEY+", "KEY-", "KEYKEY", "x" * 5000], ids=short)
def test_wrong_key(server, key):
    changed = {"KEY+": server.key + "x", "KEY-": server.key[:-1], "KEYKEY": server.key * 2}.get(key, key)
    answer = server.call("GET", LIST, headers={"x-api-key": changed})
    assert answer.status == 401
    assert answer.error["type"] == "authentication_error"
    assert server.key not in answer.body.decode()


@pytest.mark.parametrize("path", ["/", "/v1/sandboxes/create", "/v1/volumes/list", "/nothing"])
def test_every_path_wants_the_key(server, path):
    assert server.call("GET", path, headers={"x-api-key": None}).status == 401
    assert server.call("POST", path, {"name": 1}, headers={"x-api-key": None}).status == 401


def test_refused_request_with_a_body_keeps_the_connection(server):
    connection = server.connection()
    for _ in range(3):
        server.send(connection, "POST", "/v1/sandboxes/create", b"x" * 3_000_000, {"x-api-key": "wrong"})
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (401, True)
    server.send(connection, "GET", LIST)
    assert connection.getresponse().status == 200
    connection.close()


def test_upload_that_asks_first_is_refused_before_it_is_sent(server):
    """A client that waits for "100 Continue" is answered without sending its body."""
    head = (
        "POST /v1/sandboxes/x/upload HTTP/1.1\r\nHost: localhost\r\nx-api-key: wrong\r\nContent-Length: 999999999\r\n"
        "Content-Type: multipart/form-data; boundary=frontier\r\nExpect: 100-continue\r\n\r\n"
    )
    assert server.raw(head.encode()).startswith(b"HTTP/1.1 401 ")


def test_connections_without_a_key_do_not_stay(server):
    """Who has no key cannot keep the places of those who have one."""
    known = server.connection()
    server.send(known, "GET", LIST)
    assert known.getresponse().read()
    strangers = [socket.create_connection((server.host, server.port), timeout=15) for _ in range(4)]
    for stranger, start in zip(strangers, [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: lo", b"\x16\x03\x01"]):
        stranger.sendall(start)
    wrong = server.connection(timeout=15)
    server.send(wrong, "GET", LIST, headers={"x-api-key": "wrong"})
    assert wrong.getresponse().read()
    started = time.monotonic()
    for stranger in [*strangers, wrong.sock]:
        with contextlib.suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
        stranger.close()
    assert time.monotonic() - started < 13
    server.send(known, "GET", LIST)
    assert known.getresponse().status == 200
    known.close()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:80"])
def test_local_host(server, host):
    assert server.call("GET", LIST, headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "127.0.0.2",
        "localhost:",
        "localhost:x",
        "localhost:80:80",
        "[::1",
        "::1",
        "localhost@example.com",
        "localhost,example.com",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "127.1",
        "[::1].example.com",
        "127.0.0.1.nip.io",
        "localhost.",
        "",
    ],
)
def test_foreign_host(server, host):
    answer = server.call("GET", LIST, headers={"Host": host})
    assert answer.status == 403
    assert answer.error["type"] == "forbidden"


def test_two_hosts(server):
    answer = server.raw(
        f"GET {LIST} HTTP/1.1\r\nHost: localhost\r\nHost: a.com\r\nx-api-key: {server.key}\r\n\r\n".encode()
    )
    assert answer.split()[1] in (b"400", b"403")


@pytest.mark.parametrize("first_is_right", [True, False])
def test_two_keys(server, first_is_right):
    keys = [server.key, "wrong"] if first_is_right else ["wrong", server.key]
    lines = "".join(f"x-api-key: {key}\r\n" for key in keys)
    assert server.raw(f"GET {LIST} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode()).startswith(b"HTTP/1.1 401 ")


def test_no_host(server):
    assert server.raw(f"GET {LIST} HTTP/1.0\r\nx-api-key: {server.key}\r\n\r\n".encode()).split()[1] == b"403"
    assert server.raw(f"GET {LIST} HTTP/1.1\r\nx-api-key: {server.key}\r\n\r\n".encode()).split()[1] in (b"400", b"403")


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost", "null", ""])
def test_a_web_page_is_refused(server, origin):
    answer = server.call("GET", LIST, headers={"Origin": origin})
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    preflight = server.call("OPTIONS", LIST, headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
    assert preflight.status == 403
