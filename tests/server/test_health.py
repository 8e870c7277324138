"""GET /v1/health: "ok" for everybody on this machine, details for who has the key."""

from __future__ import annotations

import pytest

HEALTH = "/v1/health"


def test_without_the_key_it_says_that_it_works_and_nothing_else(server):
    answer = server.call("GET", HEALTH, headers={"x-api-key": None})
    assert answer.status == 200
    assert answer.json == {"status": "ok"}


def test_details(start, directories):
    server = start("--state", str(directories.new()), "--max-sandboxes", "7", "--max-running", "3")
    before = server.call("GET", HEALTH).json
    server.create()
    after = server.call("GET", HEALTH).json
    limits = after.pop("limits")
    assert after.pop("uptime_seconds") >= before["uptime_seconds"] >= 0
    assert after.pop("version")
    assert after == {
        "status": "ok",
        "engine": "bwrap",
        "isolation": "namespaces",
        "network": "off",
        "sandboxes": 1,
        "max_sandboxes": 7,
        "running_commands": 0,
        "waiting_commands": 0,
        "max_running": 3,
    }
    assert before["sandboxes"] == 0
    assert {"memory", "cpu", "disk"} <= {limit["name"] for limit in limits}
    for limit in limits:
        assert set(limit) == {"name", "state", "detail"}
        assert limit["state"] in {"enforced", "partly", "missing"}


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_is_refused(server, key):
    assert server.call("GET", HEALTH, headers={"x-api-key": key}).status == 401


@pytest.mark.parametrize("headers", [{"Host": "example.com"}, {"Origin": "http://localhost"}])
def test_a_web_page_does_not_even_learn_that(server, headers):
    answer = server.call("GET", HEALTH, headers={"x-api-key": None, **headers})
    assert (answer.status, answer.error["type"]) == (403, "forbidden")


def test_nothing_else_is_without_the_key(server):
    for method, path in [("GET", "/v1/health/"), ("GET", "/v1//health"), ("GET", "/v1/healthy"), ("GET", "/metrics")]:
        assert server.call(method, path, headers={"x-api-key": None}).status == 401
    assert server.call("POST", HEALTH, headers={"x-api-key": None}).status == 405
