"""What is written on stderr when it is asked for, and what never is."""

from __future__ import annotations

import json
import os
import re
import signal
import socket

import pytest
from harness import descendants, fail, marker, sleepers, status_field, wait_until


def lines(server) -> list[str]:
    assert server.stop() == 0
    return server.errors.decode().splitlines()


def records(server) -> list[dict]:
    return [json.loads(line) for line in lines(server)]


def test_a_line_for_each_request(start):
    server = start("--ephemeral", "--log-level", "info", "--log-format=json")
    sandbox = server.create()
    server.execute(sandbox, "head -c 100 /dev/zero")
    answer = server.call("GET", f"/v1/sandboxes/{sandbox['id']}/download?path=/data/nothing")
    server.call("GET", "/nothing/here", headers={"x-api-key": "wrong"})
    server.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    written = records(server)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in written)
    assert {line["level"] for line in written} == {"info"}
    messages = [line["message"] for line in written]
    # The line of a request comes after its answer: of the last one perhaps when the server is stopping already.
    assert messages[0] == "started"
    assert "stopping" in messages[-2:]
    for message in ["sandbox created", "sandbox deleted"]:
        [line] = [line for line in written if line["message"] == message]
        assert line["sandbox_id"] == sandbox["id"]
    requests = [line for line in written if line["message"] == "request"]
    # Each on a connection of its own: a line can come after that of the next one.
    by_status = {(line.get("route"), line["status"]): line for line in requests}
    create = by_status["/v1/sandboxes/create", 200]
    execute = by_status["/v1/sandboxes/{id}/execute", 200]
    download = by_status["/v1/sandboxes/{id}/download", 404]
    wrong = by_status[None, 401]
    delete = by_status["/v1/sandboxes/{id}/delete", 200]
    assert (create["method"], create["route"], create["status"]) == ("POST", "/v1/sandboxes/create", 200)
    assert execute["route"] == "/v1/sandboxes/{id}/execute"
    assert execute["sandbox_id"] == delete["sandbox_id"] == sandbox["id"]
    assert execute["bytes_in"] == len(json.dumps({"command": "head -c 100 /dev/zero"}))
    assert execute["bytes_out"] > 600
    assert 0 <= execute["duration_ms"] < 60_000
    assert (download["status"], download["problem"]) == (404, "not_found")
    assert download["request_id"] == answer.headers["X-Request-Id"]
    assert (wrong["status"], wrong["problem"]) == (401, "authentication_error")
    assert "route" not in wrong
    assert {line["remote"] for line in requests} == {"127.0.0.1"}
    assert len({line["request_id"] for line in requests}) == 5


def test_text(start):
    server = start("--ephemeral", "--log-level=info")
    server.call("GET", "/v1/health", headers={"X-Request-Id": "mine-1"})
    [line] = [line for line in lines(server) if " request " in line]
    assert re.fullmatch(
        r"sandboxd: \S+Z info request request_id=mine-1 method=GET route=/v1/health status=200 duration_ms=\d+ "
        r"bytes_in=0 bytes_out=\d+ remote=127\.0\.0\.1",
        line,
    )


@pytest.mark.parametrize("arguments", [[], ["--log-level=warning"], ["--log-level=error"], ["--log-format=json"]])
def test_quiet_unless_asked(start, arguments):
    server = start("--ephemeral", *arguments)
    server.execute(server.create(), "true")
    server.call("GET", "/nothing")
    assert lines(server) == []


def test_format_none_has_nothing_of_a_running_server(start):
    server = start("--ephemeral", "--log-format=none", "--log-level=debug")
    server.execute(server.create(), "true")
    assert lines(server) == []


def test_a_failed_start_is_told_in_any_case(directories):
    state = directories.new()
    state.chmod(0o755)
    for level in ["error", "debug"]:
        code, line = fail("--state", str(state), "--log-format", "none", "--log-level", level)
        assert code == 6
        assert "chmod 700" in line


@pytest.mark.parametrize("option", ["--log-format=xml", "--log-level=loud", "--log-level="])
def test_unknown_names(option):
    code, line = fail("--ephemeral", option)
    assert code == 2
    assert "is not known; give" in line


@pytest.mark.parametrize("given", ["abc", "A.b_c-1", "x" * 128])
def test_a_request_keeps_its_number(server, given):
    assert server.call("GET", "/v1/health", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a\tb", 'a"b', "a=b", "ä", None])
def test_a_request_gets_a_number(server, given):
    headers = {"X-Request-Id": given} if given is not None else {}
    for path in ["/v1/health", "/nothing"]:
        got = server.call("GET", path, headers=headers).headers["X-Request-Id"]
        assert re.fullmatch("req-[0-9a-f]{20}", got)


@pytest.mark.parametrize("form", ["text", "json"])
def test_canary(start, form):
    """Wherever a secret can be in a request, it is in no line."""
    server = start("--ephemeral", "--log-level=debug", f"--log-format={form}")
    secret = "canary" + marker()
    sandbox = server.create(name=f"n-{secret}", env_vars={"A": secret})
    base = f"/v1/sandboxes/{sandbox['id']}"
    server.call("POST", "/v1/sandboxes/create", {"image": f"i/{secret}"})
    server.execute(sandbox, f"echo {secret}", env={"B": secret}, working_dir="/tmp")
    server.call("POST", f"{base}/execute", {"command": "true", "working_dir": f"/{secret}"})
    server.call("POST", f"{base}/execute", {"command": [secret]})
    server.call("POST", f"{base}/execute", f'{{"command": "{secret}', {"Content-Type": "application/json"})
    server.call(
        "POST", f"{base}/execute", {"command": f"echo {secret}"}, {"Accept": "text/event-stream", "X-Other": secret}
    )
    server.upload(sandbox, f"/data/{secret}", secret.encode())
    server.upload(sandbox, f"/etc/{secret}", secret.encode())
    server.download(sandbox, f"/data/{secret}")
    server.download(sandbox, f"/{secret}")
    server.call("GET", f"/{secret}?{secret}={secret}")
    server.call("POST", f"/v1/sandboxes/{secret}/execute", {"command": "true"})
    server.call("GET", f"/v1/sandboxes/sbx-{secret}/download?path=/x")
    server.call("GET", "/v1/sandboxes/list", headers={"x-api-key": secret})
    server.call("GET", "/v1/sandboxes/list", headers={"Host": secret})
    server.call("GET", "/v1/sandboxes/list", headers={"Origin": secret})
    server.call("GET", "/metrics", headers={"x-api-key": None, "Authorization": f"Bearer {secret}"})
    server.call(secret.upper(), "/v1/sandboxes/list")
    server.call("GET", "/v1/health", headers={"X-Request-Id": f"{secret} {secret}"})
    server.raw(f"{secret}\r\n\r\n".encode())
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(f"POST {base}/execute HTTP/1.1\r\nHost: localhost\r\n{secret}".encode())
    assert wait_until(lambda: server.call("DELETE", f"{base}/delete").status in (200, 404))
    written = "\n".join(lines(server))
    assert written.count("request_id") > 15
    assert secret not in written.lower()
    assert server.key not in written


def test_who_asked(start, directories):
    folder = directories.new()
    options = ("--ephemeral", "--log-level", "info", "--log-format", "json")
    (folder / "key").write_text("k" * 40 + "\n")
    (folder / "key").chmod(0o600)
    addresses = {"127.0.0.1": ("--listen", "127.0.0.1:0"), "local": ("--unix-socket", str(folder / "socket"))}
    if socket.has_dualstack_ipv6():
        addresses["[::1]"] = ("--listen", "[::1]:0")
    for expected, address in addresses.items():
        server = start(*options, "--key-file", str(folder / "key"), *address)
        server.list()
        assert {line["remote"] for line in records(server) if line["message"] == "request"} == {expected}


@pytest.mark.parametrize("which", ["bwrap", "init"])
def test_a_sandbox_that_is_broken_is_told_once(start, which):
    server = start("--ephemeral", "--log-format", "json")
    keeper, *before = descendants(server.pid)
    sandbox = server.create()
    own = [pid for pid in descendants(server.pid) if pid not in (keeper, *before)]
    (victim,) = [pid for pid in own if (status_field(pid, "Name") == ["bwrap"]) == (which == "bwrap")]
    server.create()
    os.kill(victim, signal.SIGKILL)
    path = f"/v1/sandboxes/{sandbox['id']}"
    assert wait_until(lambda: server.call("GET", path).json["status"] == "broken")
    for _ in range(3):
        assert server.call("POST", f"{path}/execute", {"command": "true"}).status == 409
        server.list()
    (line,) = records(server)
    assert (line["level"], line["message"], line["sandbox_id"]) == ("warning", "sandbox broken", sandbox["id"])
    assert line["reason"] == "init-ended"


def test_the_end_of_all_breaks_no_sandbox(start, mark):
    """A server that stops, or has lost its keeper, says nothing of its sandboxes."""
    server = start("--ephemeral", "--grace", "0")
    sandboxes = [server.create() for _ in range(3)]
    connection = server.connection()
    server.send(connection, "POST", f"/v1/sandboxes/{sandboxes[0]['id']}/execute", {"command": f"sleep {mark}"})
    assert wait_until(lambda: sleepers(mark))
    assert lines(server) == []
    connection.close()
