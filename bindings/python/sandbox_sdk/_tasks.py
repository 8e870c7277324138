"""Tasks of whichever event loop runs: what transports in Python run their exchanges in."""

from __future__ import annotations

from contextlib import suppress
from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


class AsyncioTasks:
    """Those of asyncio's loop that runs in this thread, uvloop's among them."""

    __slots__ = ("loop", "task")

    def __init__(self) -> None:
        from asyncio import get_running_loop

        self.loop = get_running_loop()
        self.task: Any = None

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine, the one of this object."""
        self.task = self.loop.create_task(coroutine)

    def waiter(self) -> Any:
        """What the coroutine can wait for. It gives what ``settle()`` is given."""
        return self.loop.create_future()

    def settle(self, waiter: Any, outcome: Any) -> None:
        """Ends a wait, from any thread. The loop may have been closed."""
        self._run(_settle_future, waiter, outcome)

    def cancel(self) -> None:
        """Cancels the coroutine, from any thread."""
        if self.task is not None:
            self._run(self.task.cancel)
            self.task = None

    def _run(self, function: Any, *arguments: Any) -> None:
        from asyncio.events import _get_running_loop

        if _get_running_loop() is self.loop:
            function(*arguments)
            return
        with suppress(RuntimeError):  # it was closed
            self.loop.call_soon_threadsafe(function, *arguments)


def _settle_future(waiter: Any, outcome: Any) -> None:
    if not waiter.done():
        waiter.set_result(outcome)


class TrioTasks:
    """Those of trio's run in this thread."""

    __slots__ = ("scope", "token", "trio")

    def __init__(self) -> None:
        import trio

        self.trio = trio
        self.token = trio.lowlevel.current_trio_token()
        self.scope = trio.CancelScope()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine, the one of this object. It must not raise."""

        async def run() -> None:
            with self.scope:
                await coroutine

        self.trio.lowlevel.spawn_system_task(run)

    def waiter(self) -> Any:
        """What the coroutine can wait for. It gives what ``settle()`` is given."""
        from ._trio_loop import TrioWaiter

        return TrioWaiter()

    def settle(self, waiter: Any, outcome: Any) -> None:
        """Ends a wait, from any thread. The run may be over."""
        self._run(waiter.end, outcome)

    def cancel(self) -> None:
        """Cancels the coroutine, from any thread."""
        self._run(self.scope.cancel)

    def _run(self, function: Any, *arguments: Any) -> None:
        from ._trio_loop import is_trio

        if is_trio() and self.trio.lowlevel.current_trio_token() is self.token:
            function(*arguments)
            return
        with suppress(self.trio.RunFinishedError):
            self.token.run_sync_soon(function, *arguments)


def tasks_here() -> AsyncioTasks | TrioTasks:
    """Of the loop that runs here; a RuntimeError where none does."""
    if "trio" in modules:
        from ._trio_loop import is_trio

        if is_trio():
            return TrioTasks()
    return AsyncioTasks()
