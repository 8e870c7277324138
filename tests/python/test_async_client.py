"""The client for coroutines in asyncio: cancelling, dropping, closing, signals, forks, and what stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import os
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import strict
import uvloop
from raw_server import Connection, RawServer, answering, silent
from recorder import Recorder
from sandbox_sdk import APIConnectionError, AsyncSandboxSDK, NotFoundError

Run = Callable[..., subprocess.CompletedProcess[str]]


def make(url: str, **options: Any) -> AsyncSandboxSDK:
    return AsyncSandboxSDK(api_key="k", base_url=url, **{"max_retries": 0, **options})


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def watched(loop: Any) -> int:
    """How many descriptors an event loop of asyncio watches, its own wake-up aside."""
    return len(loop._selector.get_map()) - 1


def some_answered(connection: Connection) -> None:
    """Answers what is about volumes, and nothing else."""
    while (request := connection.read_request()) is not None:
        if b"/volumes" in request:
            connection.answer()


# ---- no thread, no executor ----


@pytest.mark.parametrize("runner", ["asyncio.run", "uvloop.run"])
def test_no_thread_and_no_executor(run_python: Run, server: Recorder, runner: str) -> None:
    server.answer({"id": "a"})
    program = f"""
import asyncio, os, sys, uvloop
from concurrent.futures import Executor, ThreadPoolExecutor
from sandbox_sdk import AsyncSandboxSDK

def refuse(*_):
    raise AssertionError("an executor is used")
ThreadPoolExecutor.submit = Executor.submit = refuse

async def chunks():
    yield b"abc"

async def main():
    async with AsyncSandboxSDK(api_key="k", base_url=sys.argv[1]) as client:
        async def one():
            await client.sandboxes.list()
            await client.sandboxes.upload("a", path="/x", file=chunks())
            await client.get("/v1/x", cast_to=dict)
            async with client.sandboxes.with_streaming_response.download("a", path="/x") as response:
                async for _ in response.iter_bytes():
                    most.append(len(os.listdir("/proc/self/task")))
        await asyncio.gather(*(one() for _ in range(50)))
most = []
{runner}(main())
print(len(most), max(most))
"""
    done = run_python(program, server.url)
    assert (done.stdout, done.stderr) == ("50 1\n", "")


# ---- cancelling ----


@pytest.mark.parametrize("how", ["wait_for", "cancel", "timeout"])
def test_the_server_sees_a_cancel_within_milliseconds(how: str) -> None:
    if how == "timeout" and not hasattr(asyncio, "timeout"):
        pytest.skip("needs Python 3.11")
    with RawServer(silent) as server:

        async def main() -> float:
            client = make(server.url)
            if how == "wait_for":
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.sandboxes.list(), 0.1)
            elif how == "timeout":
                with pytest.raises(asyncio.TimeoutError):
                    async with asyncio.timeout(0.1):
                        await client.sandboxes.list()
            else:
                task = asyncio.ensure_future(client.sandboxes.list())
                await asyncio.sleep(0.1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            # Blocks the loop: the connection is not freed by any later turn of it.
            cancelled = time.monotonic()
            seconds = server.seconds_until_ends(cancelled)
            assert client.is_closed() is False
            return seconds

        assert asyncio.run(main()) < 0.05


def test_cancelled_calls_make_room_for_others() -> None:
    """The limit of connections counts those that are in use, and a cancelled call's is not."""
    with RawServer(some_answered) as server:

        async def main() -> None:
            async with make(server.url) as client:
                tasks = [asyncio.ensure_future(client.sandboxes.list()) for _ in range(150)]
                await asyncio.sleep(0.3)
                waits = asyncio.ensure_future(client.volumes.list())
                await asyncio.sleep(0.1)
                assert not waits.done()
                for task in tasks:
                    task.cancel()
                await asyncio.wait_for(waits, 5)
                ends = await asyncio.gather(*tasks, return_exceptions=True)
                assert {type(end) for end in ends} == {asyncio.CancelledError}

        asyncio.run(main())


def test_cancelled_before_it_began() -> None:
    with RawServer(answering) as server:

        async def main() -> None:
            async with make(server.url) as client:
                task = asyncio.ensure_future(client.sandboxes.list())
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await client.sandboxes.list()
                assert len(server.connections) == 1

        asyncio.run(main())


def test_cancelled_when_the_answer_is_there_already(server: Recorder) -> None:
    """Neither the answer nor the error that it was may be complained of by anyone."""
    complaints: list[Any] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        async with make(server.url) as client:
            for status in (200, 404):
                server.answer({}, status=status)
                task = asyncio.ensure_future(client.sandboxes.list())
                await asyncio.sleep(0)
                (waiting,) = (known() for known in client._caller.loops._known)
                for _ in range(1000):
                    time.sleep(0.001)
                    waiting.drive()
                    if all(waiter.done() for waiter in waiting.waiting.values()):
                        break
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
        gc.collect()

    asyncio.run(main())
    assert complaints == []


def test_a_group_of_tasks_cancels_its_calls() -> None:
    if not hasattr(asyncio, "TaskGroup"):
        pytest.skip("needs Python 3.11")
    with RawServer(some_answered) as server:

        async def main() -> None:
            async with make(server.url) as client:
                with pytest.raises(BaseExceptionGroup) as caught:  # noqa: F821 - of Python 3.11
                    async with asyncio.TaskGroup() as group:
                        for _ in range(5):
                            group.create_task(client.sandboxes.list())
                        await asyncio.sleep(0.1)
                        failed = time.monotonic()
                        raise ZeroDivisionError
                assert [type(one) for one in caught.value.exceptions] == [ZeroDivisionError]
                assert server.seconds_until_ends(failed, 5) < 0.2
                await client.volumes.list()

        asyncio.run(main())


# ---- what stays behind ----


def test_nothing_is_left_in_the_loop_when_nothing_is_under_way(server: Recorder) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with make(server.url) as client:
            await client.sandboxes.list()
            await asyncio.sleep(0)
            assert watched(loop) == 0
            await asyncio.gather(*(client.sandboxes.list() for _ in range(10)))
            async with client.sandboxes.with_streaming_response.list() as response:
                await response.read()
            await asyncio.sleep(0)
            assert watched(loop) == 0

    asyncio.run(main())


def test_one_call_after_the_other_keeps_the_watch(server: Recorder) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        added = []
        add_reader = loop.add_reader

        def counting(*arguments: Any) -> None:
            added.append(arguments)
            add_reader(*arguments)

        loop.add_reader = counting  # type: ignore[method-assign]
        async with make(server.url) as client:
            for _ in range(10):
                await client.sandboxes.list()
        assert len(added) == 1

    asyncio.run(main())


@pytest.mark.parametrize("runner", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_dropped_client_is_gone_at_once(server: Recorder, runner: Any) -> None:
    async def main() -> None:
        gc.disable()
        try:
            await use_one(server.url)
            before = descriptors()
            for _ in range(20):
                client = make(server.url)
                await client.sandboxes.list()
                assert client.volumes
                gone, loops_gone = weakref.ref(client), weakref.ref(client._caller.loops)
                # Not even a turn of the loop is between the last answer and this.
                del client
                assert gone() is None
                assert loops_gone() is None
                assert descriptors() <= before + 2  # the server's own end of it may take a moment
        finally:
            gc.enable()

    async def use_one(url: str) -> None:
        async with make(url) as client:
            await client.sandboxes.list()

    runner(main())


def test_a_dropped_client_leaves_nothing_in_the_loop(server: Recorder) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        client = make(server.url)
        await client.sandboxes.list()
        del client
        assert watched(loop) == 0
        # The same descriptors again, in the hands of somebody else.
        ends = [os.pipe() for _ in range(10)]
        for read, write in ends:
            seen = asyncio.Event()
            loop.add_reader(read, seen.set)
            os.write(write, b"x")
            await asyncio.wait_for(seen.wait(), 1)
            loop.remove_reader(read)
            os.close(read)
            os.close(write)

    asyncio.run(main())


def test_a_client_that_is_dropped_in_another_thread(server: Recorder) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        box = [make(server.url)]
        await box[0].sandboxes.list()
        gone = weakref.ref(box[0])
        thread = threading.Thread(target=box.clear)
        thread.start()
        thread.join()
        assert gone() is None
        await asyncio.sleep(0.01)
        assert watched(loop) == 0

    asyncio.run(main())


def test_a_task_goes_on_although_nobody_holds_it(server: Recorder) -> None:
    done = []

    async def one(client: AsyncSandboxSDK) -> None:
        await client.sandboxes.list()
        done.append(True)

    async def main() -> None:
        server.answer({}, delay=0.05)
        client = make(server.url)
        for _ in range(5):
            asyncio.ensure_future(one(client))  # noqa: RUF006 - that is what is tested
        del client
        while len(done) < 5:
            await asyncio.sleep(0.02)
            gc.collect()

    asyncio.run(asyncio.wait_for(main(), 10))


def test_an_exception_keeps_nothing_alive(server: Recorder) -> None:
    server.answer({"why": "not"}, status=404)

    async def main() -> None:
        gc.disable()
        try:
            client = make(server.url)
            with contextlib.suppress(NotFoundError):
                await client.sandboxes.list()
            # The connection is of use to others: the call and all that it had are gone.
            gc.collect()
            gc.set_debug(gc.DEBUG_SAVEALL)
            for _ in range(5):
                with contextlib.suppress(NotFoundError):
                    await client.sandboxes.list()
                with contextlib.suppress(TypeError):
                    await client.sandboxes.create(resources={"a": object()})
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(client.sandboxes.list(), 0)
            gc.collect()
            ours = [item for item in gc.garbage if "sandbox_sdk" in type(item).__module__]
            assert ours == []
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()

    asyncio.run(main())


# ---- in order, and fair ----


def test_a_thousand_at_once() -> None:
    with RawServer(answering) as server:

        async def main() -> None:
            async with make(server.url, timeout=60) as client:
                answers = await asyncio.gather(*(client.sandboxes.list() for _ in range(1000)))
                assert len(answers) == 1000

        asyncio.run(main())


def test_other_tasks_have_their_turn() -> None:
    with RawServer(answering) as server:

        async def main() -> tuple[int, int]:
            calls = turns = 0
            over = False

            async def work(client: AsyncSandboxSDK) -> None:
                nonlocal calls
                while not over:
                    await client.sandboxes.list()
                    calls += 1

            async def others() -> None:
                nonlocal turns
                while not over:
                    await asyncio.sleep(0)
                    turns += 1

            async with make(server.url) as client:
                tasks = [asyncio.ensure_future(work(client)) for _ in range(20)]
                tasks.append(asyncio.ensure_future(others()))
                await asyncio.sleep(0.5)
                over = True
                await asyncio.gather(*tasks)
            return calls, turns

        calls, turns = asyncio.run(main())
        assert calls > 20
        assert turns > calls / 20


def test_calls_end_in_their_own_order() -> None:
    """A slow one holds up nobody."""

    def serve(connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            if b"/volumes" not in request:
                time.sleep(0.5)
            connection.answer()

    with RawServer(serve) as server:

        async def main() -> list[str]:
            ends = []

            async def one(call: Any, name: str) -> None:
                await call
                ends.append(name)

            async with make(server.url) as client:
                await asyncio.gather(
                    one(client.sandboxes.list(), "slow"),
                    one(client.volumes.list(), "fast"),
                    one(client.volumes.list(), "fast"),
                )
            return ends

        assert asyncio.run(main()) == ["fast", "fast", "slow"]


# ---- context ----


def test_functions_of_a_call_see_its_context_variables(server: Recorder) -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who")
    seen: list[tuple[str, str]] = []

    async def one(client: AsyncSandboxSDK, name: str) -> None:
        who.set(name)

        async def chunks() -> Any:
            seen.append((name, who.get()))
            yield b"abc"

        def plain() -> Any:
            seen.append((name, who.get()))
            yield b"abc"

        await client.sandboxes.upload("a", path="/x", file=chunks())
        await client.sandboxes.upload("a", path="/x", file=plain())
        await client.sandboxes.download("a", path="/x", into=lambda data: seen.append((name, who.get())))
        seen.append((name, who.get()))

    async def main() -> None:
        async with make(server.url) as client:
            await asyncio.gather(*(one(client, str(number)) for number in range(5)))

    asyncio.run(main())
    assert len(seen) == 20
    assert all(name == found for name, found in seen)


# ---- the process ----


def test_silent_in_development_mode(server: Recorder, run_python: Run) -> None:
    program = """
import asyncio, sys
from sandbox_sdk import AsyncSandboxSDK, APIStatusError

async def chunks():
    for _ in range(3):
        await asyncio.sleep(0)
        yield b"abc"

async def main():
    client = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
    await client.sandboxes.list()
    await client.sandboxes.with_raw_response.list()
    await client.sandboxes.upload("a", path="/x", file=chunks())
    async with client.sandboxes.with_streaming_response.list() as response:
        await response.read()
    async with client.sandboxes.with_streaming_response.list() as response:
        pass
    try:
        await asyncio.wait_for(client.sandboxes.list(), 0)
    except asyncio.TimeoutError:
        pass
    task = asyncio.ensure_future(client.sandboxes.list())
    await asyncio.sleep(0)
    # Ends with both the client and a call left as they are.

asyncio.run(main())
"""
    done = run_python(program, server.url)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("runner", ["asyncio.run", "uvloop.run"])
def test_ctrl_c(runner: str) -> None:
    program = f"""
import asyncio, sys, time, uvloop
from sandbox_sdk import AsyncSandboxSDK

client = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)

async def wait():
    print("waits", flush=True)
    await client.sandboxes.list()

async def main():
    await client.volumes.list()
    await client.close()

try:
    {runner}(wait())
except KeyboardInterrupt:
    print("interrupted", flush=True)
{runner}(main())
print("goes on")
"""
    with RawServer(some_answered) as server:
        with subprocess.Popen(
            [*strict.PYTHON, "-c", program, server.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "waits\n"
            time.sleep(0.3)
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.stdout.readline() == "interrupted\n"
            assert time.monotonic() - sent < 0.5
            said, problems = process.communicate(timeout=10)
        assert (said, strict.without_slow_callbacks(problems), process.returncode) == ("goes on\n", "", 0)


def test_a_forked_child(run_python: Run, server: Recorder) -> None:
    program = """
import asyncio, os, sys
from sandbox_sdk import APIConnectionError, AsyncSandboxSDK

async def call(client):
    return await client.sandboxes.list()

used = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
unused = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
asyncio.run(call(used))
child = os.fork()
if child == 0:
    try:
        asyncio.run(call(used))
    except APIConnectionError as error:
        print("refused", error.__cause__, flush=True)
    asyncio.run(call(unused))
    print("works", flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
asyncio.run(call(used))
print("parent goes on")
"""
    done = run_python(program, server.url)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("refused")
    assert "fork" in lines[0]
    assert lines[1:] == ["works", "parent goes on"]
    assert server.connections == 2


def test_a_child_that_is_forked_within_the_loop(run_python: Run) -> None:
    """The loop must not go on in the child, as with any client. What the child drops harms nobody."""
    program = """
import asyncio, gc, os, sys
from sandbox_sdk import AsyncSandboxSDK

async def main():
    client = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
    task = asyncio.ensure_future(client.sandboxes.list())
    await asyncio.sleep(0.05)
    child = os.fork()
    if child == 0:
        del task, client
        gc.collect()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    await task
    await client.close()
    print("done")

asyncio.run(main())
"""

    def serve(connection: Connection) -> None:
        while connection.read_request() is not None:
            time.sleep(0.3)
            connection.answer()

    with RawServer(serve) as server:
        done = run_python(program, server.url)
    assert done.stdout == "done\n"


def test_the_end_of_the_interpreter_with_calls_under_way(run_python: Run) -> None:
    program = """
import asyncio, sys
from sandbox_sdk import AsyncSandboxSDK

client = AsyncSandboxSDK(api_key="k", base_url=sys.argv[1], max_retries=0)
loop = asyncio.new_event_loop()
task = loop.create_task(client.sandboxes.list())
loop.run_until_complete(asyncio.sleep(0.05))
task._log_destroy_pending = False
print("end")
"""
    with RawServer(silent) as server:
        done = run_python(program, server.url, strict=False)  # a loop that is not closed is told otherwise
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_closing_twice_and_calls_after_it(server: Recorder) -> None:
    async def main() -> None:
        client = make(server.url)
        await client.sandboxes.list()
        copy = client.with_options(timeout=3)
        await client.close()
        await client.close()
        assert client.is_closed() is True
        assert copy.is_closed() is True
        for closed in (client, copy):
            with pytest.raises(APIConnectionError, match="Connection error") as caught:
                await closed.sandboxes.list()
            assert caught.value.request.url.path == "/v1/sandboxes/list"
            assert isinstance(caught.value.__cause__, RuntimeError)

    asyncio.run(main())


def test_wrong_arguments_leave_nothing_behind(server: Recorder) -> None:
    async def main() -> None:
        async with make(server.url) as client:
            with pytest.raises(TypeError):
                await client.sandboxes.create(resources={"a": object()})
            with pytest.raises(ValueError, match="id"):
                await client.sandboxes.delete("")
            with pytest.raises(TypeError):
                await client.sandboxes.upload("a", path="/x", file=5)  # type: ignore[arg-type]
            assert all(not known().waiting for known in client._caller.loops._known if known() is not None)
            assert watched(asyncio.get_running_loop()) == 0

    asyncio.run(main())
    assert server.requests == []
