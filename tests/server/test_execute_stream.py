"""Commands whose run is answered as a stream of server-sent events, read off the socket itself."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import socket
import struct
import threading
import time
from pathlib import Path

import pytest
from harness import BUILT, IS_ROOT, Server, processes_with, short, sleepers, wait_until

EVENTS = "text/event-stream"
LIMIT = 100_000  # the server's --max-output
PIECE_MAX = 16384


@pytest.fixture(scope="module")
def beating():
    """A server with a heartbeat every second."""
    one = Server("--ephemeral", "--heartbeat", "1")
    yield one
    assert one.stop() == 0
    assert one.errors == b""


@pytest.fixture(scope="module")
def beating_sandbox(beating):
    return beating.create()


class Stream:
    """One request, and its answer as the bytes come. The chunks and lines are taken apart here, strictly, so that a
    library's leniency hides nothing."""

    def __init__(self, server, sandbox, command, accept=EVENTS, receive_buffer=None, **params):
        body = json.dumps({"command": command, **params}).encode()
        family = socket.AF_UNIX if server.socket else socket.AF_INET
        self.socket = socket.socket(family)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(60)
        self.socket.connect(server.socket or (server.host, server.port))
        head = (
            f"POST /v1/sandboxes/{sandbox['id']}/execute HTTP/1.1\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
            f"Accept: {accept}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body)
        self.raw = b""
        self.text = b""
        self.whole = False

    def _more(self) -> None:
        piece = self.socket.recv(65536)
        if not piece:
            raise EOFError(self.raw)
        self.raw += piece

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.raw:
            self._more()
        found, self.raw = self.raw.split(mark, 1)
        return found

    def head(self) -> tuple[int, dict[str, str]]:
        status, *lines = self._until(b"\r\n\r\n").decode().split("\r\n")
        return int(status.split()[1]), dict(line.split(": ", 1) for line in lines)

    def _chunk(self) -> None:
        length = int(self._until(b"\r\n"), 16)
        while len(self.raw) < length + 2:
            self._more()
        assert self.raw[length : length + 2] == b"\r\n"
        self.text += self.raw[:length]
        self.raw = self.raw[length + 2 :]
        self.whole = length == 0

    def events(self):
        """Each event when it is there, with its data decoded."""
        while not self.whole:
            self._chunk()
            while b"\n\n" in self.text:
                event, self.text = self.text.split(b"\n\n", 1)
                found = re.fullmatch(rb"event: ([a-z]+)\ndata: ([^\r\n]*)", event)
                assert found, event
                yield found[1].decode(), json.loads(found[2])
        assert self.text == b""

    def all(self) -> list[tuple[str, dict]]:
        status, _ = self.head()
        assert status == 200
        found = list(self.events())
        assert self.raw == b""
        return found

    def close(self) -> None:
        self.socket.close()


def run(server, sandbox, command, **params) -> list[tuple[str, dict]]:
    stream = Stream(server, sandbox, command, **params)
    try:
        return stream.all()
    finally:
        stream.close()


def piece(data: dict) -> bytes:
    assert set(data) == {"data", "encoding"}
    if data["encoding"] == "utf-8":
        return data["data"].encode()
    assert data["encoding"] == "base64"
    decoded = base64.b64decode(data["data"], validate=True)
    with pytest.raises(UnicodeDecodeError):
        decoded.decode()
    return decoded


def pieces(events, name="stdout") -> list[bytes]:
    return [piece(data) for event, data in events if event == name]


def joined(events, name="stdout") -> bytes:
    return b"".join(pieces(events, name))


def types(events) -> list[str]:
    return [event for event, _ in events]


# ---- the form ----


def test_order_of_events(any_server, any_sandbox):
    events = run(any_server, any_sandbox, "echo one; sleep 0.3; echo two >&2; sleep 0.3; echo three; exit 3")
    assert types(events) == ["started", "stdout", "stderr", "stdout", "result"]
    assert [data for event, data in events if event.startswith("std")] == [
        {"data": "one\n", "encoding": "utf-8"},
        {"data": "two\n", "encoding": "utf-8"},
        {"data": "three\n", "encoding": "utf-8"},
    ]
    started, result = events[0][1], events[-1][1]
    assert started == {"id": result["id"], "created_at": result["created_at"]}
    assert re.fullmatch("exec-[0-9a-f]{20}", result["id"])


def test_result_is_the_plain_answer(server, sandbox):
    command = f"yes € | head -c {LIMIT + 500}; printf '\\377\\0' >&2; exit 7"
    plain = server.execute(sandbox, command)
    result = run(server, sandbox, command)[-1][1]
    for varies in ("id", "created_at", "completed_at", "execution_time_ms"):
        assert type(plain.pop(varies)) is type(result.pop(varies))
    assert list(result) == list(plain)
    assert result == plain
    assert (result["stdout_truncated"], result["stderr_invalid_utf8"]) == (True, True)


def test_head(server, sandbox):
    stream = Stream(server, sandbox, "true")
    status, headers = stream.head()
    assert status == 200
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["Transfer-Encoding"] == "chunked"
    assert "Content-Encoding" not in headers
    assert types(stream.events()) == ["started", "result"]
    stream.close()


def test_connection_goes_on(server, sandbox):
    """After a stream the connection takes the next request, plain or not."""
    connection = server.connection()
    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    for accept in (EVENTS, None, EVENTS):
        server.send(connection, "POST", path, {"command": "echo x"}, {"Accept": accept})
        answer = connection.getresponse()
        body = answer.read()
        if accept:
            assert body.startswith(b"event: started\n")
        else:
            assert json.loads(body)["stdout"] == "x\n"
    connection.close()


def test_http_1_0(server, sandbox):
    """There are no chunks: the end of the connection is the end of the stream."""
    body = b'{"command": "echo x"}'
    with socket.create_connection((server.host, server.port), timeout=30) as connection:
        connection.sendall(
            f"POST /v1/sandboxes/{sandbox['id']}/execute HTTP/1.0\r\nHost: localhost\r\nx-api-key: {server.key}\r\n"
            f"Accept: {EVENTS}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, text = answer.split(b"\r\n\r\n", 1)
    assert b"Transfer-Encoding" not in head
    assert text.startswith(b"event: started\ndata: {")
    assert re.findall(rb"^event: (\w+)$", text, re.MULTILINE) == [b"started", b"stdout", b"result"]


# ---- who gets it ----


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream", True),
        ("text/event-stream; charset=utf-8", True),
        ("text/event-stream;q=0.001", True),
        ("text/event-stream, */*", True),
        ("*/*;q=0.1, text/event-stream;q=0.2", True),
        ("application/json, text/event-stream", True),
        ("application/json;q=0.5,text/event-stream", True),
        ("application/json ; q=0.8 , text/event-stream ; q=0.9", True),
        ("text/html, , text/event-stream;q=0.5", True),
        ("application/json;q=0, */*, text/event-stream;q=0.3", True),
        ("application/*;q=0.1, */*;q=0.9, text/event-stream;q=0.2", True),
        ('text/plain;x="a,b;q=0\\"", text/event-stream', True),
        ("text/plain\r\nAccept: text/event-stream", True),
        ("application/json", False),
        ("*/*", False),
        ("text/*", False),
        ("", False),
        ("text/html", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=0.000, */*", False),
        ("text/event-stream;q=0.5, application/json", False),
        ("text/event-stream;q=0.5, */*", False),
        ("text/event-stream;q=0.5, application/*;q=0.6", False),
        ("text/event-stream;q=0.5\r\nAccept: application/json", False),
        ("text/event-stream;q=2", False),
        ("text/event-stream;q=-1", False),
        ("text/event-stream;q=1.001", False),
        ("text/event-stream;q=0.1234", False),
        ("text/event-stream;q=", False),
        ("text/event-stream-of-mine", False),
        ('text/plain;x=", text/event-stream"', False),
        ("application/" + "x" * 300 + ", */*", False),
    ],
    ids=short,
)
def test_accept(server, sandbox, accept, streams):
    stream = Stream(server, sandbox, "true", accept=accept)
    status, headers = stream.head()
    assert (status, headers["Content-Type"]) == (200, "text/event-stream" if streams else "application/json")
    stream.close()


@pytest.mark.parametrize(
    ("params", "status", "field"),
    [
        ({"command": 1}, 422, "command"),
        ({"timeout": 0}, 422, "timeout"),
        ({"working_dir": "relative"}, 422, "working_dir"),
        ({"working_dir": "/nowhere"}, 422, "working_dir"),
        ({"working_dir": "/etc/passwd"}, 422, "working_dir"),
        ({"env": {f"N{i}": "x" * 100_000 for i in range(9)}}, 422, "env"),
    ],
    ids=short,
)
def test_error_before_the_start(server, sandbox, params, status, field):
    """Told by a status, as without the header, and never as an event."""
    path, body = f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true", **params}
    answer = server.call("POST", path, body, {"Accept": EVENTS})
    assert (answer.status, answer.error["field"]) == (status, field)
    assert answer.body == server.call("POST", path, body).body


def test_unknown_sandbox(server):
    answer = server.call("POST", "/v1/sandboxes/sbx-0/execute", {"command": "true"}, {"Accept": EVENTS})
    assert (answer.status, answer.error["type"]) == (404, "not_found")


# ---- the command is the same ----


def test_command_sees_no_difference(server, sandbox):
    command = "env | sort; readlink /proc/self/fd/*; echo $0 $#; tr '\\0' '\\n' < /proc/$$/cmdline; umask; exit 2"
    plain = re.sub(r"pipe:\[\d+\]", "pipe", server.execute(sandbox, command, env={"NAME": "value"})["stdout"])
    events = run(server, sandbox, command, env={"NAME": "value"})
    assert re.sub(r"pipe:\[\d+\]", "pipe", joined(events).decode()) == plain
    assert events[-1][1]["exit_code"] == 2


@pytest.mark.parametrize(
    "command", ["--help; echo dashes", "", "# nothing", "echo '\"$0\"' \\$0 '>&7'", "true " + "x" * 131_000], ids=short
)
def test_any_command(server, sandbox, command):
    plain = server.execute(sandbox, command)
    events = run(server, sandbox, command)
    assert joined(events).decode() == plain["stdout"]
    assert events[-1][1]["exit_code"] == plain["exit_code"]


@pytest.mark.parametrize(("command", "code"), [("kill -9 $$", 137), ("kill -TERM $$", 143), ("exit 255", 255)])
def test_exit_code(server, sandbox, command, code):
    result = run(server, sandbox, command)[-1]
    assert (result[0], result[1]["status"], result[1]["exit_code"]) == ("result", "completed", code)


def test_words_of_the_engine_are_taken_for_the_commands(server, sandbox):
    events = run(server, sandbox, 'echo "bwrap: Can\'t chdir to /x" >&2; exit 1')
    assert types(events) == ["started", "stderr", "result"]


# ---- output ----


def test_output_comes_as_it_is_written(server, sandbox):
    """Each line is there before the next one is allowed to be written."""
    stream = Stream(server, sandbox, "for i in 1 2 3; do echo $i; until [ -e /data/$i ]; do sleep 0.02; done; done")
    stream.head()
    events = stream.events()
    assert next(events)[0] == "started"
    for number in (b"1", b"2", b"3"):
        event, data = next(events)
        assert (event, piece(data)) == ("stdout", number + b"\n")
        assert server.upload(sandbox, f"/data/{number.decode()}", b"").status == 200
    assert [event for event, _ in events] == ["result"]
    stream.close()


def test_silent_command_has_started(server, sandbox, mark):
    stream = Stream(server, sandbox, f"sleep {mark}")
    stream.head()
    assert next(stream.events())[0] == "started"
    assert wait_until(lambda: sleepers(mark))
    stream.close()
    assert wait_until(lambda: processes_with(mark) == [], 2)


EXACT = {
    "nul": b"a\0b\0",
    "line ends": b"a\r\nb\rc\n\n\nd",
    "like an event": b"event: result\ndata: {}\n\n",
    "invalid": b"\xff\xfe",
    "every byte": bytes(range(256)) * 3,
    "overlong": b"\xc0\xaf",
    "surrogate": b"\xed\xa0\x80",
    "beyond unicode": b"\xf4\x90\x80\x80",
    "cut at the end": b"ok \xe2\x82",
    "cut at the end of four": b"ok \xf0\x9f\x98",
    "characters": "käse € \U0001f600 \u2028\ufeff\ufffd".encode(),
    "byte order mark": b"\xef\xbb\xbfx",
    "no line end": b"x",
    "controls": bytes(range(32)) + b"\x7f\"\\'",
}


@pytest.mark.parametrize("data", EXACT.values(), ids=EXACT)
@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_output_is_exact(server, sandbox, data, name):
    server.upload(sandbox, "/data/exact", data)
    events = run(server, sandbox, "cat /data/exact" + (" >&2" if name == "stderr" else ""))
    assert joined(events, name) == data
    assert joined(events, "stderr" if name == "stdout" else "stdout") == b""


def test_text_is_never_base64(server, sandbox):
    """However the pipe cuts it: every piece of a text is a text."""
    text = "aä€\U0001f600".encode() * 50_000
    server.upload(sandbox, "/data/text", text)
    events = run(server, sandbox, "cat /data/text; dd if=/data/text bs=777 >&2 2> /dev/null")
    for name in ("stdout", "stderr"):
        assert joined(events, name) == text
        assert {data["encoding"] for event, data in events if event == name} == {"utf-8"}
        assert all(1 <= len(one) <= PIECE_MAX for one in pieces(events, name))


def test_character_written_in_pieces(server, sandbox):
    events = run(server, sandbox, r"printf 'a\360'; sleep 0.3; printf '\237\230'; sleep 0.3; printf '\200b'")
    assert types(events) == ["started", "stdout", "stdout", "result"]
    assert pieces(events) == [b"a", "\U0001f600b".encode()]


def test_characters_of_two_streams(server, sandbox):
    """The beginning of one stream's character is nothing to the other's."""
    events = run(server, sandbox, r"printf '\303'; printf '\342\202' >&2; sleep 0.3; printf '\251'; printf '\254' >&2")
    assert (joined(events, "stdout"), joined(events, "stderr")) == ("é".encode(), "€".encode())
    assert all(data["encoding"] == "utf-8" for event, data in events if event.startswith("std"))


def test_beginning_of_a_character_does_not_wait_for_ever(beating, beating_sandbox):
    events = run(beating, beating_sandbox, r"printf 'a\303'; sleep 1.8")
    assert pieces(events) == [b"a", b"\xc3"]
    last = max(index for index, (event, _) in enumerate(events) if event == "stdout")
    assert "heartbeat" in types(events[last:])


def test_five_megabytes_of_noise(server, sandbox):
    """Far beyond --max-output, which is a limit of the result only."""
    noise = os.urandom(5_000_000)
    server.upload(sandbox, "/data/noise", noise)
    events = run(server, sandbox, "cat /data/noise & cat /data/noise >&2; wait")
    assert joined(events, "stdout") == noise
    assert joined(events, "stderr") == noise
    assert events[-1][1]["stdout_truncated"] is True
    assert re.search(r"\[truncated: \d+ more bytes\]$", events[-1][1]["stdout"])


def test_closed_streams(server, sandbox):
    events = run(server, sandbox, "exec 1>&- 2>&-; sleep 0.2; exit 7")
    assert (types(events), events[-1][1]["exit_code"]) == (["started", "result"], 7)


def test_output_of_the_last_moment(server, sandbox):
    for _ in range(20):
        assert joined(run(server, sandbox, "head -c 60000 /dev/zero; echo end >&2")) == b"\0" * 60000


# ---- heartbeats ----


def test_heartbeats(beating, beating_sandbox):
    events = run(beating, beating_sandbox, "sleep 3.5")
    beats = [data["execution_time_ms"] for event, data in events if event == "heartbeat"]
    assert types(events) == ["started", *["heartbeat"] * len(beats), "result"]
    assert 1 <= len(beats) <= events[-1][1]["execution_time_ms"] // 1000
    assert all(beat >= 1000 * number for number, beat in enumerate(beats, 1))


def test_heartbeats_beside_output(beating, beating_sandbox):
    events = run(beating, beating_sandbox, "for i in 1 2 3 4 5; do echo $i; sleep 0.5; done")
    assert "heartbeat" in types(events)
    assert joined(events) == b"1\n2\n3\n4\n5\n"


# ---- ends ----


def test_timeout(any_server, any_sandbox, mark):
    events = run(any_server, any_sandbox, f"echo so far; (setsid sleep {mark} &) ; sleep {mark}", timeout=1)
    assert types(events) == ["started", "stdout", "result"]
    result = events[-1][1]
    assert (result["status"], result["exit_code"], result["stdout"]) == ("timeout", 124, "so far\n")
    assert processes_with(mark) == []


def test_deletion(server, mark):
    sandbox = server.create()
    stream = Stream(server, sandbox, f"echo so far; sleep {mark}")
    stream.head()
    events = stream.events()
    assert [next(events)[0], next(events)[0]] == ["started", "stdout"]
    assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
    assert processes_with(mark) == []
    ((event, result),) = events
    assert (event, result["status"], result["exit_code"], result["stdout"]) == ("result", "error", 137, "so far\n")
    stream.close()


def test_server_that_stops(start, mark):
    server = start("--ephemeral", "--grace", "0")
    stream = Stream(server, server.create(), f"echo so far; sleep {mark}")
    stream.head()
    events = stream.events()
    assert [next(events)[0], next(events)[0]] == ["started", "stdout"]
    assert server.stop() == 0
    ((event, result),) = events
    assert (event, result["status"], result["exit_code"]) == ("result", "error", 137)
    assert processes_with(mark) == []
    stream.close()


def test_server_that_stops_lets_a_stream_end(start):
    server = start("--ephemeral", "--grace", "30")
    stream = Stream(server, server.create(), "echo begun; sleep 1; echo done")
    stream.head()
    events = stream.events()
    assert [next(events)[0], next(events)[0]] == ["started", "stdout"]
    assert server.stop() == 0
    rest = list(events)
    assert (joined(rest), rest[-1][0], rest[-1][1]["status"]) == (b"done\n", "result", "completed")
    stream.close()


def test_killed_server_cuts_the_stream(start, mark):
    server = start("--ephemeral")
    stream = Stream(server, server.create(), f"echo so far; sleep {mark}")
    stream.head()
    events = stream.events()
    assert [next(events)[0], next(events)[0]] == ["started", "stdout"]
    server.kill()
    with pytest.raises((EOFError, ConnectionError)):
        list(events)
    assert wait_until(lambda: processes_with(mark) == [])
    stream.close()


# ---- clients ----

TREE = "trap '' TERM HUP INT; (setsid sleep {0} &); nohup sleep {0} > /dev/null 2>&1 & sleep {0} | sleep {0}"


@pytest.mark.parametrize("how", ["close", "reset", "half close"])
def test_client_that_goes_away(any_server, any_sandbox, mark, how):
    stream = Stream(any_server, any_sandbox, TREE.format(mark))
    assert wait_until(lambda: len(sleepers(mark)) == 4)
    if how == "reset":
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if how == "half close":
        stream.socket.shutdown(socket.SHUT_WR)
    else:
        stream.close()
    assert wait_until(lambda: processes_with(mark) == [], 2)
    stream.close()


def test_half_closed_client_still_gets_the_result(server, sandbox, mark):
    stream = Stream(server, sandbox, f"echo so far; sleep {mark}")
    stream.head()
    events = stream.events()
    assert [next(events)[0], next(events)[0]] == ["started", "stdout"]
    stream.socket.shutdown(socket.SHUT_WR)
    assert [(event, data["status"]) for event, data in events] == [("result", "error")]
    stream.close()


def test_client_that_goes_away_while_it_is_flooded(server, sandbox, mark):
    """The thread of its connection is busy sending, and its command with writing."""
    stream = Stream(server, sandbox, f"sleep {mark} & yes", receive_buffer=4096)
    assert wait_until(lambda: sleepers(mark))
    time.sleep(0.5)
    stream.close()
    assert wait_until(lambda: processes_with(mark) == [], 2)


def test_client_of_a_unix_socket(start, directories, mark):
    server = start("--ephemeral", "--unix-socket", str(directories.new() / "socket"))
    sandbox = server.create()
    assert joined(run(server, sandbox, "seq 1 100000")) == "".join(f"{i}\n" for i in range(1, 100001)).encode()
    stream = Stream(server, sandbox, f"sleep {mark} & yes")
    assert wait_until(lambda: sleepers(mark))
    stream.close()
    assert wait_until(lambda: processes_with(mark) == [], 2)


def resident(server) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])


COUNTER = "i=0; while :; do i=$((i + 1)); echo $i > /data/count; head -c 65536 /dev/zero; done"


def counted(server, sandbox) -> int:
    text = (server.root(sandbox) / "data/count").read_text() if (server.root(sandbox) / "data/count").exists() else ""
    return int(text or 0)


def stalled(server, sandbox) -> int:
    """Waits until the command writes no more, and tells how much it has written."""
    seen = [-1, -2]

    def stands():
        time.sleep(0.5)
        seen.append(counted(server, sandbox))
        return seen[-1] == seen[-2] > 0

    assert wait_until(stands, 60), "the command is not held up"
    return seen[-1]


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the files of the sandbox")
def test_slow_reader_slows_the_command(server, sandbox):
    before = resident(server)
    stream = Stream(server, sandbox, COUNTER, receive_buffer=4096)
    stream.head()
    stopped_at = stalled(server, sandbox)
    assert resident(server) - before < 20_000
    # What it reads lets the command go on.
    events, taken = stream.events(), 0
    while taken < stopped_at * 65536 * 2 + 10_000_000:
        event, data = next(events)
        taken += len(piece(data)) if event == "stdout" else 0
    assert wait_until(lambda: counted(server, sandbox) > stopped_at, 20)
    assert resident(server) - before < 20_000
    stream.close()


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the files of the sandbox")
def test_heartbeats_do_not_pile_up(beating, beating_sandbox):
    """Those that a slow reader has no room for are left out."""
    # A command that never stops writing may leave no room for long after the reader has come back.
    command = COUNTER.replace("while :", "while [ ! -e /data/enough ]") + "; sleep 1000"
    stream = Stream(beating, beating_sandbox, command, receive_buffer=4096)
    stream.head()
    stalled(beating, beating_sandbox)
    time.sleep(4)
    (beating.root(beating_sandbox) / "data/enough").touch()
    begun, beats = time.monotonic(), [0]
    for event, data in stream.events():
        if event == "heartbeat":
            beats.append(data["execution_time_ms"])
            if time.monotonic() - begun > 1 and len(beats) > 2:
                break
    assert max(after - before for before, after in zip(beats, beats[1:])) >= 3000
    stream.close()


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the files of the sandbox")
def test_timeout_of_a_command_whose_client_does_not_read(server, sandbox, mark):
    stream = Stream(server, sandbox, f"sleep {mark} & {COUNTER}", receive_buffer=4096, timeout=3)
    assert wait_until(lambda: sleepers(mark))
    assert wait_until(lambda: processes_with(mark) == [], 20), "the timeout does not wait for the client"
    events = stream.all()
    assert (events[-1][0], events[-1][1]["status"]) == ("result", "timeout")
    assert set(joined(events)) == {0}
    stream.close()


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the files of the sandbox")
def test_deletion_does_not_wait_for_a_client_that_does_not_read(server, mark):
    sandbox = server.create()
    stream = Stream(server, sandbox, f"sleep {mark} & {COUNTER}", receive_buffer=4096)
    assert wait_until(lambda: sleepers(mark))
    stalled(server, sandbox)
    assert server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete").status == 200
    assert processes_with(mark) == []
    events = stream.all()
    assert (events[-1][0], events[-1][1]["status"]) == ("result", "error")
    stream.close()


def test_server_stops_before_a_client_that_does_not_read(start, mark):
    server = start("--ephemeral", "--grace", "1")
    stream = Stream(server, server.create(), f"sleep {mark} & yes", receive_buffer=4096)
    assert wait_until(lambda: sleepers(mark))
    time.sleep(0.5)
    assert server.stop() == 0
    assert processes_with(mark) == []
    stream.close()


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the threads of a server that cannot be traced")
@pytest.mark.skipif(not os.environ.get("SBX_FULL"), reason="takes more than two minutes")
def test_client_that_takes_nothing_after_the_end(start):
    """It is cut off, wherever the output stands that it does not take: in a pipe or in a buffer."""
    server = start("--ephemeral", "--max-output", "0")
    tasks = Path(f"/proc/{server.pid}/task")
    before = len(list(tasks.iterdir()))
    sandbox = server.create()
    server.upload(sandbox, "/data/text", b"x" * 5_000_000)
    # From one that fits into the buffers to one that does not, in steps of less than a buffer.
    streams = [
        Stream(server, sandbox, f"exec head -c {size} /data/text", receive_buffer=4096, timeout=3)
        for size in range(0, 5_000_000, 50_000)
    ]
    time.sleep(60)
    assert len(list(tasks.iterdir())) > len(streams), "not so soon"
    assert wait_until(lambda: len(list(tasks.iterdir())) <= before, 180)
    for stream in streams:
        stream.close()


@pytest.mark.skipif(b"__asan_init" in BUILT.read_bytes(), reason="AddressSanitizer needs all address space there is")
@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_no_memory_for_the_result(start):
    """The stream has all output; the result has what there is memory for, and says what is missing."""
    server = start("--ephemeral", "--max-output", "1000000000", prefix=["prlimit", "--as=130000000"])
    sandbox = server.create()
    command = "yes | head -c 70000000"

    def check(result: dict) -> None:
        text, _, number = result["stdout"].partition("\n[truncated: ")
        assert result["stdout_truncated"]
        assert len(text) + int(number.split()[0]) == 70_000_000

    path = f"/v1/sandboxes/{sandbox['id']}/execute"
    body = server.call("POST", path, {"command": command}, {"Accept": "text/event-stream"}).body
    output, _, result = body.partition(b"event: result\ndata: ")
    assert (
        sum(len(json.loads(line[6:]).get("data", "")) for line in output.split(b"\n") if line[:6] == b"data: ")
        == 70_000_000
    )
    check(json.loads(result))
    check(server.execute(sandbox, command))
    assert joined(run(server, sandbox, "echo still works")) == b"still works\n"


def test_many_at_once(server, sandbox):
    """Fifty streams side by side; each gets its own output, whole."""
    results = {}

    def one(number):
        command = f"sleep 0.5; for i in $(seq 200); do echo {number} $i; done; yes {number} | head -c 200000 >&2"
        results[number] = run(server, sandbox, command)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 50
    for number, events in results.items():
        assert joined(events) == "".join(f"{number} {i}\n" for i in range(1, 201)).encode()
        expected = (f"{number}\n" * 200000).encode()[:200000]
        assert hashlib.sha256(joined(events, "stderr")).digest() == hashlib.sha256(expected).digest()
        assert events[-1][0] == "result"
        assert events[-1][1]["exit_code"] == 0


@pytest.mark.skipif(not IS_ROOT, reason="only root sees the descriptors of a server that cannot be traced")
def test_nothing_is_left_of_streams(start, mark):
    def count():
        of = Path(f"/proc/{server.pid}")
        return len(list((of / "fd").iterdir())), len(list((of / "task").iterdir()))

    server = start("--ephemeral")
    threads = count()[1]
    sandbox = server.create()
    run(server, sandbox, "true")
    assert wait_until(lambda: count()[1] <= threads)
    before = count()
    for _ in range(10):
        run(server, sandbox, "echo x")
        server.call(
            "POST",
            f"/v1/sandboxes/{sandbox['id']}/execute",
            {"command": "true", "working_dir": "/no"},
            {"Accept": EVENTS},
        )
        stream = Stream(server, sandbox, f"sleep {mark} & yes")
        wait_until(lambda: sleepers(mark))
        stream.close()
        assert wait_until(lambda: processes_with(mark) == [], 2)
    assert wait_until(lambda: count()[0] <= before[0] and count()[1] <= before[1]), (before, count())
