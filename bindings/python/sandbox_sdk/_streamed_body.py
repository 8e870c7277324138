"""Bodies of answers that are read while they come."""

from __future__ import annotations

from ._native import (
    client_open,
    client_open_start,
    stream_cancel,
    stream_head,
    stream_read,
    stream_resume,
    stream_save,
    stream_saved,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._loops import Loops, WatchingLoop


_PIECE = 1 << 16  # bytes


class StreamedBody:
    """One whose reads wait."""

    __slots__ = ("_is_read", "saved", "stream")

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.saved = 0  # bytes that went to a file
        self._is_read = False

    @classmethod
    def open(cls, handle: Any, request: dict[str, Any], options: dict[str, Any] | None) -> StreamedBody:
        """Makes a call and waits until the head of its answer is there."""
        return cls(client_open(handle, request, options))

    def read(self, size: int) -> bytes:
        """At least one byte and at most ``size`` of them; none at the end."""
        if self.stream is None:
            return b""
        self._is_read = True
        try:
            return stream_read(self.stream, size) or b""
        finally:
            self._is_read = False

    def save(self, descriptor: int) -> None:
        """Writes what is left to an open file as it comes, without a piece of it in Python's memory."""
        stream = self.stream
        if stream is None:
            return
        self._is_read = True
        try:
            stream_save(stream, descriptor)
        finally:
            self._is_read = False
            self.saved = stream_saved(stream)

    def close(self) -> None:
        """Ends the stream: a connection that it has not read to its end is closed."""
        stream, self.stream = self.stream, None
        if stream is None:
            return
        stream_cancel(stream)
        if not self._is_read:
            _let_go(stream)


def _let_go(stream: Any) -> None:
    """Closes the connection of a stream that was cancelled.

    That is done by whoever reads it, and only freeing the stream would do it otherwise: what its head tells holds it.
    """
    from ._exceptions import SandboxSDKError

    try:
        while stream_read(stream, _PIECE):
            pass
    except SandboxSDKError:
        pass


class AsyncStreamedBody:
    """One that coroutines read, in any loop."""

    __slots__ = ("_is_awaited", "_loops", "_token", "stream")

    def __init__(self, loops: Loops, token: int) -> None:
        self._loops = loops
        self._token = token
        self._is_awaited = False
        self.stream: Any = None

    @classmethod
    async def open(
        cls, loop: WatchingLoop, handle: Any, request: dict[str, Any], options: dict[str, Any] | None
    ) -> AsyncStreamedBody:
        """Makes a call; it is there when the head of its answer is."""
        from ._loops import feeds, prepare_callables

        loops: Loops = loop.loops()  # type: ignore[assignment]
        sources = prepare_callables(request, options)
        body = cls(loops, loops.new_token())
        stream = body.stream = client_open_start(handle, request, options, body._token)
        try:
            head = body._until(stream_head, stream)
            await (loop.beside(head, feeds(sources, loop, stream_resume, stream)) if sources else head)
        except BaseException:
            body.close()
            raise
        finally:
            del stream
            for source in sources:
                source.end()
        return body

    async def aread(self, size: int) -> bytes:
        """At least one byte and at most ``size`` of them; none at the end."""
        stream = self.stream
        return b"" if stream is None else await self._until(stream_read, stream, size)

    async def _until(self, get: Callable[..., Any], *arguments: Any) -> Any:
        """What a function gives as soon as that is not None. It is asked again after each thing that happens."""
        if self._is_awaited:
            raise RuntimeError("another task reads this already")
        got = get(*arguments)
        while got is None:
            loop = self._loops.here()
            waiter = loop.waiting[self._token] = loop.new_waiter()
            self._is_awaited = True
            try:
                if not loop.watching:
                    loop.watch(self._loops.descriptor())
                # Another thread may have told before anybody was there to listen.
                got = get(*arguments)
                if got is None:
                    await waiter
            finally:
                self._is_awaited = False
                del loop.waiting[self._token]
                if not loop.waiting:
                    loop.rest()
                waiter = None
            if got is None:
                got = get(*arguments)
        return got

    def close(self) -> None:
        """Ends the stream: a connection that it has not read to its end is closed."""
        if self.stream is not None:
            stream_cancel(self.stream)
        self.stream = None

    async def aclose(self) -> None:
        """The same."""
        self.close()
