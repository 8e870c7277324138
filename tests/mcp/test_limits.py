"""How many sandboxes the server makes, and what becomes of those that nobody uses."""

from __future__ import annotations

import time

import pytest
from account import wait_until
from harness import Host, text_of
from test_tools import refused

# ---- --max-sandboxes ----


def test_no_more_than_so_many(account):
    with account.host("--max-sandboxes", "2") as host:
        host.call("run", command="true")
        named = host.call("run", command="true", sandbox="one")["structuredContent"]["sandbox_id"]
        for tool, arguments in (
            ("run", {"command": "true", "sandbox": "two"}),
            ("start_command", {"command": "true", "sandbox": "two"}),
            ("create_sandboxes", {"name": "two"}),
        ):
            result = host.call(tool, **arguments)
            assert result["isError"]
            (line,) = text_of(result).splitlines()
            assert "--max-sandboxes" in line
            assert "2 sandboxes" in line
            assert "delete" in line
        assert len(account.names()) == 2
        assert host.call("run", command="echo on", sandbox="one")["structuredContent"]["stdout"] == "on\n"
        host.call("delete_sandboxes", id=named)
        assert "isError" not in host.call("create_sandboxes", name="two")
        assert host.call("create_sandboxes", name="three")["isError"]
        host.call("delete_all_sandboxes")
        assert "isError" not in host.call("create_sandboxes", name="three")


def test_many_at_once_are_counted_before_they_are_made(account):
    with account.host("--max-sandboxes", "3") as host:
        for i in range(10):
            name, tool = f"n-{i}", "run" if i % 2 else "create_sandboxes"
            arguments = {"command": "true", "sandbox": name} if i % 2 else {"name": name}
            host.request("tools/call", {"name": tool, "arguments": arguments})
        refusals = [host.message()["result"].get("isError", False) for _ in range(10)]
        assert refusals.count(False) == 3
        assert len(account.names()) == 3


MANY = """
    parallel({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(n)
        pcall(client.sandboxes.create, client.sandboxes, { name = PREFIX .. n })
    end)
"""


def test_what_was_given_up_on_its_way_counts(account):
    """Its call is over for the host, but not for the API."""
    with account.host("--max-sandboxes", "3") as host:
        host.call("list_sandboxes")
        for i in range(5):
            scripts = [{"name": "execute_code", "arguments": {"code": f"PREFIX = 'of-{i}-'" + MANY}}]
            tools = [{"name": "create_sandboxes", "arguments": {"name": f"n-{i}-{n}"}} for n in range(4)]
            for call in [*scripts, *tools]:
                request = host.request("tools/call", call)
                time.sleep(0.01)
                host.notify("notifications/cancelled", {"requestId": request})
        last = host.request("tools/call", {"name": "list_sandboxes", "arguments": {}})
        while host.message()["id"] != last:
            pass  # what was refused before it was cancelled
        assert wait_until(lambda: len(account.names()) >= 3)
        time.sleep(0.5)
        assert len(account.names()) == 3


def test_one_without_a_name_that_nobody_waits_for_is_deleted(account):
    made = []

    def answer_to(host: Host, request: int) -> None:
        """What was answered before it was cancelled stays."""
        while (message := host.message())["id"] != request:
            made.append(message["result"]["structuredContent"]["name"])

    with account.host() as host:
        host.call("list_sandboxes")
        for _ in range(5):
            request = host.request("tools/call", {"name": "create_sandboxes", "arguments": {}})
            answer_to(host, host.request("tools/call", {"name": "list_sandboxes", "arguments": {}}))
            host.notify("notifications/cancelled", {"requestId": request})
        answer_to(host, host.request("tools/call", {"name": "create_sandboxes", "arguments": {"name": "last"}}))
        assert len(made) < 5
        assert wait_until(lambda: sorted(account.names()) == sorted([*made, "last"]))


def test_what_was_deleted_elsewhere_makes_room(account):
    with account.host("--max-sandboxes", "1") as host:
        host.call("run", command="true", sandbox="one")
        assert host.call("run", command="true", sandbox="two")["isError"]
        account.ask("DELETE", "/v1/sandboxes/delete-all")
        assert "isError" not in host.call("run", command="true", sandbox="two")


def test_those_of_others_do_not_count(account):
    with account.host() as other, account.host("--max-sandboxes", "1") as host:
        other.call("create_sandboxes", name="theirs")
        assert "isError" not in host.call("run", command="true", sandbox="theirs")
        assert "isError" not in host.call("run", command="true")


def test_one_that_could_not_be_made_takes_no_place(account):
    with account.host("--max-sandboxes", "1") as host:
        for _ in range(3):
            assert "--max" not in text_of(host.call("create_sandboxes", image="no/such-image"))
        assert "isError" not in host.call("run", command="true")


# ---- --idle-delete ----


def test_one_that_nobody_uses_goes(account):
    with account.host("--idle-delete", "1") as host:
        host.call("write_file", path="/data/x", content="x")
        host.call("run", command="true", sandbox="named")
        host.call("create_sandboxes")
        assert len(account.names()) == 3
        assert wait_until(lambda: account.names() == ["named"])
        result = host.call("run", command="cat /data/x")
        assert result["structuredContent"]["exit_code"] == 1
        assert "--idle-delete" in result["content"][-1]["text"]
        assert len(host.call("run", command="true")["content"]) == 1
        assert host.end()[0] == 0
    assert account.names() == ["named"]


def test_one_that_is_used_stays(account):
    with account.host("--idle-delete", "2") as host:
        host.call("run", command="echo kept > /data/x")
        until = time.monotonic() + 4
        while time.monotonic() < until:
            assert text_of(host.call("read_file", path="/data/x")) == "kept\n"
            time.sleep(0.3)
        assert host.call("run", command="sleep 4; cat /data/x")["structuredContent"]["stdout"] == "kept\n"
        handle = host.call("start_command", command="sleep 4; cat /data/x")["structuredContent"]["handle"]
        time.sleep(4.5)
        assert host.call("command_output", handle=handle)["structuredContent"]["stdout"] == "kept\n"
        assert wait_until(lambda: account.names() == [])


def test_a_call_while_it_goes_waits_for_a_new_one(account):
    with account.host("--idle-delete", "1") as host:
        until = time.monotonic() + 10
        seen = 0
        while time.monotonic() < until and seen < 3:
            result = host.call("run", command="echo here")
            assert result["structuredContent"]["stdout"] == "here\n"
            seen += len(result["content"]) == 2
            time.sleep(1.0 - 0.02 * seen)
        assert len(account.names()) <= 1


def test_by_its_id_it_is_used_as_well(account):
    with account.host("--idle-delete", "2") as host:
        identity = host.call("create_sandboxes")["structuredContent"]["id"]
        until = time.monotonic() + 4
        while time.monotonic() < until:
            assert "isError" not in host.call("execute_sandboxes", id=identity, command="echo x > /data/x")
            host.ask("resources/read", {"uri": f"sandbox://{identity}/data/x"})
            time.sleep(0.5)
        assert len(account.names()) == 1
        assert wait_until(lambda: account.names() == [])


@pytest.mark.parametrize("option", ["--max-sandboxes", "--idle-delete"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "99999999999999999999"])
def test_wrong_numbers(option, value):
    assert "1 or more" in refused(option, value)


def test_what_is_to_stay_is_not_deleted():
    assert "--idle-delete" in refused("--keep", "--idle-delete", "1")


def test_nothing_is_left_of_a_local_server():
    """Not even what has a name: who wants that needs a sandboxd of their own."""
    said = refused("--local", "--keep")
    assert len(said.splitlines()) == 1
    for word in ("--keep", "--local", "sandboxd --state DIR", "SANDBOX_SDK_BASE_URL", "SANDBOX_SDK_API_KEY"):
        assert word in said
    for _ in range(2):
        with Host("--local") as host:
            assert "end with this server" in host.shake_hands()["instructions"]
            assert host.call("list_sandboxes")["structuredContent"]["data"] == []
            host.call("write_file", sandbox="named", path="/data/x", content="x")
    with Host() as host:
        assert "end with this server" not in host.shake_hands()["instructions"]


def test_without_the_options_there_is_no_end():
    with Host("--local") as host:
        host.shake_hands()
        for i in range(5):
            assert "isError" not in host.call("create_sandboxes", name=f"n-{i}")


def test_scripts_are_counted_too(account):
    code = """
        local made = parallel({1, 2, 3, 4}, function(i)
            local ok, answer = pcall(function() return client.sandboxes:create{name = "n" .. i} end)
            return ok and "made" or answer.message
        end)
        return made
    """
    with account.host("--max-sandboxes", "2", "--tools", "all") as host:
        told = host.call("execute_code", code=code)["structuredContent"]["result"]
        assert told.count("made") == 2
        assert all("--max-sandboxes" in each for each in told if each != "made")
        assert len(account.names()) == 2
