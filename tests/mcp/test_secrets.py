"""A marked key is found nowhere, whatever the API says: in no answer, log, file, list or command line."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest
from account import wait_until
from fake_api import FakeApi, page, sandbox
from harness import ENVIRONMENT, LEGACY, PROGRAM, Host
from test_http import Web, modern

KEYS = ["canary-5f3759df0123456789abcdefCANARY", 'canary-"quoted\\and-escaped"-0123456789']
TOKEN = "canary-token-" + "7" * 32
SCRIPT = """
local told = {}
for _, call in ipairs{
    function() return client.sandboxes:list{} end,
    function() return client.sandboxes:create{name = 'x'} end,
    function() return client.sandboxes:execute('sbx-one', {command = 'true'}) end,
    function() return client.sandboxes:download('sbx-one', {path = '/data/x'}) end,
} do
    local ok, answer = pcall(call)
    local words = ok and (type(answer) == 'string' and answer or json.encode(answer)) or json.encode(answer)
    told[#told + 1] = words
    told[#told + 1] = string.reverse(words)
end
return told
"""
CALLS = [
    ("run", {"command": "true"}),
    ("run", {"command": "true", "sandbox": "one"}),
    ("read_file", {"path": "/data/x", "sandbox": "one"}),
    ("write_file", {"path": "/data/x", "content": "x", "sandbox": "one"}),
    ("list_files", {"sandbox": "one"}),
    ("start_command", {"command": "true", "sandbox": "one"}),
    ("command_output", {"handle": "cmd-0"}),
    ("stop_command", {"handle": "cmd-0"}),
    ("upload", {"local": "file", "path": "/data/x", "sandbox": "one"}),
    ("download", {"local": "new", "path": "/data/x", "sandbox": "one"}),
    ("create_sandboxes", {"name": "x"}),
    ("list_sandboxes", {}),
    ("get_sandboxes", {"id": "sbx-one"}),
    ("execute_sandboxes", {"id": "sbx-one", "command": "true"}),
    ("upload_sandboxes", {"id": "sbx-one", "path": "/data/x", "file": "x"}),
    ("download_sandboxes", {"id": "sbx-one", "path": "/data/x"}),
    ("delete_sandboxes", {"id": "sbx-one"}),
    ("delete_all_sandboxes", {}),
    ("create_volumes", {"name": "x"}),
    ("list_volumes", {}),
    ("delete_volumes", {"id": "vol-one"}),
    ("create_snapshot_volumes", {"id": "vol-one", "name": "x"}),
    ("search_docs", {"query": "key"}),
    ("list_api_endpoints", {}),
    ("get_api_endpoint_schema", {"endpoint": "list_sandboxes"}),
    ("invoke_api_endpoint", {"endpoint": "list_sandboxes"}),
    ("execute_code", {"code": SCRIPT}),
]
OPTIONS = ("--tools", "all", "--max-sandboxes", "5", "--idle-delete", "1")


def echoing(key: str, how: str):
    """An API that says the key wherever it can."""

    def answer(method: str, path: str, _: bytes):
        if path.startswith("/v1/sandboxes/list") and how != "401":
            return 200, page([sandbox("sbx-one", "one"), sandbox("sbx-two", key)], 1, 200)
        if how == "200":
            return 200, sandbox("sbx-one", key) | {"stdout": key, "stderr": key, "exit_code": 0, "message": key}
        if how == "text":
            return 400, f"key {key} refused at {method} {path}".encode()
        document = {"code": key, "message": f"the key {key} is none", "details": {key: [key]}}
        return int(how), {"error": document, "message": key, "detail": key}

    return FakeApi(answer, lambda request: {"X-Request-Id": key, "X-Echo": request.headers["x-api-key"]})


def forms(secret: str) -> list[bytes]:
    """How it would look in JSON, within JSON in JSON, and backwards."""
    found = [secret, secret[::-1]]
    for _ in range(4):
        found.append(json.dumps(found[-1] if len(found) > 2 else secret)[1:-1])
    return [each.encode() for each in found]


def find(secret: str, *places: bytes) -> list[bytes]:
    return [place for place in places for form in forms(secret) if form in place]


def files_below(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def command_lines(pid: int) -> list[bytes]:
    """Of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        Path(f"/proc/{pid}/cmdline").read_bytes(),
        *(line for child in children for line in command_lines(int(child))),
    ]


@pytest.fixture
def root(tmp_path):
    made = tmp_path / "root"
    made.mkdir()
    (made / "file").write_text("x")
    return made


def messages() -> list[tuple[str, dict]]:
    calls = [("tools/call", {"name": tool, "arguments": arguments}) for tool, arguments in CALLS]
    with_progress = [("tools/call", calls[0][1] | {"_meta": {"progressToken": "p"}})]
    return [
        *calls,
        *with_progress,
        ("resources/read", {"uri": "sandbox://sbx-one/data/x"}),
        ("resources/list", {}),
        ("prompts/get", {"name": "explore_api", "arguments": {"operation": "create_sandboxes"}}),
        ("tools/list", {}),
    ]


def lines_for(host: Host, method: str, params: dict, modern: bool = False) -> list[bytes]:
    """As they came: the answer to a request, and what is told before it."""
    identity = host.request(method, params, modern)
    lines = [host.line()]
    while json.loads(lines[-1]).get("id") != identity:
        lines.append(host.line())
    return lines


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("how", ["400", "401", "403", "404", "422", "text", "200"])
def test_over_standard_output(tmp_path, root, how, key):
    with echoing(key, how) as api:
        environment = api.environment(tmp_path / "state", key)
        with Host(*OPTIONS, "--root", str(root), environment=environment) as host:
            host.shake_hands()
            said = [line for method, params in messages() for line in lines_for(host, method, params)]
            said += [line for method, params in messages()[:5] for line in lines_for(host, method, params, modern=True)]
            lines = command_lines(host.process.pid)
            status, rest, errors = host.end()
        assert status == 0
        assert len(api.requests) > 20, "it was asked"
        assert find(key, *said, rest, errors.encode(), *lines, *files_below(tmp_path)) == []


@pytest.mark.parametrize("how", ["400", "404", "text", "200"])
def test_over_http(tmp_path, root, how):
    key = KEYS[0]
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    state = tmp_path / "state"
    with echoing(key, how) as api:
        options = (*OPTIONS, "--root", str(root), "--token-file", str(token))
        with Web(*options, environment=api.environment(state, key)) as web:
            web.token = TOKEN
            said = []
            for method, params in [("initialize", {"protocolVersion": LEGACY}), *messages()]:
                message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                for given, headers in ((message, None), modern(method, params)):
                    _, answered, body = web.post(given, headers)
                    said += [body, str(answered).encode()]
            said += [web.post(message, {"Authorization": "Bearer wrong"})[2], web.post(b"{")[2]]
            lines = command_lines(web.process.pid)
            web.process.terminate()
            out, errors = web.process.communicate(timeout=20)
        places = (*said, *lines, out, errors, json.dumps(web.ready).encode(), *files_below(state), *files_below(root))
        assert find(key, *places) == find(TOKEN, *places) == []


def test_what_is_printed(tmp_path):
    environment = ENVIRONMENT | {"SANDBOX_SDK_API_KEY": KEYS[0], "SANDBOX_SDK_BASE_URL": "http://127.0.0.1:1"}
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    for options in (
        ["--list", "--tools", "all"],
        ["--print-config", "claude"],
        ["--print-config", "vscode", "--http", "8123", "--token-file", str(token)],
        ["--help"],
        ["--version"],
        ["--tool", "nonsense"],
    ):
        done = subprocess.run([PROGRAM, *options], capture_output=True, check=False, env=environment, timeout=20)
        assert find(KEYS[0], done.stdout, done.stderr) == find(TOKEN, done.stdout, done.stderr) == []


def count_deletions(api: FakeApi) -> int:
    return sum(path.endswith("/delete") for _, path in api.requests)


def keeping(key: str, seconds: float = 0):
    """An API that makes a sandbox and refuses, after a while, to delete it."""

    def answer(_: str, path: str, __: bytes):
        if path.endswith("/create"):
            return 200, sandbox("sbx-one", "x")
        if path.endswith("/execute"):
            return 200, {"id": "x", "stdout": "", "stderr": "", "exit_code": 0, "status": "completed"}
        time.sleep(seconds)
        return 403, {"error": {"code": "no", "message": f"not with {key}"}}

    return FakeApi(answer)


def test_what_is_left_at_the_end_is_said_without_it(tmp_path):
    """The sandbox of its own that cannot be deleted, idle and at the end, is told on standard error."""
    key = KEYS[0]
    with keeping(key) as api:
        with Host(*OPTIONS, environment=api.environment(tmp_path, key)) as host:
            host.shake_hands()
            host.call("run", command="true")
            assert "sbx-one" in host.error_line()
            status, _, errors = host.end()
        assert status == 0
        assert count_deletions(api) == 2
        assert errors.count("sbx-one") == 2
        assert find(key, errors.encode()) == []


def test_deletion_under_way_at_the_end_is_waited_for(tmp_path):
    """It is not asked for once more."""
    with keeping(KEYS[0], 0.5) as api:
        with Host(*OPTIONS, environment=api.environment(tmp_path, KEYS[0])) as host:
            host.shake_hands()
            host.call("run", command="true")
            assert wait_until(lambda: count_deletions(api) > 0)
            status, _, errors = host.end()
        assert status == 0
        assert count_deletions(api) == 1
        assert errors.count("sbx-one") == 1


CUT = 96 * 1024


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("left", [16, 17, 25, 36])
def test_where_an_answer_is_cut_within_it(tmp_path, key, left):
    said = {"stdout": "x" * (CUT - left) + key + "y" * CUT, "stderr": "", "exit_code": 0, "status": "completed"}
    with (
        FakeApi(lambda *_: (200, {"id": "x"} | said)) as api,
        Host("--tools", "all", environment=api.environment(tmp_path, key)) as host,
    ):
        host.shake_hands()
        result = host.call("execute_sandboxes", id="sbx-one", command="true")
    shown = result["structuredContent"]["stdout"]
    assert set(shown[: CUT - left]) == {"x"}
    assert set(shown[CUT - left :]) == {"*"}
    assert find(key[:16], json.dumps(result).encode()) == []


def test_with_a_server_of_its_own(tmp_path):
    """The key of that is made at random: it is the one that the server's process was given."""
    with Host("--local", "--tools", "all", environment={"TMPDIR": str(tmp_path)}) as host:
        host.shake_hands()
        said = [line for method, params in messages() for line in lines_for(host, method, params)]
        keys = [path.read_text().strip() for path in tmp_path.rglob("key")]
        lines = command_lines(host.process.pid)
        assert keys, "it has one"
        for key in keys:
            assert find(key, *said, *lines) == []
