"""How much is let in: commands that run at once, and sandboxes."""

from __future__ import annotations

import contextlib
import os
import threading
import time

import pytest
from harness import Answer, sleepers, wait_until


def waiting(server) -> int:
    return server.call("GET", "/v1/health").json["waiting_commands"]


def running(server) -> int:
    return server.call("GET", "/v1/health").json["running_commands"]


@contextlib.contextmanager
def command(server, sandbox, text: str, **headers):
    """A command whose answer nobody has read yet."""
    connection = server.connection()
    server.send(connection, "POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": text}, headers)
    yield connection
    connection.close()


def test_one_waits_for_its_turn(start, mark):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", "30")
    sandbox, other = server.create(), server.create()
    with command(server, sandbox, f"sleep {mark}") as first:
        assert wait_until(lambda: running(server) == 1)
        with command(server, other, "echo second") as second:
            assert wait_until(lambda: waiting(server) == 1)
            assert not sleepers(mark + "x")
            first.close()
            assert Answer(second.getresponse()).json["stdout"] == "second\n"
    assert wait_until(lambda: (running(server), waiting(server)) == (0, 0))


def test_first_come_first_served(start, mark):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", "60")
    sandbox = server.create()
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(command(server, sandbox, f"sleep {mark}"))
        assert wait_until(lambda: running(server) == 1)
        queue = []
        for number in range(6):
            queue.append(stack.enter_context(command(server, sandbox, f"echo {number} >> /data/order")))
            assert wait_until(lambda count=number + 1: waiting(server) == count)
        first.close()
        for connection in queue:
            assert Answer(connection.getresponse()).json["exit_code"] == 0
        assert server.download(sandbox, "/data/order").body.split() == [b"0", b"1", b"2", b"3", b"4", b"5"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("wait", ["0", "1"])
def test_who_waits_too_long_is_told_so(start, mark, wait, accept):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", wait)
    sandbox = server.create()
    with command(server, sandbox, f"sleep {mark}", Accept=accept):
        assert wait_until(lambda: running(server) == 1)
        answer = server.call("POST", f"/v1/sandboxes/{sandbox['id']}/execute", {"command": "true"}, {"Accept": accept})
        assert (answer.status, answer.error["type"]) == (429, "rate_limited")
        assert "--max-running" in answer.error["message"]
        assert answer.headers["Retry-After"] == "1"
        # Everything but commands goes on.
        assert server.upload(sandbox, "/data/f", b"x").status == 200
        assert server.create()["id"]
    assert wait_until(lambda: running(server) == 0)
    assert server.output(sandbox, "echo again") == "again\n"


def test_who_goes_away_leaves_the_queue(start, mark):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", "60")
    sandbox = server.create()
    with command(server, sandbox, f"sleep {mark}"):
        assert wait_until(lambda: running(server) == 1)
        with command(server, sandbox, "touch /data/never"):
            assert wait_until(lambda: waiting(server) == 1)
        assert wait_until(lambda: waiting(server) == 0)
    assert wait_until(lambda: running(server) == 0)
    assert server.download(sandbox, "/data/never").status == 404


def test_a_command_that_fails_to_start_gives_its_place_back(start):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", "0")
    sandbox = server.create()
    for _ in range(3):
        path = f"/v1/sandboxes/{sandbox['id']}/execute"
        assert server.call("POST", path, {"command": "true", "working_dir": "/nothing"}).status == 422
        assert server.call("POST", "/v1/sandboxes/sbx-x/execute", {"command": "true"}).status == 404
    assert server.output(sandbox, "echo free") == "free\n"


def test_the_sandbox_of_one_that_waits_can_be_deleted(start, mark):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", "60")
    sandbox, other = server.create(), server.create()
    with command(server, sandbox, f"sleep {mark}") as first:
        assert wait_until(lambda: running(server) == 1)
        with command(server, other, "true") as second:
            assert wait_until(lambda: waiting(server) == 1)
            assert server.call("DELETE", f"/v1/sandboxes/{other['id']}/delete").status == 200
            first.close()
            assert Answer(second.getresponse()).status == 404


def test_stopping_ends_the_wait(start, mark):
    server = start("--ephemeral", "--max-running", "1", "--max-wait", "600", "--grace", "0")
    sandbox = server.create()
    with command(server, sandbox, f"sleep {mark}"):
        assert wait_until(lambda: running(server) == 1)
        with command(server, sandbox, "true") as second:
            assert wait_until(lambda: waiting(server) == 1)
            stopping = threading.Thread(target=server.stop)
            stopping.start()
            answer = Answer(second.getresponse())
            assert (answer.status, answer.error["type"]) == (503, "unavailable")
            stopping.join()


def test_many_at_once_keep_to_the_limit(start):
    server = start("--ephemeral", "--max-running", "3", "--max-wait", "60")
    sandbox = server.create()
    most, results = [], []

    def run():
        results.append(server.execute(sandbox, "sleep 0.1")["exit_code"])

    threads = [threading.Thread(target=run) for _ in range(15)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most.append(running(server))
        time.sleep(0.01)
    assert results == [0] * 15
    assert 1 <= max(most) <= 3


def test_what_takes_long_keeps_nobody_from_their_turn(start, mark):
    """More commands than requests are worked on at once: all of them begin, and others are answered meanwhile."""
    processors = os.cpu_count()
    server = start("--ephemeral", "--max-running", str(12 * processors + 1))
    sandboxes = [server.create() for _ in range(processors)]
    with contextlib.ExitStack() as stack:
        for sandbox in sandboxes:
            for _ in range(12):
                stack.enter_context(command(server, sandbox, f"sleep {mark}"))
        assert wait_until(lambda: len(sleepers(mark)) == 12 * processors, 20)
        begun = time.monotonic()
        assert server.output(sandboxes[0], "echo here") == "here\n"
        assert len(server.list()) == processors
        assert time.monotonic() - begun < 5


def test_sandboxes_have_a_limit(start, directories):
    state = str(directories.new())
    server = start("--state", state, "--max-sandboxes", "2")
    first = server.create()
    server.create()
    answer = server.call("POST", "/v1/sandboxes/create", {})
    assert (answer.status, answer.error["type"]) == (403, "limit_reached")
    assert "delete some" in answer.error["message"]
    assert "--max-sandboxes" in answer.error["message"]
    assert len(server.folders()) == 2
    server.call("DELETE", f"/v1/sandboxes/{first['id']}/delete")
    server.create()
    server.stop()
    # A lower limit keeps what there is.
    lower = start("--state", state, "--max-sandboxes", "1")
    assert len(lower.list()) == 2
    assert lower.call("POST", "/v1/sandboxes/create", {}).status == 403


def test_limit_holds_for_those_who_come_at_once(start):
    server = start("--ephemeral", "--max-sandboxes", "4")
    statuses = []

    def create():
        statuses.append(server.call("POST", "/v1/sandboxes/create", {}).status)

    threads = [threading.Thread(target=create) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [403] * 8
    assert len(server.list()) == 4
