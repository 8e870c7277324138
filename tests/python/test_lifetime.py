"""Nothing is leaked, and things can be dropped in any order."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Callable

import pytest
from footprint import CALLS, Footprint
from recorder import Recorder
from sandbox_sdk import NotFoundError, SandboxSDK, types


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def make(server: Recorder) -> SandboxSDK:
    return SandboxSDK(api_key="k", base_url=server.url, max_retries=0)


def raised(error: type[Exception], call: Callable[[], object]) -> None:
    with contextlib.suppress(error):
        call()
        raise AssertionError("nothing was raised")


def divide(data: bytes) -> float:
    return len(data) / 0


# Calls that end well and calls that do not, each with what the server answers.
GOOD = {"json": {"id": "a", "data": [{"id": "b"}], "text": "x" * 100}}
MISSING = {"json": {"why": "not"}, "status": 404}
KINDS: dict[str, tuple[dict, Callable[[SandboxSDK], object]]] = {
    "create": (GOOD, lambda client: client.sandboxes.create(name="a", resources={"cpus": 1})),
    "options": (GOOD, lambda client: client.sandboxes.list(extra_headers={"A": "b"}, extra_query={"c": 1}, timeout=5)),
    "body": (GOOD, lambda client: client.sandboxes.create(extra_body={"a": [{"b": None}]})),
    "models": (GOOD, lambda client: client.sandboxes.list().data[0].to_json()),
    "copy": (GOOD, lambda client: client.with_options(max_retries=1, default_headers={"A": "b"}).sandboxes),
    "upload": (GOOD, lambda client: client.sandboxes.upload("i", path="/a", file=iter([bytes(bytearray(50))]))),
    "form": (
        GOOD,
        lambda client: client.post(
            "/x", cast_to=object, files=[("a", ("n", b"x", None, {"X": "1"})), ("b", (None, b"y", "t/y", {"Y": "2"}))]
        ),
    ),
    "wrong-part": (
        GOOD,
        lambda client: raised(
            TypeError, lambda: client.post("/x", cast_to=object, files={"a": ("n", b"x", None, {"X": "1", "Y": 2})})
        ),
    ),
    "large-integers": (
        {"json": {"id": 2**70, "data": [{"cpu": 2**70, "more": [10**30]}]}},
        lambda client: client.sandboxes.list(page=2**70, extra_query={"a": [10**30]}).data[0].to_json(),
    ),
    "small-numbers": (GOOD, lambda client: types.Sandbox.construct(cpu=1e-7, memory=1.5e-5).to_json()),
    "other-letters": (
        GOOD,
        lambda client: raised(UnicodeEncodeError, lambda: client.volumes.list(extra_headers={"a": "b", "c": "é"})),
    ),
    "download": (GOOD, lambda client: client.sandboxes.download("i", path="/a").read()),
    "download-into": (GOOD, lambda client: client.sandboxes.download("i", path="/a", into=len)),
    "wrong-value": (
        GOOD,
        lambda client: raised(TypeError, lambda: client.sandboxes.create(resources={"a": ["x", object()]})),
    ),
    "wrong-header": (
        GOOD,
        lambda client: raised(TypeError, lambda: client.volumes.list(extra_headers={"a": "b", "c": 5})),
    ),
    "callback-raises": (
        GOOD,
        lambda client: raised(
            ZeroDivisionError, lambda: client.sandboxes.download("i", path="/a", into=lambda _: 1 / 0)
        ),
    ),
    "no-such-folder": (
        GOOD,
        lambda client: raised(OSError, lambda: client.sandboxes.download("i", path="/a", into="/missing/file")),
    ),
    "not-found": (MISSING, lambda client: raised(NotFoundError, lambda: client.sandboxes.delete("i"))),
    "garbage": ({"body": b"<html>"}, lambda client: raised(ValueError, lambda: client.volumes.list())),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_memory_and_no_descriptor_is_leaked(client: SandboxSDK, server: Recorder, kind: str) -> None:
    answer, call = KINDS[kind]
    server.answer(**answer)

    def repeat(times: int) -> Footprint:
        for _ in range(times):
            call(client)
            server.requests.clear()
        return Footprint.now()

    Footprint.now()
    before = repeat(100)
    repeat(CALLS).assert_no_more_than(before)


def test_the_process_does_not_grow(server: Recorder) -> None:
    """What the library itself allocates is not seen by tracemalloc."""
    program = """
import sys
from sandbox_sdk import SandboxSDK, SandboxSDKError

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

client = SandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
def call(times):
    for number in range(times):
        client.sandboxes.create(
            name="x" * 1000,
            env_vars={str(n): "y" * 100 for n in range(20)},
            extra_body={"a": "b" * 1000},
            extra_query={"a": "b" * 1000},
            extra_headers={"a": "b" * 1000},
        )
        client.sandboxes.download("i", path="/a").read()
        try:
            client.sandboxes.create(resources={"a": ["x" * 1000, object()]})
        except TypeError:
            pass
        client.with_options(max_retries=1, default_headers={"A": "b"})
call(500)
before = resident()
call(1000)
print(resident() - before)
"""
    server.answer({"id": "a" * 5000})
    done = subprocess.run([sys.executable, "-c", program, server.url], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1_000_000, "bytes more after 2,000 calls"


def test_a_dropped_client_closes_its_connections_at_once(server: Recorder) -> None:
    gc.disable()
    try:
        make(server).sandboxes.list()
        before = descriptors()
        for _ in range(20):
            client = make(server)
            client.sandboxes.list()
            assert client.volumes
            gone = weakref.ref(client)
            del client
            assert gone() is None
        assert descriptors() <= before + 2
    finally:
        gc.enable()


def test_a_resource_keeps_its_client_working(server: Recorder) -> None:
    sandboxes = make(server).sandboxes
    gc.collect()
    sandboxes.list()
    assert server.request.method == "GET"


def test_a_subclass_with_its_own_authentication_is_collected(server: Recorder) -> None:
    class Mine(SandboxSDK):
        @property
        def auth_headers(self) -> dict[str, str]:
            return {"Authorization": "x"}

    client = Mine(api_key="k", base_url=server.url)
    client.sandboxes.list()
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None


def test_a_copy_outlives_its_original(server: Recorder) -> None:
    client = make(server)
    copy = client.with_options(api_key="copied")
    answer = client.sandboxes.download("i", path="/a")
    del client
    gc.collect()
    copy.sandboxes.list()
    assert server.requests[-1].header("x-api-key") == "copied"
    copy.close()
    del copy
    assert answer.content == b"{}"
    assert answer.headers["content-type"] == "application/json"


def test_an_error_outlives_its_client(server: Recorder) -> None:
    server.answer({"a": 1}, status=404)
    client = make(server)
    with pytest.raises(NotFoundError) as caught:
        client.sandboxes.delete("i")
    del client
    gc.collect()
    assert caught.value.response.json() == {"a": 1}


def test_hostile_orders_at_the_end_of_the_interpreter(server: Recorder) -> None:
    program = """
import sys
from sandbox_sdk import SandboxSDK

class Cycle:
    pass

kept = []
for _ in range(5):
    client = SandboxSDK(api_key="k", base_url=sys.argv[1])
    cycle = Cycle()
    cycle.self = cycle
    cycle.parts = [client, client.sandboxes, client.copy(max_retries=1), client.sandboxes.download("i", path="/a")]
    kept.append(cycle)
sys.modules["kept"] = kept
del client
"""
    for options in ([], ["-X", "dev"]):
        done = subprocess.run([sys.executable, *options, "-c", program, server.url], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
