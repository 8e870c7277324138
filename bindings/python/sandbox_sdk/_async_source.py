"""Files of uploads that coroutines read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType
    from typing import Any

    from ._loops import WatchingLoop

_READ_SIZE = 1 << 16


class AsyncSource:
    """What the library asks for bytes: it says "later" while a coroutine fetches them, and then goes on.

    The content is an object with an async ``read`` method or an async iterable of bytes. It can be read once. One piece
    is fetched ahead; before the library asks for the first nothing is.

    The library may ask in any thread that drives it, while ``feed()`` runs in the loop that the call was made in.
    """

    __slots__ = ("_asked", "_content", "_is_told_later", "_loop", "_problem", "_ready", "_waiter")

    def __init__(self, content: Any) -> None:
        self._content = content
        self._ready: bytes | None = None
        self._problem: BaseException | None = None
        self._asked = False
        self._is_told_later = False
        self._loop: WatchingLoop | None = None
        self._waiter: Any = None

    def __call__(self, size: int) -> bytes | None:
        """The next bytes; none at the end, None for later."""
        self._asked = True
        # Before the look, so that whoever puts something there after it sees that it is waited for.
        self._is_told_later = True
        ready = self._ready
        if ready is None and self._problem is None:
            self._wake()
            return None
        self._is_told_later = False
        if ready is None:
            # It belongs to whoever it is raised to, and must not live as long as this.
            problem, self._problem = self._problem, RuntimeError("the file could not be read to its end")
            raise problem  # type: ignore[misc]
        if ready:
            self._ready = None
            self._wake()
        return ready

    async def feed(self, loop: WatchingLoop, resume: Any, call: Any) -> None:
        """Reads the content, beside the call.

        Args:
          loop: The one that this runs in.

          resume: The function by which a call goes on, and ``call`` what that is given.
        """
        self._loop = loop
        try:
            await self._until_wanted(loop)
            await self._read(loop, resume, call)
        except BaseException as problem:
            # Whatever it is: the call ends with it, and nobody else is there to take it.
            self._problem = problem.with_traceback(_outside(problem.__traceback__))
            resume(call)
        finally:
            self._loop = self._waiter = None

    def end(self) -> None:
        """Nobody feeds it any more: where the library still asks, the call fails."""
        self._ready, self._problem = None, RuntimeError("the answer came before the file was sent")

    async def _read(self, loop: WatchingLoop, resume: Any, call: Any) -> None:
        chunks = _chunks(self._content)
        try:
            async for chunk in chunks:
                if not isinstance(chunk, (bytes, bytearray, memoryview)):
                    raise TypeError(f"`file` must be an async iterable of bytes, but gave {type(chunk).__name__}")
                if len(chunk):  # an empty one is not the end
                    await self._put(bytes(chunk), loop, resume, call)
            await self._put(b"", loop, resume, call)
        finally:
            # One that is not read to its end cleans up now, not when it is collected.
            await chunks.aclose()  # type: ignore[attr-defined]

    async def _put(self, chunk: bytes, loop: WatchingLoop, resume: Any, call: Any) -> None:
        self._ready = chunk
        if self._is_told_later:
            self._is_told_later = False
            resume(call)
        if chunk:
            await self._until_wanted(loop)

    async def _until_wanted(self, loop: WatchingLoop) -> None:
        while True:
            # Before the look: the library may ask in another thread.
            waiter = self._waiter = loop.new_waiter()
            if self._asked and self._ready is None:
                return
            await waiter

    def _wake(self) -> None:
        waiter, loop = self._waiter, self._loop
        if waiter is not None and loop is not None:
            loop.tell(waiter, None)


async def _chunks(content: Any) -> AsyncIterator[Any]:
    # A file is iterable, too, by its lines.
    if hasattr(content, "read"):
        while chunk := await content.read(_READ_SIZE):
            yield chunk
        return
    iterator = content.__aiter__()
    try:
        async for chunk in iterator:
            yield chunk
    finally:
        if hasattr(iterator, "asend"):  # an async generator, not some object that is closed by its owner
            await iterator.aclose()


def _outside(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this module, which would keep the call alive."""
    while traceback is not None and traceback.tb_frame.f_globals is globals():
        traceback = traceback.tb_next
    return traceback
