"""Commands that go on after the call that has started them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from harness import IS_OTHER_BUILD, text_of


def start(host, command: str, **arguments: object) -> str:
    return host.call("start_command", command=command, **arguments)["structuredContent"]["handle"]


def output(host, handle: str, **arguments: object) -> dict:
    return host.call("command_output", handle=handle, **arguments)["structuredContent"]


def follow(host, handle: str) -> dict:
    """All of it, with how it ended."""
    told = output(host, handle, wait=20)
    while told["running"] or told["more"]:
        more = output(host, handle, wait=20)
        told = more | {"stdout": told["stdout"] + more["stdout"], "stderr": told["stderr"] + more["stderr"]}
    return told


def test_a_command_is_followed(old):
    handle = start(old, "for i in 1 2 3; do echo $i; echo e$i >&2; sleep 0.2; done; exit 4", env={"A": "b"}, timeout=30)
    told = follow(old, handle)
    assert (told["stdout"], told["stderr"]) == ("1\n2\n3\n", "e1\ne2\ne3\n")
    assert (told["exit_code"], told["status"]) == (4, "completed")
    for _ in range(20):
        again = output(old, handle)
        assert (again["stdout"], again["running"], again["exit_code"]) == ("", False, 4)
        assert "error" not in again


def test_waiting_ends_with_the_first_news(old):
    handle = start(old, "sleep 0.5; echo news; sleep 60")
    begun = time.monotonic()
    assert output(old, handle)["stdout"] == ""
    assert output(old, handle, wait=20)["stdout"] == "news\n"
    assert time.monotonic() - begun < 10
    assert output(old, handle, wait=1) == {"stdout": "", "stderr": "", "running": True, "more": False}
    assert 1 <= time.monotonic() - begun < 12


def test_a_command_is_stopped(old):
    handle = start(old, "echo begun; sleep 61")
    assert output(old, handle, wait=20)["stdout"] == "begun\n"
    assert text_of(old.call("stop_command", handle=handle)) == "stopped"
    told = follow(old, handle)
    assert not told["running"]
    assert "error" in told
    deadline = time.monotonic() + 20
    while "sleep" in old.call("run", command="cat /proc/[0-9]*/comm")["structuredContent"]["stdout"].split():
        assert time.monotonic() < deadline
    assert text_of(old.call("stop_command", handle=handle)) == "stopped"


def test_a_call_that_waits_is_cancelled(old):
    """It is not answered any more, not even when the command ends."""
    handle = start(old, "sleep 62")
    number = old.request("tools/call", {"name": "command_output", "arguments": {"handle": handle, "wait": 50}})
    old.notify("notifications/cancelled", {"requestId": number})
    assert output(old, handle)["running"]
    old.call("stop_command", handle=handle)
    assert not output(old, handle, wait=50)["running"]
    assert old.ask("ping")["result"] == {}


def test_the_input_ends_while_a_call_waits(old):
    handle = start(old, "sleep 63")
    old.request("tools/call", {"name": "command_output", "arguments": {"handle": handle, "wait": 50}})
    begun = time.monotonic()
    assert old.end() == (0, b"", "")
    assert time.monotonic() - begun < 10


def test_what_nobody_asks_for_is_dropped(old):
    handle = start(old, "yes | head -c 5000000")
    deadline = time.monotonic() + 20
    told = output(old, handle, wait=1)
    total = len(told["stdout"]) + told.get("dropped", 0)
    while told["running"] or told["more"]:
        assert time.monotonic() < deadline
        assert len(told["stdout"]) <= 64 * 1024
        told = output(old, handle, wait=1)
        total += len(told["stdout"]) + told.get("dropped", 0)
    assert total == 5_000_000


@pytest.mark.parametrize("command", ["printf 'a\\377b'", "printf '\\303'; sleep 0.3; printf '\\244'"])
def test_output_that_is_no_text(old, command):
    assert follow(old, start(old, command))["stdout"] in ("a?b", "\u00e4")


def test_only_the_bytes_that_are_no_text_are_marked(old):
    handle = start(old, "printf 'ä\\377€\\n'; sleep 0.2; printf 'ö\\303'")
    assert follow(old, handle)["stdout"] == "ä?€\nö?"


def test_many_at_once(old):
    handles = [start(old, f"sleep 1; echo {i}") for i in range(20)]
    assert [follow(old, handle)["stdout"] for handle in handles] == [f"{i}\n" for i in range(20)]


def test_no_more_than_64(old):
    old.call("run", command="true")
    handles = [start(old, "sleep 64") for _ in range(64)]
    assert "64" in text_of(old.call("start_command", command="true"))
    old.call("stop_command", handle=handles[0])
    follow(old, handles[0])
    assert follow(old, start(old, "echo fine"))["stdout"] == "fine\n"


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("start_command", {}, "command"),
        ("start_command", {"command": "true", "sandbox": 1}, "sandbox"),
        ("command_output", {}, "handle"),
        ("command_output", {"handle": "cmd-0"}, "handle"),
        ("stop_command", {"handle": 1}, "handle"),
    ],
)
def test_wrong_arguments(old, tool, arguments, named):
    result = old.call(tool, **arguments)
    assert result["isError"]
    assert named in text_of(result)


@pytest.mark.parametrize("wait", [-1, 51, "1", 1.5])
def test_wrong_waits(old, wait):
    result = old.call("command_output", handle=start(old, "true"), wait=wait)
    assert result["isError"]
    assert "wait" in text_of(result)


@pytest.mark.skipif(IS_OTHER_BUILD, reason="a build with AddressSanitizer keeps what was freed")
def test_what_is_written_costs_no_memory(old):
    """Resident, after what has come and gone: beside what is kept of it until it is asked for."""

    def resident() -> int:
        status = Path(f"/proc/{old.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))

    def write(count: int) -> None:
        follow(old, start(old, f"for i in $(seq {count}); do echo $i; echo {'e' * 60} >&2; done", timeout=60))

    for _ in range(4):
        write(4000)
    before = resident()
    for _ in range(10):
        write(4000)
    assert resident() - before < 2048, "KiB"
