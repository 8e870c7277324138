"""Sessions over HTTP, of the revisions that have a handshake: what cancels, and what does not."""

from __future__ import annotations

import json
import select
import socket
import time
from contextlib import closing

import pytest
from account import wait_until
from harness import LEGACY, MODERN, text_of
from test_http import PING, Web, modern, sleeps


@pytest.fixture(scope="module")
def web():
    with Web("--no-token") as made:
        yield made


HANDSHAKE = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}


def begin_session(web, version: str = LEGACY) -> str:
    params = HANDSHAKE | {"protocolVersion": version}
    status, headers, _ = web.post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})
    assert status == 200
    return headers["Mcp-Session-Id"]


def of_session(session: str) -> dict:
    return {"Mcp-Session-Id": session, "MCP-Protocol-Version": LEGACY}


def run_in(web, session: str, connection, command: str, number: int = 5) -> None:
    params = {"name": "run", "arguments": {"command": command}}
    sent = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    web.send(connection, sent, of_session(session) if session else None)


def cancel_in(web, session: str, number: int = 5) -> int:
    sent = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}}
    return web.post(sent, of_session(session) if session else None)[0]


def until_it_sleeps(web, seconds: int, expected: bool = True) -> None:
    deadline = time.monotonic() + 20
    while sleeps(web, seconds) != expected:
        assert time.monotonic() < deadline


def test_a_session_has_a_name(web):
    names = {begin_session(web) for _ in range(3)}
    assert len(names) == 3
    for name in names:
        assert len(name) == 32
        assert name.isascii()
        assert name.isalnum()
        assert web.ask("ping", headers=of_session(name))[0] == 200
    broken = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}}
    assert web.post(broken)[1]["Mcp-Session-Id"] is None
    assert web.post(modern("server/discover")[0], modern("server/discover")[1])[1]["Mcp-Session-Id"] is None


def test_a_session_that_is_not_known(web):
    status, answer = web.ask("ping", headers=of_session("0" * 32))
    assert (status, answer["error"]["code"]) == (404, -32600)
    assert web.ask("ping", headers={"Mcp-Session-Id": "x"})[0] == 404
    # The stateless revision has none, and does not look.
    assert web.ask_modern("tools/list", headers={"Mcp-Session-Id": "x"})[0] == 200


@pytest.mark.parametrize("version", ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
def test_a_session_has_a_revision(web, version):
    """Where a request says none, also after others have begun sessions of another one; one that it says counts."""
    session = begin_session(web, version)
    begin_session(web)
    batches = 200 if version == "2025-03-26" else 400
    ping = [json.loads(PING)]
    assert web.post(ping, {"Mcp-Session-Id": session})[0] == batches
    assert web.post(ping, {"Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-03-26"})[0] == 200
    assert web.post(ping)[0] == 200


def test_a_session_ends(web):
    session = begin_session(web)
    with closing(web.connect()) as connection:
        run_in(web, session, connection, "sleep 74")
        until_it_sleeps(web, 74)
        status, _, body = web.post(b"", {"Mcp-Session-Id": session}, method="DELETE")
        assert (status, body) == (204, b"")
        until_it_sleeps(web, 74, expected=False)
        assert connection.getresponse().read() == b""
    assert web.ask("ping", headers=of_session(session))[0] == 404
    assert web.post(b"", {"Mcp-Session-Id": session}, method="DELETE")[0] == 404
    assert web.post(b"", of_session(session) | {"MCP-Protocol-Version": MODERN}, method="DELETE")[0] == 405


def test_no_more_sessions_than_a_number(web):
    first, second = begin_session(web), begin_session(web)
    with closing(web.connect()) as connection:
        for _ in range(1024 - 1):
            web.send(connection, {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": HANDSHAKE})
            response = connection.getresponse()
            assert response.read()
            web.send(connection, PING, of_session(first))
            assert connection.getresponse().read()
    assert web.ask("ping", headers=of_session(first))[0] == 200
    assert web.ask("ping", headers=of_session(second))[0] == 404
    assert web.ask("ping", headers=of_session(response.headers["Mcp-Session-Id"]))[0] == 200


def test_a_request_is_cancelled_in_its_session(web):
    session, other = begin_session(web), begin_session(web)
    with closing(web.connect()) as connection:
        run_in(web, session, connection, "sleep 75")
        until_it_sleeps(web, 75)
        # Others have the same ids.
        assert cancel_in(web, other) == 202
        assert cancel_in(web, session, 6) == 202
        assert cancel_in(web, "") == 400
        time.sleep(1)
        assert sleeps(web, 75)
        assert cancel_in(web, session) == 202
        until_it_sleeps(web, 75, expected=False)
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
    assert cancel_in(web, session) == 202
    assert web.ask("ping", headers=of_session(session))[0] == 200


def test_a_batch_is_cancelled_in_its_session(web):
    session = begin_session(web)
    headers = {"Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-03-26"}
    params = {"name": "run", "arguments": {"command": "sleep 76"}}
    parts = [{"jsonrpc": "2.0", "id": i, "method": "tools/call", "params": params} for i in (1, 2)]
    for more in ([], [{"jsonrpc": "2.0", "id": 3, "method": "ping"}]):
        with closing(web.connect()) as connection:
            web.send(connection, parts + more, headers)
            until_it_sleeps(web, 76)
            notices = [
                {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": i}} for i in (1, 2)
            ]
            assert web.post(notices, headers)[0] == 202
            said = connection.getresponse().read()
            assert (json.loads(said) if said else []) == [{"jsonrpc": "2.0", "id": 3, "result": {}}][: len(more)]
        until_it_sleeps(web, 76, expected=False)


@pytest.mark.parametrize("session", [False, True])
def test_a_connection_that_is_lost_cancels_nothing(web, session):
    name = begin_session(web) if session else ""
    seconds = 77 + session
    connection = web.connect()
    run_in(web, name, connection, f"sleep 3; sleep {seconds}; true")
    until_it_sleeps(web, 3)
    connection.close()
    until_it_sleeps(web, seconds)
    assert web.ask("ping")[0] == 200
    if not session:
        return
    assert cancel_in(web, name) == 202
    until_it_sleeps(web, seconds, expected=False)


def test_what_nobody_has_read_is_kept(web):
    """The output of a started command that was waited for by whoever has gone away."""
    call = {"name": "start_command", "arguments": {"command": "until [ -e /data/say ]; do sleep 0.1; done; echo said"}}
    handle = web.ask("tools/call", call)[1]["result"]["structuredContent"]["handle"]
    wait = {"name": "command_output", "arguments": {"handle": handle, "wait": 50}}
    connection = web.connect()
    web.send(connection, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": wait})
    time.sleep(0.5)
    connection.close()
    time.sleep(2)
    web.ask("tools/call", {"name": "run", "arguments": {"command": "touch /data/say; sleep 2"}})
    assert "said" in text_of(web.ask("tools/call", wait)[1]["result"])


def test_no_more_goes_on_unheard_than_a_number(tmp_path):
    """Each call is a connection to an API that never answers, as long as the call goes on."""
    call = {"name": "list_sandboxes", "arguments": {}}
    with socket.create_server(("127.0.0.1", 0), backlog=128) as deaf:
        deaf.settimeout(20)
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        account = {"SANDBOX_SDK_API_KEY": "key", "SANDBOX_SDK_BASE_URL": url, "XDG_STATE_HOME": str(tmp_path)}
        with Web("--no-token", environment=account) as web:
            asked = []
            for i in range(68):
                with closing(web.connect()) as connection:
                    web.send(connection, {"jsonrpc": "2.0", "id": i, "method": "tools/call", "params": call})
                    asked.append(deaf.accept()[0])

            def has_ended(each: socket.socket) -> bool:
                return bool(select.select([each], [], [], 0)[0]) and not each.recv(1, socket.MSG_PEEK)

            for each in asked:
                each.recv(65536)
            assert wait_until(lambda: sum(has_ended(each) for each in asked) == 4)
            time.sleep(1)
            assert sum(has_ended(each) for each in asked) == 4
        for each in asked:
            each.close()
