"""Sessions for coroutines, against a real server, and against one that fails as servers fail."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import sandbox_sdk
from recorder import Recorder
from sandbox_sdk import (
    APIConnectionError,
    APITimeoutError,
    AsyncSandboxSDK,
    AsyncSession,
    CommandFailedError,
    InternalServerError,
    InvalidArgumentError,
    NotFoundError,
    SandboxFailedError,
    SandboxSDK,
)

EVERY_BYTE = bytes(range(256))
EXECUTION = {"id": "exec-1", "exit_code": 0, "status": "completed", "stdout": "out", "stderr": ""}


@pytest.fixture(scope="module")
def real() -> Iterator[SandboxSDK]:
    """A client that waits, to look at the server from outside."""
    with sandbox_sdk.local() as client:
        yield client


@pytest.fixture
def run(real: SandboxSDK) -> Callable[[Callable[[AsyncSandboxSDK], Coroutine[Any, Any, Any]]], Any]:
    """Runs a coroutine of a client of the real server, in a loop of its own."""

    def go(body: Callable[[AsyncSandboxSDK], Coroutine[Any, Any, Any]]) -> Any:
        async def main() -> Any:
            async with AsyncSandboxSDK(api_key=real.api_key, base_url=real.base_url) as client:
                return await body(client)

        return asyncio.run(main())

    return go


@pytest.fixture
def recorded(server: Recorder) -> Callable[[Callable[[AsyncSandboxSDK], Coroutine[Any, Any, Any]]], Any]:
    """The same of the recorder."""

    def go(body: Callable[[AsyncSandboxSDK], Coroutine[Any, Any, Any]]) -> Any:
        async def main() -> Any:
            async with AsyncSandboxSDK(api_key="k", base_url=server.url, max_retries=0) as client:
                return await body(client)

        return asyncio.run(main())

    return go


def names(client: SandboxSDK) -> list[str]:
    return [sandbox.name for sandbox in client.sandboxes.each()]


def verbs(server: Recorder) -> list[str]:
    return [request.path.rsplit("/", 1)[-1] for request in server.requests]


def test_a_whole_life(real: SandboxSDK, run: Any, tmp_path: Path) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        async with client.sandboxes.session(name_prefix="life-", env_vars={"GREETING": "grüß"}) as session:
            assert isinstance(session, AsyncSession)
            assert session.sandbox is not None
            assert session.sandbox.name.startswith("life-")
            assert (await session.run("echo $GREETING")).stdout == "grüß\n"
            with pytest.raises(CommandFailedError, match="exit code 3") as caught:
                await session.run("echo no >&2; exit 3", check=True)
            assert caught.value.result.stderr == "no\n"
            await session.write("/tmp/file", EVERY_BYTE)
            assert await session.read("/tmp/file") == EVERY_BYTE
            await session.read("/tmp/file", into=tmp_path / "back")
            assert (tmp_path / "back").read_bytes() == EVERY_BYTE
            with pytest.raises(NotFoundError):
                await session.read("/tmp/nowhere")
        with pytest.raises(APIConnectionError, match="The session was closed"):
            await session.run("true")
        await session.close()

    run(body)
    assert not [name for name in names(real) if name.startswith("life-")]


def test_without_a_block(real: SandboxSDK, run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        session = await client.sandboxes.session(name="awaited")
        assert "awaited" in [sandbox.name async for sandbox in client.sandboxes.each()]
        session.keep()
        await session.close()
        adopted = await client.sandboxes.session(id=session.id)
        assert adopted.sandbox is None
        async with client.sandboxes.session(id=session.id, keep=False) as adopted:
            assert (await adopted.run("echo there")).stdout == "there\n"

    run(body)
    assert "awaited" not in names(real)


def test_an_exception_in_the_block_deletes_it_too(real: SandboxSDK, run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        with pytest.raises(KeyError):
            async with client.sandboxes.session(name="raised"):
                raise KeyError

    run(body)
    assert "raised" not in names(real)


def test_output_comes_while_it_is_written(run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        async with client.sandboxes.session() as session:
            stream = session.stream("echo first; until [ -e /tmp/go ]; do sleep 0.02; done; echo second >&2; exit 4")
            events = []
            async for event in stream:
                events.append(event)
                if event.text == "first\n":
                    assert stream.result is None
                    await session.write("/tmp/go", b"")
            types = [event.type for event in events if event.type != "heartbeat"]
            assert types == ["started", "stdout", "stderr", "result"]
            assert stream.result is not None
            assert stream.result.exit_code == 4
            assert [event async for event in stream] == []

    run(body)


def test_a_closed_stream_ends_its_command(run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        async with client.sandboxes.session() as session:
            async with session.stream("echo begun; while :; do echo x >>/tmp/beats; sleep 0.02; done") as stream:
                async for event in stream:
                    if event.text:
                        break
            until = time.monotonic() + 10
            command = "before=$(wc -l </tmp/beats); sleep 0.3; [ $before = $(wc -l </tmp/beats) ]"
            while (await session.run(command)).exit_code:
                assert time.monotonic() < until
            unread = session.stream("echo never >/tmp/never")
            await unread.close()
            assert [event async for event in unread] == []
            assert (await session.run("[ -e /tmp/never ]")).exit_code == 1

    run(body)


def test_directories_both_ways(run: Any, tmp_path: Path) -> None:
    local = tmp_path / "local"
    (local / "sub").mkdir(parents=True)
    (local / "sub" / "every byte").write_bytes(EVERY_BYTE)
    (local / "link").symlink_to("sub/every byte")
    os.mkfifo(local / "pipe")
    skipped: list[str] = []
    told: list[int] = []

    async def body(client: AsyncSandboxSDK) -> None:
        async with client.sandboxes.session() as session:
            await session.upload(local, "/tmp/d", skipped=lambda path, _: skipped.append(path))
            await session.download("/tmp/d", tmp_path / "back", progress=lambda done, _: told.append(done))
            await session.upload(local / "sub" / "every byte", "/tmp/single")
            await session.download("/tmp/single", tmp_path / "single")
            with pytest.raises(FileNotFoundError):
                await session.upload(tmp_path / "nowhere", "/tmp/x")
            assert (await session.run("ls -A /tmp | grep -c sandbox-sdk")).stdout == "0\n"

            def fail(*_: object) -> None:
                raise KeyError("mine")

            with pytest.raises(KeyError, match="mine"):
                await session.upload(local, "/tmp/raised", skipped=fail)

    run(body)
    assert skipped == ["pipe"]
    assert told
    assert (tmp_path / "back" / "link").read_bytes() == EVERY_BYTE
    assert (tmp_path / "single").read_bytes() == EVERY_BYTE


def test_files_that_coroutines_read(run: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for piece in (EVERY_BYTE[:100], b"", EVERY_BYTE[100:]):
            await asyncio.sleep(0.01)
            yield piece

    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise KeyError("mine")

    async def body(client: AsyncSandboxSDK) -> None:
        async with client.sandboxes.session() as session:
            await session.write("/tmp/file", chunks())  # type: ignore[arg-type]
            assert await session.read("/tmp/file") == EVERY_BYTE
            with pytest.raises(KeyError, match="mine"):
                await session.write("/tmp/file", broken())  # type: ignore[arg-type]

    run(body)


def test_many_at_a_time(real: SandboxSDK, run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> list[str]:
        async def one(number: int) -> str:
            async with client.sandboxes.session(name_prefix="many-") as session:
                return (await session.run(f"sleep 0.3; echo {number}", check=True)).stdout

        began = time.monotonic()
        outputs = await asyncio.gather(*(one(number) for number in range(16)))
        assert time.monotonic() - began < 16 * 0.3
        return outputs

    assert run(body) == [f"{number}\n" for number in range(16)]
    assert not [name for name in names(real) if name.startswith("many-")]


# ---- cancelling ----


def test_a_cancelled_creation_leaves_no_sandbox(server: Recorder, recorded: Any) -> None:
    server.answer({"id": "sbx-1", "status": "pending"})
    server.last.json = {"data": [{"id": "sbx-1", "status": "pending"}], "pagination": {"page": 1}}

    async def body(client: AsyncSandboxSDK) -> None:
        task = asyncio.ensure_future(client.sandboxes.session().__aenter__())
        while "list" not in verbs(server):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Before the task was told.
        assert verbs(server)[-1] == "delete"

    recorded(body)


def test_one_that_is_ready_at_that_moment_is_deleted(server: Recorder, recorded: Any) -> None:
    """At whatever time a creation is cancelled, there is a deletion for each creation that arrived."""
    server.last.json = {"id": "sbx-1", "status": "running", "data": [], "pagination": {"page": 1}}

    async def body(client: AsyncSandboxSDK) -> None:
        for step in range(60):
            task = asyncio.ensure_future(client.sandboxes.session(name="mine").__aenter__())
            for _ in range(step):
                await asyncio.sleep(0 if step % 2 else 0.0005)
            task.cancel()
            try:
                session = await task
            except asyncio.CancelledError:
                continue
            await session.close()

    recorded(body)
    assert verbs(server).count("delete") >= 5
    # One whose request was cut before the answer came has a name that anybody may have given.
    assert verbs(server).count("create") >= verbs(server).count("delete")


def test_a_block_that_is_cancelled_deletes_its_sandbox(real: SandboxSDK, run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        began = asyncio.Event()

        async def block() -> None:
            async with client.sandboxes.session(name="cancelled") as session:
                began.set()
                await session.run("sleep 30")

        task = asyncio.ensure_future(block())
        await began.wait()
        await asyncio.sleep(0.1)
        at = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - at < 5

    run(body)
    assert "cancelled" not in names(real)


def test_a_dropped_session_is_deleted_when_its_client_is_used_again(real: SandboxSDK, run: Any) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        session = await client.sandboxes.session(name="dropped")
        at = time.monotonic()
        del session
        gc.collect()
        assert time.monotonic() - at < 1
        for _ in range(100):
            if "dropped" not in [sandbox.name async for sandbox in client.sandboxes.each()]:
                return
            await asyncio.sleep(0.02)
        pytest.fail("it is still there")

    run(body)
    assert "dropped" not in names(real)


def test_one_client_in_one_loop_after_another(real: SandboxSDK) -> None:
    client = AsyncSandboxSDK(api_key=real.api_key, base_url=real.base_url)

    async def begin() -> AsyncSession:
        return await client.sandboxes.session()

    async def go_on(session: AsyncSession) -> str:
        output = (await session.run("echo here")).stdout
        await session.close()
        return output

    session = asyncio.run(begin())
    assert asyncio.run(go_on(session)) == "here\n"
    asyncio.run(client.close())


def test_a_loop_goes_on_meanwhile(run: Any, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for number in range(20):
        (tmp_path / "d" / str(number)).write_bytes(os.urandom(1 << 20))

    async def body(client: AsyncSandboxSDK) -> None:
        longest = 0.0

        async def turn() -> None:
            nonlocal longest
            while True:
                began = time.monotonic()
                await asyncio.sleep(0.001)
                longest = max(longest, time.monotonic() - began)

        async with client.sandboxes.session() as session:
            task = asyncio.ensure_future(turn())
            await session.upload(tmp_path / "d", "/tmp/d")
            await session.download("/tmp/d", tmp_path / "back")
            task.cancel()
        # The machine is busy; what waited for the whole would have taken much longer.
        assert longest < 0.5

    run(body)
    assert len(list((tmp_path / "back").iterdir())) == 20


# ---- what goes wrong ----


def test_a_sandbox_that_fails_is_deleted(server: Recorder, recorded: Any) -> None:
    server.answer({"id": "sbx-1", "status": "Failed"})

    async def body(client: AsyncSandboxSDK) -> None:
        with pytest.raises(SandboxFailedError):
            await client.sandboxes.session()

    recorded(body)
    assert verbs(server) == ["create", "delete"]


def test_a_sandbox_that_is_never_ready_is_deleted(server: Recorder, recorded: Any) -> None:
    server.answer({"id": "sbx-1", "status": "pending"})
    server.last.json = {"data": [{"id": "sbx-1", "status": "pending"}], "pagination": {"page": 1}}

    async def body(client: AsyncSandboxSDK) -> None:
        with pytest.raises(APITimeoutError):
            await client.sandboxes.session(ready_timeout=0.3)

    recorded(body)
    assert verbs(server)[-1] == "delete"


def test_a_close_that_failed_is_tried_again(server: Recorder, recorded: Any) -> None:
    server.answer({}, status=500)
    server.answer({})

    async def body(client: AsyncSandboxSDK) -> None:
        session = await client.sandboxes.session(id="sbx-1", keep=False)
        with pytest.raises(InternalServerError):
            await session.close()
        await session.close()
        await session.close()

    recorded(body)
    assert verbs(server) == ["delete", "delete"]


def test_a_stream_that_is_cut(server: Recorder, recorded: Any) -> None:
    server.answer(body=b'event: stdout\ndata: {"data": "half"}\n\n', headers={"Content-Type": "text/event-stream"})
    server.answer({**EXECUTION, "exit_code": 1})

    async def body(client: AsyncSandboxSDK) -> None:
        session = await client.sandboxes.session(id="sbx-1")
        stream = session.stream("make")
        assert (await stream.__anext__()).text == "half"
        with pytest.raises(APIConnectionError) as caught:
            await stream.__anext__()
        assert caught.value.outcome_unknown
        # And one of a server that does not stream.
        events = [event async for event in session.stream("make")]
        assert [(event.type, event.text, event.exit_code) for event in events] == [
            ("stdout", "out", None),
            ("result", "", 1),
        ]

    recorded(body)


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"id": ""}, InvalidArgumentError), ({"ready_timeout": "soon"}, TypeError), ({"name_prefix": 7}, TypeError)],
)
def test_wrong_arguments(server: Recorder, recorded: Any, given: dict[str, Any], problem: type) -> None:
    async def body(client: AsyncSandboxSDK) -> None:
        with pytest.raises(problem):
            await client.sandboxes.session(**given)
        session = await client.sandboxes.session(id="sbx-1")
        with pytest.raises(TypeError):
            await session.run(None)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            await session.write("/x", 5)  # type: ignore[arg-type]
        with pytest.raises(InvalidArgumentError):
            await session.read("a\0b")

    recorded(body)
    assert not server.requests


def test_a_closed_client_ends_what_is_under_way(server: Recorder, recorded: Any) -> None:
    server.answer(EXECUTION, delay=30)

    async def body(client: AsyncSandboxSDK) -> None:
        session = await client.sandboxes.session(id="sbx-1")
        task = asyncio.ensure_future(session.run("true"))
        await asyncio.sleep(0.1)
        await client.close()
        with pytest.raises(APIConnectionError, match="closed"):
            await task

    recorded(body)
