"""One command in many sandboxes, waited for and in coroutines."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import pickle
import signal
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import sandbox_sdk
from async_runners import in_every_loop
from recorder import Recorder
from sandbox_sdk import (
    APIConnectionError,
    APITimeoutError,
    AsyncSandboxSDK,
    CommandFailedError,
    InvalidArgumentError,
    MockTransport,
    NotFoundError,
    Response,
    RunResult,
    SandboxSDK,
)

EXECUTION = {"id": "exec-1", "exit_code": 0, "status": "completed", "stdout": "out", "stderr": ""}


@pytest.fixture(scope="module")
def real() -> Iterator[SandboxSDK]:
    with sandbox_sdk.local() as client:
        yield client


@pytest.fixture(scope="module")
def ids(real: SandboxSDK) -> list[str]:
    return [real.sandboxes.create(env_vars={"N": str(number)}).id for number in range(5)]


def assert_whole(results: list[RunResult], ids: list[str]) -> None:
    """Of the command below, in the sandboxes, one that is not there among them."""
    assert [one.id for one in results] == ids
    assert isinstance(results[2].error, NotFoundError)
    assert results[2].result is None
    for number in (0, 1, 3, 4):
        one = results[number]
        assert one.result is not None
        assert one.result.stdout == f"{number} ü /\n"
        assert isinstance(one.error, CommandFailedError) == (number == 1)
    failed = results[1].error
    assert isinstance(failed, CommandFailedError)
    assert failed.code == "command_failed"
    assert failed.result == results[1].result
    assert failed.result.exit_code == 1


COMMAND = "echo $N $OWN $PWD; test $N != 1"
HOW: dict[str, Any] = {"check": True, "env": {"OWN": "ü"}, "working_dir": "/", "concurrency": 2}


def test_each_has_its_result(real: SandboxSDK, ids: list[str]) -> None:
    wanted = [*ids[:2], "nobody", *ids[3:]]
    assert_whole(real.sandboxes.run_many(iter(wanted), COMMAND, **HOW), wanted)
    unchecked = real.sandboxes.run_many(ids[1:2], COMMAND)
    assert unchecked[0].error is None
    assert unchecked[0].result is not None
    assert unchecked[0].result.exit_code == 1
    assert real.sandboxes.run_many([], COMMAND) == []


@in_every_loop
def test_each_has_its_result_in_coroutines(real: SandboxSDK, ids: list[str], run: Any) -> None:
    wanted = [*ids[:2], "nobody", *ids[3:]]

    async def main() -> list[RunResult]:
        async with AsyncSandboxSDK(api_key=real.api_key, base_url=real.base_url) as client:
            return await client.sandboxes.run_many(iter(wanted), COMMAND, **HOW)

    assert_whole(run(main), wanted)


def test_many_batches_at_a_time(server: Recorder) -> None:
    server.answer(EXECUTION)

    async def main() -> list[list[RunResult]]:
        async with AsyncSandboxSDK(api_key="k", base_url=server.url) as client:
            return await asyncio.gather(
                *(client.sandboxes.run_many([f"{a}-{b}" for b in range(20)], "true") for a in range(10))
            )

    results = asyncio.run(main())
    assert [one.id for one in itertools.chain(*results)] == [f"{a}-{b}" for a in range(10) for b in range(20)]
    assert len(server.requests) == 200


def test_so_many_at_a_time(server: Recorder, client: SandboxSDK) -> None:
    server.answer(EXECUTION)
    results = client.sandboxes.run_many([str(number) for number in range(30)], "true", concurrency=3)
    assert [one.error for one in results] == [None] * 30
    assert server.connections <= 3
    server.requests.clear()
    client.sandboxes.run_many(["a/b"], "make", api_timeout=7, timeout=5)
    assert server.request.json == {"command": "make", "timeout": 7}
    assert "a%2Fb" in server.request.target


def test_threads_at_a_time(server: Recorder, client: SandboxSDK) -> None:
    server.answer(EXECUTION)
    found: list[list[RunResult]] = []

    def go(name: str) -> None:
        found.append(client.sandboxes.run_many([f"{name}-{number}" for number in range(20)], "true", concurrency=4))

    threads = [threading.Thread(target=go, args=(name,)) for name in "abcde"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results[0].id for results in found) == ["a-0", "b-0", "c-0", "d-0", "e-0"]
    assert all(one.error is None for results in found for one in results)


def test_what_a_result_looks_like(server: Recorder, client: SandboxSDK) -> None:
    server.answer({**EXECUTION, "exit_code": 3})
    server.answer({"error": "no such sandbox"}, status=404)
    ran, missing = client.sandboxes.run_many(["a", "b"], "true", concurrency=1)
    assert repr(ran) == "<RunResult a: exit code 3>"
    assert repr(missing).startswith("<RunResult b: Error code: 404")
    again = pickle.loads(pickle.dumps([ran, missing]))
    assert again[0].result == ran.result
    assert again[1].error.status_code == 404
    # The answer stays as long as the exception does, and no longer than that.
    assert isinstance(missing.error, NotFoundError)
    error = missing.error
    del ran, missing
    gc.collect()
    assert error.response.json() == {"error": "no such sandbox"}


def test_what_cannot_be_run(server: Recorder, client: SandboxSDK) -> None:
    for call, kind, said in (
        (lambda: client.sandboxes.run_many("sbx-1", "true"), TypeError, "`ids` must be an iterable"),
        (lambda: client.sandboxes.run_many(b"sbx-1", "true"), TypeError, "`ids` must be an iterable"),  # type: ignore[arg-type]
        (lambda: client.sandboxes.run_many([1], "true"), TypeError, "ids"),  # type: ignore[list-item]
        (lambda: client.sandboxes.run_many([""], "true"), InvalidArgumentError, "ids"),
        (lambda: client.sandboxes.run_many(["a\0b"], "true"), InvalidArgumentError, "ids"),
        (lambda: client.sandboxes.run_many(["a"], None), TypeError, "command"),  # type: ignore[arg-type]
        (lambda: client.sandboxes.run_many(["a"], "true", env=["x"]), TypeError, "env"),  # type: ignore[arg-type]
        (lambda: client.sandboxes.run_many(["a"], "true", concurrency=0), InvalidArgumentError, "concurrency"),
        (lambda: client.sandboxes.run_many(["a"], "true", concurrency=-1), ValueError, "concurrency"),
        (lambda: client.sandboxes.run_many(["a"], "true", concurrency="2"), TypeError, "concurrency"),  # type: ignore[arg-type]
    ):
        with pytest.raises(kind, match=said):
            call()
    assert server.requests == []
    client.close()
    (result,) = client.sandboxes.run_many(["a"], "true")
    assert isinstance(result.error, APIConnectionError)
    assert result.error.code == "closed"


def test_the_deadline_is_that_of_all(server: Recorder, client: SandboxSDK) -> None:
    server.answer(EXECUTION, delay=30)
    results = client.sandboxes.run_many(["a", "b", "c"], "true", concurrency=2, deadline=0.2)
    assert [type(one.error) for one in results] == [APITimeoutError] * 3
    assert [one.error is not None and one.error.outcome_unknown for one in results] == [True, True, False]


def endless() -> Iterator[bytes]:
    return itertools.repeat(b" " * 1000)


def test_ctrl_c_ends_all(server: Recorder, client: SandboxSDK) -> None:
    server.answer(pieces=endless())

    def interrupt() -> None:
        while len(server.requests) < 2:
            threading.Event().wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        client.sandboxes.run_many(["a", "b", "c"], "true", concurrency=2)
    thread.join()
    assert server.left.wait(10)
    assert len(server.requests) == 2


def test_a_cancelled_task_ends_all(server: Recorder) -> None:
    server.answer(pieces=endless())

    async def main() -> None:
        async with AsyncSandboxSDK(api_key="k", base_url=server.url) as client:
            task = asyncio.ensure_future(client.sandboxes.run_many(["a", "b", "c"], "true", concurrency=2))
            while len(server.requests) < 2:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.left.wait, 10)
            assert len(server.requests) == 2

    asyncio.run(main())


def test_a_transport_of_ones_own() -> None:
    def handle(request: sandbox_sdk.Request) -> Response:
        if "/bad/" in str(request.url):
            raise KeyError("mine")
        return Response(200, json={**EXECUTION, "stdout": str(request.url)})

    with SandboxSDK(api_key="k", base_url="http://test", transport=MockTransport(handle)) as client:
        results = client.sandboxes.run_many(["a", "b"], "true")
        assert [one.result is not None and one.result.stdout for one in results] == [
            "http://test/v1/sandboxes/a/execute",
            "http://test/v1/sandboxes/b/execute",
        ]
        results = client.sandboxes.run_many(["a", "bad", "b"], "true")
        assert [type(one.error) for one in results] == [type(None), APIConnectionError, type(None)]
        assert str(results[1].error and results[1].error.__cause__) == "KeyError: 'mine'"


@in_every_loop
def test_a_transport_of_ones_own_in_coroutines(run: Any) -> None:
    under_way: set[str] = set()
    most: set[str] = set()

    async def handle(request: sandbox_sdk.Request) -> Response:
        under_way.add(str(request.url))
        await anyio.sleep(0.02)
        most.update(under_way if len(under_way) > len(most) else ())
        under_way.remove(str(request.url))
        return Response(200, json={**EXECUTION, "stdout": str(request.url)})

    async def main() -> list[RunResult]:
        transport = MockTransport(handle)
        async with AsyncSandboxSDK(api_key="k", base_url="http://test", transport=transport) as client:
            return await client.sandboxes.run_many([str(number) for number in range(6)], "true", concurrency=3)

    results = run(main)
    assert [one.result.stdout for one in results] == [f"http://test/v1/sandboxes/{n}/execute" for n in range(6)]
    assert len(most) == 3


def test_nothing_stays_behind(server: Recorder) -> None:
    server.answer(EXECUTION)
    client = SandboxSDK(api_key="k", base_url=server.url)
    seen = weakref.ref(client)
    results = client.sandboxes.run_many(["a", "b"], "true")
    del client
    gc.collect()
    assert seen() is None
    assert [one.error for one in results] == [None, None]
