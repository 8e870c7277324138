"""Limits by cgroup v2, where this machine delegates one: which controllers are there is asked of the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import descendants, is_alive, read_proc, sleepers, wait_until


def controllers(server) -> set[str]:
    limits = server.call("GET", "/v1/health").json["limits"]
    return {fact["name"] for fact in limits if "cgroup v2" in fact["detail"]}


def hierarchy() -> Path:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        if " - cgroup2 " in line:
            return Path(line.split()[4])
    raise AssertionError("no cgroup v2 here")


def place(pid: int) -> Path:
    for line in read_proc(pid, "cgroup").decode().splitlines():
        if line.startswith("0::"):
            return hierarchy() / line[3:].lstrip("/")
    raise AssertionError("no cgroup v2 here")


@pytest.fixture
def grouped(start):
    one = start("--ephemeral")
    if not controllers(one):
        pytest.skip("no cgroup v2 is delegated here: its limits are not tested")
    return one


def need(server, name: str) -> None:
    if name not in controllers(server):
        pytest.skip(f"the cgroup v2 here has no controller of {name}")


def test_each_sandbox_has_a_group_and_its_limits(grouped):
    sandbox = grouped.create(resources={"cpus": 2, "memory": 300})
    server = place(grouped.pid)
    assert (server.name, server.parent.name) == ("server", f"sandboxd-{grouped.pid}")
    group = server.parent / sandbox["id"]
    inside = [pid for pid in descendants(grouped.pid) if place(pid) == group]
    assert len(inside) == 2, "bubblewrap and the init"
    expected = {
        "memory": ("memory.max", str(300 << 20)),
        "cpu": ("cpu.max", "50000 100000"),
        "processes": ("pids.max", "513"),
    }
    for name in controllers(grouped):
        file, value = expected[name]
        assert (group / file).read_text().strip() == value
    grouped.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert not group.exists()


def test_nothing_is_left_at_the_end(grouped):
    grouped.create()
    tree = place(grouped.pid).parent
    grouped.stop()
    assert not tree.exists() or [entry.name for entry in tree.iterdir() if entry.is_dir()] == ["server"]


def test_a_killed_servers_groups_are_removed(grouped, start):
    grouped.create()
    tree = place(grouped.pid).parent
    grouped.kill()
    assert tree.exists()
    start("--ephemeral")
    assert not tree.exists()


def test_a_living_servers_groups_are_left_alone(grouped, start):
    sandbox = grouped.create()
    start("--ephemeral")
    assert grouped.output(sandbox, "echo fine") == "fine\n"


def test_processes_are_bounded(grouped):
    need(grouped, "processes")
    sandbox = grouped.create()
    group = place(grouped.pid).parent / sandbox["id"]
    result = grouped.execute(sandbox, "i=0; while [ $i -lt 700 ]; do sleep 5 & i=$((i+1)); done; wait", timeout=60)
    assert "fork" in result["stderr"] or "Resource" in result["stderr"], result
    assert int((group / "pids.peak").read_text() if (group / "pids.peak").exists() else 0) <= 513


def test_processors_are_bounded(grouped):
    need(grouped, "cpu")
    sandbox = grouped.create(resources={"cpus": 1})
    group = place(grouped.pid).parent / sandbox["id"]
    grouped.execute(sandbox, "i=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done", timeout=2)
    stat = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    assert int(stat["nr_throttled"]) > 0
    assert int(stat["usage_usec"]) < 0.4 * int(stat["nr_periods"]) * 100000


def test_memory_is_bounded(grouped):
    need(grouped, "memory")
    sandbox = grouped.create(resources={"memory": 100})
    result = grouped.execute(sandbox, "head -c 400M /dev/zero | tail | wc -c")
    assert result["exit_code"] == 0
    assert int(result["stdout"]) < 400 << 20
    assert grouped.output(sandbox, "echo fine") == "fine\n"


def test_deleting_ends_what_runs(grouped, mark):
    sandbox = grouped.create()
    grouped.execute(sandbox, f"setsid sleep {mark} >/dev/null 2>&1 &")
    assert wait_until(lambda: sleepers(mark))
    (pid,) = sleepers(mark)
    grouped.call("DELETE", f"/v1/sandboxes/{sandbox['id']}/delete")
    assert not is_alive(pid)
