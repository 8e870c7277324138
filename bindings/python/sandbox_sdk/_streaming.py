"""Answers that are streams of server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from abc import ABCMeta

from ._type_arguments import Subscriptable, extract_type_argument, origin_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import TracebackType
    from typing import Any, TypeVar

    from typing_extensions import Self, TypeGuard

    from ._http import Response

    T = TypeVar("T")
else:
    # What stands in the brackets of a base class is for type checkers.
    T = "T"

__all__ = [
    "AsyncStream",
    "SSEBytesDecoder",
    "SSEDecoder",
    "ServerSentEvent",
    "Stream",
    "extract_stream_chunk_type",
    "is_stream_class_type",
]


class ServerSentEvent:
    """An event of a stream."""

    def __init__(
        self,
        *,
        event: str | None = None,
        data: str | None = None,
        id: str | None = None,
        retry: int | None = None,
    ) -> None:
        self._event = event or None
        self._data = data or ""
        self._id = id
        self._retry = retry

    @property
    def event(self) -> str | None:
        """The event's type, where the stream names one."""
        return self._event

    @property
    def data(self) -> str:
        """The event's data, its lines joined by a line feed."""
        return self._data

    @property
    def id(self) -> str | None:
        """The last identifier that the stream gave, with this or an earlier event."""
        return self._id

    @property
    def retry(self) -> int | None:
        """Milliseconds to wait before a new connection, where this event says so."""
        return self._retry

    def json(self) -> Any:
        """The data, decoded; a ``ValueError`` where it is not JSON."""
        import json

        return json.loads(self.data)

    def __repr__(self) -> str:
        return f"ServerSentEvent(event={self.event}, data={self.data}, id={self.id}, retry={self.retry})"


class SSEBytesDecoder(metaclass=ABCMeta):  # noqa: B024
    """Whatever makes events of bytes: a class is one if it has ``iter_bytes`` and ``aiter_bytes``."""

    if TYPE_CHECKING:

        def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[ServerSentEvent]: ...

        def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]: ...

    @classmethod
    def __subclasshook__(cls, other: type) -> Any:
        if cls is not SSEBytesDecoder:
            return NotImplemented
        return hasattr(other, "iter_bytes") and hasattr(other, "aiter_bytes")


class SSEDecoder:
    """Makes events of the bytes of a stream, however they are cut.

    An event that has a type but no data is given, too, which the standard drops.
    """

    def __init__(self) -> None:
        self._open: list[bytes] = []  # the pieces of the line that has not ended
        self._begun = False  # the first line, before which there may be a byte order mark, has been read
        self._after_return = False  # a CR came last; a LF may follow
        self._last_event_id: str | None = None
        self._begin_event()

    def _begin_event(self) -> None:
        self._event: str | None = None
        self._data: list[str] = []
        self._retry: int | None = None
        self._has_id = False

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[ServerSentEvent]:
        """The events of an iterator of bytes. One that the end of the stream cuts is dropped."""
        for piece in iterator:
            yield from self._feed(piece)

    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]:
        """As ``iter_bytes``, of an asynchronous iterator."""
        async for piece in iterator:
            for event in self._feed(piece):
                yield event

    def decode(self, line: str) -> ServerSentEvent | None:
        """Takes one line, without its end; gives the event that an empty one ends."""
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._last_event_id = value
            self._has_id = True
        elif name == "retry" and value.isascii() and value.isdigit():
            self._retry = int(value)
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        event = None
        if self._event or self._data or self._has_id or self._retry is not None:
            event = ServerSentEvent(
                event=self._event, data="\n".join(self._data), id=self._last_event_id, retry=self._retry
            )
        self._begin_event()
        return event

    def _feed(self, piece: bytes) -> list[ServerSentEvent]:
        """Adds bytes; gives the events that have ended."""
        events = (self.decode(line.decode("utf-8", "replace")) for line in self._lines(piece))
        return [event for event in events if event is not None]

    def _lines(self, piece: bytes) -> list[bytes]:
        """The lines that end with a piece of the stream. Each of CR, LF and CRLF ends one, at once."""
        if self._after_return and piece.startswith(b"\n"):
            piece = piece[1:]
            self._after_return = False
        if not piece:
            return []
        self._after_return = piece.endswith(b"\r")
        lines = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if len(lines) == 1:
            self._open.append(piece)
            return []
        lines[0] = b"".join(self._open) + lines[0]
        self._open = [lines.pop()]
        if not self._begun:
            self._begun = True
            lines[0] = lines[0][3:] if lines[0].startswith(b"\xef\xbb\xbf") else lines[0]
        return lines


class _BaseStream(Subscriptable[T]):
    response: Response

    def __init__(self, *, cast_to: type[T], response: Response, client: Any) -> None:
        """Makes a stream of an unread answer.

        Args:
          cast_to: What each event's data, which is JSON, is made.

          response: An answer of ours or of httpx.

          client: Says whether models are validated, and which decoder there is if not ``SSEDecoder``.
        """
        self.response = response
        self._cast_to = cast_to
        self._client = client
        self._decoder: Any = getattr(client, "_make_sse_decoder", SSEDecoder)()

    def _value(self, event: ServerSentEvent) -> Any:
        from ._casting import cast_event

        strict = getattr(self._client, "_strict_response_validation", False)
        return cast_event(event.data, self._cast_to, response=self.response, strict=strict)


class Stream(_BaseStream[T]):
    """An answer that comes as events: an iterator over the values in their data.

    Events without data, such as those that keep a connection alive, are passed over. The connection is released at the
    end, when iterating ends early, and by ``close()`` or a ``with`` block.
    """

    def __init__(self, *, cast_to: type[T], response: Response, client: Any) -> None:
        super().__init__(cast_to=cast_to, response=response, client=client)
        self._iterator = self.__stream__()

    def __next__(self) -> T:
        return self._iterator.__next__()

    def __iter__(self) -> Iterator[T]:
        yield from self._iterator

    def _iter_events(self) -> Iterator[ServerSentEvent]:
        """The events themselves."""
        yield from self._decoder.iter_bytes(self.response.iter_bytes())

    def __stream__(self) -> Iterator[T]:
        try:
            for event in self._iter_events():
                if event.data:
                    yield self._value(event)
        finally:
            self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Releases the connection. What was not read is lost."""
        self.response.close()


class AsyncStream(_BaseStream[T]):
    """As ``Stream``, for coroutines: an asynchronous iterator."""

    def __init__(self, *, cast_to: type[T], response: Response, client: Any) -> None:
        super().__init__(cast_to=cast_to, response=response, client=client)
        self._iterator = self.__stream__()

    async def __anext__(self) -> T:
        return await self._iterator.__anext__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for value in self._iterator:
            yield value

    async def _iter_events(self) -> AsyncIterator[ServerSentEvent]:
        """The events themselves."""
        async for event in self._decoder.aiter_bytes(self.response.aiter_bytes()):
            yield event

    async def __stream__(self) -> AsyncIterator[T]:
        try:
            async for event in self._iter_events():
                if event.data:
                    yield self._value(event)
        finally:
            await self.response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Releases the connection. What was not read is lost."""
        await self.response.aclose()


def is_stream_class_type(typ: Any) -> TypeGuard[type[Stream[object]] | type[AsyncStream[object]]]:
    """Whether a type is ``Stream`` or ``AsyncStream``, one of them with its argument, or a class made of one."""
    origin = origin_of(typ)
    return isinstance(origin, type) and issubclass(origin, (Stream, AsyncStream))


def extract_stream_chunk_type(stream_cls: type, *, failure_message: str | None = None) -> Any:
    """``T`` of ``Stream[T]`` or ``AsyncStream[T]``, or of a class that is made of one."""
    return extract_type_argument(stream_cls, (Stream, AsyncStream), failure_message)
