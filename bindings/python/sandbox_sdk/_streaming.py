"""Answers that are streams of server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from abc import ABCMeta

from ._native import event_decoder_feed, event_decoder_new
from ._type_arguments import Subscriptable, extract_type_argument, origin_of
from ._unattended import Unattended, unattended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import TracebackType
    from typing import Any, TypeVar

    from typing_extensions import Self, TypeGuard

    from ._async_client import AsyncSandboxSDK
    from ._client import SandboxSDK
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
    """Makes events of the bytes of a stream, however they are cut. The library does it, as for its own streams.

    An event that has a type but no data is given, too, which the standard drops.
    """

    def __init__(self) -> None:
        self._native = event_decoder_new()

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[ServerSentEvent]:
        """The events of an iterator of bytes. One that the end of the stream cuts is dropped."""
        for piece in iterator:
            yield from self._events(piece)

    @unattended
    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]:
        """As ``iter_bytes``, of an asynchronous iterator."""
        async for piece in iterator:
            for event in self._events(piece):
                yield event

    def decode(self, line: str) -> ServerSentEvent | None:
        """Takes one line, without its end; gives the event that an empty one ends."""
        return next(self._events(line.encode("utf-8", "surrogatepass") + b"\n"), None)

    def _events(self, piece: bytes) -> Iterator[ServerSentEvent]:
        piece = piece if isinstance(piece, bytes) else bytes(memoryview(piece))
        for event, data, id, retry in event_decoder_feed(self._native, piece):
            yield ServerSentEvent(event=event, data=data, id=id, retry=retry)


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
    end, by an error, and by ``close()`` or a ``with`` block; a loop that is left early leaves the rest for another.
    """

    def __init__(self, *, cast_to: type[T], response: Response, client: SandboxSDK) -> None:
        super().__init__(cast_to=cast_to, response=response, client=client)
        self._iterator = self.__stream__()

    def __next__(self) -> T:
        return self._iterator.__next__()

    def __iter__(self) -> Iterator[T]:
        # Not `yield from`, which would end the stream for every loop where one is left.
        for value in self._iterator:  # noqa: UP028
            yield value

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

    def __init__(self, *, cast_to: type[T], response: Response, client: AsyncSandboxSDK) -> None:
        from ._http import Response

        super().__init__(cast_to=cast_to, response=response, client=client)
        iterator = self.__stream__()
        # What closes an answer of ours does not wait; of httpx it may.
        self._iterator: Any = Unattended(iterator) if isinstance(response, Response) else iterator

    async def __anext__(self) -> T:
        value: T = await self._iterator.__anext__()
        return value

    @unattended
    async def __aiter__(self) -> AsyncIterator[T]:
        async for value in self._iterator:
            yield value

    @unattended
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


for _class in (AsyncStream, Stream):
    _class.__module__ = "sandbox_sdk"
