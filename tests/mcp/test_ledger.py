"""The sandbox that a server makes for itself, with an account's API: it goes with its server, however that ends."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import pytest
from account import Account, wait_until
from fake_api import FakeApi, page, sandbox
from harness import Host, text_of


def kill(host: Host) -> None:
    host.process.send_signal(signal.SIGKILL)
    host.process.wait()


def test_it_goes_with_its_server(account):
    with account.host() as host:
        host.call("run", command="true")
        host.call("run", command="true", sandbox="named")
        assert len(account.names()) == 2
        assert len(account.files()) == 1
        assert account.files()[0].stat().st_mode & 0o777 == 0o600
        assert account.key not in account.files()[0].read_text()
        assert host.end()[0] == 0
    assert account.names() == ["named"]
    assert account.files() == []


def make_some(host) -> None:
    """Three without a name, by all that makes some, and one with a name."""
    host.call("create_sandboxes")
    host.call("create_sandboxes", name=None)
    host.call("create_sandboxes", name="named")
    host.call("execute_code", code="client.sandboxes:create {}")


def test_all_without_a_name_go_with_their_server(account):
    with account.host() as host:
        make_some(host)
        assert len(set(account.names())) == 4
        assert host.end()[0] == 0
    assert account.names() == ["named"]
    assert account.files() == []


def test_a_killed_server_leaves_all_without_a_name_to_the_next(account):
    with account.host() as host:
        make_some(host)
        kill(host)
    with account.host() as host:
        host.call("list_sandboxes")
        assert wait_until(lambda: account.names() == ["named"])
        assert wait_until(lambda: account.files() == [])


def test_one_that_is_under_way_at_the_end_is_left_to_the_next(account):
    with account.host() as host:
        host.call("list_sandboxes")
        for _ in range(4):
            host.request("tools/call", {"name": "create_sandboxes", "arguments": {}})
        host.end()
    with account.host() as host:
        host.call("list_sandboxes")
        assert wait_until(lambda: account.names() == [] and account.files() == [])


def test_it_stays_when_it_is_to(account):
    with account.host("--keep") as host:
        host.call("run", command="true")
        host.call("create_sandboxes")
        assert host.end()[0] == 0
    assert len(account.names()) == 2
    assert account.files() == []


@pytest.mark.parametrize("options", [[], ["--keep"]])
def test_what_is_to_stay_outlives_a_kill(account, options):
    with account.host("--keep") as host:
        host.call("run", command="true")
        host.call("create_sandboxes")
        names = account.names()
        kill(host)
    with account.host(*options) as host:
        host.call("list_sandboxes")
        assert host.end()[0] == 0
    assert len(names) == 2
    assert account.names() == names
    assert account.files() == []


def test_the_next_server_deletes_it_before_a_tool_is_called(account):
    with account.host() as host:
        host.call("run", command="true")
        kill(host)
    with account.host() as host:
        assert wait_until(lambda: account.names() == [] and account.files() == [])
        assert "result" in host.ask("ping")


def test_an_api_that_is_silent_does_not_hold_up_the_end(tmp_path):
    over = threading.Event()

    def answer(method: str, path: str, body: bytes) -> tuple[int, object]:
        if method == "DELETE":
            over.wait(60)
        return 200, sandbox(f"sbx-{len(api.requests)}", "made")

    with FakeApi(answer) as api, Host(environment=api.environment(tmp_path)) as host:
        host.shake_hands()
        for _ in range(4):
            host.call("create_sandboxes")
        begun = time.monotonic()
        status, _, errors = host.end(60)
        took = time.monotonic() - begun
        over.set()
    assert status == 0
    assert len([method for method, _ in api.requests if method == "DELETE"]) == 4, "all are asked for at once"
    assert took < 10, "a host has no patience for a time limit each"
    assert len(errors.splitlines()) == 4
    assert all("is left" in line for line in errors.splitlines())
    assert len(list((tmp_path / "sandbox-sdk-mcp").iterdir())) == 1


def test_a_killed_server_leaves_it_to_the_next(account):
    with account.host() as killed, account.host() as living:
        killed.call("run", command="true")
        (left,) = account.names()
        living.call("run", command="true")
        killed.call("run", command="true", sandbox="named")
        assert len(account.names()) == 3
        kill(killed)
        with account.host() as host:
            host.call("list_sandboxes")
            assert wait_until(lambda: left not in account.names())
            assert len(account.names()) == 2, "that of the living one and the named one are there"
            assert wait_until(lambda: len(account.files()) == 1)
        assert living.call("run", command="echo fine")["structuredContent"]["stdout"] == "fine\n"


def test_another_accounts_is_left_alone(account, tmp_path):
    other = Account(tmp_path / "other")
    try:
        other.state = account.state
        with other.host() as host:
            host.call("run", command="true")
            kill(host)
        with account.host() as host:
            host.call("list_sandboxes")
            assert host.end()[0] == 0
        assert len(other.names()) == 1
        assert len(account.files()) == 1
    finally:
        other.end()


FIRST, SECOND = "key-of-the-first-account", "key-of-the-second-account"


@pytest.fixture
def shared():
    """An address that two accounts have, and what each has there."""
    made: dict[str, list[dict]] = {FIRST: [], SECOND: []}

    def answer(method: str, path: str, body: bytes) -> tuple[int, object]:
        own = made[api.key]
        if method == "POST":
            own.append(sandbox(f"sbx-{len(api.requests)}", json.loads(body)["name"]))
            return 200, own[-1]
        if method == "DELETE":
            gone = next(each for each in own if each["id"] in path.split("/"))
            own.remove(gone)
            return 200, gone
        return 200, page(own, 1, 100)

    with FakeApi(answer) as api:
        yield api, made


def leave_one(api: FakeApi, state: Path) -> Path:
    """What a server of the first account leaves; the file that says so."""
    with Host(environment=api.environment(state, FIRST)) as host:
        host.shake_hands()
        host.call("create_sandboxes")
        kill(host)
    (path,) = (state / "sandbox-sdk-mcp").iterdir()
    return path


def test_what_another_key_made_is_left_alone(shared, tmp_path):
    api, made = shared
    path = leave_one(api, tmp_path)
    assert FIRST not in path.read_text()
    with Host(environment=api.environment(tmp_path, SECOND)) as host:
        host.shake_hands()
        host.call("list_sandboxes")
        time.sleep(1)
        assert host.end()[0] == 0
    assert path.exists()
    assert len(made[FIRST]) == 1
    with Host(environment=api.environment(tmp_path, FIRST)) as host:
        host.shake_hands()
        assert wait_until(lambda: not made[FIRST] and not path.exists()), api.requests


def test_a_file_that_names_no_key_is_anybodys(shared, tmp_path):
    """As they were written once."""
    api, made = shared
    path = leave_one(api, tmp_path)
    path.write_text(path.read_text().splitlines()[0])
    with Host(environment=api.environment(tmp_path, FIRST)) as host:
        host.shake_hands()
        assert wait_until(lambda: not made[FIRST] and not path.exists()), api.requests


@pytest.mark.parametrize("name", ["sandbox-sdk-mcp-", "s", "sandbox-sdk-mcp-000", "sandbox-sdk-mcp-" + "x" * 16, "n"])
def test_a_file_of_another_name_means_nothing(account, name):
    with account.host() as host:
        host.call("run", command="true", sandbox="named")
        kill(host)
    folder = account.state / "sandbox-sdk-mcp"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(account.url)
    with account.host() as host:
        host.call("list_sandboxes")
        time.sleep(0.3)
        assert host.end()[0] == 0
    assert account.names() == ["named"]


def test_where_nothing_can_be_written_down_it_works_and_says_so(account):
    with account.host(XDG_STATE_HOME="/proc/nowhere") as host:
        assert text_of(host.call("write_file", path="/data/x", content="x")) == "written"
        status, _, errors = host.end()
    assert status == 0
    (line,) = errors.splitlines()
    assert "XDG_STATE_HOME" in line
    assert account.names() == []
