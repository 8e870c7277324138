"""A client with a server of its own."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sandbox_sdk
from sandbox_sdk import APIConnectionError, SandboxSDK, SandboxSDKError

EVERY_BYTE = bytes(range(256))


def children() -> set[int]:
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def gone(pids: set[int]) -> bool:
    """Whether the processes end within a moment."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.02)
    return False


def test_a_whole_life(tmp_path: Path) -> None:
    before = children()
    with sandbox_sdk.local() as client:
        started = children() - before
        assert started
        assert type(client) is SandboxSDK
        sandbox = client.sandboxes.create(name="life", env_vars={"GREETING": "grüß"})
        client.sandboxes.upload(sandbox.id, path="/data/bytes", file=EVERY_BYTE)
        run = client.sandboxes.execute(sandbox.id, command='echo "$GREETING $MORE"; exit 3', env={"MORE": "dich"})
        assert (run.stdout, run.exit_code, run.status) == ("grüß dich\n", 3, "completed")
        assert client.sandboxes.download(sandbox.id, path="/data/bytes").content == EVERY_BYTE
        client.sandboxes.download(sandbox.id, path="/data/bytes", into=tmp_path / "bytes")
        assert (tmp_path / "bytes").read_bytes() == EVERY_BYTE
        ranged = client.sandboxes.with_raw_response.download(
            sandbox.id, path="/data/bytes", extra_headers={"Range": "bytes=-6"}
        )
        assert (ranged.status_code, ranged.headers["Content-Range"]) == (206, "bytes 250-255/256")
        assert ranged.read() == EVERY_BYTE[-6:]
        assert [item.id for item in client.sandboxes.list().data] == [sandbox.id]
        with pytest.raises(sandbox_sdk.NotFoundError):
            client.sandboxes.delete("missing")
        assert client.sandboxes.delete(sandbox.id).id == sandbox.id
        copy = client.with_options(max_retries=0)
    assert gone(started)
    with pytest.raises(APIConnectionError, match="closed"):
        copy.sandboxes.list()


def test_a_dropped_client_ends_its_server() -> None:
    before = children()
    client = SandboxSDK.local()
    started = children() - before
    client.sandboxes.list()
    del client
    gc.collect()
    assert gone(started)


def test_a_subclass_and_its_options() -> None:
    class Mine(SandboxSDK):
        pass

    with Mine.local(timeout=7, max_retries=4, default_headers={"X-A": "b"}) as client:
        assert type(client) is Mine
        assert (client.timeout, client.max_retries) == (7, 4)
        assert client.base_url.host == "127.0.0.1"
        client.sandboxes.list()


def test_two_servers_know_nothing_of_each_other() -> None:
    with sandbox_sdk.local() as one, sandbox_sdk.local() as other:
        one.sandboxes.create(name="one")
        assert other.sandboxes.list().data == []
        assert one.base_url != other.base_url


@pytest.mark.parametrize("options", [{"api_key": "k"}, {"base_url": "http://x"}, {"nonsense": 1}])
def test_a_local_client_takes_no_key_and_no_url(options: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        sandbox_sdk.local(**options)


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANDBOX_SDK_SANDBOXD", str(tmp_path / "missing"))
    with pytest.raises(SandboxSDKError, match="missing") as caught:
        sandbox_sdk.local()
    assert caught.value.code == "local_server"


def test_the_package_brings_its_server_and_its_command(tmp_path: Path) -> None:
    bundled = Path(sandbox_sdk.__file__).parent / "bin" / "sandboxd"
    assert os.access(bundled, os.X_OK)
    command = Path(sys.executable).parent / "sandboxd"
    if not command.exists():
        command = Path(shutil.which("sandboxd"))
    for program in (bundled, command):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30)
        assert sandbox_sdk.__version__ in done.stdout
