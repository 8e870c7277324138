"""The protocol over HTTP: who may ask, what a request has to look like, streams, and who goes away."""

from __future__ import annotations

import base64
import http.client
import json
import os
import select
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from harness import ENVIRONMENT, LEGACY, META, MODERN, PREFIX, PROGRAM, text_of

BOTH = "application/json, text/event-stream"


class Web:
    """A server at a port, and what its clients send."""

    def __init__(self, *options: str, environment: dict[str, str] | None = None):
        """With an environment for an account, else with a server of its own."""
        command = [str(PROGRAM), *([] if environment else ["--local"]), "--http", "0", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT | (environment or {})
        )
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], 20)[0]
        self.ready = json.loads(self.process.stdout.readline())
        self.port = int(self.ready["url"].rpartition(":")[2].split("/")[0])
        self.token: str | None = None

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def send(self, connection, message: object, headers: dict | None = None, method: str = "POST", path: str = "/mcp"):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        given = {"Content-Type": "application/json", "Accept": BOTH}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        given |= headers or {}
        connection.request(method, path, body, {name: value for name, value in given.items() if value is not None})

    def post(self, message: object, headers: dict | None = None, **more: str):
        with closing(self.connect()) as connection:
            self.send(connection, message, headers, **more)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def ask(self, method: str, params: dict | None = None, headers: dict | None = None) -> tuple[int, dict]:
        """Of an older revision."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        status, _, body = self.post(message, headers)
        return status, json.loads(body)

    def ask_modern(self, method: str, params: dict | None = None, headers: dict | None = None) -> tuple[int, dict]:
        status, _, body = self.post(*modern(method, params, headers))
        return status, json.loads(body)


def modern(method: str, params: dict | None = None, headers: dict | None = None) -> tuple[dict, dict]:
    params = (params or {}) | {"_meta": META | (params or {}).get("_meta", {})}
    given = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    if name := params.get("name") or params.get("uri"):
        given["Mcp-Name"] = name
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, given | (headers or {})


@pytest.fixture(scope="module")
def web():
    with Web("--no-token") as made:
        yield made


# ---- who may ask ----


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.com"},
        {"Host": "localhost.example.com"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1.example.com"},
        {"Origin": "http://example.com"},
        {"Origin": "https://localhost"},
        {"Origin": "null"},
        {"Origin": "http://localhost.example.com"},
    ],
)
def test_pages_of_elsewhere(web, headers):
    status, _, body = web.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers)
    assert status == 403
    assert json.loads(body)["error"]["code"] == -32600


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_this_machine(web, host):
    for headers in ({"Host": host}, {"Host": f"{host}:{web.port}"}, {"Origin": f"http://{host}:{web.port}"}):
        assert web.ask("ping", headers=headers) == (200, {"jsonrpc": "2.0", "id": 1, "result": {}})


PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


def message(body: bytes, *headers: str, host: str = "localhost") -> bytes:
    """As it is on the wire, also with headers that no client would send."""
    lines = [
        "POST /mcp HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def raw(port: int, data: bytes, address: str = "127.0.0.1", ends: bool = True) -> bytes:
    """All that is said to some bytes, behind which nothing more comes."""
    with socket.create_connection((address, port), timeout=60) as connection:
        connection.sendall(data)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        said = b""
        while piece := connection.recv(65536):
            said += piece
        return said


def status_of(said: bytes) -> int:
    return int(said.split()[1])


@pytest.mark.parametrize(
    "more",
    [
        ["Host: example.com"],
        ["Host: localhost"],
        ["Origin: http://localhost", "Origin: http://example.com"],
        ["Origin: http://localhost", "Origin: http://localhost"],
    ],
)
def test_who_asks_is_said_once(web, more):
    assert status_of(raw(web.port, message(PING, "Connection: close"))) == 200
    assert status_of(raw(web.port, message(PING, "Connection: close", *more))) == 403


def test_the_token(tmp_path):
    path = tmp_path / "token"
    with Web("--token-file", str(path)) as web:
        assert path.stat().st_mode & 0o777 == 0o600
        token = path.read_text().strip()
        assert len(token) == 64
        message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        for wrong in (None, "Bearer", "Bearer ", f"Bearer {token}x", f"Bearer {token[:-1]}", f"Basic {token}", token):
            status, headers, body = web.post(message, {"Authorization": wrong})
            assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
            assert token.encode() not in body
        web.token = token
        assert web.ask("ping")[0] == 200
        assert token not in Path(f"/proc/{web.process.pid}/cmdline").read_text()


def refusal_of(path: Path) -> str:
    done = subprocess.run(
        [PROGRAM, "--http", "0", "--token-file", path],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        timeout=20,
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "secret" not in line
    assert str(path) in line
    return line


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o700, 0o400, 0o4600])
def test_a_token_of_another_mode(tmp_path, mode):
    path = tmp_path / "token"
    path.write_text("secret\n")
    path.chmod(mode)
    assert "chmod 600" in refusal_of(path)


def test_a_token_that_is_no_file(tmp_path):
    (tmp_path / "folder").mkdir(mode=0o600)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("folder", "pipe"):
        assert "is no file" in refusal_of(tmp_path / name)


OTHER_USER = 65534
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


@as_root
def test_a_token_of_another_user(tmp_path):
    path = tmp_path / "token"
    path.write_text("secret\n")
    path.chmod(0o600)
    os.chown(path, OTHER_USER, -1)
    assert "another user" in refusal_of(path)


@as_root
def test_another_user_of_this_machine(tmp_path):
    path = tmp_path / "token"
    with Web("--token-file", str(path)) as web:
        message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        script = f"""
import encodings.idna, http.client, os  # before what they are read from is out of reach
os.setgroups([]); os.setgid({OTHER_USER}); os.setuid({OTHER_USER})
def post(headers):
    connection = http.client.HTTPConnection("127.0.0.1", {web.port}, timeout=20)
    headers = {{"Content-Type": "application/json", "Accept": "{BOTH}"}} | headers
    connection.request("POST", "/mcp", {message!r}, headers)
    return connection.getresponse().status
try:
    open({str(path)!r})
except PermissionError:
    print("unreadable", post({{}}), post({{"Authorization": "Bearer guess"}}))
try:
    open("/proc/{web.process.pid}/environ").read()
except PermissionError:
    print("unseen")
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/")
        assert done.stdout.split() == ["unreadable", "401", "401", "unseen"]


def test_without_a_word_on_tokens_it_does_not_start():
    done = subprocess.run([PROGRAM, "--http", "0"], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 2
    assert "--no-token" in done.stderr


# ---- what a request has to look like ----


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS"])
def test_other_methods(web, method):
    status, headers, body = web.post(b"", method=method)
    assert (status, headers["Allow"]) == (405, "POST")
    assert json.loads(body)["error"]["code"] == -32601


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": None}, 415),
        ({"Content-Type": "application/jsonx"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Encoding": "identity"}, 200),
        ({"Accept": "application/json"}, 406),
        ({"Accept": "text/event-stream"}, 406),
        ({"Accept": "*/*"}, 200),
        ({"Accept": "application/*, text/*"}, 200),
        ({"Accept": "application/*;q=0.5 , Text/Event-Stream ; q=1"}, 200),
        ({"Accept": "application/json,text/event-stream"}, 200),
        ({"Accept": "application/*"}, 406),
        ({"Accept": "text/*, image/*"}, 406),
        ({"Accept": "application/jsonx, text/event-stream"}, 406),
        ({"Accept": "text/html;x=application/json, text/event-stream"}, 406),
        ({"Accept": "application/json;q=0, text/event-stream"}, 406),
        ({"Accept": "application/json;q=0.000, text/event-stream"}, 406),
        ({"Accept": ""}, 406),
        ({"Accept": None}, 200),
        ({"Content-Type": "Application/JSON; charset=utf-8"}, 200),
    ],
)
def test_types(web, headers, expected):
    assert web.ask("ping", headers=headers)[0] == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["application/json", "text/event-stream"], 200),
        (["text/html", "text/*", "application/*"], 200),
        (["application/json", "text/html"], 406),
    ],
)
def test_types_over_several_lines(web, lines, expected):
    headers = ["Connection: close", *(f"Accept: {line}" for line in lines)]
    assert status_of(raw(web.port, message(PING, *headers))) == expected


def test_elsewhere(web):
    assert web.post(b"{}", path="/")[0] == 404


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"1", b'{"jsonrpc":"2.0","id":null,"method":"ping"}'])
def test_what_is_no_message(web, body):
    status, _, answer = web.post(body)
    assert status == 400
    assert json.loads(answer)["error"]["code"] in (-32700, -32600)


def test_a_message_that_is_too_long(web):
    with closing(web.connect()) as connection:
        web.send(connection, b" " * (17 << 20))
        assert connection.getresponse().status == 413
    assert web.ask("ping")[0] == 200


def test_notifications(web):
    status, _, body = web.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (status, body) == (202, b"")


@pytest.mark.parametrize(("version", "expected"), [(MODERN, 202), (LEGACY, 202), ("1999-01-01", 400), ("x", 400)])
def test_the_revision_of_a_notification(web, version, expected):
    sent = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert web.post(sent, {"MCP-Protocol-Version": version})[0] == expected


# ---- the eras ----


def test_older_revisions(web):
    params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    assert web.ask("initialize", params)[1]["result"]["protocolVersion"] == LEGACY
    status, answer = web.ask("tools/list", headers={"MCP-Protocol-Version": LEGACY})
    assert status == 200
    assert set(answer["result"]) == {"tools"}
    assert web.ask("nonsense")[0] == 200
    assert web.ask("tools/call", {"name": "x"})[0] == 200


@pytest.mark.parametrize("version", [MODERN, "1999-01-01", "x"])
def test_a_header_of_no_older_revision_wants_an_envelope(web, version):
    status, answer = web.ask("tools/list", headers={"MCP-Protocol-Version": version})
    assert (status, answer["error"]["code"]) == (400, -32602)


def test_the_stateless_revision(web):
    status, answer = web.ask_modern("server/discover")
    assert status == 200
    assert MODERN in answer["result"]["supportedVersions"]
    assert web.ask_modern("tools/list")[1]["result"]["resultType"] == "complete"
    for method in ("nonsense", "initialize", "ping"):
        status, answer = web.ask_modern(method)
        assert (status, answer["error"]["code"]) == (404, -32601)
    status, answer = web.ask_modern("tools/call", {"name": "nothing"})
    assert (status, answer["error"]["code"]) == (400, -32602)


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP-Protocol-Version": None},
        {"MCP-Protocol-Version": LEGACY},
        {"Mcp-Method": None},
        {"Mcp-Method": "tools/list"},
        {"Mcp-Method": "TOOLS/CALL"},
        {"Mcp-Name": None},
        {"Mcp-Name": "write_file"},
    ],
)
def test_headers_that_differ(web, headers):
    status, answer = web.ask_modern("tools/call", {"name": "run", "arguments": {"command": "true"}}, headers)
    assert (status, answer["error"]["code"]) == (400, -32020)


def test_headers_that_are_written_otherwise(web):
    name = f"=?base64?{base64.b64encode(b'list_sandboxes').decode()}?="
    message, headers = modern("tools/call", {"name": "list_sandboxes"})
    del headers["Mcp-Name"]
    headers |= {"mcp-name": name, "mcp-METHOD": headers.pop("Mcp-Method")}
    status, _, body = web.post(message, headers)
    assert status == 200
    assert "result" in json.loads(body)


@pytest.mark.parametrize("blanks", [" {}", "{}  ", "\t{} \t"])
def test_blanks_around_a_header(web, blanks):
    headers = {"Mcp-Name": blanks.format("list_sandboxes"), "Mcp-Method": blanks.format("tools/call")}
    assert web.ask_modern("tools/call", {"name": "list_sandboxes"}, headers)[0] == 200


def test_a_stream_of_what_changes(web):
    with closing(web.connect()) as connection:
        web.send(connection, *modern("subscriptions/listen", {"notifications": {}}))
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        assert b"acknowledged" in response.readline()
    assert web.ask("ping")[0] == 200


def test_a_version_that_is_not_served(web):
    params = {"_meta": {f"{PREFIX}protocolVersion": "2099-01-01"}}
    status, answer = web.ask_modern("tools/list", params, {"MCP-Protocol-Version": "2099-01-01"})
    assert (status, answer["error"]["code"]) == (400, -32022)


# ---- answers that take their time ----


def events(response) -> list[dict]:
    said = response.read().decode()
    return [json.loads(line[6:]) for line in said.split("\n\n") if line.startswith("data: ")]


def test_progress_is_a_stream(web):
    command = "for i in 1 2 3; do echo $i; sleep 0.3; done"
    params = {"name": "run", "arguments": {"command": command}, "_meta": {"progressToken": 7}}
    with closing(web.connect()) as connection:
        web.send(connection, *modern("tools/call", params))
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        assert response.headers["X-Accel-Buffering"] == "no"
        *told, answer = events(response)
    assert {each["method"] for each in told} == {"notifications/progress"}
    assert "".join(each["params"]["message"] for each in told) == "1\n2\n3\n"
    assert answer["result"]["structuredContent"]["stdout"] == "1\n2\n3\n"


def test_answers_without_progress_are_json(web):
    status, answer = web.ask_modern("tools/call", {"name": "run", "arguments": {"command": "sleep 0.5; echo x"}})
    assert status == 200
    assert json.loads(text_of(answer["result"]))["stdout"] == "x\n"


@pytest.mark.skipif(not os.environ.get("SBX_FULL"), reason="waits for half a minute; SBX_FULL=1 does")
def test_a_silent_answer_shows_that_it_lives(web):
    """By a comment every 15 s, of which the first opens the stream."""
    begun = time.monotonic()
    with closing(web.connect()) as connection:
        params = {"name": "run", "arguments": {"command": "sleep 33; echo x"}}
        web.send(connection, *modern("tools/call", params))
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        assert time.monotonic() - begun > 14
        *comments, answer, rest = response.read().decode().split("\n\n")
    assert comments == [":", ":"]
    assert json.loads(answer.removeprefix("data: "))["result"]["structuredContent"]["stdout"] == "x\n"
    assert rest == ""


def test_many_at_once(web):
    connections = [web.connect() for _ in range(40)]
    try:
        for i, connection in enumerate(connections):
            params = {"name": "run", "arguments": {"command": f"sleep 1; echo {i}"}}
            web.send(connection, *modern("tools/call", params))
        for i, connection in enumerate(connections):
            answer = json.loads(connection.getresponse().read())
            assert answer["result"]["structuredContent"]["stdout"] == f"{i}\n"
        for connection in connections:
            web.send(connection, *modern("tools/list"))
            assert connection.getresponse().read()
    finally:
        for connection in connections:
            connection.close()


def sleeps(web, seconds: int) -> bool:
    command = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"
    said = web.ask_modern("tools/call", {"name": "run", "arguments": {"command": command}})[1]
    return f"sleep {seconds} " in said["result"]["structuredContent"]["stdout"]


@pytest.mark.parametrize("progress", [False, True])
def test_whoever_goes_away_ends_the_command(web, progress):
    seconds = 71 + progress
    params = {"name": "run", "arguments": {"command": f"echo begun; sleep {seconds} & wait"}}
    if progress:
        params["_meta"] = {"progressToken": "x"}
    connection = web.connect()
    web.send(connection, *modern("tools/call", params))
    deadline = time.monotonic() + 20
    while not sleeps(web, seconds):
        assert time.monotonic() < deadline
    connection.close()
    while sleeps(web, seconds):
        assert time.monotonic() < deadline


def test_whoever_sends_nothing_more_is_answered(web):
    """In the stateless revision, too, in which whoever has gone away has cancelled."""
    call = {"name": "run", "arguments": {"command": "sleep 2; echo half"}}
    sent, headers = modern("tools/call", call)
    old = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    for each, given in ((sent, headers), (old, {})):
        lines = [f"{name}: {value}" for name, value in given.items()]
        said = raw(web.port, message(json.dumps(each).encode(), *lines))
        assert status_of(said) == 200
        assert b'"stdout":"half\\n"' in said


def test_whoever_sends_half_a_message(web):
    with socket.create_connection(("127.0.0.1", web.port)) as half:
        half.sendall(
            b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
        )
        assert web.ask("ping")[0] == 200
    assert web.ask("ping")[0] == 200


def test_it_ends_when_told_to_in_the_middle_of_a_call():
    with Web("--no-token") as web, closing(web.connect()) as connection:
        web.send(connection, *modern("tools/call", {"name": "run", "arguments": {"command": "sleep 73"}}))
        time.sleep(1)
        begun = time.monotonic()
        web.process.terminate()
        assert web.process.wait(20) == 0
        assert time.monotonic() - begun < 10


def test_a_stop_closes_a_stream_of_what_changes():
    with Web("--no-token") as web, closing(web.connect()) as connection:
        web.send(connection, *modern("subscriptions/listen", {"notifications": {}}))
        response = connection.getresponse()
        assert b"acknowledged" in response.readline()
        assert response.readline() == b"\n"
        web.process.terminate()
        (end,) = events(response)
        assert end["result"]["_meta"][f"{PREFIX}subscriptionId"] == end["id"] == 1
        assert web.process.wait(20) == 0


@pytest.mark.parametrize("way", ["modern", "progress", "legacy", "batch"])
def test_a_stop_answers_what_it_ends(way):
    params: dict = {"name": "run", "arguments": {"command": "echo begun; sleep 74"}}
    if way == "progress":
        params["_meta"] = {"progressToken": "x"}
    sent, headers = modern("tools/call", params)
    if way in ("legacy", "batch"):
        sent, headers = sent | {"params": params}, {}
    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    with Web("--no-token") as web, closing(web.connect()) as connection:
        web.send(connection, [sent, ping] if way == "batch" else sent, headers)
        deadline = time.monotonic() + 20
        while not sleeps(web, 74):
            assert time.monotonic() < deadline
        web.process.terminate()
        response = connection.getresponse()
        answers = events(response) if way == "progress" else json.loads(response.read())
        assert web.process.wait(20) == 0
    answer = answers if isinstance(answers, dict) else next(each for each in answers if each.get("id") == 1)
    assert (response.status, answer["id"], answer["error"]["code"]) == (200, 1, -32603)
    assert "the server ends" in answer["error"]["message"]


def test_a_stop_waits_for_nobody_who_does_not_read():
    with Web("--no-token") as web:
        params = {"name": "run", "arguments": {"command": "head -c 8388608 /dev/zero > /data/zeros"}}
        made = web.ask_modern("tools/call", params)[1]["result"]["structuredContent"]
        sent, headers = modern("resources/read", {"uri": f"sandbox://{made['sandbox_id']}/data/zeros"})
        lines = [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", web.port)) as deaf, closing(web.connect()) as kept:
            web.send(kept, *modern("tools/list"))
            assert kept.getresponse().read()
            deaf.sendall(message(json.dumps(sent).encode(), *lines))
            assert select.select([deaf], [], [], 20)[0]
            begun = time.monotonic()
            web.process.terminate()
            time.sleep(0.3)
            web.send(kept, *modern("tools/list"))
            assert kept.getresponse().status == 503, "nothing more is begun"
            assert web.process.wait(20) == 0
            assert 0.9 < time.monotonic() - begun < 5


def test_it_does_not_turn_while_it_waits(web):
    ticks = os.sysconf("SC_CLK_TCK")

    def cpu() -> float:
        fields = Path(f"/proc/{web.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    with closing(web.connect()) as connection:
        web.send(connection, *modern("tools/call", {"name": "run", "arguments": {"command": "sleep 3"}}))
        time.sleep(0.5)
        begun = cpu()
        time.sleep(2)
        assert cpu() - begun < 0.2
        assert connection.getresponse().status == 200
