"""Who is let in: the key, the Host and the Origin header."""

from __future__ import annotations

import contextlib
import itertools
import re
import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import form, short, wait_until

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


def drip(connection, data: bytes, pause: float, limit: float) -> float:
    """Sends a byte at a time until the server ends the connection. Returns after how many seconds that was."""
    started = time.monotonic()
    connection.settimeout(pause)
    with contextlib.suppress(ConnectionError):
        for byte in itertools.cycle(data):
            if time.monotonic() - started > limit:
                return limit
            connection.sendall(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    break
    return time.monotonic() - started


def test_dragging_on_does_not_keep_a_connection(server):
    """A byte every second is not silence, but it has an end."""
    key = f"x-api-key: {server.key}\r\n"
    create = "POST /v1/sandboxes/create HTTP/1.1\r\nHost: localhost\r\n"
    begun = {
        "stranger's header": ("GET / HTTP/1.1\r\nHost: localhost\r\nA: ", b"x"),
        "stranger's requests": ("", f"GET {LIST} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()),
        "stranger's body": (f"{create}Content-Length: 9999\r\n\r\n", b"x"),
        "body": (f"{create}{key}Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n", b" "),
        "second header": (f"GET {LIST} HTTP/1.1\r\nHost: localhost\r\n{key}\r\nGET / HTTP/1.1\r\nA: ", b"x"),
    }
    connections = {name: socket.create_connection((server.host, server.port)) for name in begun}
    for name, connection in connections.items():
        connection.sendall(begun[name][0].encode())
    with ThreadPoolExecutor(len(begun)) as pool:
        lasted = {
            name: pool.submit(drip, connection, begun[name][1], 0.05 if "requests" in name else 0.5, 60)
            for name, connection in connections.items()
        }
    for name, future in lasted.items():
        assert future.result() < (20 if "stranger" in name else 45), name
        connections[name].close()
    assert lasted["body"].result() > 20, "who has the key has time enough"


def test_a_slow_upload_is_not_cut_off(server, sandbox):
    """Only silence ends a file's way in: it may take longer than a body of JSON."""
    headers, body = form("/data/slow", b"x" * 36)
    connection = server.connection()
    connection.putrequest("POST", f"/v1/sandboxes/{sandbox['id']}/upload")
    for name, value in {**headers, "x-api-key": server.key, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    for at in range(0, len(body), 6):
        connection.send(body[at : at + 6])
        time.sleep(33 / (len(body) / 6))
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_strangers_do_not_take_all_places(start):
    """Of connections that have not shown the key the oldest one goes when they are half of all."""
    # Its threads are slow to end, as on a busy machine.
    server = start("--ephemeral", prefix=["nice", "-n", "19", "prlimit", "--nofile=152:152"])
    known = server.connection()
    server.send(known, "GET", LIST)
    assert known.getresponse().read()
    strangers = []

    def are_fewer():
        server.send(known, "GET", "/metrics")
        answer = known.getresponse()
        assert answer.status == 200, "only strangers go"
        return int(re.search(rb'{key="not shown"} (\d+)', answer.read())[1]) <= 10

    for _ in range(5):
        strangers += [socket.create_connection((server.host, server.port), timeout=5) for _ in range(60)]
        assert server.call("GET", LIST).status == 200, "whoever has the key gets a place at once"
    assert wait_until(are_fewer)
    with contextlib.suppress(ConnectionResetError):
        assert strangers[0].recv(1) == b"", "the oldest one"
    for connection in [*strangers, known]:
        connection.close()


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
