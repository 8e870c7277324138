"""Many sandboxes are made at once: names stay unique, the limit exact, and nobody waits for what is refused anyway."""

from __future__ import annotations

import os
import time

import pytest
from harness import Answer, Server, descendants, read_proc, status_field, stopped_keeper, wait_until
from network_world import needs_world

FULL = bool(os.environ.get("SBX_FULL"))
CREATE = "/v1/sandboxes/create"


class Asked:
    """Creations that were asked for, whose answers nobody has read yet."""

    def __init__(self, server: Server, *bodies: dict):
        self.connections = [server.connection() for _ in bodies]
        for connection, body in zip(self.connections, bodies, strict=True):
            server.send(connection, "POST", CREATE, body)

    def answers(self) -> list[Answer]:
        found = [Answer(connection.getresponse()) for connection in self.connections]
        for connection in self.connections:
            connection.close()
        return found

    def statuses(self) -> list[int]:
        return sorted(answer.status for answer in self.answers())


def test_many_are_made_at_once(start):
    server = start("--ephemeral")
    with stopped_keeper(server):
        asked = Asked(server, *[{} for _ in range(12)])
        assert wait_until(lambda: len(server.folders()) == 12)
        assert server.list() == []
    made = [answer.json for answer in asked.answers()]
    assert len({one["name"] for one in made}) == 12
    assert {one["id"] for one in made} == {one["id"] for one in server.list()} == server.folders()


def test_a_name_that_is_taken_is_refused_before_anything_is_made(start):
    server = start("--ephemeral")
    server.create(name="taken")
    with stopped_keeper(server):
        asked = Asked(server, {"name": "other"})
        assert wait_until(lambda: len(server.folders()) == 2)
        answer = server.call("POST", CREATE, {"name": "taken"})
        assert (answer.status, answer.error["type"], answer.error["field"]) == (409, "conflict", "name")
        assert len(server.folders()) == 2
    assert asked.statuses() == [200]


def test_one_of_many_gets_the_name(start):
    server = start("--ephemeral")
    with stopped_keeper(server):
        asked = Asked(server, *[{"name": "same"} for _ in range(8)])
        assert wait_until(lambda: len(server.folders()) == 1)
        time.sleep(0.3)
        assert len(server.folders()) == 1, "one that cannot get its name is not made"
    assert asked.statuses() == [200] + [409] * 7
    assert [one["name"] for one in server.list()] == ["same"]


def test_the_limit_is_exact(start):
    server = start("--ephemeral", "--max-sandboxes", "3")
    server.create()
    with stopped_keeper(server):
        asked = Asked(server, *[{} for _ in range(8)])
        assert wait_until(lambda: len(server.folders()) == 3)
        time.sleep(0.3)
        assert len(server.folders()) == 3
    assert asked.statuses() == [200] * 2 + [403] * 6
    assert len(server.list()) == 3


def test_one_that_fails_leaves_name_and_place_to_the_next(start):
    server = start("--ephemeral", "--max-sandboxes", "1")
    with stopped_keeper(server):
        first = Asked(server, {"name": "same"})
        assert wait_until(lambda: len(server.folders()) == 1)
        second = Asked(server, {"name": "same"})
        (identity,) = server.folders()
        (server.root({"id": identity}) / "data").rmdir()
        time.sleep(0.3)
    assert first.statuses() == [500]
    (answer,) = second.answers()
    assert (answer.status, answer.json["name"]) == (200, "same")
    assert server.folders() == {answer.json["id"]}
    assert server.output(answer.json, "echo works") == "works\n"


@pytest.mark.skipif(not FULL, reason="it waits for 20 seconds; SBX_FULL=1 does")
def test_one_that_is_not_ready_in_time(start):
    """As on a machine that has too much to do: the answer says so, and the next try may succeed."""
    server = start("--ephemeral")
    with stopped_keeper(server):
        asked = Asked(server, {"name": "late"})
        time.sleep(21)
    (answer,) = asked.answers()
    assert (answer.status, answer.error["type"]) == (503, "unavailable")
    assert "not ready within 20 seconds" in answer.error["message"]
    assert server.folders() == set()
    assert server.create(name="late")["id"]


def test_killed_while_many_are_made(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    kept = server.create(name="kept")
    with stopped_keeper(server):
        Asked(server, *[{"name": f"half {number}"} for number in range(6)])
        assert wait_until(lambda: len(server.folders()) == 7)
        server.kill()
    again = start("--state", str(state))
    assert [one["id"] for one in again.list()] == [kept["id"]]
    assert again.folders() == {kept["id"]}
    assert again.create(name="half 0")["id"]


@pytest.mark.parametrize("options", [[], pytest.param(["--network"], marks=needs_world)])
def test_each_is_made_in_a_session_of_its_own(start, options):
    """Where the kernel shares processors by session, what is being made is not to share one's part; nor what carries a
    network."""
    server = start("--ephemeral", *options)
    for _ in range(3):
        server.create()
    keeper, *made = descendants(server.pid)
    makers = [pid for pid in made if status_field(pid, "PPid") == [str(keeper)]]
    sessions = [int(read_proc(pid, "stat").rpartition(b")")[2].split()[3]) for pid in makers]
    assert sessions == makers
    assert len(set(sessions)) == 3 * (1 + len(options))
