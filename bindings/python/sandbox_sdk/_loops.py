"""Calls of coroutines: started, and driven by the event loop that runs.

A client has one descriptor that is readable whenever the library has something to do. While calls are under way it is
watched by the loop that they were made in, and only then: a client that nobody uses leaves nothing behind in a loop.
No thread is made.
"""

from __future__ import annotations

from itertools import count
from sys import modules

from ._native import call_cancel, call_resume, client_fd, client_process, client_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine
    from typing import Any, Protocol

    from ._streamed_body import AsyncStreamedBody

    class Loop(Protocol):
        """An event loop: what its library is asked for. Another library's is a class with these methods."""

        library: str

        def is_running_here(self) -> bool:
            """Whether this thread runs in it now."""

        def waiter(self) -> Awaitable[Any]:
            """What a coroutine waits for."""

        def settle(self, waiter: Any, result: Any, exception: BaseException | None) -> None:
            """Ends a wait; one that has ended already stays as it is."""

        def settle_from_elsewhere(self, waiter: Any, result: Any, exception: BaseException | None) -> None:
            """The same from another thread."""

        def watch(self, descriptor: int, drive: Any) -> None:
            """Calls a function whenever a descriptor is readable."""

        def unwatch(self) -> None:
            """Calls it no more. The loop may have been closed."""

        def spawn(self, coroutine: Coroutine[Any, Any, None]) -> Any:
            """Runs a coroutine beside the others."""


class Loops:
    """The calls of a client and its copies that are under way, in whichever loops they were made."""

    __slots__ = ("_last", "_tokens", "_waiting", "_watched")

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[Loop, Any]] = {}
        self._tokens = count()
        self._watched: list[Watched] = []
        self._last: Watched | None = None

    def library(self) -> str:
        """The name of the library whose loop runs here."""
        last = self._last
        return last.loop.library if last is not None and last.loop.is_running_here() else current_loop().library

    async def call(self, handle: Any, request: dict[str, Any], options: dict[str, Any] | None) -> Any:
        """Makes a call and gives its response. One that is cancelled frees its connection at once."""
        watched = self.watched(handle)
        token = next(self._tokens)
        call = client_start(handle, request, options, token)
        if options is not None and "source" in options:
            begin_sources(options["source"], call_resume, call)
        waiter = watched.loop.waiter()
        self._waiting[token] = (watched.loop, waiter)
        watched.begin()
        try:
            return await waiter
        except BaseException:
            # What has ended by itself is not cancelled any more.
            call_cancel(call)
            raise
        finally:
            del self._waiting[token]
            watched.end()
            # The traceback of an exception must not keep the call and, through the waiter, itself alive.
            call = waiter = None  # type: ignore[assignment]

    async def open(self, handle: Any, request: dict[str, Any], options: dict[str, Any] | None) -> AsyncStreamedBody:
        """Makes a call whose body is left to be read, and gives it when its head is there."""
        from ._streamed_body import AsyncStreamedBody

        return await AsyncStreamedBody.open(self, handle, request, options)

    def watched(self, handle: Any) -> Watched:
        """What stands for the loop that runs here."""
        last = self._last
        if last is not None and last.loop.is_running_here():
            return last
        self._watched = [watched for watched in self._watched if watched.count or watched.loop.is_running_here()]
        for watched in self._watched:
            if watched.loop.is_running_here():
                self._last = watched
                return watched
        self._last = Watched(self, current_loop(), handle)
        self._watched.append(self._last)
        return self._last

    def new_token(self) -> int:
        """What the next call is known by."""
        return next(self._tokens)

    def expect(self, token: int, loop: Loop, waiter: Any) -> None:
        """Lets the next thing that is told by a token end a wait; ``forget()`` it."""
        self._waiting[token] = (loop, waiter)

    def forget(self, token: int) -> None:
        """Nothing is told by this token any more."""
        self._waiting.pop(token, None)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> Any:
        """Runs a coroutine beside the calls, in the loop that runs here."""
        return (self._last.loop if self._last and self._last.loop.is_running_here() else current_loop()).spawn(
            coroutine
        )

    def drive(self, handle: Any) -> None:
        """Lets the library do what can be done and ends the waits that are over."""
        for token, result, exception in client_process(handle):
            waiting = self._waiting.get(token)
            if waiting is None:
                continue
            loop, waiter = waiting
            if loop.is_running_here():
                loop.settle(waiter, result, exception)
            else:
                loop.settle_from_elsewhere(waiter, result, exception)


class Watched:
    """A loop that calls are under way in, and how many."""

    __slots__ = ("count", "handle", "loop", "loops")

    def __init__(self, loops: Loops, loop: Loop, handle: Any) -> None:
        self.loops = loops
        self.loop = loop
        self.handle = handle
        self.count = 0

    def begin(self) -> None:
        """One more waits: the first has the descriptor watched."""
        self.count += 1
        if self.count == 1:
            self.loop.watch(client_fd(self.handle), self.drive)

    def end(self) -> None:
        """One waits no more."""
        self.count -= 1
        if self.count == 0:
            self.loop.unwatch()

    def drive(self) -> None:
        """Called by the loop when the descriptor is readable."""
        self.loops.drive(self.handle)


def current_loop() -> Loop:
    """The loop that runs here, as its library's class; a RuntimeError where none does."""
    if "trio" in modules:
        from ._trio_loop import TrioLoop

        loop = TrioLoop.current()
        if loop is not None:
            return loop
    from ._asyncio_loop import AsyncioLoop

    return AsyncioLoop()


def begin_sources(source: dict[str, Any], resume: Any, handle: Any) -> None:
    """Tells an upload's file that is read by coroutines how to go on when it has more."""
    begin = getattr(source.get("read"), "begin", None)
    if begin is not None:
        begin(resume, handle)
