from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import BUILT, IS_ROOT, OTHER_USER, Directories, Server, marker, wait_until
from outside import LIST, SLACK, descriptors, dial, head, is_alone, memory, threads


def pytest_configure(config):
    if not BUILT.is_file():
        raise pytest.UsageError(f"{BUILT} is missing: build it, or name another one by SANDBOXD")


@pytest.fixture
def directories():
    made = Directories()
    yield made
    made.remove()


@pytest.fixture
def start(directories):
    """Starts servers that end with the test."""
    servers = []

    def start_one(*arguments, **options) -> Server:
        servers.append(Server(*arguments, **options))
        return servers[-1]

    yield start_one
    for server in servers:
        if server.process.poll() is None:
            server.stop()


def tier(server, whose: str) -> str:
    """What scripts/test tells of the limits that were tested."""
    limits = server.call("GET", "/v1/health").json["limits"]
    return f"limits of a server of {whose}: " + ", ".join(f"{one['name']} {one['state']}" for one in limits)


@pytest.fixture(scope="session")
def server(record_testsuite_property):
    """One for all tests that leave it as it was."""
    one = Server("--ephemeral", "--max-output", "100000")
    record_testsuite_property("told", tier(one, "this user"))
    yield one
    assert one.stop() == 0
    assert one.rest == b"", "nothing after the ready line"
    assert one.errors == b"", "quiet by default"


@pytest.fixture(scope="session", params=["own user", "other user"])
def any_server(request, server, record_testsuite_property):
    """The server, and one that is not root where the tests are."""
    if request.param == "own user":
        yield server
        return
    if not IS_ROOT:
        pytest.skip("only root can start a server as another user")
    one = Server("--ephemeral", "--max-output", "100000", user=OTHER_USER, env={"TMPDIR": "/tmp"})
    record_testsuite_property("told", tier(one, "another user"))
    yield one
    assert one.stop() == 0
    assert one.errors == b""


@pytest.fixture
def sandbox(server):
    made = server.create()
    yield made
    server.call("DELETE", f"/v1/sandboxes/{made['id']}/delete")


@pytest.fixture
def any_sandbox(any_server):
    made = any_server.create()
    yield made
    any_server.call("DELETE", f"/v1/sandboxes/{made['id']}/delete")


@pytest.fixture
def mark():
    return marker()


@pytest.fixture(scope="module")
def attacked():
    """One for a whole file of attacks, see `unchanged`."""
    server = Server("--ephemeral")
    # So that the allocator has what a hundred threads want of it.
    opened = [dial(server) for _ in range(100)]
    for connection in opened:
        connection.sendall(head(server))
    for connection in opened:
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        connection.close()
    assert wait_until(lambda: is_alone(server))
    first = memory(server)
    yield server
    last = memory(server)
    assert server.stop() == 0
    assert server.errors == b""
    assert last < first + SLACK


@pytest.fixture
def unchanged(attacked):
    """After the test the server serves, and holds no more than before."""
    before = descriptors(attacked), threads(attacked), memory(attacked)
    yield
    assert attacked.call("GET", LIST).status == 200
    assert wait_until(lambda: is_alone(attacked), 20)
    assert wait_until(lambda: descriptors(attacked) <= before[0]), "descriptors are left"
    assert wait_until(lambda: threads(attacked) <= before[1]), "threads are left"
    assert memory(attacked) < before[2] + SLACK
