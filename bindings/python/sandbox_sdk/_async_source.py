"""Files of uploads that coroutines read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any

    from ._loops import Loops

_READ_SIZE = 1 << 16


class AsyncSource:
    """What the library asks for bytes: it says "later" while a coroutine fetches them, and then goes on.

    The content is an async iterable of bytes or an object with an async ``read`` method. It can be read once.
    """

    def __init__(self, content: Any, loops: Loops) -> None:
        self._chunks = _chunks(content)
        self._loops = loops
        self._ready: bytes | None = None
        self._problem: BaseException | None = None
        self._fetching = False
        self._resume: Any = None
        self._handle: Any = None

    def begin(self, resume: Any, handle: Any) -> None:
        """Tells by which function the call goes on, and what that is given."""
        self._resume, self._handle = resume, handle

    def __call__(self, size: int) -> bytes | None:
        """The next bytes; none at the end, None for later."""
        if self._problem is not None:
            raise self._problem
        ready, self._ready = self._ready, None
        if ready is None and not self._fetching:
            self._fetching = True
            self._loops.spawn(self._fetch())
        return ready

    async def _fetch(self) -> None:
        try:
            self._ready = await self._next()
        except Exception as problem:
            self._problem = problem
        self._fetching = False
        self._resume(self._handle)

    async def _next(self) -> bytes:
        """The next bytes that are not empty; none at the end."""
        async for chunk in self._chunks:
            if not isinstance(chunk, (bytes, bytearray, memoryview)):
                raise TypeError(f"`file` must be an async iterable of bytes, but gave {type(chunk).__name__}")
            if len(chunk):
                return bytes(chunk)
        return b""


async def _chunks(content: Any) -> AsyncIterator[Any]:
    if hasattr(content, "__aiter__"):
        async for chunk in content:
            yield chunk
        return
    while chunk := await content.read(_READ_SIZE):
        yield chunk
