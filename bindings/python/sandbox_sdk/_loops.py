"""Calls of coroutines: started, and driven by the event loop that runs.

A client has one descriptor that is readable whenever the library has something to do. While calls are under way it is
watched by the loops that they were made in, and only then: a client that nobody uses leaves nothing behind in a loop.
No thread is made.

Who keeps whom: an event loop keeps what stands for it here, which keeps what its coroutines wait for. A client only
knows of it. So calls that are under way go on although nobody holds them, a loop that is closed drops them, and a
client that is dropped is gone at once.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from sys import modules
from weakref import ref

from ._native import call_cancel, call_resume, client_fd, client_process, client_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence
    from typing import Any

    from ._async_source import AsyncSource
    from ._streamed_body import AsyncStreamedBody


_WITH_CALLABLES = frozenset(("source", "sink", "progress"))


class Loops:
    """The calls of a client and its copies that are under way, in whichever loops they were made."""

    __slots__ = ("__weakref__", "_handle", "_known", "_last", "new_token")

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.new_token = count().__next__
        """What the next call is known by."""
        self._known: list[ref[WatchingLoop]] = []
        self._last: ref[WatchingLoop] = _nobody

    def __del__(self) -> None:
        for known in self._known:
            loop = known()
            if loop is not None and loop.watching:
                loop.leave(self._handle)

    def here(self) -> WatchingLoop:
        """The loop that runs here; a RuntimeError where none does."""
        loop = self._last()
        if loop is not None and loop.is_running_here():
            return loop
        # In place: another thread may be at the same, in its own loop.
        for known in self._known[:]:
            loop = known()
            if loop is None:
                with suppress(ValueError):
                    self._known.remove(known)
            elif loop.is_running_here():
                self._last = known
                return loop
        loop = current_loop(self)
        known = ref(loop)
        self._known.append(known)
        self._last = known
        return loop

    def descriptor(self) -> int:
        """What is to be watched."""
        return client_fd(self._handle)

    def drive(self, here: WatchingLoop) -> None:
        """Lets the library do what can be done and ends the waits that are over."""
        waiting, settle = here.waiting, here.settle
        try:
            told = client_process(self._handle)
        except Exception as problem:  # in a forked child, or inside one of the client's own callbacks
            told = [(token, problem) for token in waiting]
        for token, outcome in told:
            waiter = waiting.get(token)
            if waiter is not None:
                settle(waiter, outcome)
            else:
                self._settle_elsewhere(token, outcome)

    def _settle_elsewhere(self, token: int, outcome: Any) -> None:
        for known in self._known:
            loop = known()
            waiter = None if loop is None else loop.waiting.get(token)
            if loop is not None and waiter is not None:
                loop.settle_from_elsewhere(waiter, outcome)


class WatchingLoop:
    """An event loop that calls of a client are under way in. Each library that has loops is a class of it.

    It is kept alive by the event loop, which has the descriptor watched by one of its methods, and by those who wait.
    """

    __slots__ = ("__weakref__", "loops", "new_waiter", "waiting", "watching")

    library: str
    """The name of the library, as the server is told."""
    new_waiter: Any
    """Makes something that a coroutine can await."""

    def __init__(self, loops: Loops) -> None:
        self.loops = ref(loops)
        self.waiting: dict[int, Any] = {}
        """What the coroutines wait for, by the tokens of their calls."""
        self.watching = False

    def drive(self) -> None:
        """To be called when the descriptor is readable."""
        loops = self.loops()
        if loops is not None:
            loops.drive(self)

    async def call(self, handle: Any, request: dict[str, Any], options: dict[str, Any] | None) -> Any:
        """Makes a call and gives its response. One that is cancelled frees its connection at once."""
        # Whoever waits keeps the client's end of it.
        loops: Loops = self.loops()  # type: ignore[assignment]
        token = loops.new_token()
        # Before the call is there: another thread may drive it to its end at any time.
        waiter = self.waiting[token] = self.new_waiter()
        call = None
        try:
            sources = prepare_callables(request, options)
            call = client_start(handle, request, options, token)
            if not self.watching:
                self.watch(client_fd(handle))
            outcome = await (self.beside(waiter, feeds(sources, self, call_resume, call)) if sources else waiter)
        except BaseException:
            # What has ended by itself is not cancelled any more.
            if call is not None:
                call_cancel(call)
            raise
        finally:
            del self.waiting[token]
            if not self.waiting:
                self.rest()
            # The traceback of an exception must keep neither the call nor, through what it waits for, itself alive.
            call = waiter = None
        if isinstance(outcome, BaseException):
            try:
                raise outcome
            finally:
                del outcome
        return outcome

    async def open(self, handle: Any, request: dict[str, Any], options: dict[str, Any] | None) -> AsyncStreamedBody:
        """Makes a call whose body is left to be read, and gives it when its head is there."""
        from ._streamed_body import AsyncStreamedBody

        return await AsyncStreamedBody.open(self, handle, request, options)

    def tell(self, waiter: Any, outcome: Any) -> None:
        """Ends a wait, from any thread."""
        if self.is_running_here():
            self.settle(waiter, outcome)
        else:
            self.settle_from_elsewhere(waiter, outcome)

    def is_running_here(self) -> bool:
        """Whether this thread runs in it now."""
        raise NotImplementedError

    def settle(self, waiter: Any, outcome: Any) -> None:
        """Ends a wait with a value, within the loop; one that has ended already stays as it is."""
        raise NotImplementedError

    def settle_from_elsewhere(self, waiter: Any, outcome: Any) -> None:
        """The same from another thread. The loop may have been closed."""
        raise NotImplementedError

    def watch(self, descriptor: int) -> None:
        """Begins to watch the descriptor."""
        raise NotImplementedError

    def rest(self) -> None:
        """Nobody waits: ends the watch soon, unless another call begins until then."""
        raise NotImplementedError

    def leave(self, handle: Any) -> None:
        """Ends the watch, from any thread, and then lets go of the client's handle."""
        raise NotImplementedError

    def shield(self) -> Any:
        """A block in which a task that was cancelled can wait all the same."""
        raise NotImplementedError

    async def beside(self, waited: Awaitable[Any], coroutines: Iterable[Any]) -> Any:
        """Waits for something while coroutines run beside, which are over when this is."""
        raise NotImplementedError


def _nobody() -> None:
    """What a reference to a loop that is gone gives."""


def current_loop(loops: Loops) -> WatchingLoop:
    """The loop that runs here, as its library's class; a RuntimeError where none does."""
    if "trio" in modules:
        from ._trio_loop import TrioLoop, is_trio

        if is_trio():
            return TrioLoop(loops)
    from ._asyncio_loop import AsyncioLoop

    return AsyncioLoop(loops)


def prepare_callables(request: dict[str, Any], options: dict[str, Any] | None) -> Sequence[AsyncSource]:
    """Lets the functions of a call that the library runs see the context variables of those who made the call.

    They are run by whatever drives the loop. Gives the files that coroutines read.
    """
    if (options is None or _WITH_CALLABLES.isdisjoint(options)) and "parts" not in request:
        return ()
    from ._async_source import AsyncSource

    options = options or {}
    holders = [options, options.get("source"), options.get("sink")]
    holders += [part.get("source") for part in request.get("parts", ())]
    sources: list[AsyncSource] = []
    context = None
    for holder in filter(None, holders):
        for name in ("read", "rewind", "write", "progress"):
            function = holder.get(name)
            if isinstance(function, AsyncSource):
                sources.append(function)
            elif function is not None:
                if context is None:
                    from contextvars import copy_context

                    context = copy_context()
                holder[name] = _within(context, function)
    return sources


def _within(context: Any, function: Any) -> Any:
    return lambda *arguments: context.run(function, *arguments)


def feeds(sources: Iterable[AsyncSource], loop: WatchingLoop, resume: Any, call: Any) -> Iterable[Any]:
    """The coroutines that read the files of a call."""
    return [source.feed(loop, resume, call) for source in sources]
