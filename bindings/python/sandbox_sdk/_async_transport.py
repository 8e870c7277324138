"""Transports in Python for coroutines: each exchange is a task of the loop that runs."""

from __future__ import annotations

from . import _native
from ._tasks import tasks_here
from ._transport import LARGEST_WHOLE, ResponseTypeError, TransportRequest, answer, check_response, fail, is_elsewhere
from ._unattended import unattended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any, Callable

__all__ = ["AsyncTransportRequest", "CoroutineTransport"]

_READ_SIZE = 1 << 16


class AsyncTransportRequest(TransportRequest):
    """A request on its way: as ``TransportRequest``, with ``aread()`` and ``aiter_bytes()`` for a long body."""

    aread_some: Callable[[int], Any]

    @unattended
    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The body in pieces, as they come from where the caller has them. It can be gone through once."""
        if self._content is not None:
            if self._content:
                yield self._content
            return
        if self._begun:
            raise RuntimeError("the request's body was read already")
        self._begun = True
        while piece := await self.aread_some(_READ_SIZE):
            yield piece

    async def aread(self) -> bytes:
        """The whole body."""
        if self._content is None:
            self._content = b"".join([piece async for piece in self.aiter_bytes()])
        return self._content

    def read(self) -> bytes:
        """The whole body, where it is there."""
        if self._content is None:
            raise RuntimeError("the request's body is a long one: `await request.aread()`")
        return self._content


class CoroutineTransport:
    """A transport for coroutines as the native module calls it. The Python client owns it."""

    __slots__ = ("__weakref__", "handle", "owner")

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        handle: Any = getattr(owner, "handle_async_request", None) or getattr(owner, "handle_request", None) or owner
        if not callable(handle):
            raise TypeError(
                "`transport` must be a function, or have a method `handle_async_request`, of a request;"
                f" {type(owner).__name__} has none"
            )
        self.handle: Callable[[AsyncTransportRequest], Any] = handle

    def start(
        self,
        exchange: Any,
        method: str,
        url: str,
        headers: list[tuple[str, str | None]],
        length: int,
        timeouts: tuple[float | None, ...],
        memory: dict[str, Any],
    ) -> AsyncExchange:
        """Begins to send a request."""
        started = AsyncExchange(exchange, memory, tasks_here())
        request = AsyncTransportRequest(method, url, headers, length, timeouts, started.read_now)
        request.aread_some = started.read_request
        request.is_elsewhere = is_elsewhere(url, memory)
        if 0 < length <= LARGEST_WHOLE:
            request._content = started.read_whole(length)
        started.tasks.spawn(started.run(self.handle, request))
        return started

    async def aclose(self) -> None:
        """Closes what the transport keeps open."""
        close = getattr(self.owner, "aclose", None) or getattr(self.owner, "close", None)
        closing = close() if close is not None else None
        if hasattr(closing, "__await__"):
            await closing


class AsyncExchange:
    """One request and its answer. The native module calls ``read``, ``resume`` and ``stop`` in the loop's thread."""

    __slots__ = ("broken", "ended", "exchange", "memory", "over", "piece", "reader", "taker", "tasks", "wanted")

    def __init__(self, exchange: Any, memory: dict[str, Any], tasks: Any) -> None:
        self.exchange = exchange
        self.memory = memory
        self.tasks = tasks
        self.over = False
        """Whether the library has let go of it: nothing is told any more."""
        self.broken: BaseException | None = None
        """An error of the program's, which the call raises."""
        self.piece = b""
        """Of the answer's body, for the library to take."""
        self.ended = False
        self.taker: Any = None
        """What the task waits for until the library has taken the piece."""
        self.reader: Any = None
        """What it waits for until there is more of the request's body."""
        self.wanted = 0

    # ---- the request's body ----

    def read_now(self, size: int) -> bytes:
        """There is no way to wait for more."""
        raise RuntimeError("the request's body is a long one: `await request.aread()`")

    def read_whole(self, length: int) -> bytes | None:
        """A body that is there; None where its source has nothing yet, or fails, which the library knows."""
        pieces = []
        while length > 0:
            try:
                piece = _native.exchange_read(self.exchange, min(length, _READ_SIZE))
            except OSError:
                return None
            if not piece:
                return None if piece is None and not pieces else b"".join(pieces)
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    async def read_request(self, size: int) -> bytes:
        """Bytes of the request's body; none at its end."""
        self.reader, self.wanted = self.tasks.waiter(), size
        # The library lets it be read from within `resume` only.
        self.tell_ready()
        piece = await self.reader
        if isinstance(piece, OSError):
            raise piece
        return piece

    def resume(self) -> None:
        """More of the request's body can be read, where the task has asked for it."""
        if self.broken is not None:
            raise self.broken
        reader = self.reader
        if reader is None:
            return
        try:
            piece: Any = _native.exchange_read(self.exchange, self.wanted)
        except OSError as error:
            piece = error
        if piece is not None:
            self.reader = None
            self.tasks.settle(reader, piece)

    # ---- the answer ----

    async def run(self, handle: Callable[[AsyncTransportRequest], Any], request: AsyncTransportRequest) -> None:
        """The task."""
        response = None
        try:
            response = handle(request)
            if hasattr(response, "__await__"):
                response = await response
            check_response(response)
            if not self.over:
                answer(self.exchange, response)
            await self.give(response)
        except ResponseTypeError as error:
            self.broken = error
            self.tell_ready()
        except Exception as error:
            if not self.over:
                fail(self.exchange, error, self.memory)
        finally:
            await close(response)
            self.ended = True
            self.tell_ready()

    async def give(self, response: Any) -> None:
        """Gives the library the body, piece by piece, as it takes it."""
        pieces = _pieces_of(response)
        try:
            async for piece in pieces:
                if self.over:
                    return
                if not piece:
                    continue
                self.piece = bytes(piece)
                taker = self.taker = self.tasks.waiter()
                self.tell_ready()
                await taker
        finally:
            # A generator that is not gone through to its end cleans up now, not when it is collected.
            aclose = getattr(pieces, "aclose", None)
            if aclose is not None:
                await aclose()

    def read(self, size: int) -> bytes | None:
        """Some bytes of the answer's body; none at its end, None: later."""
        piece, self.piece = self.piece, b""
        if piece:
            taker, self.taker = self.taker, None
            self.tasks.settle(taker, None)
            return piece
        return b"" if self.ended else None

    def tell_ready(self) -> None:
        """The library may go on."""
        if not self.over:
            _native.exchange_ready(self.exchange)

    def stop(self) -> None:
        """The exchange is over; one that is under way is cancelled."""
        self.over = True
        if not self.ended:
            self.tasks.cancel()


def _pieces_of(response: Any) -> AsyncIterator[bytes]:
    pieces = getattr(response, "aiter_bytes", None)
    return _whole(response) if pieces is None else pieces()


@unattended
async def _whole(response: Any) -> AsyncIterator[bytes]:
    yield response.content


async def close(response: Any) -> None:
    """Closes an answer, read or not. What goes wrong there changes nothing any more."""
    aclose = getattr(response, "aclose", None)
    if aclose is not None:
        try:
            await aclose()
        except Exception:
            return
