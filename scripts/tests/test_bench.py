"""What the benchmarks rest on: the comparison of requests, the server that comes and goes, the ratios."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import harness  # noqa: E402
import sandboxd_benchmarks  # noqa: E402
import servers  # noqa: E402
from same_request import same_request  # noqa: E402

CLIENT = """
import socket, sys
port = int(sys.argv[1].rpartition(":")[2])
with socket.create_connection(("127.0.0.1", port)) as connection:
    head = f"POST / HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n{sys.argv[2]}\\r\\nContent-Length: 2\\r\\n\\r\\n"
    connection.sendall(head.encode() + sys.argv[3].encode())
    connection.recv(65536)
"""


def client(header, body):
    return lambda url: [sys.executable, "-c", CLIENT, url, header, body]


def test_the_same_request_passes_and_gives_its_headers(tmp_path):
    request = same_request(client("X-One: 1", "{}"), client("X-One: 1", "{}"), tmp_path / "headers")
    assert request == "POST / HTTP/1.1\r\nHost: HOST\r\nX-One: 1\r\nContent-Length: 2\r\n\r\n{}"
    assert (tmp_path / "headers").read_text() == "X-One: 1\n"


@pytest.mark.parametrize(("header", "body"), [("X-One: 2", "{}"), ("x-one: 1", "{}"), ("X-One: 1", "[]")])
def test_a_request_that_differs_stops_the_comparison(tmp_path, header, body):
    with pytest.raises(harness.Broken, match="do not send the same request"):
        same_request(client("X-One: 1", "{}"), client(header, body), tmp_path / "headers")


def test_a_program_that_fails_is_broken_and_not_slow(tmp_path):
    with pytest.raises(harness.Broken, match="out of order"):
        harness.measure([sys.executable, "-c", "raise SystemExit('out of order')"])


def test_the_server_answers_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(servers.tempfile, "tempdir", str(tmp_path))
    with servers.canned_server() as url:
        with urllib.request.urlopen(f"{url}/v1/sandboxes/x/execute", data=b"{}") as answer:
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.read().decode() == servers.ANSWER
        pid = int(next(tmp_path.glob("*/nginx.pid")).read_text())
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert list(tmp_path.iterdir()) == []


def test_the_ratio_is_the_median_of_the_rounds():
    one = harness.row("CPU", "µs", [1, 20, 3], [1, 10, 6], 1.0)
    assert (one.ours, one.peer, one.ratio, one.met) == (3, 6, 1, True)


@pytest.mark.parametrize(
    ("ratio", "at_least", "met"), [(1.0, False, True), (1.1, False, False), (1.1, True, True), (0.9, True, False)]
)
def test_bars(ratio, at_least, met):
    assert harness.Row("CPU", "µs", 1, 1, ratio, 1.0, at_least).met is met
    assert harness.Row("CPU", "µs", 1, 1, ratio).met is None


def test_a_bar_of_the_measure_itself():
    assert harness.alone("memory", "KiB", [10, 30, 20], 20).met is True
    assert harness.alone("memory", "KiB", [10, 30, 21], 20).met is False
    assert harness.Row("memory", "KiB", 21, 42, 0.5, 20, by_itself=True).met is False


def test_sides_take_turns():
    order = []

    def side(name):
        return lambda: order.append(name) or {"name": name}

    ours, peer = harness.alternate(3, side("ours"), side("peer"))
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]
    assert [one["name"] for one in ours + peer] == ["ours"] * 3 + ["peer"] * 3


def test_what_is_started_within_runs_on_the_chosen_processors():
    one = {min(harness.PROCESSORS)}
    with harness.processors(one):
        assert os.sched_getaffinity(0) == one
    assert os.sched_getaffinity(0) == harness.PROCESSORS


def test_a_file_is_what_a_download_gives(tmp_path):
    file = tmp_path / "large"
    file.write_bytes(b"bytes of the file")
    tmp_path.chmod(0o755)
    with servers.canned_server(file) as url:
        with urllib.request.urlopen(f"{url}/v1/sandboxes/x/download?path=y") as answer:
            assert answer.read() == b"bytes of the file"
        with urllib.request.urlopen(f"{url}/v1/sandboxes/x/execute", data=b"{}") as answer:
            assert answer.read().decode() == servers.ANSWER


def request_over(connection, body):
    head = f"POST / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def test_the_late_server_holds_requests_and_says_how_many(tmp_path):
    with servers.late_server(50) as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with socket.create_connection(address) as one, socket.create_connection(address) as two:
            began = time.monotonic()
            for connection, body in ((one, b"{}"), (two, bytes(3_000_000))):
                request_over(connection, body)
            for connection in (one, two, one):
                assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
                assert time.monotonic() - began >= 0.05
                if connection is two:
                    began = time.monotonic()
                    request_over(one, b"{}")
    assert server.seen["connections"] == 2
    assert server.seen["requests"] == 3
    assert 1 <= server.seen["most_held"] <= 2


# A server in so far as it has memory: for each line that it reads it holds so many MiB for a moment.
HOLDER = "import sys\nfor line in sys.stdin: bytearray(b'x') * (int(line) << 20); print(flush=True)"


class NoClient:
    def __init__(self, server):
        pass

    def create(self):
        return "sandbox"

    def execute(self, sandbox, command):
        return ""


@pytest.mark.parametrize(("held", "met"), [(0, True), (64, False)])
def test_a_server_that_keeps_what_it_is_sent_misses_the_bar(monkeypatch, held, met):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def transfer(server, kind, sandbox, file):
        server.stdin.write(b"%d\n" % held)
        server.stdin.flush()
        server.stdout.readline()
        return 1.0

    monkeypatch.setattr(sandboxd_benchmarks, "sandboxd", lambda: contextlib.nullcontext(holder))
    monkeypatch.setattr(sandboxd_benchmarks, "Client", NoClient)
    monkeypatch.setattr(sandboxd_benchmarks, "transfer", transfer)
    with holder:
        holder.stdin.write(b"0\n")
        holder.stdin.flush()
        holder.stdout.readline()
        memory = sandboxd_benchmarks.sandboxd_transfer(harness.SMOKE).rows[-1]
        holder.stdin.close()
    assert memory.met is met, memory
