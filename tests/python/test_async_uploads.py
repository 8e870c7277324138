"""Uploads of coroutines: what is read by them, and what else may be given."""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiofiles
import anyio
import pytest
import trio
from async_runners import in_every_loop
from raw_server import Connection, RawServer
from recorder import Recorded, Recorder
from sandbox_sdk import APIConnectionError, AsyncSandboxSDK, SandboxSDK

DATA = bytes(range(256)) * 1000
# Not of hexadecimal digits alone: the boundary before it is, and holds "abc" now and then.
CONTENT = b"what is sent"


def make(url: str, **options: Any) -> AsyncSandboxSDK:
    return AsyncSandboxSDK(api_key="k", base_url=url, **{"max_retries": 0, **options})


def file_of(request: Recorded) -> bytes:
    """The bytes of the part "file" of a form."""
    boundary = b"--" + (request.header("Content-Type") or "").partition("boundary=")[2].encode()
    (part,) = (part for part in request.body.split(boundary) if b'name="file"' in part)
    return part.partition(b"\r\n\r\n")[2][:-2]


def until_the_content(connection: Connection) -> None:
    """Reads until the content is there, and leaves without an answer."""
    while CONTENT not in connection.received and connection.receive():
        pass


async def pieces(data: bytes = DATA, size: int = 10_000, rest: float = 0) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        await anyio.sleep(rest)
        yield data[start : start + size]


class AsyncReader:
    """An object with an async read method, and no more."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)
        self.asked: list[int] = []

    async def read(self, size: int) -> bytes:
        await anyio.sleep(0)
        self.asked.append(size)
        return self.file.read(size)


class AsyncIterable:
    """One that can be gone through again."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return pieces()


async def buffers() -> AsyncIterator[Any]:
    yield bytearray(DATA[:1000])
    yield b""
    yield memoryview(DATA)[1000:]


GIVEN: dict[str, Callable[[], Any]] = {
    "async generator": pieces,
    "async generator with rests": lambda: pieces(size=50_000, rest=0.01),
    "one byte and the rest": lambda: pieces(size=len(DATA) - 1),
    "one large piece": lambda: pieces(size=len(DATA)),
    "async reader": lambda: AsyncReader(DATA),
    "async iterable": AsyncIterable,
    "buffers": buffers,
    "bytes": lambda: DATA,
    "bytearray": lambda: bytearray(DATA),
    "file": lambda: io.BytesIO(DATA),
    "iterator": lambda: iter([DATA[:10], DATA[10:]]),
    "tuple": lambda: ("name.bin", pieces(), "application/x-some"),
}


@in_every_loop
@pytest.mark.parametrize("given", GIVEN)
def test_what_may_be_given(run: Any, server: Recorder, given: str) -> None:
    async def main() -> None:
        async with make(server.url) as client:
            await client.sandboxes.upload("a", path="/x", file=GIVEN[given]())

    run(main)
    assert file_of(server.request) == DATA
    if given == "tuple":
        assert b'filename="name.bin"\r\nContent-Type: application/x-some' in server.request.body


@in_every_loop
def test_a_file_of_anyio(run: Any, server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)

    async def main() -> None:
        async with make(server.url) as client, await anyio.open_file(path, "rb") as file:
            await client.sandboxes.upload("a", path="/x", file=file)
            assert not file.closed
            await client.sandboxes.upload("a", path="/x", file=anyio.Path(path))

    run(main)
    assert [file_of(request) == DATA for request in server.requests] == [True, True]


def test_a_file_of_aiofiles(server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)

    async def main() -> None:
        async with make(server.url) as client, aiofiles.open(path, "rb") as file:
            await file.read(3)
            await client.sandboxes.upload("a", path="/x", file=file)

    asyncio.run(main())
    assert file_of(server.request) == DATA[3:]


def test_a_stream_reader_of_asyncio(server: Recorder) -> None:
    async def main() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(DATA)
        reader.feed_eof()
        async with make(server.url) as client:
            await client.sandboxes.upload("a", path="/x", file=reader)

    asyncio.run(main())
    assert file_of(server.request) == DATA


def test_a_file_of_trio(server: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)

    async def main() -> None:
        async with make(server.url) as client, await trio.open_file(path, "rb") as file:
            await client.sandboxes.upload("a", path="/x", file=file)

    trio.run(main)
    assert file_of(server.request) == DATA


@in_every_loop
def test_in_custom_requests(run: Any, server: Recorder) -> None:
    async def main() -> None:
        async with make(server.url) as client:
            await client.post("/v1/x", cast_to=object, files={"file": ("n", pieces()), "other": b"abc"})
            await client.post("/v1/x", cast_to=object, content=pieces())

    run(main)
    form, plain = server.requests
    assert file_of(form) == DATA
    assert plain.body == DATA


@in_every_loop
@pytest.mark.parametrize("after", [0, 3])
def test_an_error_in_the_iterator_comes_out_of_the_call(run: Any, server: Recorder, after: int) -> None:
    cleaned = []

    async def broken() -> AsyncIterator[bytes]:
        try:
            for _ in range(after):
                yield b"abc"
            raise ZeroDivisionError("mine")
        finally:
            cleaned.append(True)

    async def main() -> None:
        async with make(server.url, max_retries=2) as client:
            with pytest.raises(ZeroDivisionError, match="mine"):
                await client.sandboxes.upload("a", path="/x", file=broken())
            await client.sandboxes.list()

    run(main)
    assert cleaned == [True]
    assert [request.method for request in server.requests if request.method == "GET"] == ["GET"]


@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration, asyncio.CancelledError, GeneratorExit])
def test_odd_errors_in_a_reader(server: Recorder, kind: type[BaseException]) -> None:
    class Reader:
        async def read(self, size: int) -> bytes:
            raise kind

    async def main() -> None:
        async with make(server.url) as client:
            with pytest.raises((kind, RuntimeError)):
                await asyncio.wait_for(client.sandboxes.upload("a", path="/x", file=Reader()), 5)
            await client.sandboxes.list()

    asyncio.run(main())


@in_every_loop
@pytest.mark.parametrize("wrong", ["text", 5, None])
def test_something_else_than_bytes(run: Any, server: Recorder, wrong: Any) -> None:
    async def chunks() -> AsyncIterator[Any]:
        yield b"abc"
        yield wrong

    async def main() -> None:
        async with make(server.url) as client:
            with pytest.raises(TypeError, match="async iterable of bytes"):
                await client.sandboxes.upload("a", path="/x", file=chunks())

    run(main)


@in_every_loop
def test_a_cancel_in_the_middle(run: Any) -> None:
    """The iterator cleans up before the call is over, and the server sees the end."""
    happened = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
                await anyio.sleep(0.01)
        finally:
            happened.append("cleaned up")

    def serve(connection: Connection) -> None:
        connection.wait_for_end()

    with RawServer(serve) as server:

        async def main() -> None:
            client = make(server.url)
            with anyio.move_on_after(0.2):
                await client.sandboxes.upload("a", path="/x", file=endless())
            happened.append("cancelled")
            cancelled = time.monotonic()
            assert server.seconds_until_ends(cancelled) < 0.1
            await client.close()

        run(main)
    assert happened == ["cleaned up", "cancelled"]


@in_every_loop
def test_an_iterator_that_waits_for_ever_does_not_hold_up_the_end(run: Any) -> None:
    """The answer, a timeout, a lost connection: whatever ends the call ends the wait for the iterator."""
    happened = []

    async def stuck() -> AsyncIterator[bytes]:
        try:
            yield CONTENT
            await anyio.sleep(1000)
        finally:
            happened.append("cleaned up")

    with RawServer(until_the_content) as server:

        async def main() -> None:
            async with make(server.url, deadline=0.5) as client:
                with pytest.raises(APIConnectionError):
                    await client.sandboxes.upload("a", path="/x", file=stuck())
                happened.append("over")

        started = time.monotonic()
        run(main)
        assert time.monotonic() - started < 5
    assert happened == ["cleaned up", "over"]


@in_every_loop
def test_what_can_be_read_once_is_not_sent_again(run: Any) -> None:
    asked = []

    async def once() -> AsyncIterator[bytes]:
        asked.append(1)
        yield CONTENT

    with RawServer(until_the_content) as server:

        async def main() -> None:
            async with make(server.url, max_retries=2) as client:
                with pytest.raises(APIConnectionError) as caught:
                    await client.sandboxes.upload("a", path="/x", file=once())
                assert caught.value.attempts == 1

        run(main)
        assert len(server.connections) == 1
    assert asked == [1]


def test_what_was_not_read_is_still_sent_after_a_retry(run: Any = asyncio.run) -> None:
    """Nothing of the iterator is fetched before a connection asks for it."""
    asked = []

    async def once() -> AsyncIterator[bytes]:
        asked.append(time.monotonic())
        yield b"abc"

    async def main() -> None:
        async with make("http://127.0.0.1:1", max_retries=1) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.sandboxes.upload("a", path="/x", file=once())
            assert caught.value.attempts == 2

    run(main())
    assert asked == []


@in_every_loop
def test_an_upload_into_a_stream(run: Any, server: Recorder) -> None:
    server.answer({"id": "a"})

    async def main() -> None:
        async with make(server.url) as client:
            uploaded = client.sandboxes.with_streaming_response.upload("a", path="/x", file=pieces())
            async with uploaded as response:
                assert await response.json() == {"id": "a"}

    run(main)
    assert file_of(server.request) == DATA


@in_every_loop
def test_many_at_once(run: Any, server: Recorder) -> None:
    async def main() -> None:
        async with make(server.url) as client, anyio.create_task_group() as group:
            for number in range(20):
                data = bytes([number]) * 30_000

                async def one(data: bytes = data) -> None:
                    await client.sandboxes.upload("a", path="/x", file=pieces(data, 1000))

                group.start_soon(one)

    run(main)
    files = {bytes([number]) * 30_000 for number in range(20)}
    assert {file_of(request) for request in server.requests} == files


def test_sources_of_two_loops_are_each_read_in_their_own() -> None:
    """Either loop may drive both calls."""
    import threading

    wrong: list[str] = []
    failed: list[BaseException] = []
    recorder = Recorder()
    client = make(recorder.url)

    async def chunks() -> AsyncIterator[bytes]:
        mine = asyncio.get_running_loop()
        for _ in range(20):
            await asyncio.sleep(0.001)
            if asyncio.get_running_loop() is not mine:
                wrong.append("another loop")
            yield b"x" * 500

    async def main() -> None:
        await asyncio.gather(
            *(client.sandboxes.upload("a", path="/x", file=chunks()) for _ in range(10)),
            *(client.sandboxes.list() for _ in range(10)),
        )

    def in_thread() -> None:
        try:
            asyncio.run(asyncio.wait_for(main(), 30))
        except BaseException as problem:
            failed.append(problem)

    threads = [threading.Thread(target=in_thread, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (failed, wrong) == ([], [])
    assert [len(file_of(request)) for request in recorder.requests if request.method == "POST"] == [10_000] * 20
    recorder.close()


def test_the_client_that_waits_says_which_one_takes_it(server: Recorder) -> None:
    generator = pieces()
    with SandboxSDK(api_key="k", base_url=server.url) as client:
        with pytest.raises(TypeError, match="AsyncSandboxSDK"):
            client.sandboxes.upload("a", path="/x", file=generator)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="AsyncSandboxSDK"):
            client.sandboxes.upload("a", path="/x", file=AsyncReader(b""))  # type: ignore[arg-type]
    assert server.requests == []
    asyncio.run(generator.aclose())  # type: ignore[attr-defined]


def test_nothing_is_kept_of_a_source(server: Recorder) -> None:
    async def main() -> None:
        async with make(server.url) as client:
            for _ in range(3):
                reader = AsyncReader(DATA)
                references = sys.getrefcount(reader)
                await client.sandboxes.upload("a", path="/x", file=reader)
                assert sys.getrefcount(reader) == references

    asyncio.run(main())
