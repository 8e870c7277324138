"""The client for coroutines in the loops of asyncio, uvloop, trio and anyio, one after another and several at once."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest
import trio
from async_runners import RUNNERS, Main, in_every_loop, run_asyncio, run_trio
from raw_server import Connection, RawServer, answering, silent
from recorder import Recorder
from sandbox_sdk import APIConnectionError, APITimeoutError, AsyncSandboxSDK, NotFoundError


def make(url: str, **options: Any) -> AsyncSandboxSDK:
    return AsyncSandboxSDK(api_key="k", base_url=url, **{"max_retries": 0, **options})


@in_every_loop
def test_calls_of_every_kind(run: Any, server: Recorder) -> None:
    server.answer({"id": "a", "name": "b"})

    async def main() -> None:
        async with make(server.url) as client:
            assert (await client.sandboxes.create(name="b")).name == "b"
            raw = await client.sandboxes.with_raw_response.list()
            assert raw.headers["content-type"] == "application/json"
            assert await client.get("/v1/other", cast_to=dict) == {"id": "a", "name": "b"}
            download = await client.sandboxes.download("a", path="/x")
            assert await download.read() == b'{"id": "a", "name": "b"}'
            await client.sandboxes.upload("a", path="/x", file=b"abc")
            async with client.sandboxes.with_streaming_response.download("a", path="/x") as response:
                assert [piece async for piece in response.iter_bytes()] == [b'{"id": "a", "name": "b"}']
            server.answer({}, status=404)
            with pytest.raises(NotFoundError):
                await client.sandboxes.delete("a")
        with pytest.raises(APIConnectionError):
            await client.sandboxes.list()

    run(main)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("run", "library"), [(run, "trio" if "trio" in name else "asyncio") for name, run in RUNNERS.items()], ids=RUNNERS
)
def test_the_server_is_told_the_library(run: Any, library: str, server: Recorder) -> None:
    async def main() -> None:
        async with make(server.url) as client:
            await client.sandboxes.list()

    run(main)
    assert server.request.header("X-Stainless-Async") == f"async:{library}"


@in_every_loop
def test_cancelling_ends_the_connection_at_once(run: Any) -> None:
    with RawServer(silent) as server:

        async def main() -> float:
            client = make(server.url)
            with anyio.move_on_after(0.1) as scope:
                await client.sandboxes.list()
            cancelled = time.monotonic()
            assert scope.cancelled_caught
            seconds = await anyio_thread(lambda: server.seconds_until_ends(cancelled))
            await client.close()
            return seconds

        async def anyio_thread(function: Any) -> Any:
            return await anyio.to_thread.run_sync(function)

        assert run(main) < 0.1


@in_every_loop
def test_a_client_is_of_use_after_a_cancel(run: Any) -> None:
    def serve(connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            if b"/volumes" in request:
                connection.answer()

    with RawServer(serve) as server:

        async def main() -> None:
            async with make(server.url) as client:
                for _ in range(3):
                    with anyio.move_on_after(0.02) as scope:
                        await client.sandboxes.list()
                    assert scope.cancelled_caught
                    await client.volumes.list()

        run(main)


@in_every_loop
def test_many_at_once(run: Any) -> None:
    with RawServer(answering) as server:
        done = []

        async def main() -> None:
            async with make(server.url) as client:

                async def one(number: int) -> None:
                    await client.sandboxes.list()
                    done.append(number)

                async with anyio.create_task_group() as group:
                    for number in range(300):
                        group.start_soon(one, number)

        run(main)
        assert sorted(done) == list(range(300))


@in_every_loop
def test_an_error_ends_only_its_own_call(run: Any, server: Recorder) -> None:
    server.answer({"why": "not"}, status=404)

    async def main() -> list[str]:
        ends = []
        async with make(server.url) as client:

            async def one() -> None:
                try:
                    await client.sandboxes.list()
                    ends.append("done")
                except NotFoundError:
                    ends.append("missing")

            async with anyio.create_task_group() as group:
                group.start_soon(one)
                group.start_soon(one)
                group.start_soon(one)
        return ends

    assert run(main) == ["missing"] * 3


@in_every_loop
def test_a_timeout_of_the_client(run: Any) -> None:
    with RawServer(silent) as server:

        async def main() -> None:
            async with make(server.url) as client:
                with pytest.raises(APITimeoutError):
                    await client.sandboxes.list(timeout=0.1)

        started = time.monotonic()
        run(main)
        assert time.monotonic() - started < 5


@in_every_loop
def test_close_while_calls_are_under_way(run: Any) -> None:
    with RawServer(silent) as server:

        async def main() -> list[str]:
            client = make(server.url)
            ends = []

            async def one() -> None:
                try:
                    await client.sandboxes.list()
                except APIConnectionError as error:
                    ends.append(error.code)

            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(one)
                await anyio.sleep(0.1)
                await client.close()
            return ends

        assert run(main) == ["closed"] * 3


def test_one_loop_after_the_other_on_the_same_connection(server: Recorder) -> None:
    client = make(server.url)

    async def main() -> None:
        await client.sandboxes.list()

    for run in RUNNERS.values():
        run(main)
    assert len(server.requests) == len(RUNNERS)
    assert server.connections == 1
    asyncio.run(client.close())


def test_a_copy_in_another_loop(server: Recorder) -> None:
    client = make(server.url)

    async def main(of: AsyncSandboxSDK) -> None:
        await of.sandboxes.list()

    asyncio.run(main(client))
    copy = client.with_options(api_key="copied")
    trio.run(main, copy)
    del client
    asyncio.run(main(copy))
    assert [request.header("x-api-key") for request in server.requests] == ["k", "copied", "copied"]
    assert server.connections == 1


@pytest.mark.parametrize("second", [run_asyncio, run_trio], ids=["asyncio", "trio"])
def test_two_loops_at_once_in_two_threads(second: Any) -> None:
    with RawServer(answering) as server:
        client = make(server.url)
        done: list[str] = []
        failed: list[BaseException] = []

        async def main() -> None:
            async def one() -> None:
                for _ in range(25):
                    await client.sandboxes.list()
                    done.append(threading.current_thread().name)

            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(one)

        def in_thread(run: Callable[[Main], Any]) -> None:
            try:
                run(main)
            except BaseException as problem:
                failed.append(problem)

        threads = [threading.Thread(target=in_thread, args=(run,), daemon=True) for run in (run_asyncio, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert failed == []
        assert len(done) == 1000
        assert not any(thread.is_alive() for thread in threads)


def test_a_loop_that_is_closed_with_calls_under_way() -> None:
    """Its calls are dropped with it, their connections too, and the client goes on in the next loop."""

    def serve(connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            if b"/volumes" in request:
                connection.answer()

    with RawServer(serve) as server:
        client = make(server.url)
        loop = asyncio.new_event_loop()
        quiet: list[Any] = []
        loop.set_exception_handler(lambda _, context: quiet.append(context["message"]))
        task = loop.create_task(client.sandboxes.list())
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()
        closed = time.monotonic()
        del loop, task
        gc.collect()
        assert server.seconds_until_ends(closed) < 1
        assert any("destroyed" in message for message in quiet)

        async def main() -> None:
            await client.volumes.list()
            await client.close()

        asyncio.run(main())


def test_a_call_without_a_loop_says_so(server: Recorder) -> None:
    client = make(server.url)
    call = client.sandboxes.list()
    with pytest.raises(RuntimeError, match="no running event loop"):
        call.send(None)
    assert server.requests == []


def test_a_loop_that_has_stopped_gets_its_answers_when_it_goes_on() -> None:
    with RawServer(answering) as server:
        client = make(server.url)
        loop = asyncio.new_event_loop()
        task = loop.create_task(client.sandboxes.list())
        loop.run_until_complete(asyncio.sleep(0))

        async def main() -> None:
            for _ in range(5):
                await client.volumes.list()
                await asyncio.sleep(0.02)

        # Another loop drives the first one's call.
        asyncio.run(main())
        assert not task.done()
        assert loop.run_until_complete(asyncio.wait_for(task, 5)) is not None
        loop.run_until_complete(client.close())
        loop.close()
