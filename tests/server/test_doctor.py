"""sandboxd doctor: what it finds on this machine is what is there, and its exit code is a start's."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest
from harness import BINARY, IS_ROOT, OTHER_USER


class Findings:
    def __init__(self, *arguments: str, user: int | None = None, prefix=(), **env: str):
        identity = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        done = subprocess.run(
            [*prefix, str(BINARY), "doctor", "--json", *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, **env},
            cwd="/",
            timeout=60,
            **identity,
        )
        document = json.loads(done.stdout)
        self.code, self.line = done.returncode, done.stderr.decode()
        self.usable = document["usable"]
        self.facts = {fact["name"]: fact for fact in document["facts"]}
        assert self.usable == (self.code == 0)
        assert (self.line == "") == self.usable
        for fact in self.facts.values():
            assert fact["state"] in ("ok", "warning", "failure")
            assert fact["found"]
            assert (fact["cure"] is None) == (fact["state"] == "ok"), fact

    def state(self, name: str) -> str:
        return self.facts[name]["state"]


NAMES = [
    "kernel",
    "bubblewrap",
    "host users",
    "sandbox",
    "isolation",
    "cgroup v2",
    "limit of memory",
    "limit of cpu",
    "limit of processes",
    "limit of disk",
    "open files",
    "network",
    "network helper",
    "state directory",
    "key file",
    "disk",
    "copies",
]


@pytest.fixture
def place(directories):
    return directories.new() / "s"


def test_machine_that_runs_sandboxes(place, directories):
    temporary = directories.new()
    found = Findings("--state", str(place), TMPDIR=str(temporary))
    assert found.code == 0
    assert set(NAMES) <= set(found.facts)
    for name in ("kernel", "bubblewrap", "host users", "sandbox", "state directory", "key file"):
        assert found.state(name) == "ok", found.facts[name]
    assert shutil.which("bwrap") in found.facts["bubblewrap"]["found"]
    assert os.uname().release in found.facts["kernel"]["found"]
    assert not place.exists(), "it looks and makes nothing"
    assert list(temporary.iterdir()) == []


def test_table(place):
    done = subprocess.run([str(BINARY), "doctor", "--state", str(place)], capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    for name in NAMES:
        assert any(line.split(None, 1)[0] in ("ok", "warning") and f" {name} " in line for line in lines), name


def test_beside_a_running_server(start, place):
    server = start("--state", str(place))
    server.create()
    found = Findings("--state", str(place))
    assert found.code == 0
    assert "1 sandboxes" in found.facts["database"]["found"]
    assert server.list() != []


@pytest.mark.skipif(not IS_ROOT, reason="only root can be another user")
def test_ordinary_user(directories):
    found = Findings("--state", str(directories.new(OTHER_USER) / "s"), user=OTHER_USER, TMPDIR="/tmp")
    assert found.code == 0
    assert str(OTHER_USER) in found.facts["host users"]["found"]


def test_no_bubblewrap(place, directories):
    found = Findings("--state", str(place), PATH=str(directories.new()))
    assert found.code == 3
    assert found.state("bubblewrap") == found.state("sandbox") == "failure"
    assert "apt install bubblewrap" in found.facts["bubblewrap"]["cure"]
    assert found.state("network helper") == "warning"


def test_old_bubblewrap(place, directories):
    """Its version is what it says; whether it makes a sandbox is tried."""
    path = directories.new() / "bwrap"
    path.write_text("#!/bin/sh\necho bubblewrap 0.4.1\n")
    path.chmod(0o755)
    found = Findings("--state", str(place), PATH=f"{path.parent}:{os.environ['PATH']}")
    assert found.state("bubblewrap") == "warning"
    assert "0.4.1" in found.facts["bubblewrap"]["found"]
    assert (found.code, found.state("sandbox")) == (4, "failure")


@pytest.mark.skipif(not IS_ROOT, reason="needs root to set a namespace's limits")
def test_no_namespaces_allowed(directories):
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$0" "$@"'
    prefix = ["unshare", "--user", "--keep-caps", f"--map-user={OTHER_USER}", f"--map-group={OTHER_USER}"]
    state = directories.new(OTHER_USER) / "s"
    found = Findings("--state", str(state), prefix=[*prefix, "/bin/sh", "-c", script], user=OTHER_USER, TMPDIR="/tmp")
    assert (found.code, found.state("sandbox")) == (4, "failure")
    assert "max_user_namespaces" in found.facts["sandbox"]["cure"]


def test_state_is_open_to_others(directories):
    path = directories.new()
    path.chmod(0o755)
    found = Findings("--state", str(path))
    assert (found.code, found.state("state directory")) == (6, "failure")
    assert "chmod 700" in found.facts["state directory"]["cure"]


def test_damaged_database(start, place):
    server = start("--state", str(place))
    for _ in range(50):
        server.create(env_vars={"A": "x" * 1000})
    server.stop()
    content = bytearray((place / "state.db").read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    (place / "state.db").write_bytes(content)
    found = Findings("--state", str(place))
    assert (found.code, found.state("database")) == (6, "failure")
    assert (place / "state.db").read_bytes() == content, "left as it was"


def test_key_file_is_open_to_others(place, directories):
    key = directories.new() / "key"
    key.write_text("secret-of-the-key\n")
    key.chmod(0o644)
    found = Findings("--state", str(place), "--key-file", str(key))
    assert (found.code, found.state("key file")) == (8, "failure")
    assert "secret-of-the-key" not in json.dumps(found.facts)


def test_few_open_files(place):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    few = Findings("--state", str(place), prefix=["prlimit", "--nofile=600:600"])
    assert few.state("open files") == "warning"
    assert "47 connections with a command each, beside 142 sandboxes" in few.facts["open files"]["found"]
    assert "26608" in few.facts["open files"]["cure"]
    found = Findings("--state", str(place))
    assert found.state("open files") == ("ok" if hard >= 26608 or hard == resource.RLIM_INFINITY else "warning")


def test_cgroup_is_that_of_this_process(place):
    found = Findings("--state", str(place)).facts["cgroup v2"]
    mounted = " - cgroup2 " in Path("/proc/self/mountinfo").read_text()
    assert ("there is none here" in found["found"]) == (not mounted)


@pytest.mark.skipif(not IS_ROOT, reason="needs root to mount a small disk")
def test_little_room(place):
    place.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "none", str(place)], check=True)
    try:
        found = Findings("--state", str(place))
        assert (found.code, found.state("disk")) == (0, "warning")
        assert "4 MiB" in found.facts["disk"]["found"]
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_network(place, directories):
    off = Findings("--state", str(place))
    assert off.state("network") == "ok"
    assert off.facts["network"]["found"].startswith("off")
    path = directories.new()
    (path / "bwrap").symlink_to(shutil.which("bwrap"))
    without = Findings("--state", str(place), "--network", PATH=str(path))
    assert (without.code, without.state("network helper"), without.state("sandbox")) == (3, "failure", "failure")
    assert "apt install slirp4netns" in without.facts["network helper"]["cure"]
    if not shutil.which("slirp4netns") or not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("needs slirp4netns and /dev/net/tun")
    found = Findings("--state", str(place), "--network")
    assert (found.code, found.state("sandbox"), found.state("network helper")) == (0, "ok", "ok")
    assert found.facts["network"]["found"].startswith("on")
