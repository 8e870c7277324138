"""Progress of uploads and downloads: told to a callable, or shown as a bar on a terminal."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable

    # Told how many bytes there are so far, and how many in all where somebody knows it.
    ProgressTypes = bool | Callable[[int, int | None], object] | None


def progress_of(progress: ProgressTypes, description: str) -> Progress:
    """What is told of a transfer: a block around it.

    ``True`` is a bar on standard error where that is a terminal and tqdm is installed, and nothing elsewhere.
    """
    if progress is None or progress is False:
        return Progress(None)
    if callable(progress):
        return Progress(progress)
    if progress is not True:
        raise TypeError(f"`progress` must be a callable, True or None, not {type(progress).__name__}")
    return Bar.on_terminal(description) or Progress(None)


class Progress:
    """A callable that is told of a transfer, or nothing."""

    def __init__(self, told: Callable[[int, int | None], object] | None) -> None:
        self.told = told

    def options(self) -> dict[str, Any]:
        """What of a call's options says so."""
        return {} if self.told is None else {"progress": self.told}

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class Bar(Progress):
    """A bar of tqdm."""

    def __init__(self, bar: Any) -> None:
        super().__init__(self.show)
        self.bar = bar

    @classmethod
    def on_terminal(cls, description: str) -> Bar | None:
        """A new bar; None where there is nobody to look at it."""
        stderr = sys.stderr
        if stderr is None or not stderr.isatty():
            return None
        try:
            from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            return None
        return cls(tqdm(desc=description, unit="B", unit_scale=True, unit_divisor=1024, file=stderr))

    def show(self, done: int, total: int | None) -> None:
        """Moves the bar to where the transfer is. It goes back where a request is sent again."""
        self.bar.total = total
        self.bar.update(done - self.bar.n)

    def __exit__(self, *exception: object) -> None:
        self.bar.close()
