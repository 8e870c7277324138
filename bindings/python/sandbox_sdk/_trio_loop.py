"""trio's event loop."""

from __future__ import annotations

from contextlib import suppress

import trio
from outcome import Error, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from typing import Any


class TrioWaiter:
    """What one task waits for."""

    __slots__ = ("outcome", "task")

    def __init__(self) -> None:
        self.task: Any = None
        self.outcome: Any = None

    def __await__(self) -> Generator[Any, Any, Any]:
        if self.outcome is None:
            self.task = trio.lowlevel.current_task()
            yield from trio.lowlevel.wait_task_rescheduled(self.abort).__await__()
        else:
            yield from trio.lowlevel.checkpoint().__await__()
        return self.outcome.unwrap()

    def abort(self, _raise_cancel: Any) -> Any:
        """The task is cancelled: it waits no more."""
        self.task = None
        return trio.lowlevel.Abort.SUCCEEDED


class TrioLoop:
    """The run of trio in this thread; see ``_loops.Loop``."""

    __slots__ = ("scope", "token")

    library = "trio"
    waiter = TrioWaiter

    def __init__(self, token: Any) -> None:
        self.token = token
        self.scope: Any = None

    @classmethod
    def current(cls) -> TrioLoop | None:
        """The one that runs here, if one does."""
        token = _current_token()
        return None if token is None else cls(token)

    def is_running_here(self) -> bool:
        return _current_token() is self.token

    def settle(self, waiter: TrioWaiter, result: Any, exception: BaseException | None) -> None:
        if waiter.outcome is not None:
            return
        waiter.outcome = Value(result) if exception is None else Error(exception)
        if waiter.task is not None:
            trio.lowlevel.reschedule(waiter.task)

    def settle_from_elsewhere(self, waiter: TrioWaiter, result: Any, exception: BaseException | None) -> None:
        with suppress(trio.RunFinishedError):
            self.token.run_sync_soon(self.settle, waiter, result, exception)

    def watch(self, descriptor: int, drive: Any) -> None:
        self.scope = trio.CancelScope()
        trio.lowlevel.spawn_system_task(_watch, self.scope, descriptor, drive)

    def unwatch(self) -> None:
        with suppress(RuntimeError):  # the run may be over, and its tasks with it
            self.scope.cancel()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> Any:
        async def run() -> None:
            await coroutine

        return trio.lowlevel.spawn_system_task(run)


async def _watch(scope: Any, descriptor: int, drive: Any) -> None:
    with scope:
        while True:
            await trio.lowlevel.wait_readable(descriptor)
            drive()


def _current_token() -> Any:
    try:
        return trio.lowlevel.current_trio_token()
    except RuntimeError:
        return None
