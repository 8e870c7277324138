"""Raw and streamed answers of real calls: what they tell, and that every way out of one releases its connection."""

from __future__ import annotations

import asyncio
import errno
import gc
import itertools
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recorder import Recorder
from sandbox_sdk import (
    APIConnectionError,
    APIResponse,
    APIResponseValidationError,
    AsyncAPIResponse,
    AsyncSandboxSDK,
    AsyncStream,
    BaseModel,
    NotFoundError,
    SandboxSDK,
    Stream,
)
from sandbox_sdk._http import StreamConsumed
from sandbox_sdk._response import (
    AsyncBinaryAPIResponse,
    AsyncStreamedBinaryAPIResponse,
    BinaryAPIResponse,
    StreamAlreadyConsumed,
    StreamedBinaryAPIResponse,
)
from sandbox_sdk.types import SandboxExecuteResponse, SandboxListResponse

EXECUTION = {"id": "e", "stdout": "hi", "exit_code": 0}
RAW = "X-Stainless-Raw-Response"


class Message(BaseModel):
    text: str


def endless() -> Iterator[bytes]:
    """More than any buffer between the server and the program holds."""
    return itertools.repeat(b"x" * 65536)


def broken() -> Iterator[bytes]:
    """A body whose connection is lost."""
    yield b"abc"
    time.sleep(0.2)
    raise ConnectionAbortedError


def events(*values: Any) -> list[bytes]:
    return [f"data: {json.dumps(value)}\n\n".encode() for value in values]


def asynchronous(server: Recorder) -> AsyncSandboxSDK:
    return AsyncSandboxSDK(api_key="test-key", base_url=server.url, max_retries=0)


# ---- raw ----


def test_a_raw_answer(client: SandboxSDK, server: Recorder) -> None:
    server.answer(EXECUTION, headers={"X-Many": "a"})
    response = client.sandboxes.with_raw_response.execute("i", command="x", extra_headers={"X-Own": "1"})
    assert type(response) is APIResponse
    assert (response.status_code, response.method, response.http_version) == (200, "POST", "HTTP/1.1")
    assert response.url == f"{server.url}/v1/sandboxes/i/execute"
    assert response.headers["x-many"] == "a"
    assert (response.retries_taken, response.is_closed) == (0, True)
    assert 0 < response.elapsed.total_seconds() < 5
    assert response.json() == json.loads(response.text()) == json.loads(response.read()) == EXECUTION
    execution = response.parse()
    assert type(execution) is SandboxExecuteResponse
    assert execution is response.parse()
    assert execution.stdout == "hi"
    assert response.parse(to=dict) == EXECUTION
    assert repr(response).startswith("<APIResponse [200 OK] type=<class ")
    assert (server.request.header(RAW), server.request.header("X-Own")) == ("raw", "1")
    assert response.http_request.headers["X-Own"] == "1"


def test_every_raw_operation(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"data": []})
    raw = client.sandboxes.with_raw_response
    assert type(raw.list().parse()) is SandboxListResponse
    for call in (raw.create, lambda: raw.delete("i"), raw.delete_all, client.volumes.with_raw_response.list):
        assert isinstance(call(), APIResponse)
    assert isinstance(raw.upload("i", path="/a", file=b"x"), APIResponse)
    assert isinstance(client.with_raw_response.sandboxes.list(), APIResponse)
    assert {request.header(RAW) for request in server.requests} == {"raw"}
    assert not [name for name, _ in server.requests[-1].headers if name.startswith("_")]


def test_a_raw_download(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    server.answer(body=b"\0\xff", headers={"Content-Type": "application/octet-stream"})
    response = client.sandboxes.with_raw_response.download("i", path="/a")
    assert type(response) is BinaryAPIResponse
    assert response.parse() == response.read() == b"\0\xff"
    response.write_to_file(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"\0\xff"


def test_retries_before_a_raw_answer(server: Recorder) -> None:
    with SandboxSDK(api_key="k", base_url=server.url, max_retries=2) as client:
        server.answer({}, status=500, headers={"retry-after-ms": "1"})
        server.answer({"data": []})
        response = client.sandboxes.with_raw_response.list()
    assert (response.retries_taken, len(server.requests)) == (1, 2)


def test_a_raw_answer_that_is_no_answer(client: SandboxSDK, server: Recorder) -> None:
    server.answer(body=b"<html>", headers={"Content-Type": "text/html"})
    response = client.sandboxes.with_raw_response.execute("i", command="x")
    assert response.text() == "<html>"
    with pytest.raises(APIResponseValidationError) as caught:
        response.parse()
    assert (caught.value.status_code, caught.value.body) == (200, "<html>")
    for stream in (client.sandboxes.with_raw_response.delete, client.sandboxes.with_streaming_response.delete):
        server.answer({}, status=404)
        with pytest.raises(NotFoundError), stream("i"):  # type: ignore[attr-defined]
            raise AssertionError("entered")


def test_raw_answers_for_coroutines(server: Recorder) -> None:
    async def use() -> None:
        async with asynchronous(server) as client:
            server.answer(EXECUTION)
            response = await client.sandboxes.with_raw_response.execute("i", command="x")
            assert type(response) is AsyncAPIResponse
            assert (await response.parse()).stdout == "hi"
            assert await response.json() == EXECUTION
            assert await response.parse(to=dict) == EXECUTION
            server.answer(body=b"abc")
            binary = await client.sandboxes.with_raw_response.download("i", path="/a")
            assert type(binary) is AsyncBinaryAPIResponse
            assert await binary.read() == b"abc"
            server.answer({}, status=404)
            with pytest.raises(NotFoundError):
                await client.sandboxes.with_raw_response.delete("i")

    asyncio.run(use())
    assert [request.header(RAW) for request in server.requests] == ["raw"] * 3


# ---- streamed ----


def test_a_streamed_answer(client: SandboxSDK, server: Recorder) -> None:
    server.answer(EXECUTION)
    with client.sandboxes.with_streaming_response.execute("i", command="x") as response:
        assert type(response) is APIResponse
        assert not response.is_closed
        assert (response.status_code, response.http_request.method) == (200, "POST")
        assert response.parse().stdout == "hi"
        assert response.is_closed
        assert response.json() == EXECUTION
    assert server.request.header(RAW) == "stream"
    with client.sandboxes.with_streaming_response.execute("i", command="x") as response:
        pass
    assert response.is_closed


def test_a_body_comes_as_it_is_sent(client: SandboxSDK, server: Recorder) -> None:
    sent: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            sent.append(number)
            yield f"ü{number}\n".encode()
            time.sleep(0.1)

    for read in ("iter_lines", "iter_text", "iter_bytes"):
        sent.clear()
        server.answer(pieces=pieces(), headers={"Content-Type": "text/plain"})
        with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
            assert type(response) is StreamedBinaryAPIResponse
            got = []
            for piece in getattr(response, read)():
                if not got:
                    assert len(sent) < 3, "the first piece came before the last was sent"
                got.append(piece)
        whole = got if read == "iter_lines" else (b"" if read == "iter_bytes" else "").join(got)
        assert (
            whole
            == {
                "iter_lines": ["ü0", "ü1", "ü2"],
                "iter_text": "ü0\nü1\nü2\n",
                "iter_bytes": "ü0\nü1\nü2\n".encode(),
            }[read]
        )
    assert server.connections == 1, "a body that was read to its end leaves its connection to others"


def test_a_large_body_goes_to_a_file(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    target = tmp_path / "file"
    for chunk_size in (None, 1000, 10_000_000):
        server.answer(body=content)
        with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
            response.stream_to_file(target, chunk_size=chunk_size)
        assert target.read_bytes() == content
    server.answer(body=content)
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        assert {len(piece) for piece in response.iter_bytes(5120)} == {5120}
        with pytest.raises(StreamAlreadyConsumed):
            response.read()


def test_what_goes_wrong_on_the_way_to_a_file(client: SandboxSDK, server: Recorder, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096
    server.answer(body=content)
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        with pytest.raises(OSError, match="No space left on device") as full:
            response.stream_to_file("/dev/full")
        assert full.value.errno == errno.ENOSPC
        assert response.is_closed
        assert response.http_response.num_bytes_downloaded == 0
        with pytest.raises(StreamAlreadyConsumed):
            response.read()
    server.answer(body=content, length=len(content) + 1)
    target = tmp_path / "file"
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        with pytest.raises(APIConnectionError):
            response.stream_to_file(target)
        assert target.read_bytes() == content, "what has come is there, as with any file that is written piece by piece"
        assert response.http_response.num_bytes_downloaded == len(content)
    server.answer(body=content)
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        response.stream_to_file(target)
        assert response.http_response.num_bytes_downloaded == len(content)
        with pytest.raises(StreamConsumed):
            response.stream_to_file(target)


def test_a_file_that_takes_nothing_gives_the_connection_back(server: Recorder) -> None:
    server.answer(body=bytes(1 << 20))
    with (
        SandboxSDK(
            api_key="k", base_url=server.url, max_retries=0, http_options={"max_connections": 1}, timeout=5
        ) as client,
        client.sandboxes.with_streaming_response.download("i", path="/a") as response,
    ):
        with pytest.raises(OSError, match="No space left on device"):
            response.stream_to_file("/dev/full")
        server.answer(json={"data": []})
        assert client.sandboxes.list().data == []


def test_a_body_that_is_cut(client: SandboxSDK, server: Recorder) -> None:
    server.answer(body=b"abc", length=10)
    with (
        pytest.raises(APIConnectionError),
        client.sandboxes.with_streaming_response.download("i", path="/a") as response,
    ):
        response.read()
    server.answer(pieces=broken())
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        pieces = response.iter_bytes()
        assert next(pieces) == b"abc"
        with pytest.raises(APIConnectionError):
            next(pieces)
        assert response.is_closed


def leave_unread(response: Any) -> None:
    pass


def leave_after_a_piece(response: Any) -> None:
    assert next(response.iter_bytes())


def leave_a_loop(response: Any) -> None:
    for _ in response.iter_bytes():
        break


def leave_by_closing(response: Any) -> None:
    response.close()
    response.close()


def leave_by_raising(response: Any) -> None:
    raise KeyError


def leave_by_interrupt(response: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "leave",
    [leave_unread, leave_after_a_piece, leave_a_loop, leave_by_closing, leave_by_raising, leave_by_interrupt],
)
def test_every_way_out_releases_the_connection(client: SandboxSDK, server: Recorder, leave: Any) -> None:
    server.answer(pieces=endless())
    try:
        with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
            leave(response)
    except (KeyError, KeyboardInterrupt):
        pass
    assert response.is_closed
    assert server.left.wait(5)
    server.answer({"data": []})
    assert client.sandboxes.list().data == []


def test_an_answer_that_nobody_holds_releases_the_connection(client: SandboxSDK, server: Recorder) -> None:
    server.answer(pieces=endless())
    response = client.sandboxes.with_streaming_response.download("i", path="/a").__enter__()
    pieces = response.iter_bytes()
    next(pieces)
    del response, pieces
    gc.collect()
    assert server.left.wait(5)


def test_a_client_that_is_closed_ends_its_streams(client: SandboxSDK, server: Recorder) -> None:
    server.answer(pieces=endless())
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        pieces = response.iter_bytes()
        next(pieces)
        client.close()
        with pytest.raises(APIConnectionError, match="closed"):
            list(pieces)
    assert server.left.wait(5)
    for call in (
        client.sandboxes.with_raw_response.list,
        client.sandboxes.with_streaming_response.list().__enter__,
    ):
        with pytest.raises(APIConnectionError, match="closed"):
            call()


def test_a_stream_outlives_its_client(server: Recorder) -> None:
    server.answer(pieces=endless())
    client = SandboxSDK(api_key="k", base_url=server.url)
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        del client
        gc.collect()
        assert next(response.iter_bytes())
    assert server.left.wait(5)


def test_another_thread_ends_a_read(client: SandboxSDK, server: Recorder) -> None:
    over = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"a"
        over.wait(20)

    server.answer(pieces=pieces())
    with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
        read = response.iter_bytes()
        next(read)
        threading.Timer(0.2, response.close).start()
        before = time.monotonic()
        with pytest.raises(APIConnectionError, match="cancelled"):
            next(read)
        assert time.monotonic() - before < 5
    over.set()


def test_streamed_answers_for_coroutines(server: Recorder, tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000

    async def use() -> None:
        async with asynchronous(server) as client:
            server.answer(EXECUTION)
            async with client.sandboxes.with_streaming_response.execute("i", command="x") as response:
                assert type(response) is AsyncAPIResponse
                assert (await response.parse()).stdout == "hi"
            server.answer(body=content)
            async with client.sandboxes.with_streaming_response.download("i", path="/a") as binary:
                assert type(binary) is AsyncStreamedBinaryAPIResponse
                await binary.stream_to_file(tmp_path / "file")
            assert (tmp_path / "file").read_bytes() == content
            server.answer(pieces=[b"a\r", b"\nb\n"])
            async with client.sandboxes.with_streaming_response.download("i", path="/a") as lines:
                assert [line async for line in lines.iter_lines()] == ["a", "b"]
                with pytest.raises(StreamAlreadyConsumed):
                    await lines.read()
            server.answer(pieces=broken())
            async with client.sandboxes.with_streaming_response.download("i", path="/a") as cut:
                with pytest.raises(APIConnectionError):
                    await cut.read()
                assert cut.is_closed

    asyncio.run(use())


async def async_unread(response: Any) -> None:
    pass


async def async_after_a_piece(response: Any) -> None:
    async for _ in response.iter_bytes():
        break


async def async_closing(response: Any) -> None:
    await response.close()
    await response.close()


async def async_raising(response: Any) -> None:
    raise KeyError


async def async_cancelled(response: Any) -> None:
    async for _ in response.iter_bytes():
        await asyncio.sleep(10)


@pytest.mark.parametrize("leave", [async_unread, async_after_a_piece, async_closing, async_raising, async_cancelled])
def test_every_way_out_of_a_coroutine_releases_the_connection(server: Recorder, leave: Any) -> None:
    async def read(client: AsyncSandboxSDK) -> None:
        async with client.sandboxes.with_streaming_response.download("i", path="/a") as response:
            await leave(response)

    async def use() -> None:
        async with asynchronous(server) as client:
            server.answer(pieces=endless())
            task = asyncio.ensure_future(read(client))
            await asyncio.wait([task], timeout=0.5)
            task.cancel()
            await asyncio.wait([task])
            for _ in range(500):
                if server.left.is_set():
                    break
                await asyncio.sleep(0.01)
            assert server.left.is_set()
            server.answer({"data": []})
            assert (await client.sandboxes.list()).data == []

    asyncio.run(use())


# ---- events ----


def test_a_stream_of_events(client: SandboxSDK, server: Recorder) -> None:
    kind = {"Content-Type": "text/event-stream"}
    server.answer(pieces=events({"text": "a"}, {"text": "ü"}), headers=kind)
    stream = client.get("/messages", cast_to=Message, stream=True, stream_cls=Stream[Message])
    assert isinstance(stream, Stream)
    assert [message.text for message in stream] == ["a", "ü"]
    assert stream.response.is_closed
    server.answer(pieces=itertools.chain(events({"text": "a"}), endless()), headers=kind)
    with client.post("/messages", cast_to=Message, body={}, stream=True, stream_cls=Stream[Message]) as stream:
        assert next(stream).text == "a"
    assert server.left.wait(5)
    server.answer(pieces=events("<"), headers=kind)
    with pytest.raises(APIResponseValidationError):
        next(client.get("/messages", cast_to=Message, stream=True, stream_cls=Stream[Message]))


def test_a_loop_over_events_that_is_left_releases_the_connection(client: SandboxSDK, server: Recorder) -> None:
    server.answer(pieces=itertools.chain(events({"text": "a"}), endless()))
    for message in client.get("/messages", cast_to=Message, stream=True, stream_cls=Stream[Message]):
        assert message.text == "a"
        break
    gc.collect()
    assert server.left.wait(5)


def test_a_stream_of_events_for_coroutines(server: Recorder) -> None:
    async def use() -> None:
        async with asynchronous(server) as client:
            server.answer(pieces=events({"text": "a"}, {"text": "b"}))
            stream = await client.get("/messages", cast_to=Message, stream=True, stream_cls=AsyncStream[Message])
            assert [message.text async for message in stream] == ["a", "b"]
            server.answer(pieces=itertools.chain(events({"text": "a"}), endless()))
            async with await client.get(
                "/messages", cast_to=Message, stream=True, stream_cls=AsyncStream[Message]
            ) as left:
                assert (await left.__anext__()).text == "a"
            for _ in range(500):
                if server.left.is_set():
                    break
                await asyncio.sleep(0.01)
            assert server.left.is_set()

    asyncio.run(use())


# ---- verbs ----


@pytest.mark.parametrize(
    ("content", "cast_to", "value"),
    [
        (b'{"text": "x"}', dict, {"text": "x"}),
        (b"[1]", list, [1]),
        (b"text", str, "text"),
        (b"\0", bytes, b"\0"),
        (b"5", int, 5),
        (b"true", bool, True),
        (b'"x"', object, "x"),
        (b"x", type(None), None),
    ],
)
def test_what_a_verb_makes_of_an_answer(client: SandboxSDK, server: Recorder, content, cast_to, value) -> None:
    server.answer(body=content)
    assert client.get("/custom", cast_to=cast_to) == value

    async def use() -> object:
        async with asynchronous(server) as other:
            return await other.get("/custom", cast_to=cast_to)

    assert asyncio.run(use()) == value


def test_models_of_verbs(client: SandboxSDK, server: Recorder) -> None:
    server.answer({"text": "x"})
    assert client.post("/custom", cast_to=Message, body={"a": 1}).text == "x"
    assert server.request.json == {"a": 1}
    server.answer(body=b"<html>", headers={"Content-Type": "text/html"})
    with pytest.raises(APIResponseValidationError):
        client.get("/custom", cast_to=Message)
    server.answer([{"text": "x"}])
    assert client.get("/custom", cast_to=list[Message])[0].text == "x"
    raw = client.get("/custom", cast_to=list[Message], options={"headers": {RAW: "raw"}})
    assert isinstance(raw, APIResponse)
    assert raw.parse()[0].text == "x"


def test_answers_of_httpx_from_verbs(client: SandboxSDK, server: Recorder) -> None:
    httpx = pytest.importorskip("httpx")
    server.answer({"a": 1})
    response = client.get("/custom", cast_to=httpx.Response)
    assert type(response) is httpx.Response
    assert (response.json(), str(response.url)) == ({"a": 1}, f"{server.url}/custom")
