"""Sandboxes that nobody uses any more."""

from __future__ import annotations

import threading
import time

from harness import processes_with, wait_until


def ids(server) -> list[str]:
    return [sandbox["id"] for sandbox in server.list()]


def test_an_idle_sandbox_is_deleted(start, mark):
    server = start("--ephemeral", "--idle-delete", "2", "--log-level", "info")
    sandbox = server.create()
    server.output(sandbox, f"sleep {mark} &")
    assert ids(server) == [sandbox["id"]]
    assert wait_until(lambda: ids(server) == [], timeout=20), "what runs in the background does not count"
    assert wait_until(lambda: server.folders() == set())
    assert processes_with(mark) == []
    assert server.call("GET", "/v1/volumes/list").json["data"] == []
    server.stop()
    assert b"nobody used it" in server.errors


def test_a_used_sandbox_is_kept(start):
    server = start("--ephemeral", "--idle-delete", "2")
    running, asked, left = server.create(), server.create(), server.create()
    results = []
    thread = threading.Thread(target=lambda: results.append(server.execute(running, "sleep 6; echo done")))
    thread.start()
    until = time.monotonic() + 5
    while time.monotonic() < until:
        assert server.call("GET", f"/v1/sandboxes/{asked['id']}").status == 200
        time.sleep(0.3)
    assert left["id"] not in ids(server)
    thread.join()
    assert results[0]["stdout"] == "done\n"
    assert wait_until(lambda: ids(server) == [], timeout=20)


def test_a_restart_begins_anew(start, directories):
    state = directories.new()
    server = start("--state", str(state))
    sandbox = server.create()
    server.stop()
    time.sleep(2)
    again = start("--state", str(state), "--idle-delete", "3600")
    assert ids(again) == [sandbox["id"]]
