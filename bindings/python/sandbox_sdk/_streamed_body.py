"""Bodies of answers that are read while they come."""

from __future__ import annotations

from ._native import client_open, client_open_start, stream_cancel, stream_head, stream_read, stream_resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._loops import Loops, Watched


_PIECE = 1 << 16  # bytes


class StreamedBody:
    """One whose reads wait."""

    __slots__ = ("_is_read", "stream")

    def __init__(self, stream: Any) -> None:
        self.stream = stream
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
    """One that coroutines read."""

    __slots__ = ("_loops", "_token", "_watched", "stream")

    def __init__(self, loops: Loops, watched: Watched, token: int) -> None:
        self._loops = loops
        self._watched = watched
        self._token = token
        self.stream: Any = None

    @classmethod
    async def open(
        cls, loops: Loops, handle: Any, request: dict[str, Any], options: dict[str, Any] | None
    ) -> AsyncStreamedBody:
        """Makes a call; it is there when the head of its answer is."""
        body = cls(loops, loops.watched(handle), loops.new_token())
        body.stream = client_open_start(handle, request, options, body._token)
        if options is not None and "source" in options:
            from ._loops import begin_sources

            begin_sources(options["source"], stream_resume, body.stream)
        try:
            await body._until(lambda: stream_head(body.stream))
        except BaseException:
            body.close()
            raise
        return body

    async def aread(self, size: int) -> bytes:
        """At least one byte and at most ``size`` of them; none at the end."""
        if self.stream is None:
            return b""
        return await self._until(lambda: stream_read(self.stream, size))

    async def _until(self, get: Callable[[], Any]) -> Any:
        """What a function gives as soon as that is not None. It is asked again after each thing that happens."""
        got = get()
        while got is None:
            waiter = self._watched.loop.waiter()
            self._loops.expect(self._token, self._watched.loop, waiter)
            self._watched.begin()
            try:
                # Another thread's loop may have told before anybody was there to listen.
                got = get()
                if got is None:
                    await waiter
                    got = get()
            finally:
                self._watched.end()
                self._loops.forget(self._token)
        return got

    def close(self) -> None:
        """Ends the stream: a connection that it has not read to its end is closed."""
        if self.stream is not None:
            stream_cancel(self.stream)
        self.stream = None

    async def aclose(self) -> None:
        """The same."""
        self.close()
