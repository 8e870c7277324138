"""What the benchmarks rest on: the comparison of requests, the server that comes and goes, the ratios."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import run as bench  # noqa: E402

CLIENT = """
import socket, sys
port = int(sys.argv[1].rpartition(":")[2])
with socket.create_connection(("127.0.0.1", port)) as connection:
    head = f"POST / HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n{sys.argv[2]}\\r\\nContent-Length: 2\\r\\n\\r\\n"
    connection.sendall(head.encode() + sys.argv[3].encode())
    connection.recv(65536)
"""


def client(header, body):
    return lambda url, *_: [sys.executable, "-c", CLIENT, url, header, body]


def bare(monkeypatch, header, body):
    monkeypatch.setattr(bench, "bare_curl", lambda _headers, url, *_: client(header, body)(url))


def test_the_same_request_passes_and_gives_its_headers(monkeypatch, tmp_path):
    bare(monkeypatch, "X-One: 1", "{}")
    request = bench.same_request(client("X-One: 1", "{}"), tmp_path / "headers")
    assert request == "POST / HTTP/1.1\r\nHost: HOST\r\nX-One: 1\r\nContent-Length: 2\r\n\r\n{}"
    assert (tmp_path / "headers").read_text() == "X-One: 1\n"


@pytest.mark.parametrize(("header", "body"), [("X-One: 2", "{}"), ("x-one: 1", "{}"), ("X-One: 1", "[]")])
def test_a_request_that_differs_stops_the_comparison(monkeypatch, tmp_path, header, body):
    bare(monkeypatch, header, body)
    with pytest.raises(bench.Broken, match="do not send the same request"):
        bench.same_request(client("X-One: 1", "{}"), tmp_path / "headers")


def test_a_program_that_fails_is_broken_and_not_slow(tmp_path):
    with pytest.raises(bench.Broken, match="out of order"):
        bench.measure([sys.executable, "-c", "raise SystemExit('out of order')"])


def test_the_server_answers_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(bench.tempfile, "tempdir", str(tmp_path))
    with bench.canned_server() as url:
        with urllib.request.urlopen(f"{url}/v1/sandboxes/x/execute", data=b"{}") as answer:
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.read().decode() == bench.ANSWER
        pid = int(next(tmp_path.glob("*/nginx.pid")).read_text())
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert list(tmp_path.iterdir()) == []


def test_the_ratio_is_the_median_of_the_rounds():
    one = bench.row("CPU", "µs", [1, 20, 3], [1, 10, 6], 1.0)
    assert (one.ours, one.peer, one.ratio, one.met) == (3, 6, 1, True)


@pytest.mark.parametrize(
    ("ratio", "at_least", "met"), [(1.0, False, True), (1.1, False, False), (1.1, True, True), (0.9, True, False)]
)
def test_bars(ratio, at_least, met):
    assert bench.Row("CPU", "µs", 1, 1, ratio, 1.0, at_least).met is met
    assert bench.Row("CPU", "µs", 1, 1, ratio).met is None
