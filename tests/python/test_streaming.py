"""Streams of server-sent events: how they are decoded, and what is made of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, TypeVar

import pytest
from sandbox_sdk import APIConnectionError, APIResponseValidationError, BaseModel
from sandbox_sdk._http import Request, Response
from sandbox_sdk._response import APIResponse, AsyncAPIResponse
from sandbox_sdk._streaming import (
    AsyncStream,
    ServerSentEvent,
    SSEBytesDecoder,
    SSEDecoder,
    Stream,
    extract_stream_chunk_type,
    is_stream_class_type,
)

Event = tuple  # (event, data, id, retry)

STREAMS = [
    ("data: a\n\n", [(None, "a", None, None)]),
    ("event: e\ndata: a\nid: 1\nretry: 5\n\n", [("e", "a", "1", 5)]),
    (
        "data: a\r\rdata: b\r\n\r\ndata: c\n\n",
        [(None, "a", None, None), (None, "b", None, None), (None, "c", None, None)],
    ),
    ("data: a\ndata\ndata:\ndata:  b\n\n", [(None, "a\n\n\n b", None, None)]),
    ("data:a\ndata: b\n\n", [(None, "a\nb", None, None)]),
    ("\ufeffdata: a\n\n", [(None, "a", None, None)]),
    ("\ufeff\ufeffdata: a\n\ndata: b\n\n", [(None, "b", None, None)]),
    ("data: a\n\n\ufeffdata: b\n\n", [(None, "a", None, None)]),
    (": comment\n\n:\n\ndata: a\n: within\n\n", [(None, "a", None, None)]),
    (
        "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
        [(None, "a", "1", None), (None, "b", "1", None), (None, "c", None, None)],
    ),
    ("id: 1\0\ndata: a\n\n", [(None, "a", None, None)]),
    ("retry: 5x\nretry: -1\nretry: ٣\nretry:\ndata: a\n\n", [(None, "a", None, None)]),
    ("retry: 5\ndata: a\n\ndata: b\n\n", [(None, "a", None, 5), (None, "b", None, None)]),
    ("event: e\n\ndata: a\n\n", [("e", "", None, None), (None, "a", None, None)]),
    ("data\n\n", [(None, "", None, None)]),
    ("\n\n\r\n\r\r", []),
    ("", []),
    ("data: cut", []),
    ("data: cut\n", []),
    ("data: a\n\ndata: cut\r", [(None, "a", None, None)]),
    ("nonsense: a\nDATA: b\n data: c\n\n", []),
    ("data: ü€😀\n\n", [(None, "ü€😀", None, None)]),
    ("data: a\u2028b\x0bc\x85d\n\n", [(None, "a\u2028b\x0bc\x85d", None, None)]),
    ("data: a\0b\n\n", [(None, "a\0b", None, None)]),
    ("event: a\nevent: b\ndata: x\n\n", [("b", "x", None, None)]),
    ("event: a\nevent:\ndata: x\n\n", [(None, "x", None, None)]),
]


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


async def acut(content: bytes, size: int) -> AsyncIterator[bytes]:
    for piece in cut(content, size):
        yield piece


def told(event: ServerSentEvent) -> Event:
    return (event.event, event.data, event.id, event.retry)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(("text", "events"), STREAMS)
def test_events_wherever_they_are_cut(text: str, events: list[Event], size: int) -> None:
    content = text.encode()
    assert [told(event) for event in SSEDecoder().iter_bytes(cut(content, size))] == events

    async def decoded() -> list[Event]:
        return [told(event) async for event in SSEDecoder().aiter_bytes(acut(content, size))]

    assert asyncio.run(decoded()) == events


def test_bytes_that_are_no_text() -> None:
    for size in (1, 1000):
        (event,) = SSEDecoder().iter_bytes(cut(b"data: a\xffb\xe2\x82\n\n", size))
        assert event.data == "a\ufffdb\ufffd"


def test_other_kinds_of_bytes_and_what_is_none() -> None:
    for kind in (bytearray, memoryview):
        (event,) = SSEDecoder().iter_bytes(iter([kind(b"data: a\n\n")]))
        assert event.data == "a"
    with pytest.raises(TypeError):
        list(SSEDecoder().iter_bytes(iter(["data: a\n\n"])))  # type: ignore[list-item]
    with pytest.raises(APIConnectionError, match="longer than 16777216 bytes"):
        list(SSEDecoder().iter_bytes(iter([b"data: " + bytes(1 << 24)])))


def test_an_event_is_given_as_soon_as_it_has_ended() -> None:
    for end in (b"\n\n", b"\r\r", b"\r\n\r", b"\r\n\n"):
        events = SSEDecoder().iter_bytes(iter([b"data: a" + end, b"never: read"]))
        assert next(events).data == "a"


def test_lines_one_by_one() -> None:
    decoder = SSEDecoder()
    assert decoder.decode("event: e") is decoder.decode("data: a") is decoder.decode(": comment") is None
    assert told(decoder.decode("")) == ("e", "a", None, None)
    assert decoder.decode("") is None


def test_an_event_of_ones_own() -> None:
    event = ServerSentEvent(event="e", data='{"a": 1}', id="1", retry=5)
    assert event.json() == {"a": 1}
    assert repr(event) == 'ServerSentEvent(event=e, data={"a": 1}, id=1, retry=5)'
    assert told(ServerSentEvent(event="")) == (None, "", None, None)
    with pytest.raises(ValueError, match="Expecting"):
        ServerSentEvent(data="<").json()


# ---- streams ----


class Model(BaseModel):
    foo: str


class Body:
    """A body of small pieces, which a test sees closed."""

    def __init__(self, content: bytes) -> None:
        self.pieces = list(cut(content, 3))
        self.closed = 0

    def read(self, size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def close(self) -> None:
        self.closed += 1

    async def aread(self, size: int) -> bytes:
        return self.read(size)

    async def aclose(self) -> None:
        self.close()


def response_of(content: bytes) -> Response:
    return Response(200, body=Body(content), request=Request("GET", "http://h/"))


TWO = b'data: {"foo": "a"}\n\nevent: ping\n\ndata: {"foo": "b"}\n\n'


def stream_of(content: bytes = TWO, cast_to: Any = Model, kind: type = Stream) -> Any:
    return kind(cast_to=cast_to, response=response_of(content), client=None)


def test_a_stream_is_an_iterator_of_values() -> None:
    stream = stream_of()
    assert next(stream).foo == "a"
    assert [type(value) for value in stream] == [Model]
    assert stream.response.is_closed
    assert stream.response._body.closed == 1
    with pytest.raises(StopIteration):
        next(stream)
    assert list(stream_of(b"data: 1\n\ndata: null\n\n", object)) == [1, None]
    assert [told(event)[0] for event in stream_of()._iter_events()] == [None, "ping", None]


def test_coroutines_iterate_likewise() -> None:
    async def read() -> None:
        stream = stream_of(kind=AsyncStream)
        assert (await stream.__anext__()).foo == "a"
        assert [value.foo async for value in stream] == ["b"]
        assert stream.response._body.closed == 1
        async with stream_of(kind=AsyncStream) as left:
            async for value in left:
                assert value.foo == "a"
                break
        assert left.response._body.closed == 1
        assert [event.event async for event in stream_of(kind=AsyncStream)._iter_events()] == [None, "ping", None]
        wrong = stream_of(b"data: <\n\n", kind=AsyncStream)
        with pytest.raises(APIResponseValidationError):
            [value async for value in wrong]
        assert wrong.response._body.closed == 1

    asyncio.run(read())


def test_every_way_out_releases_the_connection() -> None:
    stream = stream_of()
    for value in stream:
        assert value.foo == "a"
        break
    assert stream.response._body.closed == 0
    assert [value.foo for value in stream] == ["b"]
    assert stream.response._body.closed == 1
    with stream_of() as left:
        next(left)
    assert left.response._body.closed == 1
    with pytest.raises(KeyError), stream_of() as left:
        raise KeyError
    assert left.response._body.closed == 1
    unread = stream_of()
    unread.close()
    assert unread.response._body.closed == 1
    wrong = stream_of(b"data: <\n\n")
    with pytest.raises(APIResponseValidationError):
        next(wrong)
    assert wrong.response._body.closed == 1


@pytest.mark.parametrize("data", ["<html>", "null", "[1]", '{"foo": ', "5"])
def test_data_that_is_no_model_is_an_error(data: str) -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        list(stream_of(f"data: {data}\n\n".encode()))
    assert isinstance(caught.value, ValueError)
    assert caught.value.status_code == 200


def test_a_decoder_of_the_clients_own() -> None:
    class Shouting:
        def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[ServerSentEvent]:
            return (ServerSentEvent(data=f'"{piece.decode().upper()}"') for piece in iterator)

        def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]: ...

    class Client:
        def _make_sse_decoder(self) -> Shouting:
            return Shouting()

    assert list(Stream(cast_to=object, response=response_of(b"abcde"), client=Client())) == ["ABC", "DE"]
    assert isinstance(Shouting(), SSEBytesDecoder)
    assert isinstance(SSEDecoder(), SSEBytesDecoder)
    assert not isinstance(5, SSEBytesDecoder)


def test_a_stream_of_a_raw_answer() -> None:
    def answer(kind: type = APIResponse, stream_cls: Any = None, client: Any = None, cast_to: Any = Model) -> Any:
        return kind(
            raw=response_of(TWO), cast_to=cast_to, client=client, stream=True, stream_cls=stream_cls, options=None
        )

    class Client:
        _default_stream_cls = Stream

    stream = answer().parse(to=Stream[Model])
    assert [value.foo for value in stream] == ["a", "b"]
    assert type(next(answer(stream_cls=Stream[Model]).parse())) is Model
    assert next(answer(client=Client(), cast_to=dict).parse()) == {"foo": "a"}
    assert isinstance(asyncio.run(answer(AsyncAPIResponse, AsyncStream[Model]).parse()), AsyncStream)
    with pytest.raises(TypeError, match="to be a subclass of"):
        answer().parse(to=Model)
    with pytest.raises(RuntimeError, match="to have a type argument"):
        answer().parse(to=Stream)


T = TypeVar("T")


class Own(Stream[bytes]):
    pass


class OwnGeneric(AsyncStream[T], Generic[T]):
    pass


def test_the_type_of_a_stream() -> None:
    assert extract_stream_chunk_type(Stream[int]) is int
    assert extract_stream_chunk_type(AsyncStream[list[int]]) == list[int]
    assert extract_stream_chunk_type(Own) is bytes
    assert extract_stream_chunk_type(OwnGeneric[str]) is str
    with pytest.raises(RuntimeError, match="that one"):
        extract_stream_chunk_type(int, failure_message="that one")
    for stream in (Stream, AsyncStream, Stream[int], Own, OwnGeneric[str]):
        assert is_stream_class_type(stream)
    for other in (int, list[int], "Stream", None):
        assert not is_stream_class_type(other)


def test_streams_of_answers_of_httpx() -> None:
    httpx = pytest.importorskip("httpx")
    stream = Stream(cast_to=Model, response=httpx.Response(200, content=iter([TWO])), client=None)
    assert [value.foo for value in stream] == ["a", "b"]
    assert stream.response.is_closed
