"""Answers that coroutines read while they come."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio
from async_runners import RUNNERS, in_every_loop
from raw_server import Connection, RawServer
from recorder import Recorder
from sandbox_sdk import APIConnectionError, APITimeoutError, AsyncSandboxSDK, AsyncStream, NotFoundError


def make(url: str, **options: Any) -> AsyncSandboxSDK:
    return AsyncSandboxSDK(api_key="k", base_url=url, **{"max_retries": 0, **options})


def download(client: AsyncSandboxSDK) -> Any:
    return client.sandboxes.with_streaming_response.download("a", path="/x")


def slowly(connection: Connection) -> None:
    """Three pieces with a wait before each, over and over."""
    while connection.read_request() is not None:
        connection.begin("application/octet-stream")
        for piece in (b"one", b"two", b"three"):
            time.sleep(0.05)
            connection.chunk(piece)
        connection.chunk(b"")


class InTurn:
    """Three pieces, each when the one before it was taken, over and over: they cannot come together."""

    def __init__(self) -> None:
        self._taken = threading.Semaphore(0)

    def __call__(self, connection: Connection) -> None:
        while connection.read_request() is not None:
            connection.begin("application/octet-stream")
            for piece in (b"one", b"two", b"three"):
                connection.chunk(piece)
                if not self._taken.acquire(timeout=20):
                    return
            connection.chunk(b"")

    def take(self, piece: bytes) -> bytes:
        """Lets the next one come."""
        self._taken.release()
        return piece


def endlessly(connection: Connection) -> None:
    """As much as the client takes."""
    connection.read_request()
    connection.begin("application/octet-stream")
    with suppress(OSError):
        while True:
            data = b"x" * 65536
            connection.socket.sendall(b"10000\r\n" + data + b"\r\n")
    connection.wait_for_end()


def first_and_no_more(connection: Connection) -> None:
    connection.read_request()
    connection.begin("application/octet-stream")
    connection.chunk(b"first")
    connection.wait_for_end()


@in_every_loop
def test_pieces_as_they_come(run: Any) -> None:
    in_turn = InTurn()
    with RawServer(in_turn) as server:

        async def main() -> None:
            async with make(server.url) as client:
                for _ in range(2):
                    async with download(client) as response:
                        assert response.headers["content-type"] == "application/octet-stream"
                        pieces = [in_turn.take(piece) async for piece in response.iter_bytes()]
                        assert pieces == [b"one", b"two", b"three"]
                    assert response.is_closed

        run(main)
        assert len(server.connections) == 1


@in_every_loop
def test_several_at_once_beside_other_calls(run: Any) -> None:
    def serve(connection: Connection) -> None:
        while (request := connection.read_request()) is not None:
            if b"/volumes" in request:
                connection.answer()
                continue
            connection.begin("application/octet-stream")
            for piece in (b"one", b"two", b"three"):
                time.sleep(0.02)
                connection.chunk(piece)
            connection.chunk(b"")

    with RawServer(serve) as server:
        bodies = []

        async def main() -> None:
            async with make(server.url) as client:

                async def stream() -> None:
                    async with download(client) as response:
                        bodies.append(b"".join([piece async for piece in response.iter_bytes()]))

                async def call() -> None:
                    for _ in range(5):
                        await client.volumes.list()

                async with anyio.create_task_group() as group:
                    for _ in range(10):
                        group.start_soon(stream)
                        group.start_soon(call)

        run(main)
        assert bodies == [b"onetwothree"] * 10


@in_every_loop
def test_an_abandoned_stream_ends_its_connection_at_once(run: Any) -> None:
    with RawServer(endlessly) as server:

        async def main() -> None:
            async with make(server.url) as client:
                async with download(client) as response:
                    pieces = response.iter_bytes(1000)
                    async for piece in pieces:
                        assert piece == b"x" * 1000
                        break
                    await pieces.aclose()  # type: ignore[attr-defined]
                left = time.monotonic()
                assert server.seconds_until_ends(left) < 0.1

        run(main)


def test_a_stream_that_is_dropped_ends_its_connection_at_once() -> None:
    with RawServer(endlessly) as server:

        async def stream() -> None:
            client = make(server.url)
            gc.disable()
            try:
                manager = download(client)
                response = await manager.__aenter__()
                assert await response.http_response._body.aread(10) == b"x" * 10
                del manager, response
                dropped = time.monotonic()
                assert server.seconds_until_ends(dropped) < 0.1
            finally:
                gc.enable()
            await client.close()

        asyncio.run(stream())


@in_every_loop
def test_a_cancel_while_a_stream_is_read(run: Any) -> None:
    with RawServer(first_and_no_more) as server:

        async def main() -> None:
            client = make(server.url)
            pieces = []
            with anyio.move_on_after(0.2) as scope:
                async with download(client) as response:
                    async for piece in response.iter_bytes():
                        pieces.append(piece)
            assert scope.cancelled_caught
            assert pieces == [b"first"]
            cancelled = time.monotonic()
            assert server.seconds_until_ends(cancelled) < 0.1
            await client.close()

        run(main)


@in_every_loop
def test_a_cancelled_read_can_be_made_again(run: Any) -> None:
    """Nothing is lost: the wait ends, not the stream."""

    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.begin("application/octet-stream")
        connection.chunk(b"first")
        time.sleep(0.4)
        connection.chunk(b"second")
        connection.chunk(b"")
        connection.wait_for_end()

    with RawServer(serve) as server:

        async def main() -> None:
            async with make(server.url) as client, download(client) as response:
                body = response.http_response._body
                assert await body.aread(100) == b"first"
                with anyio.move_on_after(0.05) as scope:
                    await body.aread(100)
                assert scope.cancelled_caught
                assert await body.aread(100) == b"second"
                assert await body.aread(100) == b""

        run(main)


@in_every_loop
def test_cancelled_before_the_head(run: Any) -> None:
    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.wait_for_end()

    with RawServer(serve) as server:

        async def main() -> None:
            client = make(server.url)
            with anyio.move_on_after(0.1):
                async with client.sandboxes.with_streaming_response.list():
                    raise AssertionError("there was no answer")
            cancelled = time.monotonic()
            assert server.seconds_until_ends(cancelled) < 0.1
            await client.close()

        run(main)


@in_every_loop
def test_errors_of_a_stream(run: Any, server: Recorder) -> None:
    async def main() -> None:
        async with make(server.url) as client:
            server.answer({"why": "not"}, status=404)
            with pytest.raises(NotFoundError) as caught:
                async with client.sandboxes.with_streaming_response.list():
                    raise AssertionError("there was no answer")
            assert caught.value.body == {"why": "not"}
            server.answer({}, length=100)
            with pytest.raises(APIConnectionError):
                async with client.sandboxes.with_streaming_response.list() as response:
                    await response.read()

    run(main)


@in_every_loop
def test_a_timeout_between_pieces(run: Any) -> None:
    with RawServer(first_and_no_more) as server:

        async def main() -> None:
            async with make(server.url, timeout=0.2) as client:
                pieces = []
                async with download(client) as response:
                    with pytest.raises(APITimeoutError):
                        async for piece in response.iter_bytes():
                            pieces.append(piece)
                assert pieces == [b"first"]

        run(main)


@in_every_loop
def test_close_of_the_client_while_a_stream_is_read(run: Any) -> None:
    with RawServer(first_and_no_more) as server:

        async def main() -> None:
            client = make(server.url)

            async def read() -> None:
                with pytest.raises(APIConnectionError):
                    async with download(client) as response:
                        async for _ in response.iter_bytes():
                            pass

            async with anyio.create_task_group() as group:
                group.start_soon(read)
                await anyio.sleep(0.2)
                await client.close()

        run(main)


@in_every_loop
def test_two_tasks_cannot_read_one_stream(run: Any) -> None:
    with RawServer(first_and_no_more) as server:

        async def main() -> None:
            async with make(server.url) as client, download(client) as response:
                body = response.http_response._body
                await body.aread(100)
                async with anyio.create_task_group() as group:
                    group.start_soon(body.aread, 100)
                    await anyio.sleep(0.05)
                    with pytest.raises(RuntimeError, match="another task"):
                        await body.aread(100)
                    group.cancel_scope.cancel()

        run(main)


def test_a_stream_goes_from_loop_to_loop() -> None:
    in_turn = InTurn()
    with RawServer(in_turn) as server:
        client = make(server.url)
        held: list[Any] = []

        async def begin() -> None:
            held.append(download(client))
            held.append(await held[0].__aenter__())

        async def go_on() -> bytes:
            return in_turn.take(await held[1].http_response._body.aread(100))

        async def end() -> None:
            await held[0].__aexit__(None, None, None)
            await client.close()

        asyncio.run(begin())
        assert trio.run(go_on) == b"one"
        assert asyncio.run(go_on()) == b"two"
        trio.run(end)
        in_turn.take(b"three")


def test_what_is_not_read_is_held_back() -> None:
    """The sender is stopped, not stored: neither in memory nor, without end, in the loop's time."""
    sent = [0]

    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.begin("application/octet-stream")
        with suppress(OSError):
            while True:
                connection.socket.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent[0] += 65536

    with RawServer(serve) as server:

        async def main() -> None:
            async with make(server.url) as client, download(client) as response:
                body = response.http_response._body
                await body.aread(1)
                before, used = -1, 0.0
                while sent[0] != before:
                    before, started = sent[0], time.process_time()
                    await asyncio.sleep(0.3)
                    used = time.process_time() - started
                    assert sent[0] < 16 << 20
                assert used < 0.1

        asyncio.run(main())


@in_every_loop
def test_server_sent_events(run: Any) -> None:
    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.begin()
        for number in range(3):
            text = f'data: {{"number": {number}}}\n\n'.encode()
            connection.chunk(text[:7])
            time.sleep(0.01)
            connection.chunk(text[7:])
        connection.chunk(b"")
        connection.wait_for_end()

    with RawServer(serve) as server:

        async def main() -> list[Any]:
            async with make(server.url) as client:
                stream = await client.get("/v1/x", cast_to=object, stream=True, stream_cls=AsyncStream[dict])
                return [event async for event in stream]

        assert run(main) == [{"number": 0}, {"number": 1}, {"number": 2}]


@in_every_loop
def test_events_that_are_left_early(run: Any) -> None:
    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.begin()
        for number in range(5):
            connection.chunk(f'data: {{"number": {number}}}\n\n'.encode())
        connection.wait_for_end()

    with RawServer(serve) as server:

        async def main() -> None:
            client = make(server.url)
            stream = await client.get("/v1/x", cast_to=object, stream=True, stream_cls=AsyncStream[dict])
            async with stream:
                async for event in stream:
                    assert event == {"number": 0}
                    break
            left = time.monotonic()
            assert server.seconds_until_ends(left) < 0.1
            await client.close()

        run(main)


LEFT_EARLY: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda response: response.iter_bytes(),
    "text": lambda response: response.iter_text(),
    "lines": lambda response: response.iter_lines(),
    "raw": lambda response: response.http_response.aiter_raw(),
    "events": lambda response: AsyncStream(cast_to=object, response=response.http_response, client=None),
}


@in_every_loop
@pytest.mark.parametrize("kind", LEFT_EARLY)
def test_what_is_left_early_without_closing_it_warns_of_nothing(run: Any, kind: str) -> None:
    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.begin()
        for _ in range(3):
            connection.chunk(b"data: 1\n\n")
        connection.wait_for_end()

    with RawServer(serve) as server:

        async def read_one(response: Any) -> None:
            async for _ in LEFT_EARLY[kind](response):
                break

        async def main() -> None:
            async with make(server.url) as client:
                async with download(client) as response:
                    await read_one(response)
                left = time.monotonic()
                assert server.seconds_until_ends(left) < 0.1

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run(main)
            gc.collect()
        assert [str(warning.message) for warning in caught] == []


@in_every_loop
def test_a_stream_into_a_file(run: Any, tmp_path: Path) -> None:
    with RawServer(slowly) as server:

        async def main() -> None:
            async with make(server.url) as client, download(client) as response:
                await response.stream_to_file(tmp_path / "file")

        run(main)
    assert (tmp_path / "file").read_bytes() == b"onetwothree"


def test_a_stream_of_a_large_body_is_whole() -> None:
    size = 20 << 20

    def serve(connection: Connection) -> None:
        connection.read_request()
        connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        block = bytes(range(256)) * 256
        for _ in range(size // len(block)):
            connection.send(block)
        connection.wait_for_end()

    async def read(url: str) -> int:
        got = 0
        async with make(url) as client, download(client) as response:
            async for piece in response.iter_bytes():
                assert piece[:1] == bytes([got % 256])
                got += len(piece)
        return got

    with RawServer(serve) as server:
        for run in RUNNERS.values():
            assert run(lambda: read(server.url)) == size


def test_streams_of_one_client_in_two_threads() -> None:
    with RawServer(slowly) as server:
        client = make(server.url)
        bodies: list[bytes] = []

        async def one() -> None:
            async with download(client) as response:
                bodies.append(await response.read())

        async def main() -> None:
            await asyncio.gather(*(one() for _ in range(10)))

        threads = [threading.Thread(target=lambda: asyncio.run(main()), daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert bodies == [b"onetwothree"] * 30


def left_early(run: Any, use: Any, serve: Any) -> list[str]:
    """What is warned of where a loop over something is left after its first item."""
    with RawServer(serve) as server, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")

        async def main() -> None:
            async with make(server.url) as client:
                await use(client)
                gc.collect()
                await anyio.sleep(0.01)
                gc.collect()

        run(main)
    return [str(warning.message) for warning in warned]


async def first_of(items: Any) -> Any:
    async for item in items:
        return item
    return None


async def leave_pieces(client: AsyncSandboxSDK) -> None:
    for name in ("iter_bytes", "iter_text", "iter_lines"):
        async with download(client) as response:
            assert await first_of(getattr(response, name)())
    for name in ("aiter_raw", "aiter_bytes", "aiter_text", "aiter_lines"):
        async with download(client) as response:
            assert await first_of(getattr(response.http_response, name)())


async def leave_events(client: AsyncSandboxSDK) -> None:
    stream = await client.get("/v1/x", cast_to=object, stream=True, stream_cls=AsyncStream[dict])
    async with stream:
        assert await first_of(stream) == {"number": 0}
    stream = await client.get("/v1/x", cast_to=object, stream=True, stream_cls=AsyncStream[dict])
    assert (await first_of(stream._iter_events())).data
    await stream.close()


async def leave_pages(client: AsyncSandboxSDK) -> None:
    assert (await first_of(client.sandboxes.each())).id == "a"
    assert (await first_of(client.volumes.each())).id == "a"


def lines(connection: Connection) -> None:
    while connection.read_request() is not None:
        connection.begin("application/octet-stream")
        connection.chunk(b"one\ntwo\n")
        connection.wait_for_end()


def events(connection: Connection) -> None:
    while connection.read_request() is not None:
        connection.begin()
        for number in range(5):
            connection.chunk(f'data: {{"number": {number}}}\n\n'.encode())
        connection.wait_for_end()


def pages(connection: Connection) -> None:
    while connection.read_request() is not None:
        connection.begin("application/json")
        connection.chunk(b'{"data": [{"id": "a"}, {"id": "b"}], "pagination": {"page": 1, "total_pages": 2}}')
        connection.chunk(b"")


@in_every_loop
@pytest.mark.parametrize(
    ("use", "serve"),
    [(leave_pieces, lines), (leave_events, events), (leave_pages, pages)],
    ids=("pieces", "events", "pages"),
)
def test_a_loop_that_is_left_early_leaves_nothing_to_be_warned_of(run: Any, use: Any, serve: Any) -> None:
    assert left_early(run, use, serve) == []


def test_an_iterator_that_was_closed_is_at_its_end() -> None:
    with RawServer(lines) as server:

        async def main() -> None:
            async with make(server.url) as client, download(client) as response:
                pieces = response.iter_lines()
                assert await pieces.__anext__() == "one"
                await pieces.aclose()  # type: ignore[attr-defined]
                with pytest.raises(StopAsyncIteration):
                    await pieces.__anext__()

        asyncio.run(main())


def test_two_tasks_cannot_read_one_iterator() -> None:
    with RawServer(lines) as server:

        async def main() -> None:
            async with make(server.url) as client, download(client) as response:
                pieces = response.iter_bytes()
                assert await pieces.__anext__() == b"one\ntwo\n"
                first = asyncio.ensure_future(pieces.__anext__())
                await asyncio.sleep(0.05)
                with pytest.raises(RuntimeError):
                    await pieces.__anext__()
                assert not first.done()
                first.cancel()

        asyncio.run(main())
