"""The protocol on the wire, byte by byte: what a host must not send, and what it may."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from harness import IS_OTHER_BUILD, META, MODERN, PREFIX, Host

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"nonsense",
        b'{"jsonrpc":"2.0","id":1,"method":"ping"',
        b"'",
        b'{"a":1}}',
        b'{"id":\xff}',
        b"\x00",
        b"[" * 600,
    ],
)
def test_what_is_not_json(host, line):
    assert host.error(line) == (None, -32700)
    assert host.ask("ping")["result"] == {}


@pytest.mark.parametrize(
    ("line", "identity"),
    [
        (b"[]", None),
        (b"[" + PING + b"]", None),
        (b"1", None),
        (b'"ping"', None),
        (b"null", None),
        (b'{"jsonrpc":"1.0","id":7,"method":"ping"}', 7),
        (b'{"id":7,"method":"ping"}', 7),
        (b'{"jsonrpc":"2.0","id":7}', 7),
        (b'{"jsonrpc":"2.0","id":7,"result":{}}', 7),
        (b'{"jsonrpc":"2.0","id":7,"method":1}', 7),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', None),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', None),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', None),
        (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', None),
    ],
)
def test_what_is_no_request(host, line, identity):
    assert host.error(line) == (identity, -32600)
    assert host.ask("ping")["result"] == {}


def test_params_have_to_be_an_object(host):
    assert host.error(b'{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}') == (7, -32602)


@pytest.mark.parametrize("identity", ["a", "", '\u00e4\n"\\', 0, -1, 2**53])
def test_an_id_comes_back_as_it_was(host, identity):
    host.send({"jsonrpc": "2.0", "id": identity, "method": "ping"})
    assert host.message() == {"jsonrpc": "2.0", "id": identity, "result": {}}


def test_frames_in_pieces_and_together(host):
    for byte in PING + b"\n":
        host.write(bytes([byte]))
    assert host.message()["id"] == 1
    host.write((PING + b"\r\n\r\n  \n") * 3 + PING + b"\n")
    assert [host.message()["id"] for _ in range(4)] == [1] * 4


def test_a_last_line_without_its_end(host):
    host.write(PING)
    status, said, errors = host.end()
    assert (status, errors) == (0, "")
    assert json.loads(said) == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_a_frame_that_is_too_long(host):
    host.write(b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * (17 << 20) + b'"}\n' + PING + b"\n")
    assert host.message()["error"]["code"] == -32700
    assert host.message() == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_a_frame_of_almost_16_mebibytes(old):
    content = "x" * (15 << 20)
    assert old.call("write_file", path="/data/large", content=content)["content"][0]["text"] == "written"
    result = old.call("run", command="wc -c < /data/large")
    assert result["structuredContent"]["stdout"].strip() == str(len(content))


@pytest.mark.parametrize("method", ["tools/list", "tools/call", "server/discover", "resources/list"])
def test_before_the_handshake(host, method):
    answer = host.ask(method)
    assert answer["error"]["code"] == -32602
    assert PREFIX + "protocolVersion" in answer["error"]["message"]


def test_methods_that_are_not_there(old):
    assert old.ask("nonsense/list")["error"]["code"] == -32601
    assert old.ask("server/discover")["error"]["code"] == -32601
    for method in ("initialize", "ping", "nonsense", "tasks/list"):
        assert old.ask(method, modern=True)["error"]["code"] == -32601


def test_notifications_are_not_answered(host):
    host.notify("notifications/initialized", {})
    host.notify("nonsense", {})
    host.notify("notifications/cancelled", {"requestId": 17})
    host.notify("tools/list", {})
    assert host.ask("ping")["result"] == {}


@pytest.mark.parametrize(
    "rest",
    [
        {"params": []},
        {"params": 1},
        {"params": {"_meta": {f"{PREFIX}protocolVersion": 1}}},
        {"params": {"_meta": {f"{PREFIX}protocolVersion": MODERN}}},
        {"params": {"_meta": META | {f"{PREFIX}protocolVersion": "2099-01-01"}}},
    ],
)
@pytest.mark.parametrize("method", ["notifications/x", "notifications/cancelled", "tools/list"])
def test_a_notification_is_not_answered_by_an_error(host, method, rest):
    host.send({"jsonrpc": "2.0", "method": method} | rest)
    assert host.ask("ping")["result"] == {}


def test_what_asks_for_an_answer_is_no_notification(old):
    """Whatever its name says; and it does nothing."""
    handle = old.call("start_command", command="sleep 5")["structuredContent"]["handle"]
    waiting = old.request("tools/call", {"name": "command_output", "arguments": {"handle": handle, "wait": 50}})
    for modern in (False, True):
        for method in ("notifications/initialized", "notifications/cancelled", "notifications/x"):
            assert old.ask(method, {"requestId": waiting}, modern)["error"]["code"] == -32601
    assert not old.answer(waiting)["result"]["structuredContent"]["running"]


def test_a_version_that_is_not_served(host):
    host.request("tools/list", {"_meta": {f"{PREFIX}protocolVersion": "2099-01-01", f"{PREFIX}clientCapabilities": {}}})
    error = host.message()["error"]
    assert error["code"] == -32022
    assert error["data"]["requested"] == "2099-01-01"
    assert MODERN in error["data"]["supported"]
    assert error["data"]["supported"] == host.ask("server/discover", modern=True)["result"]["supportedVersions"]


@pytest.mark.parametrize(
    "meta", [{f"{PREFIX}protocolVersion": MODERN}, {f"{PREFIX}protocolVersion": 1}, {f"{PREFIX}protocolVersion": None}]
)
def test_a_broken_envelope(host, meta):
    assert host.ask("tools/list", {"_meta": meta})["error"]["code"] == -32602


@pytest.mark.parametrize(
    ("asked", "given"),
    [("2025-06-18", "2025-06-18"), ("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-11-25"), (MODERN, "2025-11-25")],
)
def test_versions_of_the_handshake(host, asked, given):
    assert host.shake_hands(asked)["protocolVersion"] == given


def test_both_eras_at_once(old):
    legacy = old.ask("tools/list")["result"]
    modern = old.ask("tools/list", modern=True)["result"]
    assert legacy["tools"] == modern["tools"]
    assert set(legacy) == {"tools"}
    assert (modern["resultType"], modern["cacheScope"]) == ("complete", "public")
    assert modern["ttlMs"] >= 0
    assert modern["_meta"][PREFIX + "serverInfo"]["name"] == "sandbox-sdk-mcp"


def test_a_thousand_calls_in_flight(old):
    numbers = [old.request("tools/call", {"name": "list_sandboxes", "arguments": {}}) for _ in range(1000)]
    answers = {old.message(60)["id"] for _ in numbers}
    assert answers == set(numbers)


def test_a_cancelled_call_stops_its_command(old):
    old.call("run", command="true")
    number = old.request("tools/call", {"name": "run", "arguments": {"command": "sleep 77; touch /data/late"}})
    deadline = time.monotonic() + 20
    while (
        "sleep 77"
        not in old.call("run", command="ps -ef || cat /proc/*/cmdline | tr '\\0' ' '")["structuredContent"]["stdout"]
    ):
        assert time.monotonic() < deadline
    old.notify("notifications/cancelled", {"requestId": number, "reason": "enough"})
    deadline = time.monotonic() + 20
    while (
        old.call("run", command="cat /proc/[0-9]*/comm | grep -c sleep")["structuredContent"]["stdout"].strip() != "0"
    ):
        assert time.monotonic() < deadline
    old.notify("notifications/cancelled", {"requestId": number})
    assert old.ask("ping")["result"] == {}


def test_progress(old):
    command = "for i in 1 2 3; do echo line $i; sleep 0.3; done; echo end"
    params = {"name": "run", "arguments": {"command": command}, "_meta": {"progressToken": "token"}}
    number = old.request("tools/call", params)
    told, message = [], old.message()
    while "method" in message:
        assert message["method"] == "notifications/progress"
        told.append(message["params"])
        message = old.message()
    assert message["id"] == number
    assert [each["progressToken"] for each in told] == ["token"] * len(told)
    assert [each["progress"] for each in told] == list(range(1, len(told) + 1))
    assert "".join(each["message"] for each in told) == message["result"]["structuredContent"]["stdout"]
    assert len(told) >= 3


def test_progress_does_not_wait_for_more(old):
    """What was written shortly after the last that was told, before a silence: a prompt."""
    command = "printf A; sleep 0.03; printf B; until [ -e /data/go ]; do sleep 0.1; done; printf C"
    params = {"name": "run", "arguments": {"command": command}, "_meta": {"progressToken": "token"}}
    number = old.request("tools/call", params)
    told = ""
    while told != "AB":
        told += old.message()["params"]["message"]
    answers = {old.request("tools/call", {"name": "run", "arguments": {"command": "touch /data/go"}}), number}
    while answers:
        message = old.message()
        answers.discard(message.get("id"))
        told += message.get("params", {}).get("message", "")
    assert told == "ABC"


@pytest.mark.parametrize("command", ["seq 1 20000", "yes äöü | head -n 20000"])
def test_progress_says_what_it_leaves_out(old, command):
    """At the place where it is, by the number of its bytes."""
    old.call("write_file", path="/data/command", content=f"{command} > /data/out; cat /data/out")
    params = {"name": "run", "arguments": {"command": "sh /data/command"}, "_meta": {"progressToken": "token"}}
    old.request("tools/call", params)
    told, message = [], old.message()
    while "method" in message:
        told.append(message["params"]["message"])
        message = old.message()
    told = "".join(told)
    assert "?" not in told, "no character is cut"
    at = 0
    whole = subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout
    for piece in re.split(r"(\[… [0-9]+ bytes left out\])", told):
        if gap := re.fullmatch(r"\[… ([0-9]+) bytes left out\]", piece):
            at += int(gap[1])
        else:
            assert whole[at : at + len(piece.encode())] == piece.encode()
            at += len(piece.encode())
    assert at == len(whole)
    assert "bytes left out]" in told


def test_a_cancel_of_what_was_answered(old):
    """It may have been under way already when the answer came."""
    for modern in (False, True):
        number = old.request("tools/call", {"name": "run", "arguments": {"command": "true"}}, modern)
        assert old.answer(number)["result"]["structuredContent"]["exit_code"] == 0
        for _ in range(2):
            old.notify("notifications/cancelled", {"requestId": number, "reason": "too late"})
        assert old.call("run", modern, command="echo on")["structuredContent"]["stdout"] == "on\n"
    status, said, errors = old.end()
    assert (status, said, errors) == (0, b"", "")


def test_the_wire_is_nobody_elses(old):
    """What reads standard input or prints by mistake, a library or a child, does not speak to the host."""
    old.call("run", command="true")
    process = Path(f"/proc/{old.process.pid}/fd")
    ours = [str(Path(f"/proc/self/fd/{pipe.fileno()}").readlink()) for pipe in (old.process.stdin, old.process.stdout)]
    held = {path.name: str(path.readlink()) for path in process.iterdir()}
    assert held["0"] == "/dev/null"
    assert held["1"] == held["2"] == str(Path(f"/proc/self/fd/{old.process.stderr.fileno()}").readlink())
    wire = {name for name, what in held.items() if what in ours}
    assert len(wire) == 2
    assert wire.isdisjoint({"0", "1", "2"})


def test_the_input_ends_in_the_middle_of_a_call(old):
    old.call("run", command="true")
    old.request("tools/call", {"name": "run", "arguments": {"command": "sleep 60"}})
    begun = time.monotonic()
    status, said, errors = old.end()
    assert (status, said, errors) == (0, b"", "")
    assert time.monotonic() - begun < 10


def test_the_input_ends_while_the_api_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with Host(environment={"SANDBOX_SDK_API_KEY": "key", "SANDBOX_SDK_BASE_URL": url}) as host:
            host.shake_hands()
            host.request("tools/call", {"name": "run", "arguments": {"command": "true"}})
            host.request("tools/call", {"name": "list_sandboxes", "arguments": {}})
            host.request("tools/call", {"name": "run", "arguments": {"command": "true", "sandbox": "named"}})
            connection, _ = deaf.accept()
            with connection:
                begun = time.monotonic()
                status, said, _ = host.end()
                assert (status, said) == (0, b"")
                assert time.monotonic() - begun < 4


def test_it_ends_when_told_to(old):
    assert old.terminate() == 0


@pytest.mark.skipif(IS_OTHER_BUILD, reason="a sanitizer keeps what was freed")
def test_a_host_that_stops_reading(old):
    """Nothing more is read from it; nothing is lost, and the memory stays."""
    first = old.last_id + 1

    def ask():
        for _ in range(3000):
            old.request("tools/list")

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(1)
    pages = int(Path(f"/proc/{old.process.pid}/statm").read_text().split()[1])
    assert pages * os.sysconf("SC_PAGE_SIZE") < 64 << 20
    for number in range(first, first + 3000):
        assert old.message(30)["id"] == number
    asking.join()


def test_a_host_that_listens(old):
    wanted = {"notifications": {"toolsListChanged": True}}
    number = old.request("subscriptions/listen", wanted, modern=True)
    told = old.message()
    assert told["method"] == "notifications/subscriptions/acknowledged"
    assert told["params"] == {"notifications": {}, "_meta": {f"{PREFIX}subscriptionId": number}}
    other = old.request("subscriptions/listen", wanted, modern=True)
    assert old.message()["params"]["_meta"] == {f"{PREFIX}subscriptionId": other}
    old.notify("notifications/cancelled", {"requestId": other})
    assert old.ask("subscriptions/listen", {}, modern=True)["error"]["code"] == -32602
    assert old.ask("subscriptions/listen", wanted)["error"]["code"] == -32601
    status, said, errors = old.end()
    assert (status, errors) == (0, "")
    (answer,) = [json.loads(line) for line in said.splitlines()]
    assert answer["id"] == number
    assert answer["result"]["_meta"][f"{PREFIX}subscriptionId"] == number
