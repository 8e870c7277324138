"""The scripted server, called over plain sockets."""

from __future__ import annotations

import email.utils
import socket
import time
from types import SimpleNamespace

import pytest
from harness import answer
from harness import server as server_module
from harness.server import Connection, Server

GET = b"GET /x?y=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n"


def connect(server: Server, name: str = "main") -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port(name)), timeout=5)


def everything(sock: socket.socket) -> bytes:
    data = b""
    while True:
        piece = sock.recv(65536)
        if not piece:
            return data
        data += piece


def exchange(spec: dict, request: bytes = GET) -> bytes:
    with Server([spec]) as server, connect(server) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        return everything(sock)


def test_an_answer_of_json():
    got = exchange({"status": 201, "headers": {"X-B": "2"}, "json": {"a": [1]}})
    assert got == (
        b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 9\r\nX-B: 2\r\n\r\n{"a":[1]}'
    )


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"status": 404}, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        ({"status": 204}, b"HTTP/1.1 204 No Content\r\n\r\n"),
        ({"status": 599, "reason": "Odd"}, b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n"),
        ({"text": "abc", "content_length": 9}, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
        ({"text": "abc", "content_length": None}, b"HTTP/1.1 200 OK\r\n\r\nabc"),
        ({"text": "abcd", "cut_body_after": 2}, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"),
        ({"text": "abcd", "cut_after": 12}, b"HTTP/1.1 200"),
        ({"raw": "garbage"}, b"garbage"),
        ({"raw_base64": "AP8="}, b"\0\xff"),
        ({"close": True}, b""),
        (
            {"text": "abcde", "chunked": 3},
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        ),
        (
            {"text": "", "interim": [103]},
            b"HTTP/1.1 103 Interim\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            {"text": "x", "headers": {"Content-Length": None, "Set-Cookie": ["a", "b"]}},
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nx",
        ),
    ],
)
def test_the_bytes_of_an_answer(spec, expected):
    assert exchange(spec) == expected


def test_patterns_of_bytes():
    assert exchange({"all_bytes": 2}).endswith(b"\r\n\r\n" + bytes(range(256)) * 2)
    assert exchange({"repeat": {"text": "ab", "times": 3}}).endswith(b"\r\n\r\nababab")


def test_a_date_is_ahead_by_at_most_what_was_asked():
    got = exchange({"headers": {"Retry-After": "<date in 5 s>"}})
    date = email.utils.parsedate_to_datetime(got.split(b"Retry-After: ")[1].split(b"\r\n")[0].decode())
    assert 3.5 < date.timestamp() - time.time() <= 5


def test_an_unknown_key_is_refused():
    with pytest.raises(ValueError, match="stauts"):
        answer.build({"stauts": 200})


def test_a_reset_is_one():
    with Server([{"reset": True}]) as server, connect(server) as sock:
        sock.sendall(GET)
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_a_delay_and_pauses_between_pieces():
    started = time.monotonic()
    exchange({"text": "abc", "delay": 0.1, "piece": 20, "delay_between": 0.05})
    assert time.monotonic() - started >= 0.2


def test_a_server_that_hangs_ends_with_its_client():
    with Server([{"hang": True}]) as server:
        with connect(server) as sock:
            sock.sendall(GET)
            sock.settimeout(0.1)
            with pytest.raises(TimeoutError):
                sock.recv(1)
        started = time.monotonic()
    assert time.monotonic() - started < 1


def test_nobody_listens_on_the_unused_port():
    with Server([]) as server, pytest.raises(ConnectionRefusedError):
        connect(server, "unused")


def test_nobody_gets_through_to_the_full_port():
    with Server([]) as server, pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", server.port("full")), timeout=0.2)


def test_requests_are_recorded_byte_for_byte():
    body = bytes(range(256))
    post = b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 256\r\n\r\n" + body
    with Server([{"text": "1"}, {"text": "2"}, {"text": "3"}]) as server:
        with connect(server) as sock:
            for raw in (GET, post):
                sock.sendall(raw)
                assert sock.recv(65536).startswith(b"HTTP/1.1 200 OK")
        with connect(server, "other") as sock:
            sock.sendall(GET)
            sock.recv(65536)
    first, second, third = server.requests
    assert (bytes(first.raw), bytes(second.raw)) == (GET, post)
    assert (first.method, first.target, first.version) == ("GET", "/x?y=1", "HTTP/1.1")
    assert first.headers == [("Host", "h"), ("X-A", "1")]
    assert (second.body, second.whole) == (body, True)
    assert [request.connection for request in server.requests] == [1, 1, 2]
    assert (third.number, third.listener) == (3, "other")
    assert first.arrived <= first.answered <= second.arrived


def test_an_answer_counts_from_before_its_end_is_sent(monkeypatch):
    clock = [10.0]

    class Slow:
        def sendall(self, piece):
            clock[0] += 5

    monkeypatch.setattr(server_module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    for reply, moment in ((answer.Answer(pieces=[b"a", b"b"]), 15), (answer.Answer(pieces=[]), 20)):
        with Server([]) as server:
            connection = Connection(server, Slow(), 1, "main")
            connection.request = server.record(1, "main")
            connection.give(reply)
        assert connection.request.answered == moment


def test_chunks_of_a_request_are_put_together():
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab\n\r\n1\r\nc\r\n0\r\n\r\n"
    with Server([{"text": "ok"}]) as server, connect(server) as sock:
        sock.sendall(chunked)
        sock.recv(65536)
    assert (server.requests[0].body, bytes(server.requests[0].raw)) == (b"ab\nc", chunked)


def test_an_early_answer_comes_before_the_body():
    with Server([{"status": 413, "early": True}]) as server, connect(server) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
        assert sock.recv(65536).startswith(b"HTTP/1.1 413")
        sock.sendall(b"abc")
        sock.shutdown(socket.SHUT_WR)
        everything(sock)
    assert (server.requests[0].body, server.requests[0].whole) == (b"abc", True)


def test_a_request_that_breaks_off_is_not_whole():
    with Server([{"text": "ok"}]) as server, connect(server) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
        sock.shutdown(socket.SHUT_WR)
        assert everything(sock) == b""
    assert not server.requests[0].whole


def test_more_requests_than_answers():
    assert b" 500 " in exchange({"text": "ok", "headers": {}}, GET + GET)
